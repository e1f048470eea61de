/** The digests of a finding's own interval: where its evidence is shown whole. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { DigestsPage } from '../../contract/chains.ts';
import { apiPath, ARCHIVE_REFRESH_MS, digestAddress } from '../accounts/addresses.ts';
import { useApi } from '../api/client.ts';
import { RECEIPT_WORDS } from '../digest/receipt-mark.tsx';
import { inUtc } from '../parts/moment.ts';
import styles from './findings.module.css';

/** A digest covers an hour as a rule: findings of a longer time belong to no single one. */
const LONGEST_MS = 3 * 3_600_000;

interface DigestThenProps {
  readonly account: string;
  readonly chain: string;
  readonly from: string;
  readonly to: string;
}

/** Links to those that overlap the interval. */
export function DigestThen({ account, chain, from, to }: DigestThenProps): ReactNode {
  const short = Date.parse(to) - Date.parse(from) <= LONGEST_MS;
  const { data, error } = useApi<DigestsPage>(short ? apiPath(['chains', chain, 'digests'], { from, to }) : null, {
    refreshMs: ARCHIVE_REFRESH_MS,
  });
  if (!short) return <span className={styles.dim}>more than one: its chain's page has them</span>;
  if (error !== null && data === undefined)
    return <span className={styles.dim}>could not be read: {error.detail}</span>;
  if (data === undefined) return <span className={styles.dim}>…</span>;
  const own = data.digests.filter((one) => one.end > from && (one.start ?? '') < to);
  if (own.length === 0) return <span className={styles.dim}>none is there for this interval</span>;
  return own.map((digest) => (
    <div key={digest.id}>
      <Link href={digestAddress(account, chain, digest.id)}>
        Digest up to {inUtc(Date.parse(digest.end))}: {RECEIPT_WORDS[digest.state].word}
      </Link>
    </div>
  ));
}
