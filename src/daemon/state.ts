/**
 * What the daemon saw last, kept in Redis for show and for readiness. A hint and never evidence: whoever flushes Redis
 * loses it, and the next sweeps write it again.
 */
import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { chainName, type ChainRef, type SweepDepth } from '../core/job.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Problem, Survey } from '../core/source.ts';
import { fieldOf, STATE_KEYS } from './keys.ts';
import { readSnapshot } from './snapshot.ts';
import type { SweepOutcome } from './work.ts';

/** A chain is looked at from its beginning at least this often. */
const FULL_EVERY_MS = 24 * 3600_000;

export interface SweptChain {
  readonly chain: ChainRef;
  readonly outcome: SweepOutcome;
  readonly depth: SweepDepth;
  /** Digests left for the next sweep because the queue was full. */
  readonly held: number;
}

/** What a finished survey of everything saw. `complete`: every account was listed, so what is missing is gone. */
export interface FinishedSurvey {
  readonly accounts: number;
  readonly problems: readonly Problem[];
  readonly chains: readonly ChainRef[];
  /** Accounts surveyed without trouble: chains of theirs that were not seen no longer exist. */
  readonly soundReaders: ReadonlySet<string>;
  /** Every account that was surveyed: where all were listed, chains that others read have left with them. */
  readonly readers: ReadonlySet<string>;
}

/** Times are epoch milliseconds. Every call is one or few commands with a timeout of its own. */
export interface StateStore {
  surveyed(survey: Survey, problems: readonly Problem[], now: number): Promise<void>;
  finished(survey: FinishedSurvey, now: number): Promise<void>;
  swept(swept: SweptChain, now: number): Promise<void>;
  /** The look itself failed. It counts as a look, not as a clean one. */
  sweepFailed(chain: ChainRef, problem: Problem, now: number): Promise<void>;
  proven(chain: ChainRef, digestEnd: number): Promise<void>;
  archive(problems: readonly Problem[], now: number): Promise<void>;
  /** True when a chain has had no full look within FULL_EVERY_MS, as far as Redis knows. */
  fullDue(chain: ChainRef, now: number): Promise<boolean>;
  forgetFull(): Promise<void>;
  /** When the marker was set; null when it is not there. */
  marker(): Promise<number | null>;
  mark(now: number): Promise<void>;
  read(): Promise<Snapshot>;
}

export function createStateStore(redis: Redis): StateStore {
  const put = (field: string, value: object) => done(redis.hset(STATE_KEYS.state, field, JSON.stringify(value)));
  const stamp = (key: string, chain: ChainRef, time: number) => done(redis.zadd(key, 'GT', time, chainName(chain)));
  return {
    surveyed: async (survey, problems, now) => {
      const { id, name, state } = survey.account;
      await put(fieldOf('account', id), { id, name, state, surveyedAt: now, sources: survey.sources.length, problems });
      await done(redis.hsetnx(STATE_KEYS.state, fieldOf('seen', id), String(now)));
    },
    finished: (survey, now) => finish(redis, survey, now),
    swept: async (swept, now) => {
      await put(fieldOf('chain', chainName(swept.chain)), chainRecord(swept));
      await stamp(STATE_KEYS.looked, swept.chain, now);
      if (swept.outcome.problem !== null) return;
      await stamp(STATE_KEYS.clean, swept.chain, now);
      if (swept.depth === 'full' && swept.held === 0) await stamp(STATE_KEYS.full, swept.chain, now);
    },
    sweepFailed: async (chain, problem, now) => {
      await put(fieldOf('chain', chainName(chain)), { ...identity(chain), problem });
      await stamp(STATE_KEYS.looked, chain, now);
    },
    proven: (chain, digestEnd) => stamp(STATE_KEYS.proven, chain, digestEnd),
    archive: (problems, now) => put('archive', { at: now, problems }),
    fullDue: async (chain, now) => {
      const last = Number((await asked(redis.zscore(STATE_KEYS.full, chainName(chain)))) ?? 0);
      return !(last <= now && now - last < FULL_EVERY_MS); // a time to come is somebody else's writing
    },
    forgetFull: () => done(redis.del(STATE_KEYS.full)),
    marker: async () => {
      const at = await asked(redis.get(STATE_KEYS.marker));
      return at === null || !Number.isFinite(Number(at)) ? null : Number(at);
    },
    mark: (now) => done(redis.set(STATE_KEYS.marker, String(now))),
    read: () => readSnapshot(redis),
  };
}

const asked = <T>(command: Promise<T>): Promise<T> => within(command, COMMAND_TIMEOUT_MS, 'reading the state');

async function done(command: Promise<unknown>): Promise<void> {
  await within(command, COMMAND_TIMEOUT_MS, 'writing the state');
}

function identity(chain: ChainRef): ChainRef {
  return { reader: chain.reader, trailArn: chain.trailArn, account: chain.account, region: chain.region };
}

function chainRecord({ chain, outcome, held }: SweptChain): object {
  const { captured, pendingLogs, unrecognised, newestDigestEnd, problem } = outcome;
  return {
    ...identity(chain),
    captured,
    pendingLogs,
    unrecognised,
    newestDigestEnd,
    problem,
    found: outcome.digests.length,
    held,
  };
}

/** New chains enter the round as never looked at; a round ends when the oldest look is younger than the survey. */
async function finish(redis: Redis, survey: FinishedSurvey, now: number): Promise<void> {
  const seen = new Set(survey.chains.map(chainName));
  const known = await asked(redis.zrange(STATE_KEYS.looked, 0, '-1'));
  const record = { at: now, accounts: survey.accounts, chains: seen.size, problems: survey.problems };
  const batch = redis.pipeline().hset(STATE_KEYS.state, 'survey', JSON.stringify(record));
  for (const name of seen) batch.zadd(STATE_KEYS.looked, 'NX', '0', name);
  // An account that could not be listed keeps its chains in the round, where they grow old and show.
  if (survey.problems.length === 0) for (const name of known) if (!seen.has(name)) batch.zrem(STATE_KEYS.looked, name);
  for (const field of await gone(redis, seen, survey)) {
    batch
      .hdel(STATE_KEYS.state, fieldOf('chain', field))
      .zrem(STATE_KEYS.clean, field)
      .zrem(STATE_KEYS.full, field)
      .zrem(STATE_KEYS.proven, field)
      .zrem(STATE_KEYS.until, field);
  }
  await done(batch.exec());
}

async function gone(
  redis: Redis,
  seen: ReadonlySet<string>,
  { problems, soundReaders, readers }: FinishedSurvey,
): Promise<readonly string[]> {
  const snapshot = await readSnapshot(redis);
  const isKnown = (reader: string): boolean =>
    soundReaders.has(reader) || (problems.length === 0 && !readers.has(reader));
  const chains = snapshot.chains.filter(({ reader }) => isKnown(reader));
  return chains.map(chainName).filter((name) => !seen.has(name));
}
