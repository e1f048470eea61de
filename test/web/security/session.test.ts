/** A session over a real Redis: everything that ends it, and what whoever can write to Redis gains. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AccessUser } from '../../../src/core/access-list.ts';
import { passwordEntry } from '../../../src/core/password.ts';
import { SESSION_COOKIE } from '../../../src/web/security/identity.ts';
import { SAME_ORIGIN } from './fixture.ts';
import { cookieOf, PASSWORD, SignInStage } from './sign-in-stage.ts';

const HOUR = 3_600_000;

const at = new SignInStage();

describe('a session', () => {
  test('is known to Redis by its hash alone', async () => {
    const token = (await at.signIn()).slice(SESSION_COOKIE.length + 1);
    const keys = await at.redis.keys('*');
    expect(keys).toEqual([expect.stringMatching(/^\{orgtrail\}:session:[0-9a-f]{64}$/)]);
    const values = await at.redis.get(keys[0] ?? '');
    expect(`${keys.join()} ${values}`).not.toContain(token);
    expect(`${values}`).not.toContain(PASSWORD);
    expect(`${values}`).not.toContain(at.entry.split('$').at(-1));
    expect(await at.redis.pttl(keys[0] ?? '')).toBeLessThanOrEqual(HOUR);
  });

  test('is a new one at each sign-in, and the one before ends', async () => {
    const first = await at.signIn();
    const answer = await at.post('ada', PASSWORD, { cookie: first });
    expect(cookieOf(answer)).not.toBe(first);
    expect(await at.statusWith(first)).toBe(401);
    expect(await at.statusWith(cookieOf(answer))).toBe(200);
  });

  test('cannot be fixed: a token that was never given out is nobody', async () => {
    expect(await at.statusWith(`${SESSION_COOKIE}=${'A'.repeat(43)}`)).toBe(401);
    expect(await at.statusWith(`${SESSION_COOKIE}=${'A'.repeat(5000)}`)).toBe(401);
    expect(await at.statusWith(`orgtrail=${(await at.signIn()).split('=')[1]}`)).toBe(401);
  });

  test('is dead after sign-out, though the cookie is sent again', async () => {
    const cookie = await at.signIn();
    const out = await at.app.inject({ method: 'DELETE', url: '/api/session', headers: { ...SAME_ORIGIN, cookie } });
    expect(out.json()).toMatchObject({ user: null });
    expect(out.headers['set-cookie']).toMatch(/^__Host-orgtrail=; .*Path=\/.*Secure/);
    expect(await at.statusWith(cookie)).toBe(401);
    expect(await at.redis.dbsize()).toBe(0);
  });

  test('ends when nothing was asked for the idle time, and lives while something is', async () => {
    const cookie = await at.signIn();
    for (let times = 0; times < 3; times += 1) {
      at.now += 0.9 * HOUR;
      expect(await at.statusWith(cookie)).toBe(200);
    }
    at.now += HOUR;
    expect(await at.statusWith(cookie)).toBe(401);
    at.now -= 0.5 * HOUR;
    expect(await at.statusWith(cookie)).toBe(401);
  });

  test('ends at the absolute limit, however busy', async () => {
    const cookie = await at.signIn();
    for (let times = 0; times < 23; times += 1) {
      at.now += HOUR / 2;
      expect(await at.statusWith(cookie)).toBe(200);
    }
    at.now += HOUR / 2;
    expect(await at.statusWith(cookie)).toBe(401);
  });

  test('is not kept alive by a stream that only looks whether it still stands', async () => {
    const cookie = await at.signIn();
    const maybe = () => at.app.inject({ url: '/api/maybe', headers: { cookie } });
    at.now += 0.6 * HOUR;
    expect((await maybe()).json()).toEqual({ read: true });
    at.now += 0.6 * HOUR;
    expect((await maybe()).json()).toEqual({ read: false });
  });

  test.each<readonly [string, () => AccessUser[]]>([
    ['the role changes', () => [at.user({ role: 'viewer' })]],
    ['the role is raised', () => [at.user({ role: 'administrator' })]],
    ['the user is removed', () => []],
    ['the user is renamed', () => [at.user({ name: 'eve' })]],
  ])('ends at once when %s', async (_name, users) => {
    const cookie = await at.signIn();
    at.list = { users: users(), tokens: [] };
    expect(await at.statusWith(cookie, '/api/read')).toBe(401);
    at.list = { users: [at.user({})], tokens: [] };
    expect(await at.statusWith(cookie, '/api/read')).toBe(401);
  });

  test('ends at once when the password is set anew, even to the same', async () => {
    const cookie = await at.signIn();
    at.list = { users: [at.user({ password: await passwordEntry(PASSWORD, randomBytes(16)) })], tokens: [] };
    expect(await at.statusWith(cookie)).toBe(401);
  });

  test('is not brought back by a request that was under way when it ended', async () => {
    const cookie = await at.signIn();
    const [key = ''] = await at.redis.keys('*');
    const record = JSON.parse((await at.redis.get(key)) ?? '');
    await at.redis.del(key);
    await at.security.parts.store.touch(key.split(':').at(-1) ?? '', record, 1000);
    expect(await at.redis.dbsize()).toBe(0);
    expect(await at.statusWith(cookie)).toBe(401);
  });
});

describe('whoever can write to Redis', () => {
  async function rewrite(change: (record: Record<string, unknown>) => unknown): Promise<void> {
    const [key = ''] = await at.redis.keys('*');
    const record: unknown = change(JSON.parse((await at.redis.get(key)) ?? ''));
    await at.redis.set(key, typeof record === 'string' ? record : JSON.stringify(record));
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
    const cookie = await at.signIn();
    at.list = { users: [...at.list.users, at.user({ name: 'root', role: 'administrator' })], tokens: [] };
    expect(await at.statusWith(cookie)).toBe(200);
    await rewrite(change);
    expect(await at.statusWith(cookie, '/api/read')).toBe(401);
  });

  test('cannot move a session to a token of its own choice', async () => {
    await at.signIn();
    const [key = ''] = await at.redis.keys('*');
    const { hash } = await import('node:crypto');
    const chosen = 'B'.repeat(43);
    await at.redis.copy(key, `{orgtrail}:session:${hash('sha256', chosen)}`);
    expect(await at.statusWith(`${SESSION_COOKIE}=${chosen}`)).toBe(401);
  });
});
