/** Schedules of several replicas on one real Redis: each tick fires once, and one that is lost is told. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSchedules } from '../../src/adapters/schedule.ts';
import { keptLog, until } from '../daemon/fake.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(async () => {
  await redis.stop();
});

test('of three replicas exactly one fires at each tick', async () => {
  const clients = [1, 2, 3].map(() => new Redis(redis.url));
  const ticks: string[] = [];
  const schedule = { name: 'collect', cron: '* * * * * *', fire: async (tick: string) => void ticks.push(tick) };
  const running = clients.map((client) => startSchedules([schedule], client, keptLog().log));
  await until('three ticks fired', () => ticks.length >= 3);
  await Promise.all(running.map((one) => one.stop()));
  const count = ticks.length;
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(ticks).toHaveLength(count); // stopped is stopped
  expect(new Set(ticks).size).toBe(count);
  expect(ticks[0]).toMatch(/^collect@\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d$/);
  for (const client of clients) client.disconnect();
}, 10_000);

test('a tick that cannot be queued is said, and the next one fires', async () => {
  const client = new Redis(redis.url);
  const { log, lines } = keptLog();
  let fired = 0;
  const fire = async () => {
    fired += 1;
    if (fired === 1) throw new Error('redis://user:hunter2@host went away');
  };
  const running = startSchedules([{ name: 'discover', cron: '* * * * * *', fire }], client, log);
  await until('it fired again', () => fired === 2);
  await running.stop();
  expect(lines.join('')).toContain('"event":"tick-lost"');
  expect(lines.join('')).not.toContain('hunter2');
  client.disconnect();
});
