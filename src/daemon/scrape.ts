/** One scrape of the metrics: what Redis says now, and nothing from memory. */
import { within } from '../adapters/redis.ts';
import type { Queues } from '../adapters/queue.ts';
import type { CoverPart } from '../core/board/cover.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Clock } from '../ports.ts';
import type { Metrics, Seen } from '../web/metrics.ts';
import type { BoardSeen } from '../web/metrics-board.ts';
import type { BoardReader } from '../web/sources.ts';
import { buildEstate } from '../web/views/estate.ts';
import type { StateStore } from './state.ts';

export interface ScrapeParts {
  readonly queues: Pick<Queues, 'counts'>;
  readonly state: Pick<StateStore, 'read'>;
  readonly board: Pick<BoardReader, 'parts' | 'findings' | 'rebuilding'>;
  readonly metrics: Pick<Metrics, 'observe' | 'text' | 'contentType'>;
  readonly clock: Clock;
  /** No scrape waits longer for Redis. */
  readonly timeoutMs: number;
  /** Coverage that was not computed for longer is stale. */
  readonly maxAgeMs: number;
}

export interface Exposition {
  readonly text: string;
  readonly contentType: string;
}

/** Scrapes that come while one is under way share its answer, so that whoever scrapes cannot load Redis. */
export function createScrape(parts: ScrapeParts): () => Promise<Exposition> {
  let running: Promise<Exposition> | null = null;
  return () => {
    running ??= scrape(parts).finally(() => {
      running = null;
    });
    return running;
  };
}

async function scrape(parts: ScrapeParts): Promise<Exposition> {
  const { queues, state, metrics, clock, timeoutMs } = parts;
  const core = within(Promise.all([queues.counts(), state.read()]), timeoutMs, 'a scrape');
  // Apart, so that coverage of ten thousand accounts that takes too long does not take the rest along.
  const [seen, board] = await Promise.all([
    core.catch(() => null),
    within(boardSeen(parts), timeoutMs, 'a scrape').catch(() => null),
  ]);
  metrics.observe(seen === null ? null : seenOf(seen, board, { now: clock.now(), maxAgeMs: parts.maxAgeMs }));
  return { text: await metrics.text(), contentType: metrics.contentType };
}

/** As the pages show it: an account that is known and of which nothing was computed is unknown, and no success. */
function seenOf(
  [counts, snapshot]: readonly [Seen['counts'], Snapshot],
  board: BoardRead | null,
  { now, maxAgeMs }: { readonly now: number; readonly maxAgeMs: number },
): Seen {
  if (board === null) return { counts, snapshot, now, board };
  const { parts, ...rest } = board;
  const { standings } = buildEstate({ parts, snapshot, unreadable: board.unreadable }, now, maxAgeMs);
  return { counts, snapshot, now, board: { standings, ...rest } };
}

type BoardRead = Omit<BoardSeen, 'standings'> & { readonly parts: readonly CoverPart[] };

async function boardSeen({ board }: ScrapeParts): Promise<BoardRead> {
  const [{ parts, unreadable }, findings, rebuilding] = await Promise.all([
    board.parts(),
    board.findings(),
    board.rebuilding(),
  ]);
  return { parts, findings, rebuilding: rebuilding !== null, unreadable };
}
