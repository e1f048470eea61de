/** The whole sign-in as the daemon makes it from a configuration: what is in force when, and that no secret shows anywhere. */
import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config.ts';
import { httpPassword, oidcSecret, redactedConfig } from '../../../src/config/secrets.ts';
import { passwordEntry } from '../../../src/core/password.ts';
import { createSecurityParts } from '../../../src/daemon/security-parts.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { keptLog } from '../../daemon/fake.ts';
import { startRedis, type RedisServer } from '../../stack/redis.ts';
import { securedApp } from './app.ts';
import { SAME_ORIGIN } from './fixture.ts';
import { CLIENT, startIssuer, type Issuer } from './issuer.ts';

const OWN = 'canary-password-of-the-configuration';
const ADA = 'canary-password-of-ada';
const TOKEN = `ot_canary${'A'.repeat(37)}`;
const PUBLIC = 'http://localhost:8080';

const folder = mkdtempSync(join(tmpdir(), 'orgtrail-access-'));
const accessFile = join(folder, 'access.yaml');
let server: RedisServer;
let redis: Redis;
let issuer: Issuer;
let entry = '';
let now = 0;
let kept: ReturnType<typeof keptLog>;
let app: FastifyInstance;

beforeAll(async () => {
  [server, issuer, entry] = await Promise.all([startRedis(), startIssuer(), passwordEntry(ADA, randomBytes(16))]);
  redis = new Redis(server.url, { lazyConnect: true, enableOfflineQueue: false, commandTimeout: 1000 });
  await redis.connect();
});

afterAll(async () => {
  redis.disconnect();
  await Promise.all([server.stop(), issuer.stop()]);
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  await redis.flushall();
  now = Date.parse('2026-11-21T12:00:00Z');
  write('operator');
  await open();
});
afterEach(() => app.close());

/** Each version gets a time of its own, as a file system with whole seconds would give it. */
let version = 0;
function write(role: string, text?: string): void {
  version += 1;
  const token = `tokens: [{ name: ci, rights: [read], sha256: "${hash('sha256', TOKEN)}", expires: 2027-01-31 }]\n`;
  writeFileSync(accessFile, text ?? `users: [{ name: ada, role: ${role}, password: "${entry}" }]\n${token}`);
  utimesSync(accessFile, version, version);
}

function yaml(): string {
  return `archive: { bucket: archive-bucket, region: us-east-1, owner: "111111111111" }
accounts: [{ id: "222222222222" }]
http:
  user: root
  accessFile: ${accessFile}
  publicUrl: ${PUBLIC}
  sessionHours: 2
  idleMinutes: 30
  oidc: { issuer: "${issuer.url}", clientId: ${CLIENT.id}, roles: { platform: administrator } }
`;
}

const ENV = { ORGTRAIL_HTTP_PASSWORD: OWN, ORGTRAIL_OIDC_SECRET: CLIENT.secret };

async function open(): Promise<void> {
  kept = keptLog();
  const config = parseConfig(yaml(), 'c.yaml', ENV);
  const parts = await createSecurityParts({
    http: config.http,
    passwords: { http: httpPassword(config, ENV), oidc: oidcSecret(config, ENV) },
    redis,
    clock: { now: () => now },
    log: kept.log,
    version: '0.0.0-test',
  });
  ({ app } = await securedApp(parts));
}

function post(user: string, password: string) {
  return app.inject({ method: 'POST', url: '/api/session', payload: { user, password }, headers: SAME_ORIGIN });
}

async function cookieOf(user: string, password: string): Promise<string> {
  const answer = await post(user, password);
  expect(answer.statusCode).toBe(200);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

const statusOf = async (url: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  (await app.inject({ url, headers })).statusCode;

describe('the access file', () => {
  test('is in force together with the user of the configuration', async () => {
    const root = await cookieOf('root', OWN);
    const ada = await cookieOf('ada', ADA);
    expect(await statusOf('/api/administer', { cookie: root })).toBe(200);
    expect(await statusOf('/api/administer', { cookie: ada })).toBe(403);
    expect(await statusOf('/api/operate', { cookie: ada })).toBe(200);
    expect(await statusOf('/api/read', { authorization: `Bearer ${TOKEN}` })).toBe(200);
  });

  test('is read again after five seconds at most when it changed, and ends what it no longer allows', async () => {
    const cookie = await cookieOf('ada', ADA);
    write('viewer', '# all gone\nusers: []\n');
    expect(await statusOf('/api/read', { cookie })).toBe(200);
    now += 5000;
    expect(await statusOf('/api/read', { cookie })).toBe(401);
    expect(await statusOf('/api/read', { authorization: `Bearer ${TOKEN}` })).toBe(401);
    expect((await post('ada', ADA)).statusCode).toBe(401);
    expect(kept.lines.some((line) => line.includes('"event":"access-changed"'))).toBe(true);
  });

  test.each<readonly [string, () => void]>([
    ['is broken', () => write('viewer', `users: [{ name: ada, password: ${ADA} `)],
    ['names a role that is none', () => write('root')],
    ['is gone', () => unlinkSync(accessFile)],
  ])('stays as it was when the new one %s, which is said once', async (_name, change) => {
    const cookie = await cookieOf('ada', ADA);
    change();
    for (let time = 0; time < 3; time += 1) {
      now += 5000;
      expect(await statusOf('/api/operate', { cookie })).toBe(200);
    }
    expect(kept.lines.filter((line) => line.includes('"event":"access-refused"'))).toHaveLength(1);
    expect(kept.lines.join('')).not.toContain(ADA);
    write('viewer');
    now += 5000;
    expect(await statusOf('/api/read', { cookie })).toBe(401);
  });

  test('that is not good keeps the pages from starting', async () => {
    write('root');
    await expect(open()).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('users[0].role'),
    });
    write('operator', `users: [{ name: root, role: viewer, password: "${entry}" }]\n`);
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('is http.user too') });
  });
});

test('a session outlives a restart, and ends when the password of the configuration changes', async () => {
  const cookie = await cookieOf('root', OWN);
  await app.close();
  await open();
  expect(await statusOf('/api/administer', { cookie })).toBe(200);
  await app.close();
  const before = ENV.ORGTRAIL_HTTP_PASSWORD;
  ENV.ORGTRAIL_HTTP_PASSWORD = 'another password of it';
  await open();
  ENV.ORGTRAIL_HTTP_PASSWORD = before;
  expect(await statusOf('/api/administer', { cookie })).toBe(401);
});

test('the limits of the configuration are those of sessions', async () => {
  const cookie = await cookieOf('root', OWN);
  for (let minutes = 29; minutes < 120; minutes += 29) {
    now += 29 * 60_000;
    expect(await statusOf('/api/read', { cookie })).toBe(200);
  }
  now += 4 * 60_000;
  expect(await statusOf('/api/read', { cookie })).toBe(401);
});

/** Everything that Redis holds, keys and values. */
async function everythingInRedis(): Promise<string> {
  const texts: string[] = [];
  for (const key of await redis.keys('*')) texts.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
  return texts.join('\n');
}

test('no password, token, cookie or client secret is in a log at any level, an answer, a metric, Redis or the shown configuration', async () => {
  issuer.behaviour.claims = { email: 'ada@example.com', groups: ['platform'] };
  const answers: string[] = [];
  const ask = async (options: object) => {
    const answer = await app.inject(options);
    answers.push(answer.body, JSON.stringify({ ...answer.headers, 'set-cookie': '', location: '' }));
    return answer;
  };
  const cookies = [await cookieOf('root', OWN), await cookieOf('ada', ADA)];
  const started = await ask({ url: '/api/session/oidc' });
  const back = issuer.authorize(String(started.headers.location));
  const begun = String(started.headers['set-cookie']).split(';')[0] ?? '';
  const finished = await ask({ url: `${back.pathname}${back.search}`, headers: { cookie: begun } });
  cookies.push(
    finished.cookies.map(({ name, value }) => `${name}=${value}`).find((one) => one.startsWith('__Host-orgtrail=')) ??
      '',
  );
  const bearer = { authorization: `Bearer ${TOKEN}` };
  for (const cookie of cookies)
    for (const url of ['/api/session', '/api/read', '/api/administer', '/api/broken', '/api/none', '/api/read?a=1&a=2'])
      await ask({ url, headers: { cookie } });
  for (const url of ['/api/read', '/api/operate', `/api/read?token=${TOKEN}`]) await ask({ url, headers: bearer });
  await ask({ url: '/api/read', headers: { authorization: `Basic ${Buffer.from(`root:${OWN}`).toString('base64')}` } });
  for (const payload of [
    { user: 'root', password: `${OWN}x` },
    { user: OWN, password: OWN },
    { user: 'root', password: [OWN] },
    { password: OWN },
  ])
    await ask({ method: 'POST', url: '/api/session', payload, headers: SAME_ORIGIN });
  await ask({
    method: 'POST',
    url: '/api/session',
    payload: `{"user":"root","password":"${OWN}`,
    headers: { ...SAME_ORIGIN, 'content-type': 'application/json' },
  });
  await redis.call('CLIENT', 'PAUSE', '300', 'ALL');
  for (const cookie of cookies) await ask({ url: '/api/read', headers: { cookie } });

  expect(cookies.every((cookie) => /^__Host-orgtrail=.{43}$/.test(cookie))).toBe(true);
  expect(answers.length).toBeGreaterThan(50);
  const secrets = [
    OWN,
    ADA,
    TOKEN,
    CLIENT.secret,
    ...cookies.map((cookie) => cookie.split('=')[1] ?? '-'),
    begun.split('=')[1] ?? '-',
    back.searchParams.get('code') ?? '-',
  ];
  const base64 = secrets.map((secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  const metrics = await createMetrics().text();
  const shown = JSON.stringify(redactedConfig(parseConfig(yaml(), 'c.yaml', ENV)));
  const places = {
    log: kept.lines.join('\n'),
    answers: answers.join('\n'),
    metrics,
    shown,
    redis: await everythingInRedis(),
  };
  for (const [place, text] of Object.entries(places))
    for (const secret of [...secrets, ...base64]) expect([place, text.includes(secret)]).toEqual([place, false]);
  expect(places.log).toContain('"event":"signed-in"');
  expect(places.redis).toContain('{orgtrail}:session:');
  expect(kept.lines.every((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n'))).toBe(true);
});
