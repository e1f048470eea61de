/** Everything that is said at one moment of what lies in Redis: the answers of the API, held to their contract, and the metrics. */
import type { Redis } from 'ioredis';
import { openQueues } from '../../src/adapters/queue.ts';
import { createConnections } from '../../src/adapters/redis.ts';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { createScrape } from '../../src/daemon/scrape.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import { accountsPage, type AccountsPage } from '../../src/web/contract/accounts.ts';
import { mapPage, overview, type MapPage, type Overview } from '../../src/web/contract/overview.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { accountsView } from '../../src/web/views/accounts.ts';
import { readEstate } from '../../src/web/views/estate.ts';
import { mapView, overviewView } from '../../src/web/views/overview.ts';
import { keptLog } from './fake.ts';

export interface Said {
  readonly overview: Overview;
  readonly map: MapPage;
  readonly accounts: AccountsPage;
  /** Of them, those that the table calls needing a person. */
  readonly needing: readonly string[];
  /** Lines of our metrics. */
  readonly metrics: readonly string[];
}

const PAGE = { limit: 500, sort: 'worst', order: 'asc' } as const;
const MAX_AGE_MS = 3 * 3_600_000;

/** Throws where an answer is not as its contract says: the server would answer 500. */
export async function saidAt(redis: Redis, url: string, now: number): Promise<Said> {
  const state = createStateStore(redis);
  const board = createBoardReader(redis, state, () => now);
  const estate = await readEstate(board, () => now, MAX_AGE_MS);
  const [rebuilding, throughput] = await Promise.all([board.rebuilding(), board.throughput()]);
  const schedules = { discover: '7 * * * *', collect: '22 * * * *', reconcile: '0 3 * * *' };
  const system = { schedules, nextRun: () => null };
  const beside = { rebuilding, throughput, counts: new Map(), readiness: { ok: true, reasons: [] }, system };
  const needing = accountsPage.parse(accountsView(estate, { ...PAGE, open: true }));
  return {
    overview: overview.parse(overviewView(estate, beside)),
    map: mapPage.parse(mapView(estate, { view: 'hours', sort: 'worst', limit: 500 })),
    accounts: accountsPage.parse(accountsView(estate, PAGE)),
    needing: needing.accounts.map(({ account }) => account),
    metrics: await metricsAt({ redis, url, now }),
  };
}

async function metricsAt({ redis, url, now }: { readonly redis: Redis; readonly url: string; readonly now: number }) {
  const connections = createConnections({ url, password: null, tls: null }, keptLog().log);
  const queues = openQueues(connections, { attempts: 1 });
  try {
    const state = createStateStore(redis);
    const [board, clock] = [createBoardReader(redis, state, () => now), { now: () => now }];
    const parts = { queues, state, board, metrics: createMetrics(), clock, timeoutMs: 5000, maxAgeMs: MAX_AGE_MS };
    const { text } = await createScrape(parts)();
    return text.split('\n').filter((line) => line.startsWith('orgtrail_'));
  } finally {
    await queues.close();
    await connections.close(500);
  }
}

/** The values of one metric by its labels as written; '' for none. */
export function valuesOf({ metrics }: Said, name: string): ReadonlyMap<string, number> {
  const pattern = new RegExp(`^orgtrail_${name}(?:\\{(.*)\\})? (\\S+)$`);
  return new Map(
    metrics.flatMap((line) => {
      const [, labels = '', value = ''] = pattern.exec(line) ?? [];
      return value === '' ? [] : [[labels, Number(value)]];
    }),
  );
}
