/** Reading the state hint back. Redis may hold anything, so every record is checked and odd ones are counted, not shown. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { chainName } from '../core/job.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { fieldOf, STATE_KEYS } from './keys.ts';
import { accountRecord, chainRecord } from './snapshot-records.ts';

const problem = z.object({ code: z.string().max(64), detail: z.string().max(4096), hint: z.string().max(4096) });
const count = z.number().int().nonnegative();
const time = z.number().nonnegative();

const surveyRecord = z.object({ at: time, accounts: count, chains: count, problems: z.array(problem).max(1000) });
const archiveRecord = z.object({ at: time, problems: z.array(problem).max(1000) });

/** One snapshot, in one round trip. */
export async function readSnapshot(redis: Redis): Promise<Snapshot> {
  const { state, looked, clean, proven, until } = STATE_KEYS;
  const pipeline = redis.pipeline().hgetall(state);
  for (const key of [looked, clean, proven, until]) pipeline.zrange(key, 0, '-1', 'WITHSCORES');
  // What Redis refuses, or does not answer in time, within the pipeline is trouble with Redis like any other.
  const answered = pipeline.exec().then((replies) =>
    (replies ?? []).map(([error, reply]) => {
      if (error !== null) throw error;
      return reply;
    }),
  );
  const [fields, ...scores] = await within(answered, COMMAND_TIMEOUT_MS, 'reading the state');
  return buildSnapshot(fields as Record<string, string>, scores.map(scoreMap));
}

/** Of the hash, as the client gives it. */
type Fields = Readonly<Record<string, string>>;

function buildSnapshot(fields: Fields, scores: readonly ReadonlyMap<string, number>[]): Snapshot {
  const [looked = new Map(), clean = new Map(), proven = new Map(), until = new Map()] = scores;
  const accounts = recordsOf(fields, 'account:', accountRecord);
  const chains = recordsOf(fields, 'chain:', chainRecord);
  const survey = record(fields['survey'], surveyRecord);
  const oldest = oldestOf(looked);
  return {
    accounts: accounts.good.map((account) => ({
      ...account,
      seenAt: Number(fields[fieldOf('seen', account.id)]) || account.surveyedAt,
    })),
    chains: chains.good.map((chain) => {
      const name = chainName(chain);
      return {
        ...chain,
        lookedAt: looked.get(name) || null,
        cleanAt: clean.get(name) ?? null,
        provenUntil: proven.get(name) ?? null,
        verifiedUntil: until.get(name) ?? null,
      };
    }),
    survey,
    archive: record(fields['archive'], archiveRecord),
    roundAt: survey === null ? null : Math.min(survey.at, oldest?.[1] ?? survey.at) || null,
    oldestChain: oldest?.[0] ?? null,
    unreadable: accounts.bad + chains.bad,
  };
}

function oldestOf(looked: ReadonlyMap<string, number>): readonly [string, number] | null {
  let oldest: readonly [string, number] | null = null;
  for (const one of looked) if (oldest === null || one[1] < oldest[1]) oldest = one;
  return oldest;
}

function recordsOf<T>(
  fields: Fields,
  prefix: string,
  read: (text: string) => T | null,
): { good: readonly T[]; bad: number } {
  const good: T[] = [];
  let all = 0;
  for (const field in fields) {
    if (!field.startsWith(prefix)) continue;
    const one = read(fields[field] ?? '');
    if (one !== null) good.push(one);
    all += 1;
  }
  return { good, bad: all - good.length };
}

function record<T>(text: string | undefined, schema: z.ZodType<T>): T | null {
  if (text === undefined) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // no JSON: not ours
  }
}

/** RESP2 answers a flat list, RESP3 pairs. */
function scoreMap(reply: unknown): ReadonlyMap<string, number> {
  const list: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const flat = Array.isArray(list[0]) ? list.flat() : list;
  const map = new Map<string, number>();
  for (let at = 0; at + 1 < flat.length; at += 2) map.set(String(flat[at]), Number(flat[at + 1]));
  return map;
}
