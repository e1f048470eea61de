/** One chain: how far it is proven, its hours as squares, and its digests day by day as a line of links. */
import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import type { ChainPage as Answer, DigestsPage } from '../../contract/chains.ts';
import { apiPath, ARCHIVE_REFRESH_MS, chainAddress, findingsAddress } from '../accounts/addresses.ts';
import { useUrlQuery } from '../accounts/url-query.ts';
import { useApi } from '../api/client.ts';
import { FindingList } from '../findings/finding-list.tsx';
import { Page } from '../frame/page.tsx';
import { Empty, View } from '../frame/view.tsx';
import { Id, isolated } from '../parts/name.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { SquareRow } from '../parts/squares.tsx';
import { StateMark } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { isNeedy } from '../../../core/board/attention.ts';
import { AccountCrumb } from './crumbs.tsx';
import { DayNavigator } from './day-navigator.tsx';
import { DigestLine } from './digest-line.tsx';
import { windowOf } from './window.ts';
import styles from './chain.module.css';

/** `/accounts/:account/chains/:chain?from&to`. */
export function ChainPage(): ReactNode {
  const { account, chain } = useParams<{ account: string; chain: string }>();
  const result = useApi<Answer>(apiPath(['chains', chain]), { topics: ['accounts', 'findings'] });
  const { data } = result;
  const title =
    data === undefined ? 'Chain' : `${isolated(data.name === '' ? account : data.name)} · ${data.line.region}`;
  return (
    <Page title={title} readAt={data?.readAt ?? null}>
      <nav className={styles.crumbs} aria-label="Where this chain belongs">
        <AccountCrumb account={account} name={data?.name} />
      </nav>
      <View of={result}>{(page) => <Body page={page} />}</View>
    </Page>
  );
}

function Body({ page }: { readonly page: Answer }): ReactNode {
  const { line, findings } = page;
  return (
    <>
      <Head page={page} />
      {line.problem !== null && (
        <ProblemNote problem={line.problem} state={isNeedy(line.state) ? line.state : undefined} />
      )}
      <Squares page={page} />
      <Digests page={page} />
      <Section title="Open findings of this chain">
        {findings.length === 0 ? (
          <p className={styles.dim}>
            Nothing is open in it; it was looked at <Time at={line.at} relative />. What was accepted or is gone stands
            under <Link href={findingsAddress({ account: line.account, status: 'settled' })}>settled findings</Link>.
          </p>
        ) : (
          <FindingList findings={findings} accounts={false} />
        )}
      </Section>
    </>
  );
}

function Head({ page }: { readonly page: Answer }): ReactNode {
  const { line } = page;
  return (
    <div className={styles.head}>
      <Group gap="0.2rem 1.5rem">
        <StateMark state={line.state} />
        {line.reason !== null && <span className={styles.dim}>{line.reason}</span>}
        <span>
          proven until <Time at={line.verifiedUntil} none="– not yet" />
        </span>
      </Group>
      <Group gap="0.2rem 1.5rem" mt={4}>
        <span className={styles.dim}>
          trail <bdi>{line.trail}</bdi>, home region {line.homeRegion}
        </span>
        <Id value={line.bucket} kind="bucket" />
        <span className={styles.dim}>
          {line.receipts.toLocaleString('en')} digests judged, {line.waiting.toLocaleString('en')} waiting
        </span>
      </Group>
    </div>
  );
}

function Squares({ page }: { readonly page: Answer }): ReactNode {
  const { line } = page;
  const href = (from: number): string => chainAddress(line.account, line.id, new Date(from).toISOString());
  const of = { account: line.account, chain: line.id };
  const days = line.days.letters.length > 0;
  return (
    <Section title="Its hours" sentence="Each square opens the digests of its day. The 90 days stand below.">
      <SquareRow
        label={`Hours of the chain in ${line.region}`}
        squares={recent(line.hours)}
        view="hours"
        state={line.state}
        reason={line.reason}
        of={of}
        href={href}
      />
      {days && (
        <SquareRow
          label={`Days of the chain in ${line.region}`}
          squares={line.days}
          view="days"
          state={line.state}
          reason={line.reason}
          of={of}
          href={href}
        />
      )}
    </Section>
  );
}

/** The last seven days: as many squares as a narrow screen holds. */
function recent({ from, letters }: Answer['line']['hours']): Answer['line']['hours'] {
  const skipped = Math.max(0, letters.length - 168);
  const begin = new Date(Date.parse(from) + skipped * 3_600_000).toISOString();
  return { from: begin, letters: letters.slice(skipped) };
}

function Digests({ page }: { readonly page: Answer }): ReactNode {
  const { line, findings } = page;
  const query = useUrlQuery();
  const window = windowOf(query.get('from'), query.get('to'));
  const path = apiPath(['chains', line.id, 'digests'], { ...window });
  const result = useApi<DigestsPage>(path, window === null ? {} : { refreshMs: ARCHIVE_REFRESH_MS });
  return (
    <Section
      title="Digests"
      side={<DayNavigator query={query} window={window} shown={result.data ?? null} />}
      sentence="Newest first, in UTC. Each digest carries the hash of the one before it: a line that holds from end to end is a chain."
    >
      <View of={result}>
        {(digests) =>
          digests.digests.length === 0 && digests.gaps.length === 0 ? (
            <Empty>
              No digest ends between <Time at={digests.from} /> and <Time at={digests.to} />, and none was due.
            </Empty>
          ) : (
            <DigestLine account={line.account} chain={line.id} page={digests} findings={findings} />
          )
        }
      </View>
    </Section>
  );
}
