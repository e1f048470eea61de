/**
 * The one clock that does not live in Redis. After a flush nothing in Redis would ever start work again: workers stay
 * "running" on empty queues and report no error (reliability.md 1.3). So every scheduler looks whether its marker still
 * stands and whether rounds still end, and queues a catch-up when not.
 */
import type { Queues } from '../adapters/queue.ts';
import type { Cause } from '../adapters/queue-jobs.ts';
import { errorText } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import type { BoardStore } from './board-store.ts';
import { archiveUnfit } from './health.ts';
import type { StateStore } from './state.ts';

export interface WatchdogParts {
  readonly queues: Queues;
  readonly state: StateStore;
  readonly board: Pick<BoardStore, 'rebuildBegan'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Pause between two looks. */
  readonly everyMs: number;
  /** A round must end at least this often. */
  readonly roundMaxAgeMs: number;
  /** How far back an ordinary sweep looks. */
  readonly sweepWindowMs: number;
}

/** While Redis is away it is tried this often, so that the first catch-up does not wait for a whole period. */
const RETRY_MS = 1000;
/** A broken archive is looked at again this often, so that readiness turns green when it has been mended. */
const ARCHIVE_AGAIN_MS = 5 * 60_000;

/** Looks at once and then periodically; never two looks at a time. */
export function startWatchdog(parts: WatchdogParts): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const looked = await lookOnce(parts).catch((error: unknown) => {
      parts.log.debug({ event: 'watchdog', reason: errorText(error) }, 'could not look');
      return null;
    });
    if (stopped) return;
    timer = setTimeout(() => void look(), looked === null ? Math.min(RETRY_MS, parts.everyMs) : parts.everyMs);
  };
  void look();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function lookOnce(parts: WatchdogParts): Promise<'fine' | Cause> {
  const now = parts.clock.now();
  const marker = await parts.state.marker();
  const snapshot = await parts.state.read();
  if (marker === null) return catchUp(parts, snapshot.survey === null ? 'start' : 'redis-emptied');
  const { archive, roundAt } = snapshot;
  const unfit = archive !== null && archiveUnfit(archive, now).length > 0;
  if (unfit && now - archive.at > ARCHIVE_AGAIN_MS)
    await parts.queues.reconcile({ type: 'reconcile', cause: 'round-overdue' });
  // The marker's own time keeps a round that cannot end from being restarted at every look.
  return now - Math.max(marker, roundAt ?? 0) > parts.roundMaxAgeMs ? catchUp(parts, 'round-overdue', roundAt) : 'fine';
}

/** Everything is added before the marker is set: a crash in between repeats the catch-up instead of losing it. */
async function catchUp(parts: WatchdogParts, cause: Cause, roundAt: number | null = null): Promise<Cause> {
  const now = parts.clock.now();
  // A short stall lies inside the ordinary window; full sweeps on top would only prolong an overload.
  const depth = roundAt !== null && now - roundAt < parts.sweepWindowMs / 2 ? 'recent' : 'full';
  parts.log[cause === 'start' ? 'info' : 'warn']({ event: 'catch-up', cause, depth }, 'queueing a catch-up');
  if (cause !== 'round-overdue') {
    await parts.state.forgetFull();
    await parts.board.rebuildBegan(now);
  }
  await parts.queues.discover({ type: 'discover', depth, cause });
  await parts.queues.reconcile({ type: 'reconcile', cause });
  await parts.state.mark(now);
  return cause;
}
