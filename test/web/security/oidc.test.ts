/** Signing in at an OpenID Connect provider of our own: who gets in, as what, and every way not to. */
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OidcSettings, SecurityParts } from '../../../src/web/security/parts.ts';
import { securedApp } from './app.ts';
import { buildTestSecurity, memoryStore, SAME_ORIGIN, type TestSecurity } from './fixture.ts';
import { CLIENT, startIssuer, type Issuer } from './issuer.ts';
import { Browser, oidcSettings, PUBLIC } from './oidc-browser.ts';

let issuer: Issuer;
let now = 0;
let security: TestSecurity;
let app: FastifyInstance;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

beforeEach(async () => {
  now = Date.now();
  const claims = { email: 'ada@example.com', groups: ['on-call', 'readers', 'others'] };
  Object.assign(issuer.behaviour, { claims, overrides: {}, foreignKey: false, unsigned: false, away: false });
  await open({});
});
afterEach(() => app.close());

const visitor = (): Browser => new Browser(() => app, issuer);

async function open(changed: Partial<OidcSettings>, over: Partial<SecurityParts> = {}): Promise<void> {
  const access = () => ({ users: [], tokens: [] });
  security = buildTestSecurity({
    oidc: oidcSettings(issuer, changed),
    publicUrl: PUBLIC,
    access,
    now: () => now,
    ...over,
  });
  ({ app } = await securedApp(security.parts));
}

describe('signing in at the provider', () => {
  test('asks with state, nonce and PKCE, and keeps them in a short-lived cookie of this host', async () => {
    const answer = await app.inject('/api/session/oidc');
    const asked = new URL(String(answer.headers.location));
    expect(`${asked.origin}${asked.pathname}`).toBe(`${issuer.url}/authorize`);
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: CLIENT.id,
      response_type: 'code',
      redirect_uri: `${PUBLIC}/api/session/oidc/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^.{43}$/),
      nonce: expect.stringMatching(/^.{43}$/),
      code_challenge: expect.stringMatching(/^.{43}$/),
      code_challenge_method: 'S256',
    });
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-orgtrail-oidc=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test('gives the highest role of the person, under the name that the provider knows', async () => {
    const browser = visitor();
    expect(await browser.signIn()).toBe('/');
    expect((await browser.get('/api/session')).json()).toMatchObject({
      user: { name: 'ada@example.com', role: 'operator', via: 'oidc' },
      signIn: { password: false, oidc: 'Example login' },
    });
    expect([...browser.cookies.keys()]).toEqual(['__Host-orgtrail']);
    expect(await browser.status('/api/operate')).toBe(200);
    expect(await browser.status('/api/administer')).toBe(403);
    const { cookies } = browser;
    const headers = { ...SAME_ORIGIN, cookie: `__Host-orgtrail=${cookies.get('__Host-orgtrail')}` };
    await app.inject({ method: 'DELETE', url: '/api/session', headers });
    expect(await browser.status('/api/read')).toBe(401);
  });

  test('takes a claim that is one word, and another claim for the name', async () => {
    await app.close();
    await open({ nameClaim: 'preferred_username', roleClaim: 'role' });
    issuer.behaviour.claims = { preferred_username: 'ada', role: 'readers' };
    const browser = visitor();
    await browser.signIn();
    expect((await browser.get('/api/session')).json()).toMatchObject({ user: { name: 'ada', role: 'viewer' } });
  });

  test.each([
    ['/findings?state=open', '/findings?state=open'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    ['/a\\..\\b', '/'],
    ['/api/session/oidc', '/'],
    ['', '/'],
  ])('leads back to a page of ours: %s to %s', async (to, end) => {
    expect(await visitor().signIn(`?to=${encodeURIComponent(to)}`)).toBe(end);
  });
});

describe('nobody gets in', () => {
  /** Where a person ends, whether there is a session, and what the API says. */
  async function attempt(): Promise<readonly unknown[]> {
    const browser = visitor();
    const end = await browser.signIn();
    return [end, browser.cookies.has('__Host-orgtrail'), await browser.status('/api/read')];
  }
  const away = (why: string) => [`/sign-in?refused=${why}`, false, 401];

  test.each<readonly [string, string, Record<string, unknown>]>([
    ['without a role of ours', 'no-role', { email: 'a@b.example', groups: ['others'] }],
    ['without the claim', 'no-role', { email: 'a@b.example' }],
    ['with roles that are no words', 'no-role', { email: 'a@b.example', groups: [['platform'], { platform: 1 }, 7] }],
    [
      'by a role named as something of objects',
      'no-role',
      { email: 'a@b.example', groups: ['__proto__', 'constructor'] },
    ],
    ['without a name', 'no-name', { groups: ['platform'] }],
    ['with a name that is a list', 'no-name', { email: ['a'], groups: ['platform'] }],
    ['with a name that forges lines', 'no-name', { email: 'a\nb', groups: ['platform'] }],
    ['with a name that turns around', 'no-name', { email: 'a\u202eb', groups: ['platform'] }],
    ['with a name without end', 'no-name', { email: 'x'.repeat(129), groups: ['platform'] }],
    [
      'with an address that nobody has confirmed',
      'no-name',
      { email: 'a@b.example', email_verified: false, groups: ['platform'] },
    ],
  ])('%s', async (_name, why, claims) => {
    issuer.behaviour.claims = claims;
    expect(await attempt()).toEqual(away(why));
  });

  test.each<readonly [string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'somebody-else' }],
    ['that is over', { exp: 1_000_000 }],
    ['of another beginning', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['without a subject', { sub: undefined }],
  ])('by an id token %s', async (_name, overrides) => {
    issuer.behaviour.overrides = overrides;
    expect(await attempt()).toEqual(away('failed'));
  });

  test('by an id token that somebody else signed', async () => {
    issuer.behaviour.foreignKey = true;
    expect(await attempt()).toEqual(away('failed'));
  });

  test('by an id token that nobody signed', async () => {
    issuer.behaviour.unsigned = true;
    expect(await attempt()).toEqual(away('failed'));
  });

  test('with a wrong client secret', async () => {
    await app.close();
    await open({ clientSecret: 'another' });
    expect(await attempt()).toEqual(away('failed'));
  });

  test('with the link of somebody else (login CSRF)', async () => {
    const link = await visitor().begin();
    const victim = visitor();
    expect((await victim.get(link)).headers.location).toBe('/sign-in?refused=expired');
    await victim.begin();
    expect((await victim.get(link)).headers.location).toBe('/sign-in?refused=failed');
    expect(victim.cookies.has('__Host-orgtrail')).toBe(false);
  });

  test('with the same link a second time', async () => {
    const browser = visitor();
    const link = await browser.begin();
    const kept = new Map(browser.cookies);
    expect((await browser.get(link)).headers.location).toBe('/');
    const again = visitor();
    for (const [name, value] of kept) again.cookies.set(name, value);
    expect((await again.get(link)).headers.location).toBe('/sign-in?refused=failed');
  });

  test.each(['', '%7B%7D', 'x'.repeat(5000), Buffer.from('{"state":1}').toString('base64url')])(
    'with a cookie that is damaged',
    async (value) => {
      const browser = visitor();
      const link = await browser.begin();
      browser.cookies.set('__Host-orgtrail-oidc', value);
      expect((await browser.get(link)).headers.location).toBe('/sign-in?refused=expired');
    },
  );

  test('where the provider itself says no', async () => {
    const browser = visitor();
    const state = new URL(await browser.begin(), PUBLIC).searchParams.get('state') ?? '';
    const answer = await browser.get(`/api/session/oidc/callback?error=access_denied&state=${state}`);
    expect(answer.headers.location).toBe('/sign-in?refused=failed');
  });
});

describe('a provider that is away', () => {
  test('is asked again after a pause, and not for every click', async () => {
    issuer.behaviour.away = true;
    const before = issuer.seen.length;
    for (let time = 0; time < 3; time += 1)
      expect((await app.inject('/api/session/oidc')).headers.location).toBe('/sign-in?refused=provider-away');
    expect(issuer.seen.length - before).toBe(1);
    const said = security.lines.filter((line) => line.includes('"oidc-away"'));
    expect(said).toHaveLength(3);
    // Described before it was logged, it was logged as "[object Object]".
    expect(said.join('')).not.toContain('[object');
    issuer.behaviour.away = false;
    expect((await app.inject('/api/session/oidc')).headers.location).toBe('/sign-in?refused=provider-away');
    now += 5000;
    expect(await visitor().signIn()).toBe('/');
  });

  test('does not keep us from starting', () => expect(issuer.behaviour.away).toBe(false));
});

describe('a session of the provider', () => {
  test.each<readonly [string, Partial<OidcSettings>]>([
    ['its roles mean something else', { roles: new Map([['on-call', 'viewer']]) }],
    ['its secret is another', { clientSecret: 'another' }],
    ['the provider is another', { issuer: 'https://other.example' }],
  ])('ends when %s', async (_name, changed) => {
    const store = memoryStore();
    await app.close();
    await open({}, { store });
    const browser = visitor();
    await browser.signIn();
    expect(await browser.status('/api/read')).toBe(200);
    await app.close();
    await open({}, { store });
    expect(await browser.status('/api/read')).toBe(200);
    await app.close();
    await open(changed, { store });
    expect(await browser.status('/api/read')).toBe(401);
  });
});

test('nothing secret is logged on the way', async () => {
  const browser = visitor();
  const link = await browser.begin();
  const code = new URL(link, PUBLIC).searchParams.get('code') ?? '-';
  const kept = browser.cookies.get('__Host-orgtrail-oidc') ?? '-';
  await browser.get(link);
  issuer.behaviour.foreignKey = true;
  await visitor().signIn();
  const text = security.lines.join('\n');
  expect(text).toContain('oidc-refused');
  for (const secret of [
    CLIENT.secret,
    'canary-access-token',
    code,
    kept,
    browser.cookies.get('__Host-orgtrail') ?? '-',
    'eyJ',
  ])
    expect(text).not.toContain(secret);
});
