/** Coverage in the running daemon, on a real Redis: who gets computed and when, what is kept, what a flush costs. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findingId } from '../../src/core/board/ids.ts';
import type { FoundFinding } from '../../src/core/board/merge-findings.ts';
import type { CoverJob } from '../../src/core/job.ts';
import type { Problem } from '../../src/core/source.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { startDaemon, type Daemon } from '../../src/daemon.ts';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { createBoardStore, type BoardStore } from '../../src/daemon/board-store.ts';
import { BOARD_KEYS } from '../../src/daemon/keys.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import type { CoverOutcome } from '../../src/daemon/work.ts';
import { openQueues, type Queues } from '../../src/adapters/queue.ts';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import type { BoardReader } from '../../src/web/sources.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import {
  digestOf,
  door,
  fakeWork,
  FAST,
  found,
  keptLog,
  partOf,
  sweepOf,
  systemClock,
  testConfig,
  until,
  type FakeWork,
} from './fake.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const [PAYER, MEMBER, THIRD] = ['111111111111', '222222222222', '333333333333'];
/** One for all, since a finding's beginning is a part of its name. */
const BEGAN = formatIso(Date.now() - HOUR);
const PROBLEM: Problem = { code: 'blocked-access', detail: 's3:GetObject', hint: 'allow it' };

let redis: RedisServer;
let admin: Redis;
let store: BoardStore;
let board: BoardReader;
let connections: Connections;
let queues: Queues;
let daemon: Daemon | null;
let work: FakeWork;

beforeEach(async () => {
  daemon = null;
  redis = await startRedis();
  admin = new Redis(redis.url);
  store = createBoardStore(admin, Date.now);
  board = createBoardReader(admin, createStateStore(admin));
  connections = createConnections({ url: redis.url, password: null, tls: null }, keptLog().log);
  queues = openQueues(connections, { attempts: 3 });
});
afterEach(async () => {
  await daemon?.close();
  await queues.close();
  await connections.close(500);
  admin.disconnect();
  await redis.stop();
});

async function run(parts: Parameters<typeof fakeWork>[0] = {}): Promise<void> {
  work = fakeWork(parts);
  daemon = await startDaemon({
    config: testConfig({ redisUrl: redis.url, limits: { coverDelaySeconds: 0 } }),
    work,
    clock: systemClock,
    log: keptLog().log,
    role: 'all',
    passwords: { redis: null, http: null },
    timing: FAST,
  });
  await until('the first survey has ended', async () => (await board.snapshot()).survey !== null);
}

const pairs = async (): Promise<readonly string[]> =>
  (await board.parts()).parts.map(({ account, reader }) => `${account[0]}<${reader[0]}`).toSorted();
const looks = (account: string, reader = account): readonly CoverJob[] =>
  work.calls.covers.filter((job) => job.account === account && job.reader === reader);
const cover = (account: string, reader = account): CoverJob => ({ type: 'cover', reader, account, depth: 'recent' });
const settled = (): Promise<void> =>
  until('all is at rest', async () => {
    const counts = await queues.counts();
    return [...counts.values()].every((one) =>
      ['waiting', 'prioritized', 'delayed', 'active'].every((state) => (one.get(state) ?? 0) === 0),
    );
  });

function finding(index: number, parts: Partial<FoundFinding> = {}): FoundFinding {
  return {
    code: 'log-missing',
    account: MEMBER,
    region: 'us-east-1',
    trail: 'main',
    bucket: 'logs',
    key: `key-${index}`,
    from: BEGAN,
    to: null,
    detail: 'it is gone',
    hint: 'look',
    chain: '0'.repeat(16),
    ...parts,
  };
}

describe.skipIf(missing !== null)('who is computed', { timeout: 20_000 }, () => {
  test('after a survey: every reader itself, and each account of its chains; its facts are told', async () => {
    const sweeps = [
      sweepOf(PAYER),
      { ...sweepOf(PAYER), account: MEMBER },
      { ...sweepOf(PAYER), account: MEMBER, region: 'eu-west-1' },
    ];
    await run({
      accounts: [PAYER, THIRD],
      sweeps: ({ account }) => (account.id === PAYER ? sweeps : []),
      cover: async (job) => (job.account === PAYER ? { others: [MEMBER] } : {}),
    });
    await until('all are there', async () => (await pairs()).length === 3);
    expect(await pairs()).toEqual(['1<1', '2<1', '3<3']);
    expect(await board.facts(THIRD)).toMatchObject({ account: THIRD, origin: 'configuration', sources: [] });
  });

  test('a member that only a look at its reader tells of, as when that may not be entered; young ones are let be', async () => {
    const others = [MEMBER, THIRD];
    await store.putCover({
      part: partOf({ account: THIRD, reader: PAYER }),
      chains: [],
      findings: empty(THIRD, PAYER),
    });
    await run({
      accounts: [PAYER],
      sweeps: () => [],
      cover: async (job) => (job.account === PAYER ? { others, looked: false } : {}),
    });
    await until('the member is there', async () => (await pairs()).includes('2<1'));
    await settled();
    expect([looks(MEMBER, PAYER).length, looks(THIRD, PAYER).length]).toEqual([1, 0]);
  });

  test('once, however much news there is of it within the delay, and once more for news while it runs', async () => {
    const release = Promise.withResolvers<void>();
    await run({ accounts: [], cover: async () => (await release.promise, {}) });
    await settled();
    for (let times = 0; times < 20; times += 1) await queues.cover(cover(MEMBER));
    await until('it is looked at', () => looks(MEMBER).length === 1);
    for (let times = 0; times < 20; times += 1) await queues.cover(cover(MEMBER));
    release.resolve();
    await until('it is looked at again', () => looks(MEMBER).length === 2);
    await settled();
    expect(looks(MEMBER)).toHaveLength(2);
  });

  test('also while the covers of one reader hang: they took every place, and nobody else was computed', async () => {
    const hanging = door();
    const real = performance.now.bind(performance);
    let later = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => real() + later);
    onTestFinished(() => clock.mockRestore());
    onTestFinished(() => hanging.open());
    await run({ accounts: [], cover: async ({ reader }) => (reader === PAYER ? hanging.wait.then(() => ({})) : {}) });
    const hang = (count: number) =>
      queues.cover(Array.from({ length: count }, (_, at) => cover(String(900_000_000_000 + count * 10 + at), PAYER)));
    await hang(2);
    await until('half of the places hang', () => work.calls.covers.length === 2);
    later = 60_000;
    await hang(6);
    await queues.preflight({ type: 'preflight', account: PAYER, by: 'ada' });
    await queues.cover(cover(THIRD));
    await until('another reader has its turn', () => looks(THIRD).length === 1);
    expect([work.calls.covers.length, work.calls.preflights]).toEqual([3, []]);
  });

  test('when its digests are judged, which are counted; and when a sweep found something or what is shown is old', async () => {
    let digests = [digestOf(MEMBER, 'a'), digestOf(MEMBER, 'b')];
    await run({ accounts: [], sweep: async () => found(digests) });
    await settled();
    await store.putCover({ part: partOf(cover(MEMBER)), chains: [], findings: empty(MEMBER) });
    await queues.sweeps([sweepOf(MEMBER)]);
    await until(
      'both are counted',
      async () => (await board.throughput()).reduce((sum, one) => sum + one.digests, 0) === 2,
    );
    expect((await board.throughput()).reduce((sum, { files }) => sum + files, 0)).toBe(4);
    expect([...(await store.ratesOf(Date.now()))]).toEqual([[MEMBER, 2]]);
    await settled();
    const after = looks(MEMBER).length;
    expect(after).toBeGreaterThan(0);
    digests = [];
    await queues.sweeps([sweepOf(MEMBER)]);
    await until('it was swept', () => work.calls.sweeps.length === 2);
    await settled();
    expect(looks(MEMBER)).toHaveLength(after);
    await store.putCover({
      part: partOf(cover(MEMBER), { at: Date.now() - HOUR }),
      chains: [],
      findings: empty(MEMBER),
    });
    await queues.sweeps([sweepOf(MEMBER)]);
    await until('it is looked at', () => looks(MEMBER).length > after);
  });

  test('over its whole length the first time, when that was long ago, and when somebody asks', async () => {
    await run({ accounts: [] });
    await settled();
    const ask = async (fullAt: number | null, depth: CoverJob['depth'] = 'recent') => {
      await store.putCover({ part: partOf(cover(MEMBER), { fullAt }), chains: [], findings: empty(MEMBER) });
      const before = looks(MEMBER).length;
      await queues.cover({ ...cover(MEMBER), depth });
      await until('it is looked at', () => looks(MEMBER).length > before);
      await settled();
      return looks(MEMBER).at(-1)?.depth;
    };
    const now = Date.now();
    expect([await ask(null), await ask(now - HOUR), await ask(now - 25 * HOUR)]).toEqual(['full', 'recent', 'full']);
    // A time to come would put the full look off for ever.
    expect([await ask(now + HOUR), await ask(now - HOUR, 'full')]).toEqual(['full', 'full']);
  });
});

const empty = (account: string, reader = account) => ({ account, reader, at: 0, findings: [], more: 0 });

describe.skipIf(missing !== null)('who is gone', { timeout: 20_000 }, () => {
  test('is taken off the board by a survey that was whole, and by no other', async () => {
    await store.putCover({ part: partOf(cover(THIRD)), chains: [], findings: empty(THIRD) });
    await run({ accounts: [MEMBER], problems: [PROBLEM] });
    await until('it was surveyed', async () => (await pairs()).includes('2<2'));
    await until('the survey has ended', async () => (await board.snapshot()).survey !== null);
    expect(await pairs()).toEqual(['2<2', '3<3']);
    await daemon?.close();
    await admin.del('{orgtrail}:marker');
    await run({ accounts: [MEMBER] });
    await until('it is gone', async () => (await pairs()).join() === '2<2');
  });

  test('a member that left its trail goes with a look that saw everything; one that nobody ever knew is not stored', async () => {
    for (const account of [MEMBER, THIRD])
      await store.putCover({ part: partOf(cover(account, PAYER)), chains: [], findings: empty(account, PAYER) });
    let looked = false;
    const gone = { account: THIRD, reader: PAYER };
    await run({
      accounts: [],
      cover: async (job) => {
        if (job.account === PAYER) return { others: [MEMBER], looked };
        return job.account === MEMBER ? {} : { part: partOf(job, { chains: 0, state: 'unknown' }) };
      },
    });
    await settled();
    // `accounts: []` is a whole survey of nobody, which has taken them off.
    for (const account of [MEMBER, THIRD])
      await store.putCover({ part: partOf(cover(account, PAYER)), chains: [], findings: empty(account, PAYER) });
    await queues.cover(cover(PAYER));
    await settled();
    expect(await pairs()).toEqual(['1<1', '2<1', '3<1']);
    looked = true;
    await queues.cover(cover(PAYER));
    await settled();
    expect(await pairs()).toEqual(['1<1', '2<1']);
    await queues.cover(cover(gone.account, gone.reader));
    await until('it was looked at', () => looks(THIRD, PAYER).length > 0);
    await settled();
    expect(await pairs()).toEqual(['1<1', '2<1']);
  });
});

describe.skipIf(missing !== null)('what is kept', { timeout: 20_000 }, () => {
  test('findings stand, are gone, and are counted as open; nothing is settled while nobody can look', async () => {
    let outcome: Partial<CoverOutcome> = { findings: [finding(0), finding(1)] };
    await run({ accounts: [], cover: async () => outcome });
    await settled();
    const seen = async () => {
      const before = looks(MEMBER).length;
      await queues.cover(cover(MEMBER));
      await until('it is looked at', () => looks(MEMBER).length > before);
      await settled();
      const [part] = await board.partsOf(MEMBER);
      const [list] = await board.findingsOf(MEMBER);
      return [part?.open, (list?.findings ?? []).filter(({ goneAt }) => goneAt !== null).length];
    };
    expect(await seen()).toEqual([2, 0]);
    const first = (await board.findingsOf(MEMBER))[0]?.findings[0]?.firstSeen;
    outcome = { findings: [], looked: false, since: Date.now() - 8 * 24 * HOUR };
    expect(await seen()).toEqual([2, 0]);
    outcome = { ...outcome, looked: true, findings: [finding(1)] };
    expect(await seen()).toEqual([1, 1]);
    expect((await board.findingsOf(MEMBER))[0]?.findings[0]?.firstSeen).toBe(first);
    outcome = { ...outcome, accepted: new Map([[findingId(finding(1)), { reason: 'known', by: 'ada', at: 1 }]]) };
    expect(await seen()).toEqual([0, 1]);
  });

  test('an acceptance that comes while a look runs is not lost by what the look writes', async () => {
    const one = finding(0);
    let hold = Promise.resolve();
    await run({ accounts: [], cover: async () => (await hold, { findings: [one] }) });
    await settled();
    await queues.cover(cover(MEMBER));
    await until('it is told', async () => (await board.findings()).length === 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const before = looks(MEMBER).length;
    await queues.cover(cover(MEMBER));
    await until('the look runs', () => looks(MEMBER).length > before);
    await store.markAccepted(MEMBER, findingId(one), { reason: 'planned', by: 'ada', at: Date.now() });
    resolve();
    await settled();
    expect((await board.findingsOf(MEMBER))[0]?.findings[0]?.accepted).toMatchObject({ by: 'ada' });
    expect((await board.partsOf(MEMBER))[0]?.open).toBe(0);
  });
});

describe.skipIf(missing !== null)('what only a full look knows', { timeout: 20_000 }, () => {
  const depths = () => looks(MEMBER).map(({ depth }) => depth);
  /** Found by full looks alone, as what began weeks ago is. */
  const old = finding(0, { from: formatIso(Date.now() - 30 * 24 * HOUR) });
  const looked = async (job: CoverJob, hold: Promise<void>): Promise<Partial<CoverOutcome>> => {
    await hold;
    const full = job.depth === 'full';
    return {
      part: { ...partOf(job), fullAt: Date.now() },
      findings: full ? [old] : [],
      since: full ? 0 : Date.now() - 8 * 24 * HOUR,
    };
  };
  const again = async () => {
    const before = looks(MEMBER).length;
    await queues.cover(cover(MEMBER));
    await until('it is looked at', () => looks(MEMBER).length > before);
    await settled();
  };
  const open = async () => (await board.partsOf(MEMBER))[0]?.open;

  test('is looked at again where Redis was emptied during a recent look: old findings were gone for a day', async () => {
    let hold = Promise.resolve();
    await run({ accounts: [], cover: (job) => looked(job, hold) });
    await settled();
    await again();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    await queues.cover(cover(MEMBER));
    await until('the look runs', () => looks(MEMBER).length === 2);
    await admin.del(BOARD_KEYS.parts, BOARD_KEYS.findings);
    resolve();
    await settled();
    expect((await board.partsOf(MEMBER))[0]?.fullAt).toBeNull();
    await again();
    expect(depths()).toEqual(['full', 'recent', 'full']);
    expect(await open()).toBe(1);
  });

  test('is looked at again where the findings cannot be read: old ones were gone for a day', async () => {
    await run({ accounts: [], cover: (job) => looked(job, Promise.resolve()) });
    await settled();
    await again();
    await admin.hset(BOARD_KEYS.findings, `${MEMBER}:${MEMBER}`, '{}');
    await again();
    await again();
    expect(depths()).toEqual(['full', 'full', 'recent']);
    expect(await open()).toBe(1);
  });
});

describe.skipIf(missing !== null)('a flush of Redis', { timeout: 30_000 }, () => {
  test('in the middle of the work is made up for: everything comes back, and the board says meanwhile that it does', async () => {
    const accounts = Array.from({ length: 30 }, (_, index) => String(400_000_000_000 + index));
    let slow = true;
    await run({
      accounts,
      cover: async (job) => {
        if (slow) await new Promise((done) => setTimeout(done, 50));
        return {
          part: partOf(job),
          findings: job.account === accounts[3] ? [finding(0, { account: job.account })] : [],
        };
      },
    });
    const complete = async () => (await board.parts()).parts.length === accounts.length;
    await until('some are there', async () => (await board.parts()).parts.length >= 5);
    expect(await board.rebuilding()).not.toBeNull();
    await admin.flushall();
    expect(await complete()).toBe(false);
    expect(await board.rebuilding()).toMatchObject({ known: expect.any(Number) });
    await until('all are there', complete, 15_000);
    slow = false;
    await until('it is over', async () => (await board.rebuilding()) === null, 15_000);
    expect((await board.parts()).parts.map(({ account }) => account).toSorted()).toEqual(accounts);
    expect((await board.findings()).map(({ account }) => account)).toEqual([accounts[3]]);
    for (const account of accounts) expect(await board.facts(account)).toMatchObject({ account });
    expect(await admin.zcard(BOARD_KEYS.listed)).toBe(accounts.length);
  });
});
