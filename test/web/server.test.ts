/** The server as a whole: what every answer has, what it is bounded by, and what it says when something fails. */
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { overview } from '../../src/web/contract/overview.ts';
import { OperatingError } from '../../src/errors.ts';
import { buildServer, startServer } from '../../src/web/server.ts';
import { keptLog } from '../daemon/fake.ts';
import { partOf } from './fake-accounts.ts';
import { fakeSources } from './fake-sources.ts';
import { bearer, fakeParts, fakeServer, refused } from './fake-server.ts';

let app: Awaited<ReturnType<typeof fakeServer>> | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

test('workers and schedulers serve probes and metrics, and nothing else', async () => {
  ({ app } = await buildServer(fakeParts(null)));
  const statuses = await Promise.all(
    ['/livez', '/readyz', '/metrics', '/api/overview', '/jobs', '/', '/api/docs', '/api/events'].map(
      async (url) => (await app?.inject({ url, headers: { accept: 'text/html' } }))?.statusCode,
    ),
  );
  expect(statuses).toEqual([200, 200, 200, 404, 404, 404, 404, 404]);
});

test('metrics take the right to them, probes none, and why it is not ready is for those who may read', async () => {
  const readiness = async () => ({ ok: false, reasons: [{ code: 'redis', detail: 'away' }] });
  ({ app } = await buildServer(fakeParts(fakeSources(), { readiness })));
  expect((await app.inject({ url: '/metrics', headers: bearer('metrics') })).statusCode).toBe(200);
  expect((await app.inject({ url: '/metrics', headers: bearer('evidence') })).statusCode).toBe(403);
  const probe = await app.inject({ url: '/readyz', headers: bearer('metrics') });
  expect([probe.statusCode, probe.json()]).toEqual([503, { ok: false }]);
  expect((await app.inject({ url: '/readyz', headers: bearer('read') })).json()).toEqual({
    ...(await readiness()),
    problems: [],
  });
  expect((await app.inject('/livez')).json()).toEqual({ ok: true });
});

test('a probe by a name of its own is answered: it was refused, and the server taken for not ready', async () => {
  const readiness = async () => ({ ok: false, reasons: [{ code: 'redis', detail: 'away' }] });
  app = await fakeServer(fakeSources(), { readiness });
  const by = async (host: string) => {
    const answer = await app?.inject({ url: '/readyz', headers: { host } });
    return [answer?.statusCode, answer?.json<unknown>()];
  };
  expect(await by('localhost:8080')).toEqual([503, { ...(await readiness()), problems: [] }]);
  expect(await by('orgtrail:8080')).toEqual([503, { ok: false }]);
  expect((await app.inject({ url: '/api/session', headers: { host: 'orgtrail:8080' } })).statusCode).toBe(421);
});

test('a request that fails says nothing of why, and names the line in the log', async () => {
  const { log, lines } = keptLog();
  const readiness = async () => Promise.reject(new Error('secret-bucket is broken'));
  ({ app } = await buildServer(fakeParts(fakeSources(), { readiness, log })));
  const problem = await refused(app, '/readyz');
  expect([problem.status, problem.detail]).toEqual([500, 'internal error']);
  expect(lines.join('')).toContain(problem.request);
  expect(lines.join('')).toContain('secret-bucket');
});

test('while Redis is away the API says so with what to do', async () => {
  const away = new OperatingError({ code: 'redis-unreachable', message: 'no answer', hint: 'check redis.url' });
  app = await fakeServer(fakeSources({ board: { parts: async () => Promise.reject(away) } }));
  for (const url of ['/api/overview', '/api/map', '/api/accounts', '/api/findings'])
    expect(await refused(app, url)).toMatchObject({
      status: 503,
      type: 'urn:orgtrail:redis-unreachable',
      hint: 'check redis.url',
    });
});

test('bodies beyond the bound are refused', async () => {
  app = await fakeServer();
  const payload = { account: 'x'.repeat(70_000) };
  const answer = await app.inject({ method: 'POST', url: '/api/jobs/retry', headers: bearer('operate'), payload });
  expect(answer.statusCode).toBe(413);
});

test('what has not changed is not sent again, although it was read later', async () => {
  let now = fakeSources().now();
  const over = { now: () => now };
  app = await fakeServer(fakeSources({ over, parts: [] }));
  const first = await app.inject('/api/policy');
  now += 5000;
  const tag = String(first.headers.etag);
  expect(tag).toMatch(/^W\/"[0-9a-f]{32}"$/);
  const again = await app.inject({ url: '/api/policy', headers: { 'if-none-match': `"other", ${tag}` } });
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', tag]);
  const other = await app.inject({ url: '/api/policy', headers: { 'if-none-match': '"other"' } });
  expect([other.statusCode, other.body === first.body]).toEqual([200, false]);
});

test.each([
  ['gzip', true],
  ['deflate, gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['br', false],
  ['x-gzip-like', false],
])('large answers are compressed for "%s": %s', async (accepted, squeezed) => {
  const parts = Array.from({ length: 60 }, (_, at) => partOf(String(100_000_000_000 + at)));
  app = await fakeServer(fakeSources({ parts }));
  const plain = await app.inject('/api/map');
  const answer = await app.inject({ url: '/api/map', headers: { 'accept-encoding': accepted } });
  expect([answer.headers['content-encoding'] === 'gzip', answer.headers.vary]).toEqual([squeezed, 'accept-encoding']);
  const body = squeezed ? gunzipSync(answer.rawPayload).toString() : answer.body;
  expect([body, answer.headers.etag]).toEqual([plain.body, plain.headers.etag]);
});

test('HEAD is answered like GET, without a body', async () => {
  app = await fakeServer();
  const answer = await app.inject({ method: 'HEAD', url: '/api/overview' });
  expect([answer.statusCode, answer.body]).toEqual([200, '']);
  expect(answer.headers.etag).toBeDefined();
});

test('HEAD of what has not changed is a 304: it was an internal error, since no body has no length', async () => {
  app = await fakeServer();
  const { headers } = await app.inject({ method: 'HEAD', url: '/api/overview' });
  for (const known of [String(headers.etag), '*']) {
    const answer = await app.inject({ method: 'HEAD', url: '/api/overview', headers: { 'if-none-match': known } });
    expect([answer.statusCode, answer.headers.etag, answer.headers['content-length'], answer.body]).toEqual([
      304,
      headers.etag,
      undefined,
      '',
    ]);
  }
});

test('an address in other letters is the same to the checks: /%61pi was the API to the router and a page to them', async () => {
  app = await fakeServer();
  const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
  expect((await app.inject({ url: '/%61pi/overview', headers: elsewhere })).statusCode).toBe(403);
  for (const [written, plain] of [
    ['/%61pi/overview', '/api/overview'],
    ['/%61pi/docs', '/api/docs'],
    ['/%6aobs', '/jobs'],
  ] as const) {
    const [odd, usual] = [await app.inject(written), await app.inject(plain)];
    expect([written, odd.statusCode]).toEqual([written, 200]);
    expect(odd.headers['content-security-policy']).toBe(usual.headers['content-security-policy']);
  }
});

test('the description of the API names every route of it, and its own pages load nothing from elsewhere', async () => {
  const built = await buildServer(fakeParts());
  app = built.app;
  const document = (await app.inject('/api/openapi.json')).json<{ paths: Record<string, Record<string, unknown>> }>();
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const hidden = /^(HEAD|OPTIONS) |\/api\/(docs|openapi|csp-report|session\/)|^\w+ \/(?!api\/)/;
  const routes = built.rules.map(({ method, url }) => `${method} ${url}`).filter((one) => !hidden.test(one));
  expect(described.filter((one) => !one.includes('csp-report')).toSorted()).toEqual(routes.toSorted());
  expect(JSON.stringify(document.paths['/api/overview'])).toContain('application/problem+json');
  const page = await app.inject({ url: '/api/docs', headers: { accept: 'text/html' } });
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/https?:\/\/|<script>|<style/);
  expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/);
  for (const file of ['swagger-ui-bundle.js', 'swagger-initializer.js', 'index.css'])
    expect((await app.inject(`/api/docs/static/${file}`)).statusCode).toBe(200);
});

test('a port in use is said, with what to do', async () => {
  const first = await startServer(fakeParts());
  const port = Number(new URL(first.url).port);
  await expect(startServer(fakeParts(fakeSources(), { port }))).rejects.toMatchObject({
    code: 'usage',
    message: `cannot listen on 127.0.0.1:${port}`,
  });
  await first.close();
});

test('closing lets go of the news', async () => {
  const pages = fakeSources();
  const server = await fakeServer(pages);
  expect(pages.listeners.size).toBe(1);
  await server.close();
  await pause(0);
  expect(pages.listeners.size).toBe(0);
});

test('an answer of the overview is held against the contract', async () => {
  app = await fakeServer(fakeSources({ board: { throughput: async () => [{ digests: -1, files: 0 }] } }));
  expect((await refused(app, '/api/overview')).status).toBe(500);
  await app.close();
  app = await fakeServer();
  expect(overview.safeParse((await app.inject('/api/overview')).json()).success).toBe(true);
});
