/** "read 3 s ago": a number without its age is no number. */
import type { ReactNode } from 'react';
import { ago, inUtc } from '../parts/moment.ts';
import { useNow } from '../parts/now.ts';
import { onServerClock } from '../parts/server-clock.ts';
import styles from './page.module.css';

/** Older than this, it is said with emphasis. */
const OLD_MS = 3 * 60_000;

/** `at`: ISO 8601 by the server's clock, or epoch milliseconds by this browser's. */
export function Reading({ at }: { readonly at: string | number }): ReactNode {
  const own = useNow();
  const now = typeof at === 'string' ? onServerClock(own) : own;
  const time = new Date(at).getTime();
  if (Number.isNaN(time)) return null;
  return (
    <span className={styles.read} data-old={now - time > OLD_MS} title={inUtc(time)}>
      read {ago(Math.min(time, now), now)}
    </span>
  );
}
