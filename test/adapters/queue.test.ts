import { hash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseCollectJob, parseDiscoverJob } from '../../src/adapters/queue-jobs.ts';
import { QUEUE_TIMING, startWorker, type JobContext, type RunningWorker } from '../../src/adapters/queue-worker.ts';
import { openQueues, type Queues } from '../../src/adapters/queue.ts';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import type { DigestJob } from '../../src/core/job.ts';
import { OperatingError } from '../../src/errors.ts';
import { digestOf, door, keptLog, sweepOf, until } from '../daemon/fake.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';

const ACCOUNT = '222222222222';

type Job = DigestJob | ReturnType<typeof parseDiscoverJob>;

let redis: RedisServer;
let admin: Redis;
let connections: Connections;
let queues: Queues;
let workers: RunningWorker[];
let bugs: unknown[];

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});

afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

beforeEach(async () => {
  await admin.flushall();
  connections = createConnections({ url: redis.url, password: null, tls: null }, keptLog().log);
  queues = openQueues(connections, { attempts: 3, maxWaiting: 700 });
  workers = [];
  bugs = [];
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop(1000)));
  await queues.close();
  await connections.close(500);
});

function work(
  handle: (job: Job, context: JobContext) => Promise<Record<string, unknown>>,
  options: { concurrency?: number; lockMs?: number } = {},
): RunningWorker {
  const shared = {
    concurrency: options.concurrency ?? 1,
    timing: { ...QUEUE_TIMING, backoffMs: 20, stalledMs: 500, lockMs: options.lockMs ?? 2000 },
    handle,
    onBug: (error: unknown) => bugs.push(error),
    log: keptLog().log,
  };
  const both = [
    startWorker(connections, { ...shared, queue: 'collect', parse: parseCollectJob }),
    startWorker(connections, { ...shared, queue: 'discover', parse: parseDiscoverJob }),
  ];
  workers.push(...both);
  return {
    stop: async (graceMs) => (await Promise.all(both.map((worker) => worker.stop(graceMs)))).every(Boolean),
  };
}

const collect = () => queues.all.find((queue) => queue.name === 'collect') ?? expect.unreachable();
const discover = () => queues.all.find((queue) => queue.name === 'discover') ?? expect.unreachable();
const failedReason = async () => (await discover().getFailed())[0]?.failedReason;

test('three sweeps of a chain that is being swept become exactly one more', async () => {
  const first = door();
  let runs = 0;
  work(
    async () => {
      runs += 1;
      if (runs === 1) await first.wait;
      return {};
    },
    { concurrency: 4 },
  );
  await queues.sweeps([sweepOf(ACCOUNT)]);
  await until('the first sweep runs', () => runs === 1);
  for (let tick = 0; tick < 3; tick += 1) await queues.sweeps([sweepOf(ACCOUNT)]);
  expect(runs).toBe(1);
  first.open();
  await until('the further sweep is done', async () => (await discover().getCompletedCount()) === 2);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(runs).toBe(2);
});

test('a digest waits once, and may be judged again when it is done', async () => {
  const job = digestOf(ACCOUNT, "AWSLogs/odd:key/with 'signs'.json.gz");
  await queues.digests([job]);
  await queues.digests([job]);
  expect(await collect().getJobCountByTypes('waiting', 'prioritized')).toBe(1);
  expect(await admin.exists(`{orgtrail}:collect:de:${hash('sha256', `${job.bucket}\n${job.key}`)}`)).toBe(1);
  let runs = 0;
  work(async () => ({ run: (runs += 1) }));
  await until('the digest is judged', () => runs === 1);
  await until('it counts as done', async () => (await collect().getCompletedCount()) === 1);
  await queues.digests([job]);
  await until('it is judged again', () => runs === 2);
});

test('digests beyond the bound are left for the next sweep', async () => {
  const jobs = Array.from({ length: 1200 }, (_, at) => digestOf(ACCOUNT, `digest-${at}`));
  expect(await queues.digests(jobs)).toEqual({ added: 700, held: 500 });
  expect(await collect().getJobCountByTypes('waiting', 'prioritized')).toBe(700);
  expect(await queues.digests(jobs)).toEqual({ added: 0, held: 1200 });
});

test('sweeps and digests do not wait for each other: on one queue either starved the other', async () => {
  const never = door();
  await queues.digests([digestOf(ACCOUNT, 'a'), digestOf(ACCOUNT, 'b')]);
  await queues.sweeps([sweepOf(ACCOUNT)]);
  const order: string[] = [];
  work(async (job) => {
    order.push(job.type === 'digest' ? job.key : job.type);
    if (order.length === 1) await never.wait;
    return {};
  });
  await until('one hangs, and the other queue goes on', () => order.includes('sweep') && order.includes('a'));
  never.open();
  await until('all three ran', () => order.length === 3);
  expect(order.toSorted()).toEqual(['a', 'b', 'sweep']);
});

test('what may succeed later is tried again, what cannot is not', async () => {
  let runs = 0;
  const error = (retryable: boolean) =>
    new OperatingError({
      code: 'blocked-access',
      message: 'no entry to 222222222222',
      hint: 'add s3:GetObject',
      retryable,
    });
  work(async (job) => {
    runs += 1;
    if (job.type === 'sweep') throw error(false);
    if (runs < 3) throw error(true);
    return { ok: true };
  });
  await queues.digests([digestOf(ACCOUNT, 'late')]);
  await until('the third attempt succeeds', async () => (await collect().getCompletedCount()) === 1);
  expect(runs).toBe(3);
  await queues.sweeps([sweepOf(ACCOUNT)]);
  await until('the sweep fails', async () => (await discover().getFailedCount()) === 1);
  expect(runs).toBe(4);
  expect(await failedReason()).toBe('blocked-access: no entry to 222222222222 (add s3:GetObject)');
  expect(bugs).toEqual([]);
});

test('an error that nobody planned fails the job for good and is told', async () => {
  work(async () => {
    throw new TypeError('undefined is not a chain');
  });
  await queues.sweeps([sweepOf(ACCOUNT)]);
  await until('it fails', async () => (await discover().getFailedCount()) === 1);
  expect(await failedReason()).toBe('internal error: undefined is not a chain');
  expect(bugs).toEqual([new TypeError('undefined is not a chain')]);
});

test.each([
  ['foreign fields', { ...sweepOf(ACCOUNT), role: 'arn:aws:iam::999999999999:role/evil' }],
  ['a wrong account', { ...sweepOf(ACCOUNT), reader: '../../etc' }],
  ['an unknown type', { type: 'shell', command: 'id' }],
  ['a list', [1, 2]],
  ['a polluted prototype', JSON.parse('{"__proto__":{"type":"sweep"}}') as object],
])('poisoned job data is refused without being worked on: %s', async (_name, data) => {
  let runs = 0;
  work(async () => ({ run: (runs += 1) }));
  await discover().add('sweep', data);
  await until('it is refused', async () => (await discover().getFailedCount()) === 1);
  expect(await failedReason()).toMatch(/^job-refused: /);
  expect(await failedReason()).not.toMatch(/evil|etc|command: id/);
  expect((await discover().getFailed())[0]?.attemptsMade).toBe(1);
  expect(runs).toBe(0);
});

test('a job whose lock another worker took is told to stop', async () => {
  let reason: unknown = null;
  let runs = 0;
  work(
    async (_job, { signal }) => {
      runs += 1;
      if (runs > 1) return {};
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reason = signal.reason;
      return {};
    },
    { lockMs: 600 },
  );
  await queues.sweeps([sweepOf(ACCOUNT)]);
  await until('it runs', () => runs === 1);
  const [lock = ''] = await admin.keys('{orgtrail}:discover:*:lock');
  await admin.set(lock, 'somebody else');
  await until('it is told', () => reason !== null);
  expect(reason).toBe('lock lost');
});

test('a worker that stops hands its job back without costing an attempt, and another one takes it', async () => {
  const hung: string[] = [];
  const first = work(async () => {
    hung.push('first');
    return new Promise(() => undefined); // heeds no signal at all
  });
  await queues.sweeps([sweepOf(ACCOUNT)]);
  await until('the first worker has it', () => hung.length === 1);
  const started = Date.now();
  expect(await first.stop(1500)).toBe(true);
  expect(Date.now() - started).toBeLessThan(1500);
  expect(await discover().getJobCountByTypes('waiting', 'prioritized')).toBe(1);
  work(async () => ({ by: 'second' }));
  await until('the second one did it', async () => (await discover().getCompletedCount()) === 1);
  const done = (await discover().getCompleted())[0];
  expect([done?.returnvalue, done?.attemptsMade]).toEqual([{ by: 'second' }, 1]);
});

test('a running job that can finish in time is let finish', async () => {
  let runs = 0;
  const worker = work(async () => {
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { whole: true };
  });
  await queues.sweeps([sweepOf(ACCOUNT)]);
  await until('it runs', () => runs === 1);
  expect(await worker.stop(3000)).toBe(true);
  expect((await discover().getCompleted())[0]?.returnvalue).toEqual({ whole: true });
});

test('the same tick is queued once, and its id has no colon', async () => {
  const job = { type: 'collect', depth: 'recent', cause: 'schedule' } as const;
  await queues.discover(job, 'collect@2026-11-21T00.15.00');
  await queues.discover(job, 'collect@2026-11-21T00.15.00');
  const counts = (await queues.counts()).get('discover');
  expect(counts?.get('waiting')).toBe(1);
});

test('every connection is closed, the ones that BullMQ made for itself included', async () => {
  await queues.counts(); // now the connections of this test's own frame stand
  const before = await clients();
  const own = createConnections({ url: redis.url, password: null, tls: null }, keptLog().log);
  const ownQueues = openQueues(own, { attempts: 1 });
  await ownQueues.sweeps([sweepOf(ACCOUNT)]);
  own.worker().duplicate();
  await until('they stand', async () => (await clients()) >= before + 3);
  await own.close(500);
  await until('they are gone', async () => (await clients()) === before);
  expect(own.trouble()).toBeNull();
});

async function clients(): Promise<number> {
  return String(await admin.client('LIST'))
    .trim()
    .split('\n').length;
}
