/** Stopping in reverse order, within a grace that nothing can overrun. */
import { within } from '../adapters/redis.ts';
import { errorText } from '../errors.ts';
import type { Log } from '../ports.ts';

/** How one started part stops. It may use up to `graceMs`. */
export type Stop = (graceMs: number) => Promise<unknown>;

export interface StopOptions {
  readonly graceMs: number;
  readonly log: Log;
}

/** Any number of calls stop everything once. */
export function closeOnce(stops: readonly Stop[], options: StopOptions): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () => (closing ??= stopAll(stops, options));
}

/** The last second of the grace is kept for letting go of Redis; a part that hangs is left behind, not waited for. */
export async function stopAll(stops: readonly Stop[], { graceMs, log }: StopOptions): Promise<void> {
  const end = performance.now() + graceMs;
  const last = Math.min(1000, graceMs / 4);
  for (const [at, stop] of [...stops.entries()].toReversed()) {
    const left = Math.max(0, end - performance.now() - (at === 0 ? 0 : last));
    await within(Promise.resolve(stop(left * 0.9)), left, 'stopping').catch((error: unknown) => {
      log.warn({ event: 'stop-cut', reason: errorText(error) }, 'a part did not stop in time and was left behind');
    });
  }
  log.info({ event: 'stopped' }, 'orgtrail stopped');
}
