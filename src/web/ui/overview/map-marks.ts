/** What stands above the squares: days, hours or dates, where there is room for them. */
import { clockOf, dayAndMonth, dayName } from '../parts/moment.ts';
import type { Span } from './map-query.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A mark needs this much room. */
const ROOM: Readonly<Record<Span, number>> = { '24h': 44, '7d': 48, '90d': 52 };

export interface Mark {
  /** The square that it stands above the beginning of. */
  readonly at: number;
  readonly text: string;
}

interface Scale {
  /** The start of the first square, epoch milliseconds. */
  readonly from: number;
  readonly count: number;
  /** Pixels a square. */
  readonly step: number;
}

/** Marks at midnights, at every third hour, or at Mondays; all in UTC. */
export function marksOf(span: Span, { from, count, step }: Scale): readonly Mark[] {
  const length = span === '90d' ? DAY : HOUR;
  const marks: Mark[] = [];
  for (let at = 0; at < count; at += 1) {
    const text = markAt(span, from + at * length);
    const last = marks.at(-1);
    const room = last === undefined || (at - last.at) * step >= ROOM[span];
    if (text !== null && room && (count - at) * step >= ROOM[span] - 16) marks.push({ at, text });
  }
  return marks;
}

function markAt(span: Span, time: number): string | null {
  switch (span) {
    case '24h':
      if (time % DAY === 0) return dayName(time);
      return time % (3 * HOUR) === 0 ? clockOf(time) : null;
    case '7d':
      return time % DAY === 0 ? dayName(time) : null;
    case '90d':
      return new Date(time).getUTCDay() === 1 ? dayAndMonth(time) : null;
  }
}
