/** Times of the API: ISO 8601 in UTC. What comes from Redis may be beyond what a Date can say. */
import { formatIso } from '../../core/time.ts';

/** The last instant that four digits of a year can say. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Epoch milliseconds as text; what no date can say counts as the nearest that can. */
export function isoOf(time: number): string {
  return formatIso(Number.isFinite(time) ? Math.min(Math.max(time, 0), LAST) : 0);
}

/** Null stays null. */
export function isoOrNull(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : isoOf(time);
}
