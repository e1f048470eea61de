/** A stretch of time: the day once where both ends lie in it. */
import type { ReactNode } from 'react';
import { lengthOf } from '../parts/moment.ts';
import { Time } from '../parts/time.tsx';
import styles from './findings.module.css';

interface IntervalProps {
  readonly from: string | null;
  readonly to: string | null;
  /** Its length behind it. */
  readonly length?: boolean;
}

/** Either end may be unknown; nothing where both are. */
export function Interval({ from, to, length = false }: IntervalProps): ReactNode {
  if (from === null && to === null) return null;
  if (from === null)
    return (
      <span className={styles.interval}>
        until <Time at={to} />
      </span>
    );
  if (to === null)
    return (
      <span className={styles.interval}>
        since <Time at={from} />
      </span>
    );
  return (
    <span className={styles.interval}>
      <Time at={from} /> – <Time at={to} />
      {length && ` (${lengthOf(Date.parse(to) - Date.parse(from))})`}
    </span>
  );
}
