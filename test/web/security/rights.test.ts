/** Who asks and what they may: tokens, this machine without sign-in, and the rule that every route has. */
import { afterEach, describe, expect, test } from 'vitest';
import { registerSecurity } from '../../../src/web/security/security.ts';
import { openSecurity } from './fixture.ts';
import { opening } from './opened.ts';

const at = opening();
afterEach(() => at.close());

describe('a token', () => {
  const read = (authorization: string) => at.app.inject({ url: '/api/read', headers: { authorization } });

  test('is good for its rights alone, through its last day, until its line is removed', async () => {
    let now = Date.parse('2026-12-31T23:59:59Z');
    const tokens: { name: string; rights: readonly 'read'[]; sha256: string; expires: string }[] = [];
    await at.open({ now: () => now, access: () => ({ users: [], tokens }) });
    const { authorization = '' } = at.security.token('read');
    // The fixture's list is not in force here: its hash is what is put into ours.
    const { hash } = await import('node:crypto');
    tokens.push({
      name: 'ci',
      rights: ['read'],
      sha256: hash('sha256', authorization.slice(7)),
      expires: '2026-12-31',
    });
    expect((await read(authorization)).json()).toMatchObject({ name: 'ci' });
    const operate = await at.app.inject({ url: '/api/operate', headers: { authorization } });
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
      await at.openLoopback();
      expect((await read(authorization)).statusCode).toBe(401);
      expect((await at.app.inject('/api/read')).statusCode).toBe(200);
    },
  );

  test('in an address is nobody', async () => {
    await at.open();
    const { authorization = '' } = at.security.token('read');
    const token = authorization.slice(7);
    for (const query of [`?token=${token}`, `?access_token=${token}`, `?authorization=${token}`])
      expect((await at.app.inject(`/api/read${query}`)).statusCode).toBe(401);
  });
});

describe('without sign-in', () => {
  test('this machine may operate and not administer', async () => {
    await at.openLoopback();
    expect((await at.app.inject('/api/operate')).json()).toMatchObject({ name: 'loopback' });
    expect((await at.app.inject('/api/administer')).statusCode).toBe(403);
    expect((await at.app.inject('/api/session')).json()).toMatchObject({
      user: { name: 'loopback', role: 'operator' },
    });
  });

  test('another machine is nobody, should it get here', async () => {
    await at.openLoopback();
    expect((await at.app.inject({ url: '/api/read', remoteAddress: '10.0.0.7' })).statusCode).toBe(401);
  });

  test.each([{ host: '0.0.0.0' }, { host: '::' }, { publicUrl: 'https://trail.example' }])(
    '%j does not start',
    async (over) => {
      const app = at.bare();
      await expect(registerSecurity(app, openSecurity(over).parts)).rejects.toMatchObject({ code: 'config-invalid' });
    },
  );
});

describe('rules', () => {
  test('a route without a right does not start', async () => {
    const app = at.bare();
    await registerSecurity(app, openSecurity().parts);
    expect(() => app.get('/api/forgotten', async () => 'x')).toThrow('GET /api/forgotten says no right');
    await expect(app.register(async (inner) => void inner.get('/deep', async () => 'x'))).rejects.toThrow(
      'says no right',
    );
    expect(() => app.get('/jobsx', async () => 'x')).toThrow('says no right');
  });

  test('HEAD demands what GET does', async () => {
    await at.open();
    for (const method of ['GET', 'HEAD'] as const)
      expect((await at.app.inject({ method, url: '/api/read' })).statusCode).toBe(401);
  });

  test('a denied attempt is logged with who, route, right and address, and nothing from the address line', async () => {
    await at.open();
    await at.app.inject({
      url: '/api/operate?note=canary',
      headers: await at.security.as('viewer'),
      remoteAddress: '10.0.0.7',
    });
    const line = at.security.lines.map((text) => JSON.parse(text)).find((one) => one.event === 'denied');
    expect(line).toMatchObject({
      who: 'password:viewer',
      route: '/api/operate',
      right: 'operate',
      from: '10.0.0.7',
      method: 'GET',
    });
    await at.app.inject({ url: '/api/read' });
    expect(at.security.lines.at(-1)).toContain('"who":null');
    expect(at.security.lines.join('')).not.toContain('canary');
  });

  test('one who asks too often is told to wait, and others are not', async () => {
    await at.open({ rates: { requestsByActor: 3 } });
    const [viewer, auditor] = [await at.security.as('viewer'), await at.security.as('auditor')];
    const statuses = [];
    for (let time = 0; time < 5; time += 1)
      statuses.push((await at.app.inject({ url: '/api/read', headers: viewer })).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await at.app.inject({ url: '/api/read', headers: auditor })).statusCode).toBe(200);
  });
});
