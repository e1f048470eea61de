/** A scrape over a real Redis: coverage as it was stored, per chain and account, and what is said when it cannot be read. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openQueues, type Queues } from '../../src/adapters/queue.ts';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import type { ChainCover, CoverPart } from '../../src/core/board/cover.ts';
import { chainId } from '../../src/core/board/ids.ts';
import { chainName } from '../../src/core/job.ts';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { createBoardStore, type BoardStore } from '../../src/daemon/board-store.ts';
import { createScrape } from '../../src/daemon/scrape.ts';
import { createStateStore, type StateStore } from '../../src/daemon/state.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { NOTHING, keptLog, sweepOf, until } from './fake.ts';

const ACCOUNT = '222222222222';
const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

let server: RedisServer;
let connections: Connections;
let queues: Queues;
let redis: ReturnType<Connections['command']>;
let state: StateStore;
let board: BoardStore;
let now: number;
let scrape: () => Promise<{ readonly text: string }>;

beforeEach(async () => {
  server = await startRedis();
  now = NOW;
  connections = createConnections({ url: server.url, password: null, tls: null }, keptLog().log);
  queues = openQueues(connections, { attempts: 1 });
  redis = connections.command();
  await until('it is ready', () => redis.status === 'ready');
  state = createStateStore(redis);
  board = createBoardStore(redis, () => now);
  const reader = createBoardReader(redis, state, () => now);
  const clock = { now: () => now };
  const metrics = createMetrics();
  scrape = createScrape({ queues, state, board: reader, metrics, clock, timeoutMs: 2000, maxAgeMs: 3 * HOUR });
});
afterEach(async () => {
  await queues.close();
  await connections.close(500);
  await server.stop();
});

const { type: _, depth: __, ...CHAIN } = sweepOf(ACCOUNT);

function chain(verifiedUntil: number | null, region = 'us-east-1'): ChainCover {
  const ref = { ...CHAIN, region };
  const about = {
    trail: 'main',
    homeRegion: 'us-east-1',
    bucket: 'b',
    prefix: '',
    at: now,
    reason: null,
    problem: null,
  };
  const counts = { lastDigest: NOW - HOUR, receipts: 3, waiting: 0, runs: [], kinds: [] };
  return {
    ...ref,
    ...about,
    ...counts,
    id: chainId(ref),
    state: 'verified',
    verifiedUntil,
    days: { from: 0, letters: '' },
  };
}

async function covered(chains: readonly ChainCover[], part: Partial<CoverPart> = {}): Promise<void> {
  const rows = { hours: { from: 0, letters: '' }, days: { from: 0, letters: '' } };
  const about = { account: ACCOUNT, reader: ACCOUNT, name: 'payments', organizationState: 'ACTIVE', reason: null };
  const times = { at: now, fullAt: now, verifiedUntil: NOW - HOUR, lastDigest: NOW - HOUR, problem: null };
  const counts = { state: 'verified', chains: chains.length, receipts: 3, waiting: 0, open: 0, accepted: 0 } as const;
  const findings = { account: ACCOUNT, reader: ACCOUNT, at: now, findings: [], more: 2 };
  await board.putCover({ part: { ...about, ...times, ...counts, ...rows, ...part }, chains, findings });
}

/** All lines of one metric, its values in hours before now where they are times. */
async function lines(name: string): Promise<readonly string[]> {
  return (await scrape()).text.split('\n').filter((line) => line.startsWith(`orgtrail_${name}`));
}

test('each chain is told with up to where its coverage is proven, not with its newest proven digest', async () => {
  await state.swept({ chain: CHAIN, outcome: NOTHING, depth: 'full', held: 0 }, now);
  await state.proven(CHAIN, NOW - HOUR);
  const label = `{account="${ACCOUNT}",region="us-east-1",trail="${CHAIN.trailArn}"}`;
  expect(await lines('chain_')).toEqual([`orgtrail_chain_newest_proven_seconds${label} ${(NOW - HOUR) / 1000}`]);
  await covered([chain(NOW - 5 * HOUR)]);
  expect(await lines('chain_verified')).toEqual([
    `orgtrail_chain_verified_until_seconds${label} ${(NOW - 5 * HOUR) / 1000}`,
  ]);
  await covered([chain(null)]);
  expect(await lines('chain_verified')).toEqual([]);
});

test('a chain that is gone is forgotten', async () => {
  await state.swept({ chain: CHAIN, outcome: NOTHING, depth: 'full', held: 0 }, now);
  await covered([chain(NOW - HOUR)]);
  expect(await redis.zscore('{orgtrail}:until', chainName(CHAIN))).toBe(String(NOW - HOUR));
  await state.finished(
    { accounts: 1, problems: [], chains: [], soundReaders: new Set([ACCOUNT]), readers: new Set([ACCOUNT]) },
    now,
  );
  expect(await redis.exists('{orgtrail}:until')).toBe(0);
});

test('a chain whose reader has left is forgotten: it was told of, and lagged, for ever', async () => {
  await state.swept({ chain: CHAIN, outcome: NOTHING, depth: 'full', held: 0 }, now);
  await covered([chain(NOW - HOUR)]);
  const others = new Set(['111111111111']);
  const survey = { accounts: 1, chains: [], soundReaders: others, readers: others };
  const problem = { code: 'blocked-access', detail: 'the list is cut short', hint: 'allow it' };
  await state.finished({ ...survey, problems: [problem] }, now);
  expect(await lines('account_lag')).toHaveLength(1);
  await state.finished({ ...survey, problems: [] }, now);
  expect(await lines('account_lag')).toEqual([]);
  expect(await lines('chain_verified')).toEqual([]);
});

test('an account that is known and was never computed is unknown: no number told of it', async () => {
  const account = { id: ACCOUNT, name: 'payments', state: 'ACTIVE', origin: 'organization', role: null } as const;
  const survey = { account: { ...account, externalId: null }, sources: [], problems: [], unknowns: [] };
  await state.surveyed(survey, [], now);
  expect(await lines('accounts{state="unknown"}')).toEqual(['orgtrail_accounts{state="unknown"} 1']);
  expect(await lines('account_state')).toEqual([`orgtrail_account_state{account="${ACCOUNT}",state="unknown"} 1`]);
});

test('accounts, findings and silence come from the stored coverage; what is old counts as stale', async () => {
  await covered([chain(NOW - HOUR)]);
  expect(await lines('accounts{state="verified"}')).toEqual(['orgtrail_accounts{state="verified"} 1']);
  expect(await lines('findings')).toEqual(['orgtrail_findings{code="not-listed"} 2']);
  expect(await lines('account_silence')).toEqual([`orgtrail_account_silence_seconds{account="${ACCOUNT}"} 3600`]);
  expect(await lines('account_state')).toEqual([]);
  now += 4 * HOUR;
  expect(await lines('accounts{state="stale"}')).toEqual(['orgtrail_accounts{state="stale"} 1']);
  expect(await lines('account_state')).toEqual([`orgtrail_account_state{account="${ACCOUNT}",state="stale"} 1`]);
});

test('an emptied Redis is being rebuilt, and says so until everything is there again', async () => {
  expect(await lines('rebuilding')).toEqual(['orgtrail_rebuilding 1']);
  await board.rebuildBegan(now - 1);
  await state.mark(now);
  await covered([chain(NOW - HOUR)]);
  await redis.zadd('{orgtrail}:board:listed', now, ACCOUNT);
  await state.finished(
    { accounts: 1, problems: [], chains: [CHAIN], soundReaders: new Set(), readers: new Set([ACCOUNT]) },
    now,
  );
  expect(await lines('rebuilding')).toEqual(['orgtrail_rebuilding 0']);
});

test('coverage that cannot be read takes nothing else along, and leaves nothing of before', async () => {
  await covered([chain(NOW - HOUR)]);
  await scrape();
  await redis.del('{orgtrail}:board:parts');
  await redis.set('{orgtrail}:board:parts', 'no hash');
  const text = (await scrape()).text;
  expect(text).toContain('orgtrail_redis_up 1');
  expect(text).toContain('orgtrail_board_up 0');
  expect(text).not.toMatch(/^orgtrail_(?:accounts|findings|rebuilding)/m);
});

test('without Redis the scrape is answered within its time, with nothing but that', async () => {
  await covered([chain(NOW - HOUR)]);
  await scrape();
  await server.kill();
  const started = performance.now();
  const told = (await scrape()).text.split('\n').filter((line) => /^orgtrail_(?!.*_total)/.test(line));
  expect(told).toEqual(['orgtrail_redis_up 0', 'orgtrail_board_up 0']);
  expect(performance.now() - started).toBeLessThan(3000);
});

test('scrapes that come together read once', async () => {
  await covered([chain(NOW - HOUR)]);
  const calls = async () => Number(/cmdstat_hgetall:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
  await scrape();
  const before = await calls();
  await scrape();
  const once = (await calls()) - before;
  await Promise.all(Array.from({ length: 20 }, () => scrape()));
  expect((await calls()) - before).toBe(2 * once);
});
