/** Readiness against Redis servers that are set up wrongly or say little, and secrets that must not be said. */
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { createConnections } from '../src/adapters/redis.ts';
import { startDaemon, type Daemon } from '../src/daemon.ts';
import { createHealth } from '../src/daemon/health.ts';
import { createStateStore } from '../src/daemon/state.ts';
import { OperatingError } from '../src/errors.ts';
import { fakeWork, FAST, keptLog, systemClock, testConfig, until } from './daemon/fake.ts';
import { startRedis, type RedisServer } from './stack/redis.ts';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function server(settings: readonly (readonly [string, string])[] = []): Promise<RedisServer> {
  const redis = await startRedis({ settings: new Map(settings) });
  ends.push(() => redis.stop());
  return redis;
}

/** The health check alone, as a user of Redis who may do what `rules` says. */
async function healthAs(redis: RedisServer, rules: readonly string[]) {
  const admin = new Redis(redis.url);
  await admin.call('ACL', 'SETUSER', 'daemon', 'on', '>acl-secret', '~*', '&*', '+@all', ...rules);
  admin.disconnect();
  const { log, lines } = keptLog();
  const connections = createConnections(
    { url: `redis://daemon@127.0.0.1:${redis.port}`, password: 'acl-secret', tls: null },
    log,
  );
  ends.push(() => connections.close(200));
  const probe = connections.command();
  await until('it is connected', () => probe.status === 'ready');
  const health = createHealth({
    probe,
    connections,
    state: createStateStore(probe),
    clock: systemClock,
    roundMaxAgeMs: 1000,
    timeoutMs: 1000,
  });
  return { health, lines };
}

const policyOf = async (
  health: () => Promise<{ readonly reasons: readonly { readonly code: string; readonly detail: string }[] }>,
) => (await health()).reasons.filter((reason) => reason.code === 'noeviction').map((reason) => reason.detail);

test('a Redis that may drop jobs is not ready for them', async () => {
  const redis = await server([['maxmemory-policy', 'allkeys-lru']]);
  const daemon = await run(redis.url, null);
  await until(
    'only the policy is left',
    async () => (await daemon.readiness()).reasons.map((reason) => reason.code).join() === 'noeviction',
  );
  const { cookie } = await signIn(daemon, 'canary-http-secret');
  const response = await fetch(`${daemon.url}/readyz`, { headers: { cookie } });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('maxmemory-policy is allkeys-lru');
});

test('where CONFIG is refused INFO is asked', async () => {
  const good = await healthAs(await server(), ['-config']);
  expect(await policyOf(good.health)).toEqual([]);
  const bad = await healthAs(await server([['maxmemory-policy', 'volatile-ttl']]), ['-config']);
  expect(await policyOf(bad.health)).toEqual([expect.stringContaining('maxmemory-policy is volatile-ttl')]);
});

test('where both are refused it says that it cannot check', async () => {
  const redis = await server();
  const { health } = await healthAs(redis, []);
  expect(await policyOf(health)).toEqual([]);
  const admin = new Redis(redis.url);
  await admin.call('ACL', 'SETUSER', 'daemon', '-config', '-info');
  admin.disconnect();
  expect(await policyOf(health)).toEqual([expect.stringContaining('cannot check maxmemory-policy')]);
});

test('a wrong password is said without the password', async () => {
  const redis = await server([['requirepass', 'the-right-one']]);
  const daemon = await run(`redis://127.0.0.1:${redis.port}`, 'canary-redis-secret');
  await until('it says why', async () => /WRONGPASS/.test((await daemon.readiness()).reasons[0]?.detail ?? ''));
  expect(said.join('')).toContain('WRONGPASS');
  expect(said.join('')).not.toContain('canary-redis-secret');
});

test('no secret reaches log, pages, metrics or job data, even at the lowest log level', async () => {
  const redis = await server([['requirepass', 'canary-redis-secret']]);
  const cause = Object.assign(new Error('upstream'), { command: { name: 'auth', args: ['canary-redis-secret'] } });
  const refuse = async () => {
    throw new OperatingError({ code: 'blocked-access', message: 'role refused', hint: 'check the external id', cause });
  };
  const daemon = await run(`redis://127.0.0.1:${redis.port}`, 'canary-redis-secret', refuse);
  await until('Redis is there', () => signIn(daemon, 'canary-http-secret').then(({ status }) => status === 200));
  expect((await signIn(daemon, 'canary-guess')).status).toBe(401);
  const { cookie } = await signIn(daemon, 'canary-http-secret');
  const admin = new Redis(redis.url);
  ends.push(async () => admin.disconnect());
  await until('the sweep failed', async () => (await admin.zcard('{orgtrail}:discover:failed')) === 1);
  const pages = await Promise.all(
    ['/api/overview', '/api/jobs/failed', '/api/system', '/metrics', '/readyz', FAILED_ON_BOARD].map(async (path) => {
      const response = await fetch(`${daemon.url}${path}`, { headers: { cookie } });
      expect([path, response.status]).toEqual([path, path === '/readyz' ? response.status : 200]);
      return response.text();
    }),
  );
  const kept = await Promise.all((await admin.keys('{orgtrail}:discover:*[0-9]')).map((key) => admin.hgetall(key)));
  const reasons = kept.flatMap((job) => job['failedReason'] ?? []);
  expect(reasons).toEqual(['blocked-access: role refused (check the external id)']);
  const everything = [...said, ...pages, JSON.stringify(kept)].join('\n');
  expect(everything).toContain('blocked-access');
  expect(everything).not.toMatch(/canary|Basic [A-Za-z0-9]/);
});

const FAILED_ON_BOARD = '/jobs/api/queues?activeQueue=discover&status=failed';

/** Signs in as a person does; the cookie is empty where that was refused. */
async function signIn(daemon: Daemon, password: string): Promise<{ readonly status: number; readonly cookie: string }> {
  const url = daemon.url ?? '';
  const headers = { origin: url, 'content-type': 'application/json' };
  const body = JSON.stringify({ user: 'auditor', password });
  const response = await fetch(`${url}/api/session`, { method: 'POST', headers, body });
  return { status: response.status, cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

let said: string[] = [];

async function run(url: string, password: string | null, sweep?: () => Promise<never>): Promise<Daemon> {
  const { log, lines } = keptLog();
  said = lines;
  const daemon = await startDaemon({
    config: testConfig({ redisUrl: url, http: { user: 'auditor' } }),
    work: fakeWork(sweep === undefined ? {} : { sweep }),
    clock: systemClock,
    log,
    role: 'all',
    passwords: { redis: password, http: 'canary-http-secret' },
    timing: FAST,
  });
  ends.push(() => daemon.close());
  return daemon;
}
