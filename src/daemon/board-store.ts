/**
 * What the pages show of accounts, chains and findings, written to Redis. All of it is computed from receipts and sources
 * and can be computed again: whoever flushes Redis loses time (`rebuilding` in board-read.ts).
 */
import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import type { AccountFacts, PreflightRecord } from '../core/board/account.ts';
import type { ChainCover, CoverPart } from '../core/board/cover.ts';
import { acceptedIn, openOf } from '../core/board/merge-findings.ts';
import type { Accepted, FindingsPart } from '../core/board/finding.ts';
import type { PlanRecord } from '../core/board/plan.ts';
import { chainName } from '../core/job.ts';
import { planShape, type Applied } from './board-plan.ts';
import { decodePart, encodePart } from './board-part.ts';
import { chainsOf, findingsOf, readersOf, recordOf } from './board-pairs.ts';
import { encodeChain, encodeFacts, encodeFindings, encodePreflight } from './board-bounds.ts';
import { findingsRecord } from './board-records.ts';
import { createRemoval, type Removal } from './board-removal.ts';
import { createThroughput, type Throughput } from './board-throughput.ts';
import { accountsKey, BOARD_KEYS, chainsKey, pairOf, readersKey, STATE_KEYS } from './keys.ts';
import { CLOCKS_MS } from '../core/time.ts';

/** Whose chains, of which account. */
export interface Pair {
  readonly account: string;
  readonly reader: string;
}

/** What was computed of one account through one reader. */
export interface Covered {
  readonly part: CoverPart;
  readonly chains: readonly ChainCover[];
  readonly findings: FindingsPart;
}

/** Times are epoch milliseconds. Every call is a few commands with a timeout of their own. */
export interface BoardStore extends Removal, Throughput {
  /** What was stored of a pair before. */
  part(pair: Pair): Promise<CoverPart | null>;
  chains(pair: Pair): Promise<readonly ChainCover[]>;
  findings(pair: Pair): Promise<FindingsPart | null>;
  /** Replaces all that is known of the pair: chains that are not among these are gone. */
  putCover(covered: Covered): Promise<void>;
  /** Those of the pairs whose part is not known to have been computed since then. */
  notCoveredSince(pairs: readonly Pair[], since: number): Promise<readonly Pair[]>;
  markAccepted(account: string, findingId: string, accepted: Accepted): Promise<void>;
  putFacts(facts: AccountFacts): Promise<void>;
  putPreflight(record: PreflightRecord): Promise<void>;
  preflightPending(account: string, pending: boolean): Promise<void>;
  /** The last plan that was stored. */
  plan(): Promise<PlanRecord | null>;
  putPlan(plan: PlanRecord): Promise<void>;
  applyPending(pending: boolean): Promise<void>;
  applied(applied: Applied): Promise<void>;
  /** Redis is new or was emptied: all that is computed from now on counts as there again. */
  rebuildBegan(now: number): Promise<void>;
}

/** @param now for what is only asked for: when somebody did, epoch milliseconds */
export function createBoardStore(redis: Redis, now: () => number): BoardStore {
  const single = (field: string, value: string | null): Promise<void> =>
    done(value === null ? redis.hdel(BOARD_KEYS.single, field) : redis.hset(BOARD_KEYS.single, field, value));
  return {
    ...createRemoval(redis),
    ...createThroughput(redis),
    part: async (pair) => {
      const field = pairOf(pair);
      const text = await asked(redis.hget(BOARD_KEYS.parts, field));
      return text === null ? null : decodePart(field, text);
    },
    chains: async ({ account, reader }) => (await chainsOf(redis, account)).filter((one) => one.reader === reader),
    findings: async (pair) => {
      const text = await asked(redis.hget(BOARD_KEYS.findings, pairOf(pair)));
      return text === null ? null : findingsOf(pairOf(pair), text);
    },
    putCover: (covered) => putCover(redis, covered),
    notCoveredSince: (pairs, since) => notCoveredSince(redis, pairs, { since, now: now() }),
    markAccepted: (account, id, accepted) => markAccepted(redis, { account, id, accepted }),
    putFacts: (facts) =>
      done(
        redis
          .pipeline()
          .hset(BOARD_KEYS.facts, facts.account, encodeFacts(facts))
          .zadd(BOARD_KEYS.listed, facts.at, facts.account)
          .exec(),
      ),
    putPreflight: (record) =>
      done(
        redis
          .pipeline()
          .hset(BOARD_KEYS.preflights, record.account, encodePreflight(record))
          .hdel(BOARD_KEYS.preflightAsked, record.account)
          .exec(),
      ),
    preflightPending: (account, pending) =>
      done(
        pending
          ? redis.hset(BOARD_KEYS.preflightAsked, account, String(now()))
          : redis.hdel(BOARD_KEYS.preflightAsked, account),
      ),
    plan: async () => {
      const text = await asked(redis.hget(BOARD_KEYS.single, 'plan'));
      return text === null ? null : recordOf(text, planShape);
    },
    putPlan: (plan) => single('plan', JSON.stringify(plan)),
    applyPending: (pending) => single('apply-asked', pending ? String(now()) : null),
    applied: async (applied) => {
      await single('applied', JSON.stringify(applied));
      await single('apply-asked', null);
    },
    rebuildBegan: (at) => single('rebuilding', String(at)),
  };
}

const asked = <T>(command: Promise<T>): Promise<T> => within(command, COMMAND_TIMEOUT_MS, 'reading the board');

async function done(command: Promise<unknown>): Promise<void> {
  await within(whole(command), COMMAND_TIMEOUT_MS, 'writing the board');
}

/** A command that Redis refuses within a pipeline is an error as well: half a record must not pass for a whole one. */
async function whole(command: Promise<unknown>): Promise<void> {
  const replies = await command;
  for (const reply of Array.isArray(replies) ? (replies as readonly unknown[]) : [])
    if (Array.isArray(reply) && reply[0] instanceof Error) throw reply[0];
}

async function putCover(redis: Redis, { part, chains, findings }: Covered): Promise<void> {
  const { account, reader } = part;
  const field = pairOf(part);
  const key = chainsKey(account);
  const known = await asked(redis.hkeys(key));
  const kept = new Set(chains.map(({ id }) => `${reader}:${id}`));
  const others = new Set(known.filter((one) => !one.startsWith(`${reader}:`)).map((one) => one.split(':')[1]));
  const batch = redis
    .multi()
    .hset(BOARD_KEYS.parts, field, encodePart(part))
    .zadd(BOARD_KEYS.covered, part.at, field)
    .sadd(readersKey(account), reader)
    .sadd(accountsKey(reader), account);
  for (const chain of chains)
    batch.hset(key, `${reader}:${chain.id}`, encodeChain(chain)).hset(BOARD_KEYS.chainIds, chain.id, account);
  for (const chain of chains) {
    if (chain.verifiedUntil === null) batch.zrem(STATE_KEYS.until, chainName(chain));
    else batch.zadd(STATE_KEYS.until, chain.verifiedUntil, chainName(chain));
  }
  for (const one of known.filter((name) => name.startsWith(`${reader}:`) && !kept.has(name))) {
    batch.hdel(key, one);
    const id = one.split(':')[1] ?? '';
    if (!others.has(id)) batch.hdel(BOARD_KEYS.chainIds, id);
  }
  // A healthy organization has none, so that all of them are read quickly.
  if (findings.findings.length === 0 && findings.more === 0) batch.hdel(BOARD_KEYS.findings, field);
  else batch.hset(BOARD_KEYS.findings, field, encodeFindings(findings));
  await done(batch.exec());
}

async function notCoveredSince(
  redis: Redis,
  pairs: readonly Pair[],
  { since, now }: { readonly since: number; readonly now: number },
): Promise<readonly Pair[]> {
  if (pairs.length === 0) return [];
  const scores = await asked(redis.zmscore(BOARD_KEYS.covered, pairs.map(pairOf)));
  return pairs.filter((_, index) => {
    const at = Number(scores[index] ?? Number.NaN);
    return !(at >= since && at <= now + CLOCKS_MS);
  });
}

type Acceptance = { readonly account: string; readonly id: string; readonly accepted: Accepted };

async function markAccepted(redis: Redis, { account, id, accepted }: Acceptance): Promise<void> {
  for (const reader of await readersOf(redis, account)) {
    const field = pairOf({ account, reader });
    const text = await asked(redis.hget(BOARD_KEYS.findings, field));
    const part = text === null ? null : recordOf(text, findingsRecord);
    if (part === null || !part.findings.some((one) => one.id === id)) continue;
    const findings = part.findings.map((one) => (one.id === id ? { ...one, accepted } : one));
    await done(redis.hset(BOARD_KEYS.findings, field, encodeFindings({ ...part, findings })));
    await countAnew(redis, field, { open: openOf({ ...part, findings }), accepted: acceptedIn(findings) });
  }
}

type Counted = Pick<CoverPart, 'open' | 'accepted'>;

async function countAnew(redis: Redis, field: string, counts: Counted): Promise<void> {
  const text = await asked(redis.hget(BOARD_KEYS.parts, field));
  const part = text === null ? null : decodePart(field, text);
  if (part !== null) await done(redis.hset(BOARD_KEYS.parts, field, encodePart({ ...part, ...counts })));
}
