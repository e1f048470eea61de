/** The headers of every answer, what a content policy lets in, and what browsers report of it. */
import { afterEach, describe, expect, test } from 'vitest';
import { SAME_ORIGIN } from './fixture.ts';
import { opening } from './opened.ts';

const at = opening();
afterEach(() => at.close());

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
    await at.open();
    const answer = await at.app.inject(request);
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
    await at.open();
    const [one, two] = [await at.app.inject('/page'), await at.app.inject('/page')];
    const policy = String(one.headers['content-security-policy']);
    const nonce = /nonce="([^"]{20,})"/.exec(one.body)?.[1] ?? '';
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        `style-src 'self' 'nonce-${nonce}'; manifest-src 'self'; object-src 'none'; base-uri 'none'; ` +
        "form-action 'self'; frame-ancestors 'none'; report-uri /api/csp-report; report-to csp",
    );
    expect(two.body).not.toContain(nonce);
    expect((await at.app.inject('/api/read')).headers['content-security-policy']).not.toContain('self');
    for (const path of ['/jobs', '/api/docs', '/page', '/api/x'])
      expect((await at.app.inject(path)).headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
  });

  test.each([{ tls: true }, { publicUrl: 'https://trail.example' }])(
    'demand https for a year with %j',
    async (over) => {
      await at.open(over);
      expect((await at.app.inject('/livez')).headers['strict-transport-security']).toBe('max-age=31536000');
    },
  );
});

describe('reports of browsers', () => {
  const REPORT = {
    'csp-report': { 'effective-directive': 'script-src\n\u001b[31m', 'blocked-uri': 'https://evil.example/canary?x=1' },
  };
  const send = (payload: string, type = 'application/csp-report') =>
    at.app.inject({ method: 'POST', url: '/api/csp-report', payload, headers: { 'content-type': type } });
  const reports = () => at.security.lines.map((line) => JSON.parse(line)).filter((one) => one.event === 'csp-report');

  test('are taken from anybody, counted, and logged once a minute without what they say of addresses', async () => {
    let now = 1_000_000;
    await at.open({ now: () => now });
    for (let time = 0; time < 3; time += 1) expect((await send(JSON.stringify(REPORT))).statusCode).toBe(204);
    expect(reports()).toEqual([
      expect.objectContaining({ count: 1, directive: 'script-src31m', blocked: 'https://evil.example' }),
    ]);
    now += 60_000;
    const modern = JSON.stringify([{ body: { effectiveDirective: 'img-src', blockedURL: 'data' } }]);
    expect((await send(modern, 'application/reports+json')).statusCode).toBe(204);
    expect(reports()[1]).toMatchObject({ count: 3, directive: 'img-src', blocked: 'data' });
    expect(at.security.lines.join('')).not.toContain('canary');
  });

  test('are bounded: in size, in number, in type', async () => {
    let now = 1_000_000;
    await at.open({ now: () => now, rates: { reportsByAddress: 2 } });
    expect((await send('x'.repeat(17_000))).statusCode).toBe(413);
    expect((await send('x', 'text/html')).statusCode).toBe(415);
    for (let time = 0; time < 5; time += 1) await send('no json');
    now += 60_000;
    await send('no json');
    expect(reports()).toEqual([expect.objectContaining({ count: 1, directive: 'unreadable' })]);
  });

  test('their types of content are taken nowhere else', async () => {
    await at.openLoopback();
    const headers = { ...SAME_ORIGIN, 'content-type': 'application/csp-report' };
    expect(
      (await at.app.inject({ method: 'POST', url: '/api/change', payload: '{"count":1}', headers })).statusCode,
    ).toBe(415);
  });
});
