/** A point in time: UTC in tabular figures, in the viewer's own zone on hover. */
import type { ReactNode } from 'react';
import { ago, inViewersZone, inUtc } from './moment.ts';
import { useNow } from './now.ts';
import { onServerClock } from './server-clock.ts';
import styles from './text.module.css';

interface TimeProps {
  /** ISO 8601, or epoch milliseconds; null: there is none. */
  readonly at: string | number | null;
  /** "3 min ago" instead of the time itself. */
  readonly relative?: boolean;
  /** What stands where there is no time. */
  readonly none?: string;
  /** How it is written, where there is little room; UTC as well. */
  readonly text?: (time: number) => string;
}

/** `<time>` with the machine's spelling; both zones in its title where it is shortened. */
export function Time({ at, relative = false, none = '–', text = inUtc }: TimeProps): ReactNode {
  const time = at === null ? Number.NaN : new Date(at).getTime();
  if (Number.isNaN(time)) return <span className={styles.faint}>{none}</span>;
  const short = relative || text !== inUtc;
  const title = short ? `${inUtc(time)}\n${inViewersZone(time)}` : inViewersZone(time);
  return (
    <time className={styles.figures} dateTime={new Date(time).toISOString()} title={title}>
      {relative ? <Ago time={time} /> : text(time)}
    </time>
  );
}

function Ago({ time }: { readonly time: number }): ReactNode {
  return ago(time, onServerClock(useNow()));
}
