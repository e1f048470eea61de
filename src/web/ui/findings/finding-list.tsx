/** Findings in two lines each: where and when, and what was seen. Each opens its page. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { FindingView } from '../../contract/findings.ts';
import { findingAddress } from '../accounts/addresses.ts';
import { Id } from '../parts/name.tsx';
import { Time } from '../parts/time.tsx';
import { Interval } from './interval.tsx';
import styles from './findings.module.css';

interface FindingListProps {
  readonly findings: readonly FindingView[];
  /** False where all are of one code that is told above. */
  readonly codes?: boolean;
  /** False where all are of one account. */
  readonly accounts?: boolean;
}

/** A list; nothing where there is none. */
export function FindingList({ findings, codes = true, accounts = true }: FindingListProps): ReactNode {
  if (findings.length === 0) return null;
  return (
    <ul className={styles.list}>
      {findings.map((one) => (
        <li key={one.id} className={styles.line} data-settled={settledOf(one) !== null}>
          <p className={styles.where}>
            <Link href={findingAddress(one.id)} className={styles.open}>
              {codes && `${one.code} · `}
              {accounts && (
                <>
                  <bdi>{one.accountName === '' ? one.account : one.accountName}</bdi>
                  {' · '}
                </>
              )}
              {one.region}
            </Link>
            <Interval from={one.from} to={one.to} />
            <Settled finding={one} />
          </p>
          <p className={styles.detail}>{one.detail}</p>
          {one.key !== null && <Id value={one.key} kind="key" />}
        </li>
      ))}
    </ul>
  );
}

/** How a finding was settled; null: it is open. */
export function settledOf({ accepted, goneAt }: Pick<FindingView, 'accepted' | 'goneAt'>): 'accepted' | 'gone' | null {
  if (goneAt !== null) return 'gone';
  return accepted === null ? null : 'accepted';
}

/** `accepted by … · time`, `gone since …`; nothing for an open one. */
function Settled({ finding }: { readonly finding: Pick<FindingView, 'accepted' | 'goneAt'> }): ReactNode {
  const { accepted, goneAt } = finding;
  if (goneAt !== null)
    return (
      <span className={styles.settled}>
        gone since <Time at={goneAt} />
      </span>
    );
  if (accepted === null) return null;
  return (
    <span className={styles.settled}>
      accepted by <bdi>{accepted.by}</bdi> · <Time at={accepted.at} />
    </span>
  );
}
