/** Sessions of people in Redis, by the SHA-256 of their token. Losing Redis signs everybody out. */
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { KEY_PREFIX, COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { ROLES } from '../core/access.ts';
import type { SessionRecord, SessionStore } from '../web/security/parts.ts';

/** Whoever can write to Redis is not trusted: shapes are checked here, and the seal where sessions are used. */
const recordSchema = z.strictObject({
  name: z.string().min(1).max(128),
  role: z.enum(ROLES),
  via: z.enum(['password', 'oidc']),
  createdAt: z.int().nonnegative(),
  seenAt: z.int().nonnegative(),
  seal: z.string().regex(/^[0-9a-f]{64}$/),
});

const MOST_BYTES = 2048;

/** Every call throws `redis-unreachable` when Redis does not do it in time. */
export function createSessionStore(redis: Redis, timeoutMs: number = COMMAND_TIMEOUT_MS): SessionStore {
  const run = <T>(act: () => Promise<T>): Promise<T> => within(act(), timeoutMs, 'looking at sessions');
  return {
    put: async (id, record, ttlMs) => {
      await run(() => redis.set(keyOf(id), JSON.stringify(record), 'PX', lasting(ttlMs)));
    },
    touch: async (id, record, ttlMs) => {
      await run(() => redis.set(keyOf(id), JSON.stringify(record), 'PX', lasting(ttlMs), 'XX'));
    },
    get: async (id) => parse(await run(() => redis.get(keyOf(id)))),
    remove: async (id) => {
      await run(() => redis.del(keyOf(id)));
    },
  };
}

function keyOf(id: string): string {
  return `${KEY_PREFIX}:session:${id}`;
}

function lasting(ttlMs: number): number {
  return Math.max(1, Math.ceil(ttlMs));
}

function parse(text: string | null): SessionRecord | null {
  if (text === null || text.length > MOST_BYTES) return null;
  try {
    return recordSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // not ours: as if it were not there
  }
}
