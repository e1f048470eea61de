import { Queue } from 'bullmq';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { buildServer, startServer, type WebParts } from '../../src/web/server.ts';
import { keptLog } from '../daemon/fake.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';

const SIGN_IN = { user: 'auditor', password: 'correct horse' };
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const AUTHORIZED = { authorization: basic('auditor', 'correct horse') };
const HOSTILE = '<script>alert(1)</script>"\'&';

const SNAPSHOT: Snapshot = {
  accounts: [
    {
      id: '222222222222',
      name: HOSTILE,
      state: 'ACTIVE',
      surveyedAt: 1000,
      sources: 1,
      seenAt: 1000,
      problems: [{ code: 'blocked-access', detail: HOSTILE, hint: 'ask' }],
    },
  ],
  chains: [
    {
      reader: '222222222222',
      account: '222222222222',
      region: 'eu-west-1',
      trailArn: 'arn:aws:cloudtrail:eu-west-1:222222222222:trail/main',
      problem: null,
      lookedAt: 61_000,
      cleanAt: 61_000,
      provenUntil: 3_600_000,
    },
  ],
  survey: null,
  archive: null,
  roundAt: null,
  oldestChain: null,
  unreadable: 0,
};

let redis: RedisServer;
let connection: Redis;
let queue: Queue;
let app: FastifyInstance | null = null;

beforeAll(async () => {
  redis = await startRedis();
  connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  queue = new Queue('collect', { connection, prefix: '{orgtrail}' });
});

afterAll(async () => {
  await queue.close();
  connection.disconnect();
  await redis.stop();
});

afterEach(async () => {
  await app?.close();
  app = null;
});

function parts(overrides: Partial<WebParts> = {}): WebParts {
  const metrics = createMetrics();
  return {
    host: '127.0.0.1',
    port: 0,
    signIn: null,
    log: keptLog().log,
    readiness: async () => ({ ok: false, reasons: [{ code: 'redis', detail: 'away' }] }),
    metrics: async () => ({ text: await metrics.text(), contentType: metrics.contentType }),
    pages: { queues: [queue], snapshot: async () => SNAPSHOT, redisTrouble: () => null, now: () => 121_000 },
    ...overrides,
  };
}

async function ask(options: InjectOptions, overrides: Partial<WebParts> = {}) {
  app = await buildServer(parts(overrides));
  return app.inject({ method: 'GET', ...options });
}

test('without credentials everything but /livez is refused', async () => {
  app = await buildServer(parts({ signIn: SIGN_IN }));
  for (const url of [
    '/',
    '/readyz',
    '/metrics',
    '/jobs',
    '/jobs/api/queues',
    '/jobs/static/css/x.css',
    '/nothing',
    '/livez/../metrics',
    '/livez%2f..%2fmetrics',
  ]) {
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 401]);
  }
  expect((await app.inject('/livez')).statusCode).toBe(200);
  expect((await app.inject({ url: '/readyz', headers: AUTHORIZED })).statusCode).toBe(503);
  for (const wrong of [
    basic('auditor', 'wrong'),
    basic('root', 'correct horse'),
    basic('auditor', ''),
    'Bearer x',
    'Basic !!!',
  ]) {
    expect((await app.inject({ url: '/', headers: { authorization: wrong } })).statusCode).toBe(401);
  }
});

test('a server that others can reach is not built without a sign-in', async () => {
  await expect(buildServer(parts({ host: '0.0.0.0' }))).rejects.toMatchObject({ code: 'config-invalid' });
});

test.each([
  'evil.example',
  'evil.example:8080',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'localhost@evil.example',
  '2130706433',
])('the foreign Host "%s" is refused', async (host) => {
  const response = await ask({ url: '/metrics', headers: { host } });
  expect(response.statusCode).toBe(421);
});

test.each(['localhost:80', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST'])('our own Host %s is served', async (host) => {
  expect((await ask({ url: '/livez', headers: { host } })).statusCode).toBe(200);
});

test('every answer carries the security headers, errors included', async () => {
  app = await buildServer(parts());
  for (const [url, host] of [
    ['/', 'localhost'],
    ['/nothing', 'localhost'],
    ['/livez', 'evil.example'],
    ['/jobs', 'localhost'],
  ] as const) {
    const { headers } = await app.inject({ url, headers: { host } });
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);
  }
});

test('the overview shows what it knows and executes nothing', async () => {
  const { body, statusCode } = await ask({ url: '/' });
  expect(statusCode).toBe(200);
  expect(body).not.toContain('<script');
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
  expect(body).toContain('1 min ago');
  expect(body).toContain('redis: away');
});

test('a page that fails says nothing of why', async () => {
  const readiness = async () => Promise.reject(new Error('secret-bucket is broken'));
  const { statusCode, body } = await ask({ url: '/readyz' }, { readiness });
  expect([statusCode, body]).toEqual([500, '{"error":"internal error"}']);
});

test('bodies beyond the bound are refused', async () => {
  const response = await ask({
    method: 'PUT',
    url: '/jobs/api/queues/collect/retry/failed',
    payload: { text: 'x'.repeat(70_000) },
  });
  expect(response.statusCode).toBe(413);
});

test('the job board is served, with its own scripts only', async () => {
  const page = await ask({ url: '/jobs' });
  expect([page.statusCode, page.body.includes('id="root"')]).toEqual([200, true]);
  const script = /src="(static\/js\/main[^"]+)"/.exec(page.body)?.[1] ?? '';
  expect((await app?.inject(`/jobs/${script}`))?.statusCode).toBe(200);
  const queues = await app?.inject('/jobs/api/queues');
  expect(queues?.json()).toMatchObject({ queues: [{ name: 'collect', allowRetries: true }] });
});

test.each([
  ['PUT', '/jobs/api/queues/collect/clean/failed'],
  ['PUT', '/jobs/api/queues/collect/obliterate'],
  ['PUT', '/jobs/api/queues/collect/pause'],
  ['PUT', '/jobs/api/queues/pause'],
  ['PUT', '/jobs/api/queues/collect/empty'],
  ['POST', '/jobs/api/queues/collect/add'],
] as const)('the board cannot do %s %s', async (method, url) => {
  const response = await ask({ method, url, payload: { name: 'x', data: {}, options: {} } });
  expect(response.statusCode).toBe(403);
  expect(await queue.isPaused()).toBe(false);
});

test("the board retries, from this server's own pages only", async () => {
  app = await buildServer(parts());
  const url = '/jobs/api/queues/collect/retry/failed';
  const put = (headers: Record<string, string>) =>
    app?.inject({ method: 'PUT', url, headers: { host: 'localhost:8080', ...headers } });
  expect((await put({ 'sec-fetch-site': 'cross-site' }))?.statusCode).toBe(403);
  expect((await put({ origin: 'http://evil.example' }))?.statusCode).toBe(403);
  expect((await put({ origin: 'null' }))?.statusCode).toBe(403);
  expect((await put({ origin: 'http://localhost:8080' }))?.statusCode).toBe(200);
  expect((await put({ 'sec-fetch-site': 'same-origin' }))?.statusCode).toBe(200);
});

test('while Redis is away the board answers instead of waiting', async () => {
  const pages = { queues: [queue], snapshot: async () => null, redisTrouble: () => 'away', now: () => 0 };
  expect((await ask({ url: '/jobs/api/queues' }, { pages })).statusCode).toBe(503);
  expect((await app?.inject('/'))?.body).toContain('cannot be read');
});

test('a port in use is said, with what to do', async () => {
  const first = await startServer(parts());
  const port = Number(new URL(first.url).port);
  await expect(startServer(parts({ port }))).rejects.toMatchObject({
    code: 'usage',
    message: `cannot listen on 127.0.0.1:${port}`,
  });
  await first.close();
});
