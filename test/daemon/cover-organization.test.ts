/** What is said of accounts that are suspended or leave, from AWS's answers through the archive and Redis to the sentence. */
import { gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobContext } from '../../src/adapters/queue-worker.ts';
import type { CoverJob } from '../../src/core/job.ts';
import { MINUTE } from '../../src/core/time.ts';
import { createBoardStore } from '../../src/daemon/board-store.ts';
import { createCoverer } from '../../src/daemon/cover.ts';
import { createRounds, type RoundParts } from '../../src/daemon/rounds.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import { overwrite } from '../flow/evidence.ts';
import { ROLE, type Organization } from '../flow/organization.ts';
import { openPipeline, pass } from '../flow/pass.ts';
import { spots } from '../flow/spots.ts';
import { collected, NOW, open, show } from '../flow/status-here.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { saidAt, valuesOf, type Said } from './board-moment.ts';
import { keptLog } from './fake.ts';

let server: RedisServer;
let redis: Redis;
beforeEach(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterEach(async () => {
  redis.disconnect();
  await server.stop();
});

/** One round and the looks that it asks for, by a daemon that starts for it; then what is said. */
async function round(organization: Organization, now: number): Promise<Said> {
  const clock = { now: () => now };
  const pipeline = openPipeline(organization, clock);
  const [board, state] = [createBoardStore(redis, clock.now), createStateStore(redis)];
  const jobs: CoverJob[] = [];
  const queues = { sweeps: async () => undefined, cover: async (more: readonly CoverJob[]) => void jobs.push(...more) };
  const news = { publish: () => undefined };
  const context: JobContext = { signal: new AbortController().signal, log: keptLog().log, progress: () => undefined };
  const parts = { work: pipeline.work, queues, state, board, news, clock };
  try {
    if ((await state.marker()) === null) await board.rebuildBegan(now);
    await createRounds({ ...parts, accountConcurrency: 2 } as unknown as RoundParts)(
      { type: 'discover', depth: 'recent', cause: 'schedule' },
      context,
    );
    const cover = createCoverer(parts);
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await cover(job, context);
    await state.mark(now);
    return await saidAt(redis, server.url, now);
  } finally {
    await pipeline.close();
  }
}

function idOf({ world }: Organization, index: number): string {
  return world.accounts[index]?.id ?? '';
}

const at = (minutes: number): number => NOW + minutes * MINUTE;
const suspend = ({ cloud }: Organization, id: string): void => cloud.control.changeAccount(id, { state: 'SUSPENDED' });
const lineOf = ({ accounts }: Said, id: string) => accounts.accounts.find(({ account }) => account === id);

test('a suspended account is told apart, stays unknown with what was proven, and costs no exit status', async () => {
  const organization = await collected({ accounts: 3 });
  const last = idOf(organization, 2);
  expect((await round(organization, at(0))).overview.sentence).toMatch(/^All 3 accounts proven up to [0-9:]+ UTC\.$/);
  suspend(organization, last);
  const said = await round(organization, at(5));
  expect(said.overview.sentence).toMatch(/^2 of 3 accounts proven up to [0-9:]+ UTC\. {2}1 is suspended\.$/);
  expect([said.needing, said.overview.needYou]).toEqual([[], 0]);
  const line = lineOf(said, last);
  expect(line).toMatchObject({ state: 'unknown', reason: 'SUSPENDED', organizationState: 'SUSPENDED' });
  expect(line?.verifiedUntil).not.toBeNull();
  expect(said.map.rows.find(({ account }) => account === last)?.squares.letters).toMatch(/v+p+$/);
  expect([...valuesOf(said, 'account_state').keys()]).toEqual([]);
  expect((await show(organization, at(5))).exitCode).toBe(0);
  // All of it comes from the archive again.
  await redis.flushall();
  const again = await round(organization, at(10));
  expect(again.overview).toMatchObject({ sentence: said.overview.sentence, needYou: 0 });
}, 120_000);

test('suspending an account hides no failed hour of it, also where Redis is emptied', async () => {
  const organization = await open({ accounts: 2 });
  const last = idOf(organization, 1);
  const log = spots(organization, 'logs').find(({ key }) => key.includes(last));
  if (log === undefined) throw new Error('a log file is wanted');
  overwrite(organization, log.bucket, log.key, gzipSync('{"Records":[]}'));
  expect((await pass(organization, at(0))).exitCode).toBe(3);
  await round(organization, at(0));
  suspend(organization, last);
  for (const minutes of [5, 10]) {
    const said = await round(organization, at(minutes));
    expect([minutes, lineOf(said, last)?.state, said.needing]).toEqual([minutes, 'failed', [last]]);
    await redis.flushall();
  }
}, 120_000);

test('suspending an account hides nothing of what was blocked before', async () => {
  const organization = await collected({ accounts: 2 });
  const last = idOf(organization, 1);
  organization.cloud.identities.roles.delete(`arn:aws:iam::${last}:role/${ROLE}`);
  const blocked = await round(organization, at(0));
  expect([lineOf(blocked, last)?.state, blocked.needing]).toEqual(['blocked', [last]]);
  suspend(organization, last);
  const said = await round(organization, at(5));
  expect(lineOf(said, last)).toMatchObject({ state: 'unknown', organizationState: 'SUSPENDED', open: 1 });
  expect(said.needing).toEqual([last]);
  expect(said.overview.sentence).toMatch(/1 needs you\.$/);
}, 120_000);

test('an account that its organization lists no longer is somebody’s to decide: its reason was the state it had before', async () => {
  const organization = await collected({ accounts: 3 });
  const last = idOf(organization, 2);
  await round(organization, at(0));
  organization.cloud.control.organization.accounts.splice(2, 1);
  const said = await round(organization, at(5));
  expect(lineOf(said, last)).toMatchObject({ state: 'unknown', reason: 'no longer listed, or excluded' });
  expect([said.needing, said.overview.accounts]).toEqual([[last], 3]);
  expect(said.overview.sentence).toMatch(/^2 of 3 accounts proven .* 1 needs you\.$/);
  await redis.flushall();
  expect(lineOf(await round(organization, at(10)), last)?.state).toBe('unknown');
}, 120_000);
