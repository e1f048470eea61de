/** What the pages are told of the queues, with real jobs on a real Redis: running, failed, delayed, and forged ones. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { QueueName } from '../../src/adapters/queue-jobs.ts';
import { Postponed } from '../../src/adapters/queue-worker.ts';
import type { CoverPart } from '../../src/core/board/cover.ts';
import { createJobsReader, type WorkBoard } from '../../src/daemon/jobs-reader.ts';
import { OperatingError } from '../../src/errors.ts';
import type { JobsReader } from '../../src/web/sources.ts';
import { queueGround } from '../adapters/queue-ground.ts';
import { digestOf, door, sweepOf, until } from './fake.ts';

const [ONE, TWO] = ['222222222222', '333333333333'];
let now: number;
let parts: CoverPart[];
let rates: Map<string, number>;
let reader: JobsReader;

const board: WorkBoard = {
  parts: async () => ({ parts, unreadable: 0 }),
  ratesOf: async () => rates,
};

const ground = queueGround({ attempts: 2 });
beforeEach(() => {
  [now, parts, rates] = [Date.now(), [], new Map()];
  reader = createJobsReader(ground.queues, board, { now: () => now });
});

const trouble = (message: string, retryable = false): OperatingError =>
  new OperatingError({ code: 'blocked-access', message, hint: 'let the role read the bucket', retryable });

const failures = async (count: number) =>
  until(`${count} jobs failed`, async () => (await ground.queue('collect').getFailedCount()) === count);

describe('what runs', () => {
  test('a sweep tells which chain, since when, and what it has done so far, once a second', async () => {
    const end = door();
    ground.work('discover', async (_job, context) => {
      for (let listed = 1; listed <= 500; listed += 1) context.progress({ listed, captured: 1 });
      await new Promise((later) => setTimeout(later, 1100));
      context.progress({ listed: 700, captured: 3 });
      await end.wait;
      return {};
    });
    await ground.queues.sweeps([sweepOf(ONE, 'full')]);
    await until(
      'it runs',
      async () => (await reader.running())[0]?.progress !== null && (await reader.running()).length > 0,
    );
    const [job] = await reader.running();
    expect(job).toEqual({
      queue: 'discover',
      id: expect.any(String),
      what: 'sweep',
      account: ONE,
      region: 'us-east-1',
      trail: 'main',
      depth: 'full',
      since: expect.any(Number),
      progress: { listed: 1, captured: 1 },
    });
    expect(Math.abs(now - (job?.since ?? 0))).toBeLessThan(10_000);
    await until('it has told again', async () => (await reader.running())[0]?.progress?.listed === 700);
    expect((await reader.running())[0]?.progress).toEqual({ listed: 700, captured: 3 });
    end.open();
    await until('it is through', async () => (await reader.running()).length === 0);
  });

  test('waiting and postponed jobs do not run, and are counted', async () => {
    ground.work('collect', async () => {
      throw new Postponed(60_000);
    });
    await ground.queues.digests([digestOf(ONE, 'a')]);
    await until('it is delayed', async () => (await ground.queue('collect').getDelayedCount()) === 1);
    await ground.queues.sweeps([sweepOf(ONE), sweepOf(TWO)]);
    expect(await reader.running()).toEqual([]);
    const counts = await reader.counts();
    expect(counts.get('collect')?.get('delayed')).toBe(1);
    expect(counts.get('discover')?.get('prioritized')).toBe(2);
  });

  test('of more than two hundred active jobs the first two hundred are told', async () => {
    const batch = ground.admin.pipeline();
    for (let at = 0; at < 300; at += 1) {
      batch.hset(
        `{orgtrail}:collect:${at}`,
        'data',
        JSON.stringify(digestOf(ONE, `k${at}`)),
        'processedOn',
        String(at + 1),
        'timestamp',
        '1',
        'opts',
        '{}',
        'name',
        'digest',
      );
      batch.lpush('{orgtrail}:collect:active', String(at));
    }
    await batch.exec();
    expect(await reader.running()).toHaveLength(200);
  });
});

describe('what has failed', () => {
  test('is told by account, most first, with the newest reason, and job by job, newest first', async () => {
    ground.work('collect', async (job) => {
      throw trouble(`cannot read ${job.key}`, job.key === 'again');
    });
    await ground.queues.digests([digestOf(TWO, 'x')]);
    await failures(1);
    await ground.queues.digests([digestOf(ONE, 'first')]);
    await failures(2);
    await ground.queues.digests([digestOf(ONE, 'again')]);
    await failures(3);
    const accounts = await reader.failedByAccount();
    expect(accounts).toEqual([
      {
        account: ONE,
        jobs: 2,
        newest: expect.any(Number),
        reason: 'blocked-access: cannot read again (let the role read the bucket)',
      },
      {
        account: TWO,
        jobs: 1,
        newest: expect.any(Number),
        reason: 'blocked-access: cannot read x (let the role read the bucket)',
      },
    ]);
    const all = await reader.failed({ account: null, offset: 0, limit: 10 });
    expect(all.total).toBe(3);
    expect(all.jobs.map(({ object, attempts }) => [object, attempts])).toEqual([
      ['s3://member-bucket/again', 2],
      ['s3://member-bucket/first', 1],
      ['s3://member-bucket/x', 1],
    ]);
    expect(all.jobs[0]).toMatchObject({
      queue: 'collect',
      what: 'digest',
      account: ONE,
      region: 'us-east-1',
      trail: 'main',
    });
    expect(await ground.queue('collect').getJob(all.jobs[0]?.id ?? '')).toBeDefined();
    const second = await reader.failed({ account: ONE, offset: 1, limit: 1 });
    expect([second.total, second.jobs.map(({ object }) => object)]).toEqual([2, ['s3://member-bucket/first']]);
  });

  test('a job that is none of ours is told without a word of what it holds, and with its reason bounded', async () => {
    ground.work('collect', async () => ({}));
    await ground.queue('collect').add('digest', { ...digestOf(ONE, 'k'), account: '<img src=x>' }, { attempts: 1 });
    await failures(1);
    const { jobs } = await reader.failed({ account: '', offset: 0, limit: 10 });
    expect(jobs).toEqual([
      expect.objectContaining({ what: 'not a job of ours', account: null, region: null, trail: null, object: null }),
    ]);
    expect(jobs[0]?.reason).toMatch(/^job-refused: /);
    expect((await reader.failedByAccount()).map(({ account }) => account)).toEqual(['']);
    const id = jobs[0]?.id ?? '';
    await ground.admin.hset(
      `{orgtrail}:collect:${id}`,
      'failedReason',
      'r'.repeat(10_000),
      'finishedOn',
      '9000000000000000',
      'atm',
      '-3',
    );
    now += 2000;
    const [forged] = (await reader.failed({ account: null, offset: 0, limit: 10 })).jobs;
    expect([forged?.reason.length, forged?.failedAt, forged?.attempts]).toEqual([500, null, 0]);
  });

  test('a job that cannot be read at all hides no other', async () => {
    await failed('collect', { id: 'fine', data: digestOf(ONE, 'k'), at: 1 });
    await failed('collect', { id: 'odd', data: {}, at: 2 });
    await ground.admin.hset('{orgtrail}:collect:odd', 'data', '{');
    await ground.admin.lpush('{orgtrail}:collect:active', 'odd');
    const { jobs } = await reader.failed({ account: null, offset: 0, limit: 10 });
    expect(jobs.map(({ id, what, reason }) => [id, what, reason])).toEqual([
      ['fine', 'digest', 'it broke'],
      ['odd', 'not a job of ours', 'its record in Redis cannot be read'],
    ]);
    expect(await reader.running()).toMatchObject([{ id: 'odd', what: 'not a job of ours', account: null }]);
  });

  test('jobs of every queue are named for what they are', async () => {
    const trail = { reader: ONE, account: TWO, region: 'us-east-1', trailArn: sweepOf(ONE).trailArn };
    const jobs: readonly (readonly [QueueName, object, string, string | null])[] = [
      ['discover', { type: 'discover', depth: 'full', cause: 'start' }, 'survey of all accounts', null],
      ['discover', { type: 'collect', depth: 'recent', cause: 'schedule' }, 'sweeps of all accounts', null],
      ['discover', { type: 'sweep', depth: 'recent', ...trail }, 'sweep', TWO],
      ['collect', digestOf(ONE, 'k'), 'digest', ONE],
      ['cover', { type: 'cover', depth: 'full', reader: ONE, account: TWO }, 'coverage', TWO],
      ['cover', { type: 'preflight', account: ONE, by: 'alice' }, 'preflight', ONE],
      ['reconcile', { type: 'reconcile', cause: 'schedule' }, 'look at the archive', null],
      ['reconcile', { type: 'apply', plan: '0123456789abcdef', by: 'alice' }, 'apply', null],
    ];
    for (const [at, [name, data]] of jobs.entries()) await failed(name, { id: `job-${at}`, data, at: at + 1 });
    const told = (await reader.failed({ account: null, offset: 0, limit: 20 })).jobs;
    expect(told.map(({ queue: from, what, account }) => [from, what, account]).toReversed()).toEqual(
      jobs.map(([name, , what, account]) => [name, what, account]),
    );
  });

  test('of each queue two thousand are looked through, newest first, once a second however many look', async () => {
    for (let at = 0; at < 2100; at += 1)
      await failed('collect', { id: `job-${at}`, data: digestOf(ONE, `k${at}`), at: at + 1 });
    const before = await calls();
    const [all, again] = await Promise.all([
      reader.failed({ account: null, offset: 0, limit: 1 }),
      reader.failed({ account: null, offset: 1999, limit: 1 }),
    ]);
    expect([all.total, all.jobs[0]?.id, again.jobs[0]?.id]).toEqual([2000, 'job-2099', 'job-100']);
    const once = (await calls()) - before;
    await reader.failedByAccount();
    expect((await calls()) - before).toBe(once);
    now += 1000;
    await reader.failedByAccount();
    expect((await calls()) - before).toBeGreaterThan(once);
  });
});

/** How many hashes Redis was asked for. */
async function calls(): Promise<number> {
  return Number(/cmdstat_hgetall:calls=(\d+)/.exec(await ground.admin.info('commandstats'))?.[1] ?? 0);
}

interface FailedJob {
  readonly id: string;
  readonly data: object;
  /** When it failed, in epoch milliseconds. */
  readonly at: number;
}

/** A failed job as BullMQ keeps it. */
async function failed(name: QueueName, { id, data, at }: FailedJob): Promise<void> {
  const fields = {
    data: JSON.stringify(data),
    opts: '{}',
    name: 'x',
    timestamp: '1',
    finishedOn: String(at),
    atm: '1',
  };
  await ground.admin
    .pipeline()
    .hset(`{orgtrail}:${name}:${id}`, { ...fields, failedReason: 'it broke' })
    .zadd(`{orgtrail}:${name}:failed`, at, id)
    .exec();
}

test('a Redis that is away is an error, and not an empty list', async () => {
  await ground.queues.counts();
  await ground.redis.kill();
  await until('it is noticed', () => ground.connections.trouble() !== null);
  const looks = [reader.running(), reader.failedByAccount(), reader.counts()].map(async (look) => look);
  for (const look of await Promise.allSettled(looks))
    expect(look).toMatchObject({ status: 'rejected', reason: { code: 'redis-unreachable' } });
  await ground.restart();
  await until('it is back', () => ground.connections.trouble() === null);
});

describe('what is behind', () => {
  function part(account: string, fields: Partial<CoverPart>): CoverPart {
    return { account, reader: account, receipts: 0, waiting: 0, ...fields } as CoverPart;
  }

  test('accounts with digests that wait, most first, with the rate of the last ten minutes and what follows from it', async () => {
    parts = [
      part(ONE, { waiting: 30, receipts: 100 }),
      part(ONE, { reader: TWO, waiting: 10, receipts: 5 }),
      part(TWO, { waiting: 400, receipts: 7 }),
      part('444444444444', { waiting: 0, receipts: 50 }),
    ];
    rates = new Map([[ONE, 20]]);
    expect(await reader.backfills()).toEqual([
      { account: TWO, done: 7, waiting: 400, rate: null, eta: null },
      { account: ONE, done: 105, waiting: 40, rate: 2, eta: now + 20 * 60_000 },
    ]);
  });

  test('what would take years has no end that one could name, and two hundred accounts are told', async () => {
    parts = Array.from({ length: 300 }, (_, at) => part(String(at).padStart(12, '0'), { waiting: at + 1 }));
    parts.push(part(ONE, { waiting: 100_000_000 }));
    rates = new Map([[ONE, 1]]);
    const told = await reader.backfills();
    expect([told.length, told[0]?.account, told[0]?.eta]).toEqual([200, ONE, null]);
  });
});
