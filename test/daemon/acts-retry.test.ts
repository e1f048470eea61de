/** Jobs that really failed on a real Redis and that people want tried again: recorded first, then put back, or not. */
import { describe, expect, test } from 'vitest';
import type { QueueName } from '../../src/adapters/queue-jobs.ts';
import { queueGround } from '../adapters/queue-ground.ts';
import { ACCOUNT, actsOver, ALICE, audited, denied } from './acts-ground.ts';
import { digestOf, sweepOf, until } from './fake.ts';

const OTHER = '333333333333';
const PLAN = '0123456789abcdef';

const ground = queueGround({ attempts: 2 });

const stage = () => actsOver(ground.queues);
const failedIn = (name: QueueName): Promise<number> => ground.queue(name).getFailedCount();

/** These jobs, failed, and nobody left who would take them. */
async function failed(counts: Partial<Record<QueueName, number>>, add: () => Promise<void>): Promise<void> {
  await add();
  for (const name of ['collect', 'discover', 'reconcile', 'cover'] as const)
    ground.work(name, () => Promise.reject(denied()), { concurrency: 20 });
  for (const [name, count] of Object.entries(counts))
    await until(`${count} jobs of ${name} fail`, async () => (await failedIn(name as QueueName)) === count);
  await ground.rest();
}

const waiting = (name: QueueName): Promise<number> =>
  ground.queue(name).getJobCountByTypes('waiting', 'prioritized', 'delayed');

describe('a retry', () => {
  test('of one failed job puts it back with all its attempts, after it is on record who asked', async () => {
    await failed(
      { collect: 2 },
      async () => void (await ground.queues.digests([digestOf(ACCOUNT, 'a'), digestOf(OTHER, 'b')])),
    );
    const [job] = await ground.queue('collect').getFailed();
    const { acts, done, objects, news } = stage();
    expect(await acts.retry({ queue: 'collect', id: job?.id ?? '' }, ALICE)).toEqual({ retried: 1, left: 1 });
    expect([await failedIn('collect'), await waiting('collect')]).toEqual([1, 1]);
    expect((await ground.queue('collect').getJob(job?.id ?? ''))?.attemptsMade).toBe(0);
    expect(done).toEqual(['put audit']);
    expect(audited(objects)).toEqual([
      {
        schema: 'orgtrail.audit/1',
        at: '2026-03-01T05:06:07.800Z',
        act: 'retry',
        by: 'alice',
        role: 'operator',
        via: 'password',
        address: '10.0.0.1',
        target: `job collect/${job?.id}`,
        reason: null,
      },
    ]);
    expect(news).toEqual([{ topics: ['jobs'], accounts: [] }]);
  });

  test("of an account's failed jobs takes those of every queue, and nobody else's", async () => {
    await failed({ collect: 3, discover: 2 }, async () => {
      await ground.queues.digests([digestOf(ACCOUNT, 'a'), digestOf(ACCOUNT, 'b'), digestOf(OTHER, 'c')]);
      await ground.queues.sweeps([sweepOf(ACCOUNT), sweepOf(OTHER)]);
    });
    const { acts, objects } = stage();
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 3, left: 0 });
    expect([await failedIn('collect'), await failedIn('discover')]).toEqual([1, 1]);
    expect(audited(objects).map(({ target }) => target)).toEqual([`3 failed jobs of ${ACCOUNT}`]);
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 0, left: 0 });
    expect(audited(objects)).toHaveLength(1);
  });

  test("under '' takes the jobs of no single account", async () => {
    await failed({ discover: 2, reconcile: 1 }, async () => {
      await ground.queues.discover({ type: 'discover', depth: 'full', cause: 'start' });
      await ground.queues.sweeps([sweepOf(ACCOUNT)]);
      await ground.queues.reconcile({ type: 'reconcile', cause: 'start' });
    });
    expect(await stage().acts.retry({ account: '' }, ALICE)).toEqual({ retried: 2, left: 0 });
    expect([await failedIn('discover'), await failedIn('reconcile')]).toEqual([1, 0]);
  });

  test('puts back a thousand at a time and says how many are left', async () => {
    const jobs = Array.from({ length: 1020 }, (_, at) => digestOf(ACCOUNT, `digest-${at}`));
    await failed({ collect: 1020 }, async () => void (await ground.queues.digests(jobs)));
    const { acts } = stage();
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 1000, left: 20 });
    expect(await failedIn('collect')).toBe(20);
    expect(await acts.retry({ account: ACCOUNT }, ALICE)).toEqual({ retried: 20, left: 0 });
  }, 30_000);

  test('of a job that waits, is done, is not there, or of no queue of ours, does nothing and records nothing', async () => {
    await ground.queues.digests([digestOf(ACCOUNT, 'a')]);
    const [job] = await ground.queue('collect').getJobs(['waiting', 'prioritized']);
    const { acts, done } = stage();
    const ids = [job?.id ?? '', 'nobody', '', 'meta', 'events', 'id', 'failed', '../discover', 'x'.repeat(10_000)];
    for (const id of ids) expect((await acts.retry({ queue: 'collect', id }, ALICE)).retried).toBe(0);
    for (const queue of ['', 'bull', 'constructor', 'Collect'])
      expect((await acts.retry({ queue, id: '1' }, ALICE)).retried).toBe(0);
    expect([done, await waiting('collect')]).toEqual([[], 1]);
  });

  test('of an apply is refused: whoever may retry could write policies without being an administrator', async () => {
    await failed({ reconcile: 1 }, () => ground.queues.apply({ type: 'apply', plan: PLAN, by: 'root' }));
    const [job] = await ground.queue('reconcile').getFailed();
    const { acts, done } = stage();
    const asked = acts.retry({ queue: 'reconcile', id: job?.id ?? '' }, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'job-refused' });
    expect(await acts.retry({ account: '' }, ALICE)).toEqual({ retried: 0, left: 0 });
    expect([done, await failedIn('reconcile')]).toEqual([[], 1]);
  });

  test('of a job that nobody of ours wrote is refused, and its word for whose it is counts nothing', async () => {
    const forged = { ...digestOf(ACCOUNT, 'a'), role: 'arn:aws:iam::999999999999:role/evil' };
    await failed(
      { collect: 1 },
      async () => void (await ground.queue('collect').add('digest', forged, { attempts: 1 })),
    );
    const [job] = await ground.queue('collect').getFailed();
    const { acts, done } = stage();
    const asked = acts.retry({ queue: 'collect', id: job?.id ?? '' }, ALICE);
    await expect(asked).rejects.toMatchObject({ code: 'job-refused' });
    for (const account of [ACCOUNT, '']) expect((await acts.retry({ account }, ALICE)).retried).toBe(0);
    expect([done, await failedIn('collect')]).toEqual([[], 1]);
  });

  test('that cannot be recorded is not done', async () => {
    await failed({ collect: 1 }, async () => void (await ground.queues.digests([digestOf(ACCOUNT, 'a')])));
    const { archive, acts } = stage();
    archive.putIfAbsent = () => Promise.reject(denied());
    const [job] = await ground.queue('collect').getFailed();
    for (const which of [{ queue: 'collect', id: job?.id ?? '' }, { account: ACCOUNT }])
      await expect(acts.retry(which, ALICE)).rejects.toMatchObject({ code: 'blocked-access' });
    expect([await failedIn('collect'), await waiting('collect')]).toEqual([1, 0]);
  });
});
