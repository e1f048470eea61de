/** The reconcile queue's handler and that of preflights, over a real Redis: what is kept, told, and never tried again unasked. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { createBoardStore } from '../../src/daemon/board-store.ts';
import { createPreflighter } from '../../src/daemon/preflighter.ts';
import { createReconciler, type ReconcilerParts } from '../../src/daemon/reconciler.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import type { Reconciled } from '../../src/daemon/work.ts';
import type { AccountCheck } from '../../src/core/board/account.ts';
import type { PlanRecord } from '../../src/core/board/plan.ts';
import { OperatingError } from '../../src/errors.ts';
import type { News } from '../../src/web/sources.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { keptLog } from './fake.ts';

const DAY = 24 * 3_600_000;
const ACCOUNT = '222222222222';
const PLAN = '0123456789abcdef';
const { signal } = new AbortController();
let server: RedisServer;
let redis: Redis;
let now: number;
let news: News[];
let asked: string[];
const clock = { now: () => now };

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  [now, news, asked] = [Date.UTC(2026, 5, 1), [], []];
});

const LIFECYCLE = {
  kind: 'lifecycle',
  account: '111111111111',
  target: 'archive-bucket',
  state: 'as-wanted',
  diff: '',
  reasons: [],
  breaks: [],
  refusals: [],
  findings: [],
  warnings: [],
  budget: null,
} as const;

function plan(fields: Partial<PlanRecord> = {}): PlanRecord {
  const nothing = { estimate: null, interrupted: [], problems: [] };
  return { at: now, configured: true, id: PLAN, accounts: 2, documents: [LIFECYCLE], ...nothing, ...fields };
}
const estimated = (): PlanRecord => plan({ estimate: { steps: [], unknown: 0, cost: null, at: now } });

interface Given {
  readonly reconcile?: () => Promise<Partial<Reconciled>>;
  readonly plan?: () => Promise<PlanRecord>;
  readonly apply?: ReconcilerParts['work']['apply'];
}

const board = () => createBoardStore(redis, clock.now);
const state = () => createStateStore(redis);
const shown = () => createBoardReader(redis, state(), clock.now);

function parts(given: Given): ReconcilerParts {
  return {
    work: {
      reconcile: async () => ({
        problems: [],
        reapplied: [],
        plan: plan(),
        passing: null,
        ...(await given.reconcile?.()),
      }),
      plan: given.plan ?? (async () => estimated()),
      apply: given.apply ?? (async () => ({ ok: true, text: 'written and read back: the lifecycle' })),
    },
    queues: { reconcile: async ({ cause }) => void asked.push(cause) },
    state: state(),
    board: board(),
    news: { publish: (one) => void news.push(one) },
    metrics: { onReapplied: () => undefined },
    clock,
  };
}

const LOOK = { type: 'reconcile', cause: 'schedule' } as const;
const APPLY = { type: 'apply', plan: PLAN, by: 'alice' } as const;
const context = (aborted: AbortSignal = signal) => ({ signal: aborted, log: keptLog().log });
const trouble = (retryable = false) =>
  new OperatingError({ code: 'blocked-throttled', message: 'it is throttled', hint: 'wait', retryable });

describe('a look', () => {
  test('keeps its plan for the pages, and tells them to read again', async () => {
    const documents = [{ ...LIFECYCLE, kind: 'bucket-policy', state: 'differs', diff: '+ a\n' } as const];
    await createReconciler(parts({ reconcile: async () => ({ plan: plan({ documents }) }) }))(LOOK, context());
    expect(await shown().plan()).toEqual(plan({ documents }));
    expect(news).toEqual([{ topics: ['policy', 'overview'], accounts: [] }]);
  });

  test('that made no plan leaves the last one, with its time', async () => {
    const run = createReconciler(
      parts({ reconcile: async () => ({ plan: now === Date.UTC(2026, 5, 1) ? plan() : null }) }),
    );
    await run(LOOK, context());
    const before = await shown().plan();
    now += 60_000;
    await run(LOOK, context());
    expect(await shown().plan()).toEqual(before);
    expect((await state().read()).archive?.at).toBe(now);
  });

  test('that met passing trouble keeps what it saw before it fails', async () => {
    const problem = { code: 'drift-unknown', detail: 'it is throttled', hint: 'wait' };
    const run = createReconciler(parts({ reconcile: async () => ({ problems: [problem], passing: trouble(true) }) }));
    await expect(run(LOOK, context())).rejects.toMatchObject({ code: 'blocked-throttled' });
    expect((await state().read()).archive?.problems).toEqual([problem]);
    expect(await shown().plan()).not.toBeNull();
    expect(news).toHaveLength(1);
  });
});

describe('the estimate', () => {
  test('is made once a day, and kept with its own time meanwhile', async () => {
    let made = 0;
    const run = createReconciler(parts({ plan: async () => ((made += 1), estimated()) }));
    const first = now;
    await run(LOOK, context());
    for (let hour = 1; hour < 24; hour += 1) {
      now = first + hour * 3_600_000;
      await run(LOOK, context());
    }
    expect([made, (await shown().plan())?.at, (await shown().plan())?.estimate?.at]).toEqual([1, now, first]);
    now = first + DAY;
    await run(LOOK, context());
    expect([made, (await shown().plan())?.estimate?.at]).toEqual([2, now]);
  });

  test('of another process counts: a restart makes none anew', async () => {
    let made = 0;
    const given = { plan: async () => ((made += 1), estimated()) };
    await createReconciler(parts(given))(LOOK, context());
    await createReconciler(parts(given))(LOOK, context());
    expect(made).toBe(1);
  });

  test('that cannot be made is not tried at every look, and takes nothing away', async () => {
    let made = 0;
    const { log, lines } = keptLog();
    const given = parts({
      plan: async () => {
        made += 1;
        throw trouble();
      },
    });
    await board().putPlan(estimated());
    now += DAY;
    const run = createReconciler(given);
    await run(LOOK, { signal, log });
    now += 3_600_000;
    await run(LOOK, { signal, log });
    const kept = await shown().plan();
    expect([made, kept?.at, kept?.estimate?.at]).toEqual([1, now, Date.UTC(2026, 5, 1)]);
    const said = lines.filter((line) => line.includes('"estimate-failed"'));
    // Described before it was logged, it was logged as "[object Object]".
    const { code, message } = trouble();
    expect(said.map((line): unknown => JSON.parse(line))).toMatchObject([{ err: { code, message } }]);
  });

  test('is neither made nor kept where no lifecycle is held', async () => {
    let made = 0;
    await board().putPlan(estimated());
    const given = parts({
      reconcile: async () => ({ plan: plan({ documents: [] }) }),
      plan: async () => ((made += 1), estimated()),
    });
    now += 2 * DAY;
    await createReconciler(given)(LOOK, context());
    expect([made, (await shown().plan())?.estimate]).toEqual([0, null]);
  });
});

describe('an apply', () => {
  test('is handed on with its plan and name, its end is kept, and another look is asked for', async () => {
    const calls: unknown[] = [];
    await board().applyPending(true);
    expect((await shown().applied()).pending).toBe(true);
    const run = createReconciler(
      parts({
        apply: async (request) => {
          calls.push(request);
          return { ok: false, text: 'nothing was written: the plan is not the one that was looked at any more' };
        },
      }),
    );
    await run(APPLY, context());
    expect(calls).toEqual([{ plan: PLAN, who: 'alice' }]);
    const text = 'nothing was written: the plan is not the one that was looked at any more';
    expect(await shown().applied()).toEqual({ pending: false, last: { at: now, by: 'alice', ok: false, text } });
    expect(asked).toEqual(['asked']);
    expect(news).toEqual([{ topics: ['policy', 'overview'], accounts: [] }]);
  });

  test('that throws is not pending any more; one that a stopping worker cut short still is', async () => {
    const run = createReconciler(parts({ apply: async () => Promise.reject(trouble()) }));
    await board().applyPending(true);
    await expect(run(APPLY, context(AbortSignal.abort('shutdown')))).rejects.toThrow('throttled');
    expect((await shown().applied()).pending).toBe(true);
    await expect(run(APPLY, context())).rejects.toThrow('throttled');
    expect(await shown().applied()).toEqual({ pending: false, last: null });
  });
});

describe('a preflight', () => {
  const JOB = { type: 'preflight', account: ACCOUNT, by: 'alice' } as const;
  const step = { step: 'list', state: 'failed', note: '', problems: [] } as const;
  const check: AccountCheck = { account: ACCOUNT, name: 'payments', skipped: null, steps: [step] };
  const run = (preflight: () => Promise<AccountCheck>, given: AbortSignal = signal) =>
    createPreflighter({ work: { preflight }, board: board(), news: { publish: (one) => void news.push(one) }, clock })(
      JOB,
      context(given),
    );

  test('is kept with who asked and when, and is not pending any more', async () => {
    await board().preflightPending(ACCOUNT, true);
    expect(await run(async () => check)).toEqual({ account: ACCOUNT, failed: 1, needed: 1 });
    expect(await shown().preflight(ACCOUNT)).toEqual({ record: { ...check, at: now, by: 'alice' }, pending: false });
    expect(news).toEqual([{ topics: ['accounts'], accounts: [ACCOUNT] }]);
  });

  test('that could not be tried is not pending any more, leaves the last one, and says why', async () => {
    await run(async () => check);
    await board().preflightPending(ACCOUNT, true);
    now += 1000;
    await expect(run(async () => Promise.reject(trouble()))).rejects.toThrow('throttled');
    expect(await shown().preflight(ACCOUNT)).toMatchObject({ record: { at: now - 1000 }, pending: false });
    expect(news).toHaveLength(2);
  });

  test('that a stopping worker hands back is still to come', async () => {
    await board().preflightPending(ACCOUNT, true);
    await expect(run(async () => Promise.reject(trouble()), AbortSignal.abort('shutdown'))).rejects.toThrow(
      'throttled',
    );
    expect((await shown().preflight(ACCOUNT)).pending).toBe(true);
  });
});
