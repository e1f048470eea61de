/**
 * The server's clock, as its answers tell it: what they say happened at its time, and the clock of this browser may go
 * before or behind it, by minutes on a laptop and by weeks over the demo.
 */

let ahead: number | null = null;

/**
 * An answer was read at `readAt` by the server's clock (ISO 8601). The latest that was ever heard counts: an answer may
 * have been kept for a while before it came here.
 * @param now this browser's clock, epoch milliseconds
 */
export function hearServerClock(readAt: string, now: number): void {
  const difference = Date.parse(readAt) - now;
  if (!Number.isNaN(difference)) ahead = Math.max(ahead ?? difference, difference);
}

/** What the server's clock shows when this browser's shows `now`; the same while no answer has told. Epoch milliseconds. */
export function onServerClock(now: number): number {
  return now + (ahead ?? 0);
}
