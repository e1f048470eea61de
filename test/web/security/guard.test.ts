/** What every request passes: headers, Host, origin, shape, tokens, and what is said of refusals. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { createBoundedApp } from '../../../src/web/security/bounded.ts';
import type { SecurityParts } from '../../../src/web/security/parts.ts';
import { registerSecurity } from '../../../src/web/security/security.ts';
import { securedApp } from './app.ts';
import { buildTestSecurity, openSecurity, SAME_ORIGIN, type TestSecurity } from './fixture.ts';

let app: FastifyInstance;
let security: TestSecurity;

afterEach(() => app.close());

async function open(overrides: Partial<SecurityParts> = {}, proxies: readonly string[] = []): Promise<void> {
  security = buildTestSecurity(overrides);
  ({ app } = await securedApp(security.parts, { tls: null, trustedProxies: proxies }));
}

async function openLoopback(overrides: Partial<SecurityParts> = {}): Promise<void> {
  security = openSecurity(overrides);
  ({ app } = await securedApp(security.parts));
}

const COMMON = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': expect.stringContaining('camera=()'),
  'cache-control': 'no-store',
};

describe('headers', () => {
  const ANSWERS: readonly (readonly [string, number, object])[] = [
    ['a page', 200, { url: '/page' }],
    ['what is not there', 404, { url: '/nothing' }],
    ['what is not there in the API', 404, { url: '/api/nothing' }],
    ['who is not signed in', 401, { url: '/api/read' }],
    ['what breaks', 500, { url: '/api/broken' }],
    ['a foreign name', 421, { url: '/page', headers: { host: 'evil.example' } }],
    ['a foreign site', 403, { method: 'POST', url: '/api/change', headers: { origin: 'https://evil.example' } }],
    ['a method', 405, { method: 'OPTIONS', url: '/api/read' }],
    ['a broken address', 400, { url: '/%zz' }],
    ['a long address', 414, { url: `/api/read?q=${'x'.repeat(5000)}` }],
    [
      'a broken body',
      400,
      {
        method: 'POST',
        url: '/api/session',
        payload: '{',
        headers: { ...SAME_ORIGIN, 'content-type': 'application/json' },
      },
    ],
    [
      'a large body',
      413,
      { method: 'POST', url: '/api/session', payload: { user: 'x'.repeat(70_000) }, headers: SAME_ORIGIN },
    ],
    ['a probe', 200, { url: '/livez' }],
  ];

  test.each(ANSWERS)('are on %s (%i)', async (_name, status, request) => {
    await open();
    const answer = await app.inject(request);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject(COMMON);
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; .*report-uri \/api\/csp-report/);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
    if (status < 400) return;
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status, detail: expect.any(String), hint: expect.stringMatching(/./) });
    expect(answer.body).not.toMatch(/canary|\/srv|node_modules|at .*:\d+:\d+/);
  });

  test('the policy of a page lets in its own scripts, and styles with its nonce alone', async () => {
    await open();
    const [one, two] = [await app.inject('/page'), await app.inject('/page')];
    const policy = String(one.headers['content-security-policy']);
    const nonce = /nonce="([^"]{20,})"/.exec(one.body)?.[1] ?? '';
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        `style-src 'self' 'nonce-${nonce}'; manifest-src 'self'; object-src 'none'; base-uri 'none'; ` +
        "form-action 'self'; frame-ancestors 'none'; report-uri /api/csp-report; report-to csp",
    );
    expect(two.body).not.toContain(nonce);
    expect((await app.inject('/api/read')).headers['content-security-policy']).not.toContain('self');
    for (const path of ['/jobs', '/api/docs', '/page', '/api/x'])
      expect((await app.inject(path)).headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
  });

  test.each([{ tls: true }, { publicUrl: 'https://trail.example' }])(
    'demand https for a year with %j',
    async (over) => {
      await open(over);
      expect((await app.inject('/livez')).headers['strict-transport-security']).toBe('max-age=31536000');
    },
  );
});

describe('the Host header', () => {
  test.each([
    'evil.example',
    'evil.example:8080',
    ' ',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '2130706433',
  ])('%j is not ours: a page of another name learns nothing (DNS rebinding)', async (host) => {
    await openLoopback();
    for (const url of ['/page', '/api/read', '/api/session', '/nothing'])
      expect((await app.inject({ url, headers: { host } })).statusCode).toBe(421);
    expect((await app.inject({ url: '/livez', headers: { host } })).statusCode).toBe(200);
  });

  test.each(['localhost', 'localhost:8080', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:8080'])(
    '%s is ours',
    async (host) => {
      await openLoopback();
      expect((await app.inject({ url: '/api/read', headers: { host } })).statusCode).toBe(200);
    },
  );

  test('may be the name that people use, and any name for a program with a token', async () => {
    await open({ host: '0.0.0.0', publicUrl: 'https://trail.example' });
    expect((await app.inject({ url: '/page', headers: { host: 'trail.example' } })).statusCode).toBe(200);
    expect((await app.inject({ url: '/page', headers: { host: 'orgtrail' } })).statusCode).toBe(421);
    const headers = { host: 'orgtrail:8080', ...security.token('metrics') };
    expect((await app.inject({ url: '/api/metrics', headers })).statusCode).toBe(200);
    const made = { ...headers, authorization: `Bearer ot_${'A'.repeat(43)}` };
    expect((await app.inject({ url: '/api/metrics', headers: made })).statusCode).toBe(401);
  });
});

describe('a change', () => {
  const change = (headers: Readonly<Record<string, string>>, payload: object | string = { count: 1 }) =>
    app.inject({ method: 'POST', url: '/api/change', payload, headers });

  test.each<readonly [number, Readonly<Record<string, string>>]>([
    [200, { 'sec-fetch-site': 'same-origin' }],
    [200, { origin: 'http://localhost:8080', host: 'localhost:8080' }],
    [200, { origin: 'http://localhost', host: 'localhost' }],
    [403, {}],
    [403, { 'sec-fetch-site': 'cross-site' }],
    [403, { 'sec-fetch-site': 'same-site' }],
    [403, { 'sec-fetch-site': 'none' }],
    [403, { 'sec-fetch-site': 'cross-site', origin: 'http://localhost', host: 'localhost' }],
    [403, { origin: 'https://evil.example' }],
    [403, { origin: 'http://localhost:3000', host: 'localhost:8080' }],
    [403, { origin: 'null' }],
    [403, { origin: 'http://localhost.evil.example', host: 'localhost' }],
  ])('is answered %i where the browser says %j', async (status, headers) => {
    await open();
    const cookie = await security.as('operator');
    expect((await change({ ...cookie, ...headers })).statusCode).toBe(status);
    await app.close();
    await openLoopback();
    expect((await change(headers)).statusCode).toBe(status);
  });

  test('from the name that people use is taken behind a proxy that goes by another', async () => {
    await open({ publicUrl: 'https://trail.example' });
    const cookie = await security.as('operator');
    expect((await change({ ...cookie, origin: 'https://trail.example' })).statusCode).toBe(200);
    expect((await change({ ...cookie, origin: 'http://trail.example' })).statusCode).toBe(403);
  });

  test('by a token needs no browser, and a cookie beside the token counts for nothing', async () => {
    await open();
    expect((await change(security.token('operate'))).statusCode).toBe(200);
    const both = { ...(await security.as('administrator')), ...security.token('read'), ...SAME_ORIGIN };
    expect((await change(both)).statusCode).toBe(403);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('is refused as %s, which a form could send', async (type) => {
    await openLoopback();
    const answer = await change({ ...SAME_ORIGIN, 'content-type': type }, '{"count":1}');
    expect(answer.statusCode).toBe(415);
  });

  test.each<readonly [string, string]>([
    ['an unknown field', '{"count":1,"more":2}'],
    ['a number as an object', '{"count":{"valueOf":1}}'],
    ['a number as text', '{"count":"1"}'],
    ['__proto__', '{"count":1,"__proto__":{"admin":true}}'],
    ['__proto__ in disguise', '{"count":1,"__pr\\u006fto__":{"admin":true}}'],
    ['constructor.prototype', '{"count":1,"constructor":{"prototype":{"admin":true}}}'],
    ['nothing', ''],
    ['a list', '[1]'],
  ])('with %s is refused', async (_name, payload) => {
    await openLoopback();
    const answer = await change({ ...SAME_ORIGIN, 'content-type': 'application/json' }, payload);
    expect(answer.statusCode).toBe(400);
  });
});

describe('reading from another site', () => {
  test.each<readonly [number, string, Readonly<Record<string, string>>]>([
    [403, '/api/read', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    [403, '/api/read', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
    [200, '/api/read', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }],
    [200, '/api/read', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    [200, '/page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('is answered %i at %s with %j', async (status, url, headers) => {
    await openLoopback();
    expect((await app.inject({ url, headers })).statusCode).toBe(status);
  });

  test('is not allowed by a preflight', async () => {
    await openLoopback();
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await app.inject({ method: 'OPTIONS', url: '/api/change', headers });
    expect(answer.statusCode).toBe(405);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('the address', () => {
  test.each([
    '?a=1&a=2',
    '?a[]=1',
    '?a[b]=1',
    '?__proto__=1',
    '?constructor=1',
    '?a%5B%5D=1',
    `?${Array.from({ length: 65 }, (_, at) => `q${at}=1`).join('&')}`,
  ])('%s is refused', async (query) => {
    await openLoopback();
    expect((await app.inject(`/api/read${query}`)).statusCode).toBe(400);
  });
});

describe('a token', () => {
  const read = (authorization: string) => app.inject({ url: '/api/read', headers: { authorization } });

  test('is good for its rights alone, through its last day, until its line is removed', async () => {
    let now = Date.parse('2026-12-31T23:59:59Z');
    const tokens: { name: string; rights: readonly 'read'[]; sha256: string; expires: string }[] = [];
    await open({ now: () => now, access: () => ({ users: [], tokens }) });
    const { authorization = '' } = security.token('read');
    // The fixture's list is not in force here: its hash is what is put into ours.
    const { hash } = await import('node:crypto');
    tokens.push({
      name: 'ci',
      rights: ['read'],
      sha256: hash('sha256', authorization.slice(7)),
      expires: '2026-12-31',
    });
    expect((await read(authorization)).json()).toMatchObject({ name: 'ci' });
    const operate = await app.inject({ url: '/api/operate', headers: { authorization } });
    expect(operate.statusCode).toBe(403);
    now += 1000;
    expect((await read(authorization)).statusCode).toBe(401);
    now -= 1000;
    tokens.pop();
    expect((await read(authorization)).statusCode).toBe(401);
  });

  test.each(['', 'Bearer', 'Bearer ot_', 'Basic YTpi', `Bearer ot_${'A'.repeat(44)}`, `Bearer ${'A'.repeat(46)}`])(
    '%j is nobody, also where this machine needs none',
    async (authorization) => {
      await openLoopback();
      expect((await read(authorization)).statusCode).toBe(401);
      expect((await app.inject('/api/read')).statusCode).toBe(200);
    },
  );

  test('in an address is nobody', async () => {
    await open();
    const { authorization = '' } = security.token('read');
    const token = authorization.slice(7);
    for (const query of [`?token=${token}`, `?access_token=${token}`, `?authorization=${token}`])
      expect((await app.inject(`/api/read${query}`)).statusCode).toBe(401);
  });
});

describe('without sign-in', () => {
  test('this machine may operate and not administer', async () => {
    await openLoopback();
    expect((await app.inject('/api/operate')).json()).toMatchObject({ name: 'loopback' });
    expect((await app.inject('/api/administer')).statusCode).toBe(403);
    expect((await app.inject('/api/session')).json()).toMatchObject({ user: { name: 'loopback', role: 'operator' } });
  });

  test('another machine is nobody, should it get here', async () => {
    await openLoopback();
    expect((await app.inject({ url: '/api/read', remoteAddress: '10.0.0.7' })).statusCode).toBe(401);
  });

  test.each([{ host: '0.0.0.0' }, { host: '::' }, { publicUrl: 'https://trail.example' }])(
    '%j does not start',
    async (over) => {
      app = createBoundedApp({ tls: null, trustedProxies: [] });
      await expect(registerSecurity(app, openSecurity(over).parts)).rejects.toMatchObject({ code: 'config-invalid' });
    },
  );
});

describe('proxies', () => {
  const forwarded = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-user': 'root',
    'x-forwarded-host': 'evil.example',
  };
  const address = async (remoteAddress: string) => {
    const headers = { ...forwarded, ...security.token('read') };
    return (await app.inject({ url: '/api/read', headers, remoteAddress })).json<{ ip: string }>().ip;
  };

  test('nobody is believed who is not configured', async () => {
    await open();
    expect(await address('10.0.0.7')).toBe('10.0.0.7');
  });

  test('one that is configured is believed, and only that one', async () => {
    await open({}, ['10.0.0.0/24']);
    expect(await address('10.0.0.7')).toBe('203.0.113.9');
    expect(await address('10.0.1.7')).toBe('10.0.1.7');
  });

  test('what they say of users and names counts for nothing', async () => {
    await open({}, ['127.0.0.1']);
    expect((await app.inject({ url: '/api/read', headers: forwarded })).statusCode).toBe(401);
  });
});

describe('rules', () => {
  test('a route without a right does not start', async () => {
    app = createBoundedApp({ tls: null, trustedProxies: [] });
    await registerSecurity(app, openSecurity().parts);
    expect(() => app.get('/api/forgotten', async () => 'x')).toThrow('GET /api/forgotten says no right');
    await expect(app.register(async (inner) => void inner.get('/deep', async () => 'x'))).rejects.toThrow(
      'says no right',
    );
    expect(() => app.get('/jobsx', async () => 'x')).toThrow('says no right');
  });

  test('HEAD demands what GET does', async () => {
    await open();
    for (const method of ['GET', 'HEAD'] as const)
      expect((await app.inject({ method, url: '/api/read' })).statusCode).toBe(401);
  });

  test('a denied attempt is logged with who, route, right and address, and nothing from the address line', async () => {
    await open();
    await app.inject({
      url: '/api/operate?note=canary',
      headers: await security.as('viewer'),
      remoteAddress: '10.0.0.7',
    });
    const line = security.lines.map((text) => JSON.parse(text)).find((one) => one.event === 'denied');
    expect(line).toMatchObject({
      who: 'password:viewer',
      route: '/api/operate',
      right: 'operate',
      from: '10.0.0.7',
      method: 'GET',
    });
    await app.inject({ url: '/api/read' });
    expect(security.lines.at(-1)).toContain('"who":null');
    expect(security.lines.join('')).not.toContain('canary');
  });

  test('one who asks too often is told to wait, and others are not', async () => {
    await open({ rates: { requestsByActor: 3 } });
    const [viewer, auditor] = [await security.as('viewer'), await security.as('auditor')];
    const statuses = [];
    for (let time = 0; time < 5; time += 1)
      statuses.push((await app.inject({ url: '/api/read', headers: viewer })).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await app.inject({ url: '/api/read', headers: auditor })).statusCode).toBe(200);
  });
});

describe('reports of browsers', () => {
  const REPORT = {
    'csp-report': { 'effective-directive': 'script-src\n\u001b[31m', 'blocked-uri': 'https://evil.example/canary?x=1' },
  };
  const send = (payload: string, type = 'application/csp-report') =>
    app.inject({ method: 'POST', url: '/api/csp-report', payload, headers: { 'content-type': type } });
  const reports = () => security.lines.map((line) => JSON.parse(line)).filter((one) => one.event === 'csp-report');

  test('are taken from anybody, counted, and logged once a minute without what they say of addresses', async () => {
    let now = 1_000_000;
    await open({ now: () => now });
    for (let time = 0; time < 3; time += 1) expect((await send(JSON.stringify(REPORT))).statusCode).toBe(204);
    expect(reports()).toEqual([
      expect.objectContaining({ count: 1, directive: 'script-src31m', blocked: 'https://evil.example' }),
    ]);
    now += 60_000;
    const modern = JSON.stringify([{ body: { effectiveDirective: 'img-src', blockedURL: 'data' } }]);
    expect((await send(modern, 'application/reports+json')).statusCode).toBe(204);
    expect(reports()[1]).toMatchObject({ count: 3, directive: 'img-src', blocked: 'data' });
    expect(security.lines.join('')).not.toContain('canary');
  });

  test('are bounded: in size, in number, in type', async () => {
    let now = 1_000_000;
    await open({ now: () => now, rates: { reportsByAddress: 2 } });
    expect((await send('x'.repeat(17_000))).statusCode).toBe(413);
    expect((await send('x', 'text/html')).statusCode).toBe(415);
    for (let time = 0; time < 5; time += 1) await send('no json');
    now += 60_000;
    await send('no json');
    expect(reports()).toEqual([expect.objectContaining({ count: 1, directive: 'unreadable' })]);
  });

  test('their types of content are taken nowhere else', async () => {
    await openLoopback();
    const headers = { ...SAME_ORIGIN, 'content-type': 'application/csp-report' };
    expect((await app.inject({ method: 'POST', url: '/api/change', payload: '{"count":1}', headers })).statusCode).toBe(
      415,
    );
  });
});

test('no guard of the pages believes a header that a proxy of nobody could set', () => {
  const texts = ['guard', 'identity', 'security', 'oidc', 'sign-in'].map((name) =>
    readFileSync(new URL(`../../../src/web/security/${name}.ts`, import.meta.url), 'utf8'),
  );
  for (const text of texts) expect(text).not.toMatch(/request\.(?:host|hostname|protocol|ips)\b|x-forwarded/);
});
