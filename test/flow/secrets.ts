/** Whether a secret turned up where none may be: in what processes write, and in Redis. */
import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { EXTERNAL_ID } from './organization.ts';
import type { CephEstate } from './ceph-estate.ts';
import { REDIS_PASSWORD, type Fleet } from './fleet.ts';

/** Every secret of a run; those of sessions are added as they are issued. Called before anything runs. */
export function watchSecrets(estate: CephEstate): ReadonlySet<string> {
  const secrets = new Set([estate.ceph.payer.secretAccessKey, REDIS_PASSWORD, EXTERNAL_ID]);
  const register = estate.cloud.identities.registerSession.bind(estate.cloud.identities);
  vi.spyOn(estate.cloud.identities, 'registerSession').mockImplementation((session) => {
    secrets.add(session.secretAccessKey).add(session.sessionToken);
    register(session);
  });
  return secrets;
}

/** The secrets that stand in a text. */
export function leaked(secrets: ReadonlySet<string>, text: string): readonly string[] {
  return [...secrets].filter((secret) => text.includes(secret));
}

/** A connection to the fleet's Redis, closed when `use` is done. */
export async function withRedis<T>(fleet: Fleet, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(fleet.redis.url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

/** All names and values in Redis, as it would write them to disk. */
export function dumpRedis(fleet: Fleet): Promise<{ readonly keys: number; readonly text: string }> {
  return withRedis(fleet, async (redis) => {
    const keys = await redis.keys('*');
    const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
    return {
      keys: keys.length,
      text: `${keys.join('\n')}\n${Buffer.concat(values.filter((one) => one !== null)).toString('latin1')}`,
    };
  });
}
