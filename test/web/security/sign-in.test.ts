/** Signing in by password over a real Redis: who is let in, how often one may try, and what holds while Redis is away. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { passwordEntry } from '../../../src/core/password.ts';
import { SAME_ORIGIN } from './fixture.ts';
import { cookieOf, PASSWORD, SignInStage } from './sign-in-stage.ts';

const at = new SignInStage();

describe('signing in', () => {
  test('gives a cookie that is for this host, secret to scripts, and never sent from elsewhere', async () => {
    const answer = await at.post('ada', PASSWORD);
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-orgtrail=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(answer.json()).toEqual({
      user: { name: 'ada', role: 'operator', via: 'password', rights: ['metrics', 'read', 'evidence', 'operate'] },
      signIn: { password: true, oidc: null },
      version: '0.0.0-test',
    });
    expect(await at.statusWith(cookieOf(answer))).toBe(200);
    expect(await at.statusWith(cookieOf(answer), '/api/administer')).toBe(403);
  });

  test('is refused alike for a wrong password and an unknown name', async () => {
    const [wrong, unknown] = [await at.post('ada', 'violet gravel mosaik'), await at.post('eve', PASSWORD)];
    const { request: _one, ...first } = wrong.json<Record<string, unknown>>();
    const { request: _two, ...second } = unknown.json<Record<string, unknown>>();
    expect(first).toEqual(second);
    expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401]);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    expect(Object.keys(wrong.headers).toSorted()).toEqual(Object.keys(unknown.headers).toSorted());
    expect(await at.redis.dbsize()).toBe(0);
  });

  test('takes as long for an unknown name as for a wrong password', async () => {
    // Counted in time of the processor, which does not depend on what else this machine does.
    const costOf = async (name: string): Promise<number> => {
      const from = process.cpuUsage();
      await at.post(name, 'violet gravel mosaik');
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
    at.list = {
      users: [at.user({ password: await passwordEntry('Caf\u00e9 gravel mosaic', randomBytes(16)) })],
      tokens: [],
    };
    expect((await at.post('ada', 'Cafe\u0301 gravel mosaic')).statusCode).toBe(200);
    expect((await at.post('ada', 'Caf\u00e9 gravel mosai')).statusCode).toBe(401);
    expect((await at.post('ada', `Caf\u00e9 gravel mosaic${'x'.repeat(1000)}`)).statusCode).toBe(401);
    expect((await at.post('ADA', 'Caf\u00e9 gravel mosaic')).statusCode).toBe(401);
  });

  test('needs an encrypted connection or this machine, since no browser keeps the cookie otherwise', async () => {
    await at.app.close();
    await at.open({ host: '0.0.0.0', publicUrl: 'http://localhost:8080' });
    const plain = await at.post('ada', PASSWORD, { host: '0.0.0.0' });
    expect(plain.statusCode).toBe(403);
    expect(plain.json()).toMatchObject({
      type: 'urn:orgtrail:not-encrypted',
      hint: expect.stringContaining('http.tls'),
    });
    await at.app.close();
    await at.open({ host: '0.0.0.0', publicUrl: 'https://trail.example' });
    expect((await at.post('ada', PASSWORD, { host: 'trail.example' })).statusCode).toBe(200);
    await at.app.close();
    await at.open({ host: '10.0.0.1', tls: true });
    expect((await at.post('ada', PASSWORD, { host: '10.0.0.1' })).statusCode).toBe(200);
  });

  test.each([
    ['no password', { user: 'ada' }],
    ['another type', { user: ['ada'], password: PASSWORD }],
    ['an object', { user: 'ada', password: { toString: 'x' } }],
    ['a field of its own', { user: 'ada', password: PASSWORD, role: 'administrator' }],
    ['too long a password', { user: 'ada', password: 'x'.repeat(1025) }],
    ['too long a name', { user: 'x'.repeat(129), password: PASSWORD }],
  ])('is refused with %s', async (_name, payload) => {
    const answer = await at.app.inject({ method: 'POST', url: '/api/session', payload, headers: SAME_ORIGIN });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain(PASSWORD);
  });

  test('is slowed down after a few tries from one address, and for one name', async () => {
    await at.app.close();
    await at.open({ rates: { signInsByAddress: 3 } });
    const tries = [];
    for (let time = 0; time < 5; time += 1) tries.push((await at.post(`user${time}`, 'x')).statusCode);
    expect(tries).toEqual([401, 401, 401, 429, 429]);
    const last = await at.post('ada', PASSWORD);
    expect(last.statusCode).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    await at.app.close();
    await at.open({ rates: { signInsByAddress: 1000, signInsByName: 2 } });
    const named = [];
    for (const name of ['ada', 'ada', 'ada', 'eve']) named.push((await at.post(name, 'x')).statusCode);
    expect(named).toEqual([401, 401, 429, 401]);
  });

  test('many at once are turned away rather than let wait for ever', async () => {
    await at.app.close();
    await at.open({ rates: { signInsByAddress: 1000, signInsByName: 1000 } });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => at.post(`user${index}`, 'x')));
    const statuses = answers.map((answer) => answer.statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(18);
    expect(statuses.filter((status) => status === 503)).toHaveLength(22);
  }, 90_000);
});

// At the end: this Redis answers nobody from then on. A shorter pause was over before a busy machine had asked.
describe('while Redis is away', () => {
  test('nobody is let in, and everybody is told', async () => {
    const cookie = await at.signIn();
    await at.redis.call('CLIENT', 'PAUSE', '10000', 'ALL');
    const [signedIn, nobody, probe, maybe] = await Promise.all([
      at.app.inject({ url: '/api/read', headers: { cookie } }),
      at.app.inject({ url: '/api/read' }),
      at.app.inject({ url: '/livez', headers: { cookie } }),
      at.app.inject({ url: '/api/maybe', headers: { cookie } }),
    ]);
    expect(signedIn.statusCode).toBe(503);
    expect(signedIn.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(signedIn.json()).toMatchObject({ type: 'urn:orgtrail:redis-unreachable', status: 503 });
    // Its message names where Redis is, and anybody may send a cookie.
    expect(signedIn.body).not.toContain('Redis');
    expect(nobody.statusCode).toBe(401);
    expect(probe.statusCode).toBe(200);
    expect(maybe.json()).toEqual({ read: false });
    expect((await at.post('ada', PASSWORD)).statusCode).toBe(503);
  });
});
