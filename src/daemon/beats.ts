/**
 * What runs: each process says so every few seconds, in a record of its own that vanishes when nobody renews it. A hint
 * like all else in Redis: it proves nothing, and whoever writes to Redis can forge it.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { COMMAND_TIMEOUT_MS, KEY_PREFIX, within } from '../adapters/redis.ts';
import type { ProcessBeat } from '../core/board/work.ts';
import type { Clock } from '../ports.ts';
import type { CallRates } from './call-rates.ts';
import { CLOCKS_MS } from '../core/time.ts';

const EVERY_MS = 5000;
/** How long a process that fell silent is still shown, to be seen that it did. */
const KEPT_MS = 15 * 60_000;
const MOST_PROCESSES = 500;
const MOST_RECORD = 256 * 1024;
/** Sorted set of process ids by their last beat: what is shown is found without looking through all keys. */
const INDEX = `${KEY_PREFIX}:processes`;

export interface BeatParts {
  readonly redis: Redis;
  readonly role: ProcessBeat['role'];
  readonly version: string;
  readonly clock: Clock;
  /** Absent: this process counts no calls. */
  readonly calls?: Pick<CallRates, 'read'> | undefined;
  /** Milliseconds; a test may be in a hurry. */
  readonly everyMs?: number;
}

/** Begins at once. Redis that is away is waited for: a beat that is lost is only a beat. */
export function startBeats(parts: BeatParts): { readonly id: string; stop(): Promise<void> } {
  const id = randomBytes(8).toString('hex');
  const still = { ...identity(parts), id };
  let beating = beat(parts, still);
  const timer = setInterval(() => {
    beating = beating.then(() => beat(parts, still));
  }, parts.everyMs ?? EVERY_MS);
  timer.unref();
  return {
    id,
    stop: async () => {
      clearInterval(timer);
      await beating;
      const gone = parts.redis.multi().del(keyOf(id)).zrem(INDEX, id).exec();
      await within(gone, COMMAND_TIMEOUT_MS, 'removing a process').catch(() => undefined);
    },
  };
}

type Still = Omit<ProcessBeat, 'at' | 'memory' | 'calls'>;

function identity({ role, version, clock }: BeatParts): Omit<Still, 'id'> {
  const { pid, version: node } = process;
  return { role, version, node, host: hostname().slice(0, 255), pid, startedAt: clock.now() };
}

async function beat({ redis, clock, calls }: BeatParts, still: Still): Promise<void> {
  const at = clock.now();
  const record: ProcessBeat = { ...still, at, memory: process.memoryUsage.rss(), calls: calls?.read() ?? [] };
  const written = redis
    .multi()
    .set(keyOf(still.id), JSON.stringify(record), 'PX', KEPT_MS)
    .zadd(INDEX, at, still.id)
    .zremrangebyscore(INDEX, '-inf', at - KEPT_MS)
    .pexpire(INDEX, KEPT_MS)
    .exec();
  await within(written, COMMAND_TIMEOUT_MS, 'a beat').catch(() => undefined);
}

function keyOf(id: string): string {
  return `${KEY_PREFIX}:process:${id}`;
}

const ID = /^[0-9a-f]{16}$/;
const bounded = z.string().max(255);
const count = z.int().nonnegative();
const schema = z.object({
  id: z.string().regex(ID),
  role: z.enum(['all', 'worker', 'scheduler', 'web']),
  version: bounded,
  node: bounded,
  host: bounded,
  pid: count,
  startedAt: count,
  at: count,
  memory: count,
  calls: z
    .array(z.object({ service: bounded, operation: bounded, calls: count, errors: count, throttled: count }))
    .max(500),
});

/**
 * The newest 500 at most, oldest process first. What is not ours is left out. Throws `redis-unreachable`.
 * @param now epoch milliseconds
 */
export async function readBeats(redis: Redis, now: number): Promise<readonly ProcessBeat[]> {
  const found = redis.zrange(INDEX, '0', String(MOST_PROCESSES - 1), 'REV');
  const ids = await within(found, COMMAND_TIMEOUT_MS, 'reading processes');
  if (ids.length === 0) return [];
  const texts = await within(redis.mget(ids.map(keyOf)), COMMAND_TIMEOUT_MS, 'reading processes');
  const beats = texts.flatMap((text, index) => beatIn(text, ids[index], now));
  return beats.toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1));
}

function beatIn(text: string | null, id: string | undefined, now: number): readonly ProcessBeat[] {
  if (text === null || text.length > MOST_RECORD) return [];
  const result = schema.safeParse(parsed(text));
  if (!result.success || result.data.id !== id) return [];
  return result.data.at > now + CLOCKS_MS || result.data.at < now - KEPT_MS ? [] : [result.data];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
