/** How many digests are judged: one bucket a minute, gone by itself after two hours. */
import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { MINUTE } from '../core/time.ts';
import { MOST_COUNT } from './board-part.ts';
import { judgedKey } from './keys.ts';

const KEPT_SECONDS = 2 * 3600;
const RATE_MINUTES = 10;
const SHOWN_MINUTES = 60;

/** What one minute's bucket counts. */
export interface Judged {
  readonly digests: number;
  readonly files: number;
}

export interface Throughput {
  /** One digest that names this many log files. `now` in epoch milliseconds. */
  judged(account: string, files: number, now: number): Promise<void>;
  /** Digests judged within the last ten minutes, by account. */
  ratesOf(now: number): Promise<ReadonlyMap<string, number>>;
}

export function createThroughput(redis: Redis): Throughput {
  return {
    judged: async (account, files, now) => {
      const key = judgedKey(Math.floor(now / MINUTE));
      const batch = redis
        .pipeline()
        .hincrby(key, 'digests', 1)
        .hincrby(key, 'files', files)
        .hincrby(key, account, 1)
        .expire(key, KEPT_SECONDS);
      await within(batch.exec(), COMMAND_TIMEOUT_MS, 'counting digests');
    },
    ratesOf: async (now) => {
      const buckets = await bucketsOf(redis, { now, minutes: RATE_MINUTES });
      const rates = new Map<string, number>();
      for (const bucket of buckets)
        for (const [account, text] of bucket)
          if (/^\d{12}$/.test(account)) rates.set(account, (rates.get(account) ?? 0) + countOf(text));
      return rates;
    },
  };
}

/** The last hour's minutes, oldest first; the one that runs is the last. */
export async function minutesOf(redis: Redis, now: number): Promise<readonly Judged[]> {
  const buckets = await bucketsOf(redis, { now, minutes: SHOWN_MINUTES }, ['digests', 'files']);
  return buckets.map((bucket) => ({ digests: countOf(bucket.get('digests')), files: countOf(bucket.get('files')) }));
}

/** @param fields only these; all of them where absent */
async function bucketsOf(
  redis: Redis,
  { now, minutes }: { readonly now: number; readonly minutes: number },
  fields?: readonly string[],
): Promise<readonly ReadonlyMap<string, string>[]> {
  const last = Math.floor(now / MINUTE);
  const batch = redis.pipeline();
  for (let minute = last - minutes + 1; minute <= last; minute += 1)
    if (fields === undefined) batch.hgetall(judgedKey(minute));
    else batch.hmget(judgedKey(minute), ...fields);
  // A minute that Redis refuses is trouble with Redis, and no minute without digests.
  const buckets = batch.exec().then((replies) =>
    (replies ?? []).map(([error, reply]) => {
      if (error !== null) throw error;
      return bucketOf(reply, fields);
    }),
  );
  return within(buckets, COMMAND_TIMEOUT_MS, 'reading the board');
}

function bucketOf(reply: unknown, fields: readonly string[] | undefined): ReadonlyMap<string, string> {
  if (fields === undefined) return new Map(Object.entries((reply ?? {}) as Record<string, string>));
  const values = Array.isArray(reply) ? (reply as readonly (string | null)[]) : [];
  return new Map(fields.map((field, index) => [field, values[index] ?? '']));
}

function countOf(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isSafeInteger(count) && count >= 0 && count <= MOST_COUNT ? count : 0;
}
