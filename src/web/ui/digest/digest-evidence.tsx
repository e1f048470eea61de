/** The evidence of the digest itself: hashes, neighbours, key, signature, and where it lies. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { DigestPage } from '../../contract/chains.ts';
import { digestAddress } from '../accounts/addresses.ts';
import { Facts } from '../findings/facts.tsx';
import { Code } from '../parts/code.tsx';
import { Id } from '../parts/name.tsx';
import { Time } from '../parts/time.tsx';
import type { DigestNames } from './digest-page.tsx';
import { keptFacts } from './kept-facts.tsx';
import styles from './digest.module.css';

/** Names and values; what is not known has no line. */
export function DigestEvidence({ page, names }: { readonly page: DigestPage; readonly names: DigestNames }): ReactNode {
  const { origin, contentSha256, signature, notes } = page;
  return (
    <Facts
      facts={[
        ...keptFacts(page, page.archive),
        ['Version', origin.versionId === null ? null : <Id key="version" value={origin.versionId} kind="version id" />],
        ['ETag', origin.etag === null ? null : <Id key="etag" value={origin.etag} kind="ETag" />],
        [
          'Content hash',
          contentSha256 === null ? null : <Id key="content" value={contentSha256} kind="content hash" />,
        ],
        ['Before it', <Previous key="previous" page={page} names={names} />],
        ['Signed with', <PublicKey key="key" page={page} />],
        ['Signature', signature === null ? null : <Id key="signature" value={signature} kind="signature" />],
        ['Notes', notes.length === 0 ? null : notes.map((code) => <Code key={code} code={code} />)],
      ]}
    />
  );
}

function Previous({ page, names }: { readonly page: DigestPage; readonly names: DigestNames }): ReactNode {
  const { previous } = page;
  if (previous === null) return <span className={styles.dim}>it names no digest before it</span>;
  return (
    <div className={styles.stack}>
      <Id value={`s3://${previous.bucket}/${previous.key}`} kind="object before it" />
      <span className={styles.inline}>
        <span className={styles.dim}>whose content hash is</span>
        <Id value={previous.sha256} kind="hash of the digest before it" />
      </span>
      {previous.id === null ? (
        <span className={styles.dim}>No receipt of it is there.</span>
      ) : (
        <Link href={digestAddress(names.account, names.chain, previous.id)}>Open the digest before it</Link>
      )}
    </div>
  );
}

function PublicKey({ page }: { readonly page: DigestPage }): ReactNode {
  const { key, archive } = page;
  if (key === null) return <span className={styles.dim}>it names no key</span>;
  return (
    <div className={styles.stack}>
      <Id value={key.fingerprint} kind="fingerprint of the key" />
      <span className={styles.dim}>
        {key.from === null && key.to === null ? (
          'Its validity is not known.'
        ) : (
          <>
            valid <Time at={key.from} none="since ever" /> – <Time at={key.to} none="for ever" />
          </>
        )}
      </span>
      {key.kept === null ? (
        <span className={styles.dim}>It is not kept in the archive.</span>
      ) : (
        <Id value={`s3://${archive}/${key.kept}`} kind="place of the key" />
      )}
    </div>
  );
}
