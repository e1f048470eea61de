/** The starter of Redis: what it starts answers, holds what BullMQ needs, and is gone afterwards. */
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { reasonToSkip, REDIS } from './need.ts';
import { type RedisServer, startRedis } from './redis.ts';

const missing = reasonToSkip('Redis', [REDIS]);

describe.skipIf(missing !== null)('startRedis', () => {
  const started: RedisServer[] = [];
  const start = async (options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> => {
    const server = await startRedis(options);
    started.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  it('starts one that evicts nothing and keeps nothing', async () => {
    const { url } = await start();
    const redis = new Redis(url);
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await redis.config('GET', 'save')).toEqual(['save', '']);
    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
    redis.disconnect();
  });

  it('takes settings, and puts the password into the address', async () => {
    const settings = new Map([
      ['requirepass', 's3cret/'],
      ['maxmemory-policy', 'allkeys-lru'],
    ]);
    const { url } = await start({ settings });
    const redis = new Redis(url);
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru']);
    redis.disconnect();
  });

  it('runs two side by side', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.port).not.toBe(two.port);
    expect(one.pid).not.toBe(two.pid);
  });

  it.each(['stop', 'kill'] as const)('%s ends the process, and the port can be used again', async (how) => {
    const first = await start();
    await first[how]();
    expect(() => process.kill(first.pid, 0)).toThrow('ESRCH');
    const second = await start({ port: first.port });
    expect(second.port).toBe(first.port);
  });

  it('says what Redis said when it does not start', async () => {
    await expect(start({ settings: new Map([['no-such-setting', '1']]) })).rejects.toThrow(/no-such-setting/);
  });
});
