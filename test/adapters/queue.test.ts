/** The queues on a real Redis: what is added twice, tried again, refused, handed back and closed. */
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { JobContext, RunningWorker } from '../../src/adapters/queue-worker.ts';
import { openQueues } from '../../src/adapters/queue.ts';
import { createConnections } from '../../src/adapters/redis.ts';
import { OperatingError } from '../../src/errors.ts';
import { digestOf, door, keptLog, sweepOf, until } from '../daemon/fake.ts';
import { queueGround, type JobOf, type WorkOptions } from './queue-ground.ts';

const ACCOUNT = '222222222222';

const ground = queueGround({ attempts: 3, maxWaiting: 700 });

/** A process of its own: it takes digests and what stands on the discover queue, and is stopped as one. */
function work(
  handle: (job: JobOf<'collect' | 'discover'>, context: JobContext) => Promise<Record<string, unknown>>,
  options: WorkOptions = {},
): RunningWorker {
  const both = [ground.work('collect', handle, options), ground.work('discover', handle, options)];
  return {
    stop: async (graceMs) => (await Promise.all(both.map((worker) => worker.stop(graceMs)))).every(Boolean),
  };
}

const collect = () => ground.queue('collect');
const discover = () => ground.queue('discover');
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
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
  await until('the first sweep runs', () => runs === 1);
  for (let tick = 0; tick < 3; tick += 1) await ground.queues.sweeps([sweepOf(ACCOUNT)]);
  expect(runs).toBe(1);
  first.open();
  await until('the further sweep is done', async () => (await discover().getCompletedCount()) === 2);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(runs).toBe(2);
});

test('a digest waits once, and may be judged again when it is done', async () => {
  const job = digestOf(ACCOUNT, "AWSLogs/odd:key/with 'signs'.json.gz");
  await ground.queues.digests([job]);
  await ground.queues.digests([job]);
  expect(await collect().getJobCountByTypes('waiting', 'prioritized')).toBe(1);
  expect(await ground.admin.exists(`{orgtrail}:collect:de:${hash('sha256', `${job.bucket}\n${job.key}`)}`)).toBe(1);
  let runs = 0;
  work(async () => ({ run: (runs += 1) }));
  await until('the digest is judged', () => runs === 1);
  await until('it counts as done', async () => (await collect().getCompletedCount()) === 1);
  await ground.queues.digests([job]);
  await until('it is judged again', () => runs === 2);
});

test('digests beyond the bound are left for the next sweep', async () => {
  const jobs = Array.from({ length: 1200 }, (_, at) => digestOf(ACCOUNT, `digest-${at}`));
  expect(await ground.queues.digests(jobs)).toEqual({ added: 700, held: 500 });
  expect(await collect().getJobCountByTypes('waiting', 'prioritized')).toBe(700);
  expect(await ground.queues.digests(jobs)).toEqual({ added: 0, held: 1200 });
});

test('sweeps and digests do not wait for each other: on one queue either starved the other', async () => {
  const never = door();
  await ground.queues.digests([digestOf(ACCOUNT, 'a'), digestOf(ACCOUNT, 'b')]);
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
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
  await ground.queues.digests([digestOf(ACCOUNT, 'late')]);
  await until('the third attempt succeeds', async () => (await collect().getCompletedCount()) === 1);
  expect(runs).toBe(3);
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
  await until('the sweep fails', async () => (await discover().getFailedCount()) === 1);
  expect(runs).toBe(4);
  expect(await failedReason()).toBe('blocked-access: no entry to 222222222222 (add s3:GetObject)');
  expect(ground.bugs).toEqual([]);
});

test('an error that nobody planned fails the job for good and is told', async () => {
  work(async () => {
    throw new TypeError('undefined is not a chain');
  });
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
  await until('it fails', async () => (await discover().getFailedCount()) === 1);
  expect(await failedReason()).toBe('internal error: undefined is not a chain');
  expect(ground.bugs.splice(0)).toEqual([new TypeError('undefined is not a chain')]);
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
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
  await until('it runs', () => runs === 1);
  const [lock = ''] = await ground.admin.keys('{orgtrail}:discover:*:lock');
  await ground.admin.set(lock, 'somebody else');
  await until('it is told', () => reason !== null);
  expect(reason).toBe('lock lost');
});

test('a worker that stops hands its job back without costing an attempt, and another one takes it', async () => {
  const hung: string[] = [];
  const first = work(async () => {
    hung.push('first');
    return new Promise(() => undefined); // heeds no signal at all
  });
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
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
  await ground.queues.sweeps([sweepOf(ACCOUNT)]);
  await until('it runs', () => runs === 1);
  expect(await worker.stop(3000)).toBe(true);
  expect((await discover().getCompleted())[0]?.returnvalue).toEqual({ whole: true });
});

test('the same tick is queued once, and its id has no colon', async () => {
  const job = { type: 'collect', depth: 'recent', cause: 'schedule' } as const;
  await ground.queues.discover(job, 'collect@2026-11-21T00.15.00');
  await ground.queues.discover(job, 'collect@2026-11-21T00.15.00');
  const counts = (await ground.queues.counts()).get('discover');
  expect(counts?.get('waiting')).toBe(1);
});

test('every connection is closed, the ones that BullMQ made for itself included', async () => {
  await ground.queues.counts(); // now the connections of this test's own frame stand
  const before = await clients();
  const own = createConnections({ url: ground.redis.url, password: null, tls: null }, keptLog().log);
  const ownQueues = openQueues(own, { attempts: 1 });
  await ownQueues.sweeps([sweepOf(ACCOUNT)]);
  own.worker().duplicate();
  await until('they stand', async () => (await clients()) >= before + 3);
  await own.close(500);
  await until('they are gone', async () => (await clients()) === before);
  expect(own.trouble()).toBeNull();
});

async function clients(): Promise<number> {
  return String(await ground.admin.client('LIST'))
    .trim()
    .split('\n').length;
}
