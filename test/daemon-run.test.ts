/** The daemon over a real Redis: rounds, what a flush, a crash or a hang of Redis does, and stopping. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDaemon, type Daemon } from '../src/daemon.ts';
import type { DaemonOptions } from '../src/daemon/stage.ts';
import type { Problem } from '../src/core/source.ts';
import {
  digestOf,
  door,
  fakeWork,
  FAST,
  found,
  keptLog,
  sweepOf,
  systemClock,
  testConfig,
  until,
} from './daemon/fake.ts';
import { startRedis, type RedisServer } from './stack/redis.ts';

const ACCOUNT = '222222222222';

let redis: RedisServer;
let admin: Redis;
let daemons: Daemon[];

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
  admin.on('error', () => undefined); // Redis is killed on purpose
});

afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

beforeEach(async () => {
  await admin.flushall();
  daemons = [];
});

afterEach(async () => {
  await Promise.all(daemons.map((daemon) => daemon.close()));
});

async function start(options: Partial<DaemonOptions> = {}): Promise<Daemon> {
  const daemon = await startDaemon({
    config: testConfig({ redisUrl: redis.url }),
    work: fakeWork(),
    clock: systemClock,
    log: keptLog().log,
    role: 'all',
    passwords: { redis: null, http: null },
    timing: FAST,
    ...options,
  });
  daemons.push(daemon);
  return daemon;
}

const ready = async (daemon: Daemon) => (await daemon.readiness()).ok;
const reasons = async (daemon: Daemon) => (await daemon.readiness()).reasons.map((reason) => reason.code);

test('the first start surveys, sweeps everything in full, judges what it finds and becomes ready', async () => {
  const digests = [digestOf(ACCOUNT, 'one'), digestOf(ACCOUNT, 'two')];
  const looking = door();
  const reconcile = async () => {
    await looking.wait;
    return {};
  };
  const work = fakeWork({ sweep: async () => found(digests), reconcile });
  const daemon = await start({ work });
  expect(await ready(daemon)).toBe(false);
  looking.open();
  await until('it is ready', () => ready(daemon));
  await until('both digests are judged', () => work.calls.digests.length === 2);
  expect(work.calls.sweeps).toEqual([sweepOf(ACCOUNT, 'full')]);
  expect(work.calls.digests.map((job) => job.key)).toEqual(['one', 'two']);
  expect([work.calls.discover, work.calls.reconcile]).toEqual([1, 1]);
});

test('a collect tick sweeps what is known, recent only, without another survey', async () => {
  const work = fakeWork();
  await start({ work, config: testConfig({ redisUrl: redis.url, schedules: { collect: '* * * * * *' } }) });
  await until('ticks have swept', () => work.calls.sweeps.length >= 3);
  expect(work.calls.discover).toBeLessThanOrEqual(2); // the first tick may come before the first survey has ended
  expect(work.calls.sweeps[0]?.depth).toBe('full');
  expect(work.calls.sweeps.at(-1)?.depth).toBe('recent');
});

test('an account that cannot be planned holds up no other', async () => {
  const work = fakeWork({
    accounts: ['333333333333', ACCOUNT],
    sweep: async (job) => ({
      ...found([]),
      problem: job.account === ACCOUNT ? null : { code: 'blocked-access', detail: 'no', hint: 'ask' },
    }),
  });
  await start({ work });
  await until('both were swept', () => work.calls.sweeps.length === 2);
  await until(
    'the problem is kept',
    async () =>
      (
        await admin.hget(
          '{orgtrail}:state',
          `chain:arn:aws:cloudtrail:us-east-1:333333333333:trail/main|333333333333|us-east-1`,
        )
      )?.includes('blocked-access') === true,
  );
  expect(
    await admin.zscore(
      '{orgtrail}:clean',
      `arn:aws:cloudtrail:us-east-1:333333333333:trail/main|333333333333|us-east-1`,
    ),
  ).toBeNull();
});

test('after FLUSHALL it is not ready, finds everything again by itself within seconds, and sweeps in full', async () => {
  const work = fakeWork({ sweep: async () => found([digestOf(ACCOUNT, 'kept')]) });
  const daemon = await start({ work, timing: { ...FAST, watchdogMs: 500 } });
  await until('it is ready', () => ready(daemon));
  await admin.flushall();
  expect(await ready(daemon)).toBe(false);
  await until('it is ready again', () => ready(daemon), 5000);
  expect(work.calls.discover).toBe(2);
  expect(work.calls.sweeps.map((job) => job.depth)).toEqual(['full', 'full']);
  await until('the digest is judged again', () => work.calls.digests.length === 2);
});

test('a round that does not end is started again, and readiness says which chain waits', async () => {
  let offset = 0;
  const work = fakeWork();
  const daemon = await start({ work, clock: { now: () => Date.now() + offset } });
  await until('it is ready', () => ready(daemon));
  offset = 4 * 3600_000;
  expect(await daemon.readiness()).toMatchObject({
    ok: false,
    reasons: [{ code: 'round', detail: expect.stringContaining('|222222222222|us-east-1') as string }],
  });
  await until('the watchdog made up for it', () => ready(daemon), 5000);
  expect(work.calls.sweeps.map((job) => job.depth)).toEqual(['full', 'recent']);
});

test('an unfit archive and an empty organization are not ready', async () => {
  const unfit: Problem = { code: 'archive-unfit', detail: 'ignores If-None-Match', hint: 'use S3' };
  const work = fakeWork({
    accounts: [],
    reconcile: async () => ({ problems: [unfit, { ...unfit, code: 'object-lock-off' }] }),
  });
  const daemon = await start({ work });
  await until('both are said', async () => {
    const { reasons: all } = await daemon.readiness();
    return (
      all.length === 2 &&
      all.some(({ detail }) => detail.startsWith('archive-unfit')) &&
      all.some(({ detail }) => detail.includes('no chain'))
    );
  });
  expect((await reasons(daemon)).toSorted()).toEqual(['archive', 'round']);
});

test('two daemons share the work, and a job of one that hangs at its end is done by the other', async () => {
  const stuck = door();
  const hung: string[] = [];
  const first = fakeWork({
    sweep: async (job) => {
      hung.push(job.account);
      await stuck.wait;
      return found([]);
    },
  });
  const one = await start({ work: first });
  await until('the first one has it', () => hung.length === 1);
  const second = fakeWork();
  await start({ work: second, role: 'worker' });
  const started = Date.now();
  await one.close();
  expect(Date.now() - started).toBeLessThan(4000);
  await until('the second one does it', () => second.calls.sweeps.length === 1);
  stuck.open();
});

test('Redis dies and comes back empty: running on, red within seconds, and green again by itself', async () => {
  const work = fakeWork();
  const daemon = await start({ work });
  await until('it is ready', () => ready(daemon));
  await redis.kill();
  await until('it is red', async () => (await reasons(daemon)).join() === 'redis', 5000);
  const response = await fetch(`${daemon.url}/readyz`);
  expect([response.status, (await response.text()).includes('Redis cannot be used')]).toEqual([503, true]);
  redis = await startRedis({ port: redis.port });
  await until('it is ready again', () => ready(daemon), 12_000);
  expect(work.calls.sweeps.length).toBeGreaterThanOrEqual(2);
}, 20_000);

test('Redis hangs: probes answer in time, and stopping keeps its grace', async () => {
  const daemon = await start({ config: testConfig({ redisUrl: redis.url, limits: { shutdownGraceSeconds: 3 } }) });
  await until('it is ready', () => ready(daemon));
  process.kill(redis.pid, 'SIGSTOP');
  try {
    const asked = Date.now();
    const [readyz, metrics] = await Promise.all(['/readyz', '/metrics'].map((path) => fetch(`${daemon.url}${path}`)));
    expect([readyz?.status, metrics?.status]).toEqual([503, 200]);
    expect(await metrics?.text()).toContain('orgtrail_redis_up 0');
    expect(Date.now() - asked).toBeLessThan(5000);
    const page = await fetch(`${daemon.url}/api/system`);
    expect([page.status, (await page.text()).includes('redis-unreachable')]).toEqual([200, true]);
    const closing = Date.now();
    await daemon.close();
    expect(Date.now() - closing).toBeLessThan(3500);
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
}, 20_000);

test('it starts while Redis is away, and says why it is not ready', async () => {
  const daemon = await start({
    config: testConfig({ redisUrl: 'redis://127.0.0.1:1', limits: { shutdownGraceSeconds: 2 } }),
  });
  await until(
    'it says why',
    async () => (await daemon.readiness()).reasons[0]?.detail.includes('ECONNREFUSED') === true,
  );
  const closing = Date.now();
  await daemon.close();
  expect(Date.now() - closing).toBeLessThan(2500);
});

test('two daemons fire once a tick', async () => {
  const works = [fakeWork(), fakeWork()];
  const config = testConfig({ redisUrl: redis.url, schedules: { reconcile: '* * * * * *' } });
  const began = Date.now();
  for (const work of works) {
    await start({ work, config });
    // Two that start at the very same time catch up twice, which is harmless and not what is counted here.
    await until('it has caught up', async () => (await admin.exists('{orgtrail}:marker')) === 1);
  }
  const total = () => works.reduce((sum, work) => sum + work.calls.reconcile, 0);
  await until('three ticks and the first catch-up were worked on', () => total() >= 4);
  const ticks = Math.floor((Date.now() - began) / 1000) + 1;
  expect(total()).toBeLessThanOrEqual(ticks + 1);
  expect((await admin.keys('{orgtrail}:tick:*')).length).toBeGreaterThanOrEqual(total() - 1);
}, 10_000);

test('nothing is served where http is switched off', async () => {
  const daemon = await start({ config: testConfig({ redisUrl: redis.url, http: { enabled: false } }) });
  expect(daemon.url).toBeNull();
});
