/** The daemon as a whole: its version, Redis as it says of itself, when schedules fire, and the configuration without secrets. */
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { nextRun } from '../../src/adapters/schedule.ts';
import { loadConfig } from '../../src/config.ts';
import { redisPassword } from '../../src/config/secrets.ts';
import { startBeats } from '../../src/daemon/beats.ts';
import { createSystemReader, readVersion, type SystemParts } from '../../src/daemon/system-reader.ts';
import type { SystemReader } from '../../src/web/sources.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { systemClock, until } from './fake.ts';

const SECRET = 'kept-4f1d9c7e-in-a-file';
const EXTERNAL = 'external-77aa01';
const FROM_ENVIRONMENT = 'hush-0b1c2d';

let folder: string;
let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orgtrail-system-'));
  server = await startRedis({ settings: new Map([['requirepass', SECRET]]) });
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const YAML = `
archive: { bucket: archive-bucket, region: us-east-1, owner: "111111111111" }
organizations: [{ name: main, role: reader, externalId: ${EXTERNAL} }]
accounts: [{ id: "222222222222", role: "arn:aws:iam::222222222222:role/reader", externalId: "\${HIDDEN}" }]
schedules: { discover: "7 * * * *", collect: "*/5 * * * *", reconcile: "0 0 1 1 *" }
`;

function reader(parts: Partial<SystemParts> = {}): SystemReader {
  const file = join(folder, 'orgtrail.yaml');
  const password = join(folder, 'password');
  writeFileSync(password, `${SECRET}\n`);
  writeFileSync(file, `${YAML}redis: { passwordFile: ${password} }\n`);
  const config = loadConfig(file, { HIDDEN: FROM_ENVIRONMENT });
  expect(redisPassword(config, {})).toBe(SECRET);
  const readiness = async () => ({ ok: false, reasons: [{ code: 'redis', detail: 'away' }] });
  return createSystemReader({ config, redis, readiness, clock: systemClock, version: readVersion(), ...parts });
}

test('the version is that of the package, told by source and by the image alike', () => {
  const told = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(readVersion()).toBe(told.version);
  expect(reader().version).toBe(told.version);
});

test('no secret stands in the configuration that is shown: not from the file, a password file or the environment', () => {
  const { configuration } = reader();
  for (const secret of [SECRET, EXTERNAL, FROM_ENVIRONMENT]) expect(configuration).not.toContain(secret);
  expect(parse(configuration)).toMatchObject({
    archive: { bucket: 'archive-bucket', owner: '111111111111' },
    organizations: [{ name: 'main', externalId: '(not shown)' }],
    accounts: [{ id: '222222222222', externalId: '(not shown)' }],
    redis: { passwordFile: join(folder, 'password') },
    limits: { sweepMaxAgeMinutes: 180 },
  });
});

test('readiness and processes are told as they are', async () => {
  const beats = startBeats({ redis, role: 'all', version: '1', clock: systemClock });
  const system = reader();
  await until('it has said that it is there', async () => (await system.processes()).length === 1);
  expect((await system.processes())[0]).toMatchObject({ id: beats.id, role: 'all', pid: process.pid });
  expect(await system.readiness()).toMatchObject({ ok: false });
  await beats.stop();
  expect(await system.processes()).toEqual([]);
});

describe('Redis', () => {
  test('says its version, its memory and what it does when that is full', async () => {
    const info = await reader().redisInfo();
    expect(info?.get('redis_version')).toMatch(/^\d+\.\d+/);
    expect(info?.get('maxmemory_policy')).toBe('noeviction');
    expect(Number(info?.get('used_memory'))).toBeGreaterThan(100_000);
    expect(info?.get('db0') ?? '').not.toContain('\r');
    expect([...(info?.keys() ?? [])].filter((name) => name.startsWith('#'))).toEqual([]);
  });

  test('that refuses to say is no error, and one that is away is', async () => {
    await redis.acl('SETUSER', 'limited', 'on', '>limited-password', '+@all', '-info', '~*', '&*');
    const address = { host: '127.0.0.1', port: server.port };
    const limited = new Redis({
      ...address,
      username: 'limited',
      password: 'limited-password',
      enableReadyCheck: false,
    });
    expect(await reader({ redis: limited }).redisInfo()).toBeNull();
    limited.disconnect();
    const away = new Redis({ port: 1, lazyConnect: true, enableOfflineQueue: false, retryStrategy: () => null });
    away.on('error', () => undefined);
    await expect(reader({ redis: away }).redisInfo()).rejects.toMatchObject({ code: 'redis-unreachable' });
    away.disconnect();
  });
});

describe('the next run', () => {
  test.each([
    ['7 * * * *', (at: Date) => at.getUTCMinutes() === 7 && at.getUTCSeconds() === 0, 3_600_000],
    ['*/5 * * * *', (at: Date) => at.getUTCMinutes() % 5 === 0, 300_000],
    ['*/10 * * * * *', (at: Date) => at.getUTCSeconds() % 10 === 0, 10_000],
    ['23 3 * * *', (at: Date) => at.getUTCHours() === 3 && at.getUTCMinutes() === 23, 24 * 3_600_000],
    ['0 0 29 2 *', (at: Date) => at.getUTCMonth() === 1 && at.getUTCDate() === 29, 8 * 366 * 24 * 3_600_000],
  ])('of %s is the next time that it holds, in UTC', (cron, holds, within) => {
    const now = Date.now();
    const at = nextRun(cron) ?? 0;
    expect(at).toBeGreaterThan(now);
    expect(at - now).toBeLessThanOrEqual(within + 1000);
    expect(holds(new Date(at))).toBe(true);
  });

  test('of a day that no year has, and of what is no expression, is not known', () => {
    expect([nextRun('0 0 30 2 *'), nextRun('soon'), nextRun('')]).toEqual([null, null, null]);
  });

  test('is told of the schedules in force', () => {
    const system = reader();
    expect(system.schedules).toEqual({ discover: '7 * * * *', collect: '*/5 * * * *', reconcile: '0 0 1 1 *' });
    expect(new Date(system.nextRun(system.schedules.reconcile) ?? 0).toISOString()).toMatch(/-01-01T00:00:00\.000Z$/);
  });
});
