/** Processes as they say of themselves, on a real Redis: there while they run, seen to fall silent, gone when they stop. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBeats, startBeats } from '../../src/daemon/beats.ts';
import { createCallRates } from '../../src/daemon/call-rates.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { until } from './fake.ts';

const INDEX = '{orgtrail}:processes';
const MINUTE = 60_000;
let server: RedisServer;
let redis: Redis;
let now: number;
const clock = { now: () => now };
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { enableOfflineQueue: true, commandTimeout: 2000 });
  redis.on('error', () => undefined);
  now = Date.now();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  redis.disconnect();
  await server.stop();
});

function start(role: 'worker' | 'web', everyMs = 20) {
  const beats = startBeats({ redis, role, version: '1.2.3', clock, everyMs });
  stops.push(() => beats.stop());
  return beats;
}
const shown = () => readBeats(redis, now);

test('two processes say who they are, say it again, and are gone once they stop', async () => {
  const started = now;
  const [one, two] = [start('worker'), start('web')];
  await until('both are there', async () => (await shown()).length === 2);
  const first = (await shown()).find(({ id }) => id === one.id);
  expect(first).toMatchObject({ role: 'worker', version: '1.2.3', pid: process.pid, startedAt: started, calls: [] });
  expect(first?.node).toBe(process.version);
  expect(first?.memory).toBeGreaterThan(10_000_000);
  now += 5000;
  await until('it has said so again', async () => (await shown()).every(({ at }) => at === now));
  await one.stop();
  expect((await shown()).map(({ id }) => id)).toEqual([two.id]);
  expect(await redis.keys('*')).toHaveLength(2);
});

test('a process that falls silent keeps its last beat for a while, and vanishes by itself', async () => {
  const { id } = start('worker', 3_600_000);
  await until('it is there', async () => (await shown()).length === 1);
  const [at] = (await shown()).map((one) => one.at);
  now += 14 * MINUTE;
  expect((await shown()).map((one) => one.at)).toEqual([at]);
  const left = await redis.pttl(`{orgtrail}:process:${id}`);
  expect([left > 14 * MINUTE, left <= 15 * MINUTE]).toEqual([true, true]);
  now += 2 * MINUTE;
  expect(await shown()).toEqual([]);
  const other = start('web', 3_600_000);
  await until('the other is there', async () => (await shown()).length === 1);
  expect(await redis.zrange(INDEX, '0', '-1')).toEqual([other.id]);
});

test('a Redis that is away costs beats and nothing else', async () => {
  const { id } = start('worker');
  await until('it is there', async () => (await shown()).length === 1);
  const { port } = server;
  await server.kill();
  await new Promise((done) => setTimeout(done, 200));
  server = await startRedis({ port });
  await until('it is there again', async () => (await shown()).length > 0);
  expect((await shown()).map((one) => one.id)).toEqual([id]);
});

const BEAT = {
  role: 'web',
  version: '1',
  node: 'v24',
  host: 'h',
  pid: 1,
  startedAt: 1,
  at: 1,
  memory: 1,
  calls: [],
};

/** A record that somebody else wrote. */
async function planted(id: string, fields: object | string): Promise<void> {
  const text = typeof fields === 'string' ? fields : JSON.stringify({ ...BEAT, id, at: now, ...fields });
  await redis.set(`{orgtrail}:process:${id}`, text);
  await redis.zadd(INDEX, now, id);
}
const ID = '00000000000000aa';

test.each<readonly [string, object | string]>([
  ['is no JSON', '{'],
  ['names another process', { id: '00000000000000bb' }],
  ['has a role of its own making', { role: '<script>' }],
  ['has a host without end', { host: 'h'.repeat(256) }],
  ['has calls without end', { calls: Array.from({ length: 501 }, () => ({})) }],
  ['is larger than any of ours', { padding: 'x'.repeat(300_000) }],
  ['comes from the future, and would never fall silent', { at: Date.now() + 3_600_000 }],
])('a record that %s is left out', async (_what, fields) => {
  await planted(ID, {});
  expect(await shown()).toHaveLength(1);
  await planted(ID, fields);
  expect(await shown()).toEqual([]);
});

test('however many there are, the 500 newest are read, and ids that are none of ours not at all', async () => {
  const batch = redis.pipeline();
  for (let at = 0; at < 700; at += 1) {
    const id = at.toString(16).padStart(16, '0');
    batch.set(`{orgtrail}:process:${id}`, JSON.stringify({ ...BEAT, id, at: now, startedAt: at }));
    batch.zadd(INDEX, now - 700 + at, id);
  }
  await batch.exec();
  const beats = await shown();
  expect([beats.length, beats[0]?.startedAt]).toEqual([500, 200]);
  await redis.set('{orgtrail}:process:../x', JSON.stringify({ ...BEAT, id: '../x', at: now }));
  await redis.zadd(INDEX, now + 1, '../x');
  expect((await shown()).map(({ id }) => id)).not.toContain('../x');
});

describe('calls to AWS', () => {
  const call = { service: 's3', operation: 'GetObject', status: 200, throttled: 0 };

  test('are counted by service and operation for one minute, second by second', () => {
    const rates = createCallRates(clock);
    rates.onCall(call);
    rates.onCall({ ...call, status: 503, throttled: 2 });
    rates.onCall({ ...call, status: null });
    now += 30_000;
    rates.onCall(call);
    rates.onCall({ ...call, operation: 'PutObject', status: 412 });
    rates.onCall({ ...call, operation: 'PutObject', status: 404 });
    expect(rates.read()).toEqual([
      { service: 's3', operation: 'GetObject', calls: 4, errors: 2, throttled: 2 },
      { service: 's3', operation: 'PutObject', calls: 2, errors: 0, throttled: 0 },
    ]);
    now += 30_000;
    expect(rates.read().map(({ calls }) => calls)).toEqual([2, 1]);
    now += 30_000;
    expect(rates.read()).toEqual([]);
  });

  test('of a second an hour ago are not counted beside those of now', () => {
    const rates = createCallRates(clock);
    rates.onCall(call);
    now += 3_600_000;
    rates.onCall(call);
    expect(rates.read().map(({ calls }) => calls)).toEqual([1]);
  });

  test('go along with every beat', async () => {
    const rates = createCallRates(clock);
    rates.onCall(call);
    const beats = startBeats({ redis, role: 'worker', version: '1', clock, calls: rates, everyMs: 20 });
    stops.push(() => beats.stop());
    await until('they are there', async () => (await shown())[0]?.calls.length === 1);
    expect((await shown())[0]?.calls).toEqual([
      { service: 's3', operation: 'GetObject', calls: 1, errors: 0, throttled: 0 },
    ]);
  });
});
