/** Signing in and out by password, and everything that ends a session, over a real Redis. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccessList, AccessUser } from '../../../src/core/access-list.ts';
import { passwordEntry } from '../../../src/core/password.ts';
import { createSessionStore } from '../../../src/daemon/sessions.ts';
import { SESSION_COOKIE } from '../../../src/web/security/identity.ts';
import type { SecurityParts } from '../../../src/web/security/parts.ts';
import { startRedis, type RedisServer } from '../../stack/redis.ts';
import { securedApp } from './app.ts';
import { buildTestSecurity, SAME_ORIGIN, type TestSecurity } from './fixture.ts';

const PASSWORD = 'violet gravel mosaic';
const HOUR = 3_600_000;

let server: RedisServer;
let redis: Redis;
let entry = '';
let now = 0;
let list: AccessList;
let security: TestSecurity;
let app: FastifyInstance;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { lazyConnect: true, enableOfflineQueue: false, commandTimeout: 1000 });
  redis.on('error', () => undefined);
  await redis.connect();
  entry = await passwordEntry(PASSWORD, randomBytes(16));
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
  now = Date.parse('2026-11-21T12:00:00Z');
  list = { users: [user({})], tokens: [] };
  await open({});
});

afterEach(() => app.close());

async function open(overrides: Partial<SecurityParts>): Promise<void> {
  const store = createSessionStore(redis, 300);
  security = buildTestSecurity({ access: () => list, store, now: () => now, ...overrides });
  ({ app } = await securedApp(security.parts));
}

function user(changed: Partial<AccessUser>): AccessUser {
  return { name: 'ada', role: 'operator', password: entry, ...changed };
}

function post(name: string, password: string, headers: Readonly<Record<string, string>> = {}) {
  const payload = { user: name, password };
  return app.inject({ method: 'POST', url: '/api/session', payload, headers: { ...SAME_ORIGIN, ...headers } });
}

function cookieOf(answer: { readonly headers: Readonly<Record<string, unknown>> }): string {
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

/** Signs in; the cookie to send. */
async function signIn(): Promise<string> {
  const answer = await post('ada', PASSWORD);
  expect(answer.statusCode).toBe(200);
  return cookieOf(answer);
}

async function statusWith(cookie: string, url = '/api/operate'): Promise<number> {
  return (await app.inject({ url, headers: { cookie } })).statusCode;
}

describe('signing in', () => {
  test('gives a cookie that is for this host, secret to scripts, and never sent from elsewhere', async () => {
    const answer = await post('ada', PASSWORD);
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-orgtrail=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(answer.json()).toEqual({
      user: { name: 'ada', role: 'operator', via: 'password', rights: ['metrics', 'read', 'evidence', 'operate'] },
      signIn: { password: true, oidc: null },
      version: '0.0.0-test',
    });
    expect(await statusWith(cookieOf(answer))).toBe(200);
    expect(await statusWith(cookieOf(answer), '/api/administer')).toBe(403);
  });

  test('is refused alike for a wrong password and an unknown name', async () => {
    const [wrong, unknown] = [await post('ada', 'violet gravel mosaik'), await post('eve', PASSWORD)];
    const { request: _one, ...first } = wrong.json<Record<string, unknown>>();
    const { request: _two, ...second } = unknown.json<Record<string, unknown>>();
    expect(first).toEqual(second);
    expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401]);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    expect(Object.keys(wrong.headers).toSorted()).toEqual(Object.keys(unknown.headers).toSorted());
    expect(await redis.dbsize()).toBe(0);
  });

  test('takes as long for an unknown name as for a wrong password', async () => {
    // Counted in time of the processor, which does not depend on what else this machine does.
    const costOf = async (name: string): Promise<number> => {
      const from = process.cpuUsage();
      await post(name, 'violet gravel mosaik');
      return process.cpuUsage(from).user;
    };
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let time = 0; time < 3; time += 1) {
      known = Math.min(known, await costOf('ada'));
      unknown = Math.min(unknown, await costOf('eve'));
    }
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(1.8);
    expect(unknown).toBeGreaterThan(20_000);
  }, 60_000);

  test('compares the whole password, in every spelling of Unicode', async () => {
    list = { users: [user({ password: await passwordEntry('Caf\u00e9 gravel mosaic', randomBytes(16)) })], tokens: [] };
    expect((await post('ada', 'Cafe\u0301 gravel mosaic')).statusCode).toBe(200);
    expect((await post('ada', 'Caf\u00e9 gravel mosai')).statusCode).toBe(401);
    expect((await post('ada', `Caf\u00e9 gravel mosaic${'x'.repeat(1000)}`)).statusCode).toBe(401);
    expect((await post('ADA', 'Caf\u00e9 gravel mosaic')).statusCode).toBe(401);
  });

  test('needs an encrypted connection or this machine, since no browser keeps the cookie otherwise', async () => {
    await app.close();
    await open({ host: '0.0.0.0', publicUrl: 'http://localhost:8080' });
    const plain = await post('ada', PASSWORD, { host: '0.0.0.0' });
    expect(plain.statusCode).toBe(403);
    expect(plain.json()).toMatchObject({
      type: 'urn:orgtrail:not-encrypted',
      hint: expect.stringContaining('http.tls'),
    });
    await app.close();
    await open({ host: '0.0.0.0', publicUrl: 'https://trail.example' });
    expect((await post('ada', PASSWORD, { host: 'trail.example' })).statusCode).toBe(200);
    await app.close();
    await open({ host: '10.0.0.1', tls: true });
    expect((await post('ada', PASSWORD, { host: '10.0.0.1' })).statusCode).toBe(200);
  });

  test.each([
    ['no password', { user: 'ada' }],
    ['another type', { user: ['ada'], password: PASSWORD }],
    ['an object', { user: 'ada', password: { toString: 'x' } }],
    ['a field of its own', { user: 'ada', password: PASSWORD, role: 'administrator' }],
    ['too long a password', { user: 'ada', password: 'x'.repeat(1025) }],
    ['too long a name', { user: 'x'.repeat(129), password: PASSWORD }],
  ])('is refused with %s', async (_name, payload) => {
    const answer = await app.inject({ method: 'POST', url: '/api/session', payload, headers: SAME_ORIGIN });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain(PASSWORD);
  });

  test('is slowed down after a few tries from one address, and for one name', async () => {
    await app.close();
    await open({ rates: { signInsByAddress: 3 } });
    const tries = [];
    for (let time = 0; time < 5; time += 1) tries.push((await post(`user${time}`, 'x')).statusCode);
    expect(tries).toEqual([401, 401, 401, 429, 429]);
    const last = await post('ada', PASSWORD);
    expect(last.statusCode).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    await app.close();
    await open({ rates: { signInsByAddress: 1000, signInsByName: 2 } });
    const named = [];
    for (const name of ['ada', 'ada', 'ada', 'eve']) named.push((await post(name, 'x')).statusCode);
    expect(named).toEqual([401, 401, 429, 401]);
  });

  test('many at once are turned away rather than let wait for ever', async () => {
    await app.close();
    await open({ rates: { signInsByAddress: 1000, signInsByName: 1000 } });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => post(`user${index}`, 'x')));
    const statuses = answers.map((answer) => answer.statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(18);
    expect(statuses.filter((status) => status === 503)).toHaveLength(22);
  }, 90_000);
});

describe('a session', () => {
  test('is known to Redis by its hash alone', async () => {
    const token = (await signIn()).slice(SESSION_COOKIE.length + 1);
    const keys = await redis.keys('*');
    expect(keys).toEqual([expect.stringMatching(/^\{orgtrail\}:session:[0-9a-f]{64}$/)]);
    const values = await redis.get(keys[0] ?? '');
    expect(`${keys.join()} ${values}`).not.toContain(token);
    expect(`${values}`).not.toContain(PASSWORD);
    expect(`${values}`).not.toContain(entry.split('$').at(-1));
    expect(await redis.pttl(keys[0] ?? '')).toBeLessThanOrEqual(HOUR);
  });

  test('is a new one at each sign-in, and the one before ends', async () => {
    const first = await signIn();
    const answer = await post('ada', PASSWORD, { cookie: first });
    expect(cookieOf(answer)).not.toBe(first);
    expect(await statusWith(first)).toBe(401);
    expect(await statusWith(cookieOf(answer))).toBe(200);
  });

  test('cannot be fixed: a token that was never given out is nobody', async () => {
    expect(await statusWith(`${SESSION_COOKIE}=${'A'.repeat(43)}`)).toBe(401);
    expect(await statusWith(`${SESSION_COOKIE}=${'A'.repeat(5000)}`)).toBe(401);
    expect(await statusWith(`orgtrail=${(await signIn()).split('=')[1]}`)).toBe(401);
  });

  test('is dead after sign-out, though the cookie is sent again', async () => {
    const cookie = await signIn();
    const out = await app.inject({ method: 'DELETE', url: '/api/session', headers: { ...SAME_ORIGIN, cookie } });
    expect(out.json()).toMatchObject({ user: null });
    expect(out.headers['set-cookie']).toMatch(/^__Host-orgtrail=; .*Path=\/.*Secure/);
    expect(await statusWith(cookie)).toBe(401);
    expect(await redis.dbsize()).toBe(0);
  });

  test('ends when nothing was asked for the idle time, and lives while something is', async () => {
    const cookie = await signIn();
    for (let times = 0; times < 3; times += 1) {
      now += 0.9 * HOUR;
      expect(await statusWith(cookie)).toBe(200);
    }
    now += HOUR;
    expect(await statusWith(cookie)).toBe(401);
    now -= 0.5 * HOUR;
    expect(await statusWith(cookie)).toBe(401);
  });

  test('ends at the absolute limit, however busy', async () => {
    const cookie = await signIn();
    for (let times = 0; times < 23; times += 1) {
      now += HOUR / 2;
      expect(await statusWith(cookie)).toBe(200);
    }
    now += HOUR / 2;
    expect(await statusWith(cookie)).toBe(401);
  });

  test('is not kept alive by a stream that only looks whether it still stands', async () => {
    const cookie = await signIn();
    const maybe = () => app.inject({ url: '/api/maybe', headers: { cookie } });
    now += 0.6 * HOUR;
    expect((await maybe()).json()).toEqual({ read: true });
    now += 0.6 * HOUR;
    expect((await maybe()).json()).toEqual({ read: false });
  });

  test.each<readonly [string, () => AccessUser[]]>([
    ['the role changes', () => [user({ role: 'viewer' })]],
    ['the role is raised', () => [user({ role: 'administrator' })]],
    ['the user is removed', () => []],
    ['the user is renamed', () => [user({ name: 'eve' })]],
  ])('ends at once when %s', async (_name, users) => {
    const cookie = await signIn();
    list = { users: users(), tokens: [] };
    expect(await statusWith(cookie, '/api/read')).toBe(401);
    list = { users: [user({})], tokens: [] };
    expect(await statusWith(cookie, '/api/read')).toBe(401);
  });

  test('ends at once when the password is set anew, even to the same', async () => {
    const cookie = await signIn();
    list = { users: [user({ password: await passwordEntry(PASSWORD, randomBytes(16)) })], tokens: [] };
    expect(await statusWith(cookie)).toBe(401);
  });

  test('is not brought back by a request that was under way when it ended', async () => {
    const cookie = await signIn();
    const [key = ''] = await redis.keys('*');
    const record = JSON.parse((await redis.get(key)) ?? '');
    await redis.del(key);
    await security.parts.store.touch(key.split(':').at(-1) ?? '', record, 1000);
    expect(await redis.dbsize()).toBe(0);
    expect(await statusWith(cookie)).toBe(401);
  });
});

describe('whoever can write to Redis', () => {
  async function rewrite(change: (record: Record<string, unknown>) => unknown): Promise<void> {
    const [key = ''] = await redis.keys('*');
    const record: unknown = change(JSON.parse((await redis.get(key)) ?? ''));
    await redis.set(key, typeof record === 'string' ? record : JSON.stringify(record));
  }

  test.each<readonly [string, (record: Record<string, unknown>) => unknown]>([
    ['another role', (record) => ({ ...record, role: 'administrator' })],
    ['another name', (record) => ({ ...record, name: 'root' })],
    ['another way in', (record) => ({ ...record, via: 'oidc' })],
    ['a later start', (record) => ({ ...record, createdAt: Number(record['createdAt']) + 1 })],
    ['a seal of its own', (record) => ({ ...record, seal: '0'.repeat(64) })],
    ['more than there is', (record) => ({ ...record, rights: ['administer'] })],
    ['no JSON', () => '{'],
    ['too much', (record) => ({ ...record, name: 'x'.repeat(4000) })],
  ])('gains nothing by %s', async (_name, change) => {
    const cookie = await signIn();
    list = { users: [...list.users, user({ name: 'root', role: 'administrator' })], tokens: [] };
    expect(await statusWith(cookie)).toBe(200);
    await rewrite(change);
    expect(await statusWith(cookie, '/api/read')).toBe(401);
  });

  test('cannot move a session to a token of its own choice', async () => {
    await signIn();
    const [key = ''] = await redis.keys('*');
    const { hash } = await import('node:crypto');
    const chosen = 'B'.repeat(43);
    await redis.copy(key, `{orgtrail}:session:${hash('sha256', chosen)}`);
    expect(await statusWith(`${SESSION_COOKIE}=${chosen}`)).toBe(401);
  });
});

describe('while Redis is away', () => {
  test('nobody is let in, and everybody is told', async () => {
    const cookie = await signIn();
    await redis.call('CLIENT', 'PAUSE', '1200', 'ALL');
    const [signedIn, nobody, probe, maybe] = await Promise.all([
      app.inject({ url: '/api/read', headers: { cookie } }),
      app.inject({ url: '/api/read' }),
      app.inject({ url: '/livez', headers: { cookie } }),
      app.inject({ url: '/api/maybe', headers: { cookie } }),
    ]);
    expect(signedIn.statusCode).toBe(503);
    expect(signedIn.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(signedIn.json()).toMatchObject({ type: 'urn:orgtrail:redis-unreachable', status: 503 });
    // Its message names where Redis is, and anybody may send a cookie.
    expect(signedIn.body).not.toContain('Redis');
    expect(nobody.statusCode).toBe(401);
    expect(probe.statusCode).toBe(200);
    expect(maybe.json()).toEqual({ read: false });
    expect((await post('ada', PASSWORD)).statusCode).toBe(503);
    await redis.call('CLIENT', 'UNPAUSE').catch(() => undefined);
  });
});
