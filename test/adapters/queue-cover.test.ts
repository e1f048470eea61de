/** Jobs of the pages on a real Redis: coverage that is gathered, preflights and plans that somebody asked for. */
import { describe, expect, test } from 'vitest';
import { parseCoverJob, parseReconcileJob } from '../../src/adapters/queue-jobs.ts';
import { openQueues } from '../../src/adapters/queue.ts';
import type { CoverJob, PreflightJob } from '../../src/core/job.ts';
import { OperatingError } from '../../src/errors.ts';
import { door, until } from '../daemon/fake.ts';
import { queueGround } from './queue-ground.ts';

const ACCOUNT = '222222222222';

const ground = queueGround({ attempts: 3 });

describe('coverage', () => {
  const coverOf = (account: string): CoverJob => ({ type: 'cover', reader: ACCOUNT, account, depth: 'recent' });
  const seen: (CoverJob | PreflightJob)[] = [];

  function workCover(handle: (job: CoverJob | PreflightJob) => Promise<void> = async () => undefined): void {
    seen.length = 0;
    ground.work('cover', async (job) => {
      seen.push(job);
      await handle(job);
      return {};
    });
  }

  test('news of an account are gathered: any number within the delay are one job, of each account its own', async () => {
    const delayed = openQueues(ground.connections, { attempts: 3, coverDelayMs: 2000 });
    workCover();
    const began = Date.now();
    await delayed.cover(Array.from({ length: 10 }, () => coverOf(ACCOUNT)));
    await delayed.cover([coverOf('333333333333'), coverOf(ACCOUNT)]);
    await until('both are done', () => seen.length === 2);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1990);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(seen).toHaveLength(2);
    await delayed.close();
  });

  test('what is not known at all is computed at once: after a start the pages were empty for the whole delay', async () => {
    const delayed = openQueues(ground.connections, { attempts: 3, coverDelayMs: 60_000 });
    workCover();
    await delayed.cover({ ...coverOf(ACCOUNT), depth: 'full' });
    await until('it is computed', () => seen.length === 1);
    expect(seen).toEqual([{ ...coverOf(ACCOUNT), depth: 'full' }]);
    await delayed.close();
  });

  test('news while an account is computed are not lost: one more look follows, after the delay', async () => {
    const delayed = openQueues(ground.connections, { attempts: 3, coverDelayMs: 200 });
    const first = door();
    workCover(async () => (seen.length === 1 ? first.wait : undefined));
    await delayed.cover(coverOf(ACCOUNT));
    await until('it is computed', () => seen.length === 1);
    for (let times = 0; times < 5; times += 1) await delayed.cover(coverOf(ACCOUNT));
    const opened = Date.now();
    first.open();
    await until('it is computed again', () => seen.length === 2);
    expect(Date.now() - opened).toBeGreaterThanOrEqual(190);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(seen).toHaveLength(2);
    await delayed.close();
  });

  test('a preflight that somebody waits for goes before it, and is one at a time', async () => {
    await ground.queues.cover([coverOf(ACCOUNT), coverOf('333333333333')]);
    await ground.queues.preflight({ type: 'preflight', account: ACCOUNT, by: 'ada' });
    await ground.queues.preflight({ type: 'preflight', account: ACCOUNT, by: 'bob' });
    workCover();
    await until('all are done', () => seen.length === 3);
    expect(seen.map((job) => ('by' in job ? job.by : job.type))).toEqual(['ada', 'cover', 'cover']);
  });

  test('a plan is asked for once at a time, and tried once', async () => {
    for (const by of ['ada', 'bob']) await ground.queues.apply({ type: 'apply', plan: '0'.repeat(16), by });
    const waiting = await ground.queue('reconcile').getWaiting();
    expect(waiting.map(({ data, opts }) => [data, opts.attempts])).toEqual([
      [{ type: 'apply', plan: '0'.repeat(16), by: 'ada' }, 1],
    ]);
  });

  test.each([
    ['an account that is none', { type: 'cover', reader: ACCOUNT, account: '../x', depth: 'recent' }],
    [
      'a field of its own',
      { type: 'cover', reader: ACCOUNT, account: ACCOUNT, depth: 'recent', role: 'arn:aws:iam::1:role/x' },
    ],
    ['no depth', { type: 'cover', reader: ACCOUNT, account: ACCOUNT }],
    ['nobody who asked', { type: 'preflight', account: ACCOUNT, by: '' }],
    ['an endless name', { type: 'preflight', account: ACCOUNT, by: 'x'.repeat(201) }],
    ['a job of another queue', { type: 'apply', plan: '0'.repeat(16), by: 'ada' }],
  ])('a cover job with %s is refused', (_, data) => {
    expect(() => parseCoverJob(data)).toThrow(OperatingError);
  });

  test.each(['', '0'.repeat(15), `${'0'.repeat(15)}G`, '../../../../etc/pw'])(
    'an apply of plan %j is refused',
    (plan) => {
      expect(() => parseReconcileJob({ type: 'apply', plan, by: 'ada' })).toThrow(OperatingError);
      expect(parseReconcileJob({ type: 'apply', plan: '0123456789abcdef', by: 'ada' })).toMatchObject({ by: 'ada' });
    },
  );
});
