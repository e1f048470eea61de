/** The reconcile queue: what is worth another try, what is not, and that the state shows it either way. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { startDaemon, type Daemon } from '../../src/daemon.ts';
import type { Reconciled } from '../../src/daemon/work.ts';
import { OperatingError, type OperatingCode } from '../../src/errors.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { fakeWork, FAST, keptLog, systemClock, testConfig, until, type FakeWork } from './fake.ts';

const DRIFT = { code: 'drift-bucket-policy', detail: 'it differs\n+ "Sid"', hint: 'orgtrail plan' };

let redis: RedisServer;
let admin: Redis;
let daemon: Daemon;
let work: FakeWork;

beforeEach(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
afterEach(async () => {
  admin.disconnect();
  await daemon.close();
  await redis.stop();
});

/** A daemon whose watchdog queues one reconcile at its start. @returns the log's lines */
async function run(reconcile: () => Promise<Partial<Reconciled>>): Promise<readonly string[]> {
  const { log, lines } = keptLog();
  work = fakeWork({ reconcile });
  daemon = await startDaemon({
    config: testConfig({ redisUrl: redis.url }),
    work,
    clock: systemClock,
    log,
    role: 'all',
    passwords: { redis: null, http: null },
    timing: FAST,
  });
  return lines;
}

const failedJobs = () => admin.zcard('{orgtrail}:reconcile:failed');
const told = async () =>
  (JSON.parse((await admin.hget('{orgtrail}:state', 'archive')) ?? '{}') as Partial<Reconciled>).problems;

function trouble(code: OperatingCode, retryable: boolean): OperatingError {
  return new OperatingError({ code, message: `${code} happened`, hint: 'look at it', retryable });
}

test.each(['plan-refused', 'document-refused'] as const)(
  '%s ends the job at its first attempt, and the state shows it',
  async (code) => {
    await run(async () => Promise.reject(trouble(code, false)));
    await until('the job failed', async () => (await failedJobs()) === 1);
    expect(work.calls.reconcile).toBe(1);
    expect(await told()).toEqual([{ code, detail: `${code} happened`, hint: 'look at it' }]);
  },
);

test('trouble that may pass is tried again, and the state holds all that was seen meanwhile', async () => {
  const problems = [DRIFT, { code: 'plan-stale', detail: 'plan-stale happened', hint: 'look at it' }];
  await run(async () => ({ problems, passing: work.calls.reconcile < 3 ? trouble('plan-stale', true) : null }));
  await until('it was tried three times', () => work.calls.reconcile === 3);
  expect(await told()).toEqual(problems);
  expect(await failedJobs()).toBe(0);
});

test('what passes by itself is not tried for ever', async () => {
  await run(async () => ({ problems: [DRIFT], passing: trouble('blocked-throttled', true) }));
  await until('the job gave up', async () => (await failedJobs()) === 1);
  expect([work.calls.reconcile, await told()]).toEqual([3, [DRIFT]]);
});

test('a difference is logged with its diff and counted, what was put back too, and only stopped delivery makes unready', async () => {
  const ref = { kind: 'bucket-policy', account: '111111111111', target: 'archive-bucket' } as const;
  const seen = { problems: [DRIFT], reapplied: [ref] };
  const lines = await run(async () => seen);
  const archiveReasons = async () => (await daemon.readiness()).reasons.filter(({ code }) => code === 'archive');
  await until('it was told', async () => (await told()) !== undefined);
  expect(lines.filter((line) => line.includes('"archive-problem"') && line.includes('+ \\"Sid\\"'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('"document-reapplied"'))).toHaveLength(1);
  const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
  expect(metrics).toContain('orgtrail_documents_reapplied_total{kind="bucket-policy"} 1');
  expect(metrics).toContain('orgtrail_archive_problems{code="drift-bucket-policy"} 1');
  await until('it is known to be fit', async () => (await archiveReasons()).length === 0);
  const stopped = { ...DRIFT, code: 'drift-delivery-stopped' };
  await admin.hset('{orgtrail}:state', 'archive', JSON.stringify({ at: Date.now(), problems: [stopped] }));
  expect((await archiveReasons()).map(({ detail }) => detail)).toEqual([
    expect.stringContaining('drift-delivery-stopped'),
  ]);
});
