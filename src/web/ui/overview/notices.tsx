/** What stands above the map when there is something to say, and is not there when there is not. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Overview } from '../../contract/overview.ts';
import { ProblemNote } from '../parts/problem.tsx';
import { Time } from '../parts/time.tsx';
import styles from './overview.module.css';

/** Not every problem of many is told here: the System page has them all. */
const MOST = 3;

/** In the order in which they matter. */
export function Notices({ overview }: { readonly overview: Overview }): ReactNode {
  const { rebuilding, readiness, archive, problems, failedJobs } = overview;
  const told = [...problems, ...(archive?.problems ?? [])];
  return (
    <>
      {rebuilding !== null && (
        <Notice glyph="◌">
          Redis was emptied: rebuilding from receipts, {rebuilding.known} of {rebuilding.of} accounts, since{' '}
          <Time at={rebuilding.since} relative />. What is not rebuilt yet is not shown as proven.
        </Notice>
      )}
      {!readiness.ok && (
        <Notice glyph="✕" grave>
          Not ready: {readiness.reasons.map(({ detail }) => detail).join('; ')}. <Link href="/system">System</Link>
        </Notice>
      )}
      {told.slice(0, MOST).map((problem) => (
        <div key={problem.code + problem.detail} className={styles.problem}>
          <ProblemNote problem={problem} state="late" />
        </div>
      ))}
      {told.length > MOST && (
        <Notice glyph="…">
          {told.length - MOST} more problems: <Link href="/system">System</Link>
        </Notice>
      )}
      {failedJobs > 0 && (
        <Notice glyph="✕">
          {failedJobs === 1 ? 'One job has' : `${failedJobs} jobs have`} failed for good and can be retried:{' '}
          <Link href="/work">Work</Link>
        </Notice>
      )}
    </>
  );
}

interface NoticeProps {
  readonly glyph: string;
  readonly grave?: boolean;
  readonly children: ReactNode;
}

function Notice({ glyph, grave = false, children }: NoticeProps): ReactNode {
  return (
    <p className={styles.notice} data-grave={grave}>
      <span aria-hidden="true">{glyph}</span>
      <span>{children}</span>
    </p>
  );
}
