/** One digest: what it proves or why it does not, with everything that was expected and found. */
import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import type { ChainPage, DigestPage as Answer } from '../../contract/chains.ts';
import { apiPath, ARCHIVE_REFRESH_MS, chainAddress, digestAddress } from '../accounts/addresses.ts';
import { useApi } from '../api/client.ts';
import { AccountCrumb } from '../chain/crumbs.tsx';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { inUtc } from '../parts/moment.ts';
import { Section } from '../parts/section.tsx';
import { DigestEvidence } from './digest-evidence.tsx';
import { FilesTable } from './files-table.tsx';
import { FilesToLookAt } from './files-to-look-at.tsx';
import { PeerNote } from './peer-note.tsx';
import { RawDigest } from './raw-digest.tsx';
import { ReceiptFacts } from './receipt-facts.tsx';
import { VerdictBox } from './verdict-box.tsx';
import styles from './digest.module.css';

/** The names in the address. */
export interface DigestNames {
  readonly account: string;
  readonly chain: string;
  readonly digest: string;
}

/** `/accounts/:account/chains/:chain/digests/:digest`. */
export function DigestPage(): ReactNode {
  const names = useParams<{ account: string; chain: string; digest: string }>();
  const { chain, digest } = names;
  const result = useApi<Answer>(apiPath(['chains', chain, 'digests', digest]), { refreshMs: ARCHIVE_REFRESH_MS });
  return (
    <Page title={titleOf(digest, result.data)} readAt={result.data?.readAt ?? null}>
      <Crumbs names={names} page={result.data} />
      <View of={result}>{(page) => <Body page={page} names={names} />}</View>
    </Page>
  );
}

function titleOf(digest: string, page: Answer | undefined): string {
  if (page === undefined) return 'Digest';
  const { start, end, kind } = page.line;
  const name = kind === 'backfill' ? 'Backfill digest' : 'Digest';
  const until = inUtc(Date.parse(end));
  if (start === null || digest === '') return `${name} up to ${until}`;
  const from = inUtc(Date.parse(start)).replace(' UTC', '');
  return `${name} ${from} – ${start.slice(0, 10) === end.slice(0, 10) ? until.slice(11) : until}`;
}

function Crumbs({ names, page }: { readonly names: DigestNames; readonly page: Answer | undefined }): ReactNode {
  const { account, chain } = names;
  const { data } = useApi<ChainPage>(apiPath(['chains', chain]), { topics: ['accounts', 'findings'] });
  return (
    <nav className={styles.crumbs} aria-label="Around this digest">
      <span>
        <AccountCrumb account={account} name={data?.name} /> /{' '}
        <Link href={chainAddress(account, chain, page?.line.end)}>
          {data === undefined ? (
            'its chain'
          ) : (
            <>
              {data.line.region}, trail <bdi>{data.line.trail}</bdi>
            </>
          )}
        </Link>
      </span>
      <Group gap="md">
        <Neighbour names={names} digest={page?.previous?.id ?? null} text="← digest before" />
        <Neighbour names={names} digest={page?.nextId ?? null} text="digest after →" />
      </Group>
    </nav>
  );
}

interface NeighbourProps {
  readonly names: DigestNames;
  readonly digest: string | null;
  readonly text: string;
}

function Neighbour({ names, digest, text }: NeighbourProps): ReactNode {
  if (digest === null) return <span className={styles.faint}>no {text.replaceAll(/[←→]/g, '').trim()}</span>;
  return <Link href={digestAddress(names.account, names.chain, digest)}>{text}</Link>;
}

function Body({ page, names }: { readonly page: Answer; readonly names: DigestNames }): ReactNode {
  return (
    <>
      <VerdictBox page={page} />
      {page.peer !== null && <PeerNote peer={page.peer} />}
      <FilesToLookAt logs={page.logs} archive={page.archive} account={names.account} />
      <Section title="The digest itself">
        <DigestEvidence page={page} names={names} />
      </Section>
      <FilesTable page={page} />
      <Section
        title="Receipt"
        sentence="What was recorded of it: written once; later evidence adds a revision beside it."
      >
        <ReceiptFacts page={page} />
      </Section>
      <Section title="The raw digest">
        <RawDigest page={page} names={names} />
      </Section>
    </>
  );
}
