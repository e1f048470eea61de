/** What a request says of where it goes and where it comes from: Host, origin, address, proxies. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { SAME_ORIGIN } from './fixture.ts';
import { opening } from './opened.ts';

const at = opening();
afterEach(() => at.close());

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
    await at.openLoopback();
    for (const url of ['/page', '/api/read', '/api/session', '/nothing'])
      expect((await at.app.inject({ url, headers: { host } })).statusCode).toBe(421);
    expect((await at.app.inject({ url: '/livez', headers: { host } })).statusCode).toBe(200);
  });

  test.each(['localhost', 'localhost:8080', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:8080'])(
    '%s is ours',
    async (host) => {
      await at.openLoopback();
      expect((await at.app.inject({ url: '/api/read', headers: { host } })).statusCode).toBe(200);
    },
  );

  test('may be the name that people use, and any name for a program with a token', async () => {
    await at.open({ host: '0.0.0.0', publicUrl: 'https://trail.example' });
    expect((await at.app.inject({ url: '/page', headers: { host: 'trail.example' } })).statusCode).toBe(200);
    expect((await at.app.inject({ url: '/page', headers: { host: 'orgtrail' } })).statusCode).toBe(421);
    const headers = { host: 'orgtrail:8080', ...at.security.token('metrics') };
    expect((await at.app.inject({ url: '/api/metrics', headers })).statusCode).toBe(200);
    const made = { ...headers, authorization: `Bearer ot_${'A'.repeat(43)}` };
    expect((await at.app.inject({ url: '/api/metrics', headers: made })).statusCode).toBe(401);
  });
});

describe('a change', () => {
  const change = (headers: Readonly<Record<string, string>>, payload: object | string = { count: 1 }) =>
    at.app.inject({ method: 'POST', url: '/api/change', payload, headers });

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
    await at.open();
    const cookie = await at.security.as('operator');
    expect((await change({ ...cookie, ...headers })).statusCode).toBe(status);
    await at.app.close();
    await at.openLoopback();
    expect((await change(headers)).statusCode).toBe(status);
  });

  test('from the name that people use is taken behind a proxy that goes by another', async () => {
    await at.open({ publicUrl: 'https://trail.example' });
    const cookie = await at.security.as('operator');
    expect((await change({ ...cookie, origin: 'https://trail.example' })).statusCode).toBe(200);
    expect((await change({ ...cookie, origin: 'http://trail.example' })).statusCode).toBe(403);
  });

  test('by a token needs no browser, and a cookie beside the token counts for nothing', async () => {
    await at.open();
    expect((await change(at.security.token('operate'))).statusCode).toBe(200);
    const both = { ...(await at.security.as('administrator')), ...at.security.token('read'), ...SAME_ORIGIN };
    expect((await change(both)).statusCode).toBe(403);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('is refused as %s, which a form could send', async (type) => {
    await at.openLoopback();
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
    await at.openLoopback();
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
    await at.openLoopback();
    expect((await at.app.inject({ url, headers })).statusCode).toBe(status);
  });

  test('is not allowed by a preflight', async () => {
    await at.openLoopback();
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await at.app.inject({ method: 'OPTIONS', url: '/api/change', headers });
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
    `?${Array.from({ length: 65 }, (_, index) => `q${index}=1`).join('&')}`,
  ])('%s is refused', async (query) => {
    await at.openLoopback();
    expect((await at.app.inject(`/api/read${query}`)).statusCode).toBe(400);
  });
});

describe('proxies', () => {
  const forwarded = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-user': 'root',
    'x-forwarded-host': 'evil.example',
  };
  const address = async (remoteAddress: string) => {
    const headers = { ...forwarded, ...at.security.token('read') };
    return (await at.app.inject({ url: '/api/read', headers, remoteAddress })).json<{ ip: string }>().ip;
  };

  test('nobody is believed who is not configured', async () => {
    await at.open();
    expect(await address('10.0.0.7')).toBe('10.0.0.7');
  });

  test('one that is configured is believed, and only that one', async () => {
    await at.open({}, ['10.0.0.0/24']);
    expect(await address('10.0.0.7')).toBe('203.0.113.9');
    expect(await address('10.0.1.7')).toBe('10.0.1.7');
  });

  test('what they say of users and names counts for nothing', async () => {
    await at.open({}, ['127.0.0.1']);
    expect((await at.app.inject({ url: '/api/read', headers: forwarded })).statusCode).toBe(401);
  });
});

test('no guard of the pages believes a header that a proxy of nobody could set', () => {
  const texts = ['guard', 'identity', 'security', 'oidc', 'sign-in'].map((name) =>
    readFileSync(new URL(`../../../src/web/security/${name}.ts`, import.meta.url), 'utf8'),
  );
  for (const text of texts) expect(text).not.toMatch(/request\.(?:host|hostname|protocol|ips?)\b|x-forwarded/);
});
