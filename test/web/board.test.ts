/** The job board on a real Redis: who may do what through it, and what of it is on record. */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { OperatingError } from '../../src/errors.ts';
import { until } from '../daemon/fake.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { FORGED } from './fake-accounts.ts';
import { fakeSources, type FakeSources } from './fake-sources.ts';
import { bearer, fakeServer } from './fake-server.ts';

let redis: RedisServer;
let connection: Redis;
let queue: Queue;
let app: Awaited<ReturnType<typeof fakeServer>>;

beforeAll(async () => {
  redis = await startRedis();
  connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  queue = new Queue('collect', { connection, prefix: '{orgtrail}' });
  const fail = async () => Promise.reject(new Error('denied'));
  const worker = new Worker('collect', fail, { connection, prefix: '{orgtrail}' });
  for (const account of [FORGED, '<script>']) await queue.add('digest', { account });
  await until('both have failed', async () => (await queue.getFailedCount()) === 2);
  await worker.close();
});

afterAll(async () => {
  await queue.close();
  connection.disconnect();
  await redis.stop();
});

afterEach(() => app.close());

async function open(over: Partial<FakeSources> = {}): Promise<FakeSources> {
  const pages = fakeSources({ over: { queues: [queue], ...over } });
  app = await fakeServer(pages);
  return pages;
}

interface Listing {
  readonly queues: readonly {
    readonly readOnlyMode: boolean;
    readonly allowRetries: boolean;
    readonly jobs: readonly { readonly id: string; readonly externalUrl?: { readonly href: string } }[];
  }[];
}

const LIST = '/jobs/api/queues?activeQueue=collect&status=failed';
const put = (url: string, headers: Record<string, string>) => app.inject({ method: 'PUT', url, headers });

test('the page is served in our colours with a link back, and asks for nothing from elsewhere', async () => {
  await open();
  const page = await app.inject('/jobs');
  expect([page.statusCode, page.body.includes('id="root"')]).toEqual([200, true]);
  expect(page.body).not.toMatch(/(href|src)="https?:/);
  expect(page.body).toContain('Back to orgtrail');
  expect(page.body).toContain('#1c5fb8');
  const script = /src="(static\/js\/main[^"]+)"/.exec(page.body)?.[1] ?? '';
  expect((await app.inject(`/jobs/${script}`)).statusCode).toBe(200);
});

test('whoever may only read sees a board without buttons, and whoever may operate one with retries', async () => {
  await open();
  const seen = (await app.inject({ url: LIST, headers: bearer('read') })).json<Listing>();
  expect(seen.queues).toMatchObject([{ readOnlyMode: true, allowRetries: false }]);
  const operated = (await app.inject({ url: LIST, headers: bearer('operate') })).json<Listing>();
  expect(operated.queues).toMatchObject([{ readOnlyMode: false, allowRetries: true }]);
});

test("each job leads to its account's page, and what is no account's id leads to the list", async () => {
  await open();
  const { queues } = (await app.inject(LIST)).json<Listing>();
  const links = queues[0]?.jobs.map(({ externalUrl }) => externalUrl?.href).toSorted();
  expect(links).toEqual(['/accounts', `/accounts/${FORGED}`]);
});

test('a retry through the board is one of our acts: recorded, and by nobody who may only read', async () => {
  const pages = await open();
  const url = '/jobs/api/queues/collect/1/retry';
  expect((await put(url, bearer('read'))).statusCode).toBe(403);
  expect(pages.asked).toEqual([]);
  expect((await put(url, bearer('operate'))).statusCode).toBe(200);
  expect(pages.asked).toMatchObject([{ act: 'retry', of: { queue: 'collect', id: '1' }, actor: { name: 'operate' } }]);
});

test('all failed jobs of a queue are retried one by one, and one that is refused keeps none of the others', async () => {
  const retried: unknown[] = [];
  const retry = async (which: object) => {
    retried.push(which);
    if (retried.length === 1) throw new OperatingError({ code: 'job-refused', message: 'none of ours', hint: 'look' });
    return { retried: 1, left: 0 };
  };
  await open({ acts: { ...fakeSources().acts, retry } });
  expect((await put('/jobs/api/queues/collect/retry/failed', bearer('operate'))).statusCode).toBe(200);
  expect(retried).toHaveLength(2);
  expect((await put('/jobs/api/queues/other/retry/failed', bearer('operate'))).statusCode).toBe(404);
});

test('all are retried up to a bound, whatever stands before them: a hundred that may not be held up all others', async () => {
  const many = new Queue('cover', { connection, prefix: '{orgtrail}' });
  const fail = async () => Promise.reject(new Error('denied'));
  await many.addBulk(Array.from({ length: 230 }, (_, at) => ({ name: 'cover', data: { at } })));
  const worker = new Worker('cover', fail, { connection, prefix: '{orgtrail}', concurrency: 50 });
  await until('all have failed', async () => (await many.getFailedCount()) === 230);
  await worker.close();
  const newest = new Set((await many.getFailed(0, 119)).map(({ id }) => id));
  const retried: string[] = [];
  const retry: FakeSources['acts']['retry'] = async (which) => {
    const id = 'id' in which ? which.id : '';
    if (newest.has(id)) throw new OperatingError({ code: 'job-refused', message: 'none of ours', hint: 'look' });
    retried.push(id);
    return { retried: 1, left: 0 };
  };
  await open({ queues: [many], acts: { ...fakeSources().acts, retry } });
  const answer = await put('/jobs/api/queues/cover/retry/failed', bearer('operate'));
  expect([answer.statusCode, new Set(retried).size]).toEqual([200, 100]);
  // Nothing was really put back here: the board says how many are failed still.
  expect(answer.json()).toEqual({ retried: 100, skipped: 230 });
  await many.close();
});

test('a job that is no longer there is not said to be retried: it was', async () => {
  await open({ acts: { ...fakeSources().acts, retry: async () => ({ retried: 0, left: 0 }) } });
  expect((await put('/jobs/api/queues/collect/999/retry', bearer('operate'))).statusCode).toBe(404);
});

test('what is done is not retried: asked for all completed jobs, it tried the failed ones', async () => {
  const pages = await open();
  expect((await put('/jobs/api/queues/collect/retry/completed', bearer('operate'))).statusCode).toBe(404);
  expect(pages.asked).toEqual([]);
  const operated = (await app.inject({ url: LIST, headers: bearer('operate') })).json<Listing>();
  expect(operated.queues).toMatchObject([{ allowRetries: true, allowCompletedRetries: false }]);
});

test('a job is looked at by its own name: other records of the queue were shown as jobs, or failed within', async () => {
  await open();
  const status = async (name: string) => (await app.inject(`/jobs/api/queues/collect/${name}`)).statusCode;
  for (const name of ['1', '1/logs', '1/flow']) expect([name, await status(name)]).toEqual([name, 200]);
  for (const name of ['meta', 'events', 'failed', 'failed/logs', '1:x', '%00', '__proto__', 'constructor'])
    expect([name, await status(name)]).toEqual([name, 404]);
});

test("a queue's name that is no text when it is decoded again is refused: it was an internal error", async () => {
  await open();
  expect((await app.inject('/jobs/api/queues?activeQueue=%25zz')).statusCode).toBe(404);
  expect((await app.inject('/jobs/api/queues?activeQueue=%25zz&status=foo')).statusCode).toBe(404);
});

test('an act that fails says its code, and an unexpected error nothing', async () => {
  const away = new OperatingError({ code: 'redis-unreachable', message: 'no answer', hint: 'start it' });
  for (const [error, status] of [
    [away, 503],
    [new Error('secret-bucket'), 500],
  ] as const) {
    await open({ acts: { ...fakeSources().acts, retry: async () => Promise.reject(error) } });
    const answer = await put('/jobs/api/queues/collect/1/retry', bearer('operate'));
    expect([answer.statusCode, answer.body.includes('secret')]).toEqual([status, false]);
    await app.close();
  }
  await open();
});

test.each([
  ['PUT', '/jobs/api/queues/collect/clean/failed'],
  ['PUT', '/jobs/api/queues/collect/1/clean'],
  ['PUT', '/jobs/api/queues/collect/1/promote'],
  ['PUT', '/jobs/api/queues/collect/obliterate'],
  ['PUT', '/jobs/api/queues/collect/pause'],
  ['PUT', '/jobs/api/queues/pause'],
  ['PUT', '/jobs/api/queues/collect/empty'],
  ['POST', '/jobs/api/queues/collect/add'],
  ['PATCH', '/jobs/api/queues/collect/1/update-data'],
] as const)('the board cannot do %s %s', async (method, url) => {
  await open();
  const payload = { name: 'x', data: {}, options: {} };
  const { statusCode } = await app.inject({ method, url, headers: bearer('operate'), payload });
  expect([403, 404, 405]).toContain(statusCode);
  expect([await queue.isPaused(), await queue.getFailedCount(), await queue.getWaitingCount()]).toEqual([false, 2, 0]);
});

test('while Redis is away the board answers instead of waiting', async () => {
  await open({ redisTrouble: () => 'away' });
  const answer = await app.inject(LIST);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([503, 'application/problem+json; charset=utf-8']);
});
