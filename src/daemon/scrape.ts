/** One scrape of the metrics: what Redis says now, and nothing from memory. */
import { within } from '../adapters/redis.ts';
import type { Queues } from '../adapters/queue.ts';
import { joinParts } from '../core/board/standing.ts';
import type { Clock } from '../ports.ts';
import type { Metrics } from '../web/metrics.ts';
import type { BoardSeen } from '../web/metrics-board.ts';
import type { BoardReader } from '../web/sources.ts';
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
  metrics.observe(seen === null ? null : { counts: seen[0], snapshot: seen[1], now: clock.now(), board });
  return { text: await metrics.text(), contentType: metrics.contentType };
}

async function boardSeen({ board, clock, maxAgeMs }: ScrapeParts): Promise<BoardSeen> {
  const [{ parts, unreadable }, findings, rebuilding] = await Promise.all([
    board.parts(),
    board.findings(),
    board.rebuilding(),
  ]);
  const standings = joinParts(parts, { now: clock.now(), maxAgeMs });
  return { standings, findings, rebuilding: rebuilding !== null, unreadable };
}
