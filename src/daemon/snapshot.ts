/** Reading the state hint back. Redis may hold anything, so every record is checked and odd ones are counted, not shown. */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { chainName } from '../core/job.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { fieldOf, STATE_KEYS } from './keys.ts';

const problem = z.object({ code: z.string().max(64), detail: z.string().max(4096), hint: z.string().max(4096) });
const count = z.number().int().nonnegative();
const time = z.number().nonnegative();

const accountRecord = z.object({
  id: z.string().regex(/^\d{12}$/),
  name: z.string().max(256).nullable(),
  state: z.string().max(32),
  surveyedAt: time,
  sources: count,
  problems: z.array(problem).max(1000),
});

const chainRecord = z.object({
  reader: z.string().regex(/^\d{12}$/),
  account: z.string().regex(/^\d{12}$/),
  region: z.string().max(64),
  trailArn: z.string().max(512),
  problem: problem.nullable(),
  captured: count.optional(),
  pendingLogs: count.optional(),
  unrecognised: count.optional(),
  newestDigestEnd: time.nullable().optional(),
  found: count.optional(),
  held: count.optional(),
});

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
  return buildSnapshot(new Map(Object.entries(fields as Record<string, string>)), scores.map(scoreMap));
}

function buildSnapshot(fields: ReadonlyMap<string, string>, scores: readonly ReadonlyMap<string, number>[]): Snapshot {
  const [looked = new Map(), clean = new Map(), proven = new Map(), until = new Map()] = scores;
  const accounts = recordsOf(fields, 'account:', accountRecord);
  const chains = recordsOf(fields, 'chain:', chainRecord);
  const survey = record(fields.get('survey'), surveyRecord);
  const oldest = [...looked].toSorted((a, b) => a[1] - b[1])[0] ?? null;
  return {
    accounts: accounts.good.map((account) => ({
      ...account,
      seenAt: Number(fields.get(fieldOf('seen', account.id))) || account.surveyedAt,
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
    archive: record(fields.get('archive'), archiveRecord),
    roundAt: survey === null ? null : Math.min(survey.at, oldest?.[1] ?? survey.at) || null,
    oldestChain: oldest?.[0] ?? null,
    unreadable: accounts.bad + chains.bad,
  };
}

function recordsOf<T>(
  fields: ReadonlyMap<string, string>,
  prefix: string,
  schema: z.ZodType<T>,
): { good: readonly T[]; bad: number } {
  const texts = [...fields].filter(([field]) => field.startsWith(prefix)).map(([, text]) => text);
  const good = texts.map((text) => record(text, schema)).filter((one) => one !== null);
  return { good, bad: texts.length - good.length };
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
  const flat = Array.isArray(reply) ? reply.flat() : [];
  const map = new Map<string, number>();
  for (let at = 0; at + 1 < flat.length; at += 2) map.set(String(flat[at]), Number(flat[at + 1]));
  return map;
}
