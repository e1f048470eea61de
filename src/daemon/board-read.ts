/** Reading the board back for the pages. Redis may hold anything, so that every record is checked; odd ones are left out. */
import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import type { ChainCover, CoverPart } from '../core/board/cover.ts';
import type { FindingsPart } from '../core/board/finding.ts';
import { HOUR } from '../core/time.ts';
import type { BoardReader } from '../web/sources.ts';
import { chainsOf, findingsOf, readersOf, recordOf } from './board-pairs.ts';
import { decodePart } from './board-part.ts';
import { appliedShape, planShape } from './board-plan.ts';
import { createRebuilding } from './board-rebuilding.ts';
import { factsRecord, preflightRecord } from './board-records.ts';
import { minutesOf } from './board-throughput.ts';
import { BOARD_KEYS, pairOf } from './keys.ts';
import type { StateStore } from './state.ts';

/** What somebody asked for longer ago has been lost, with Redis or with its worker. */
const ASKED_KEPT_MS = HOUR;
/** Parts are decoded this many at a time, so that probes and streams are answered in between. */
const AT_ONCE = 1000;
/** All findings that are read at once; of what is more, each account tells how many. */
const MOST_READ = 20_000;

/** @param now epoch milliseconds */
export function createBoardReader(
  redis: Redis,
  state: Pick<StateStore, 'read' | 'marker'>,
  now: () => number = () => Date.now(),
): BoardReader {
  const rebuilding = createRebuilding(redis, state);
  const isAsked = (text: string | null): boolean => {
    const at = text === null ? Number.NaN : Number(text);
    return Math.abs(now() - at) < ASKED_KEPT_MS;
  };
  return {
    parts: () => readParts(redis),
    partsOf: (account) => partsOf(redis, account),
    chainsOf: async (account) => bestOf(await chainsOf(redis, account)),
    chain: async (id) => {
      const account = await asked(redis.hget(BOARD_KEYS.chainIds, id));
      if (account === null || !/^\d{12}$/.test(account)) return null;
      return bestOf(await chainsOf(redis, account)).find((chain) => chain.id === id) ?? null;
    },
    findings: () => readFindings(redis),
    findingsOf: async (account) => {
      const fields = (await readersOf(redis, account)).map((reader) => pairOf({ account, reader }));
      if (fields.length === 0) return [];
      const texts = await asked(redis.hmget(BOARD_KEYS.findings, ...fields));
      return fields.flatMap((field, index) => findingsOf(field, texts[index] ?? '') ?? []);
    },
    facts: async (account) => {
      const text = await asked(redis.hget(BOARD_KEYS.facts, account));
      const facts = text === null ? null : recordOf(text, factsRecord);
      return facts?.account === account ? facts : null;
    },
    preflight: async (account) => {
      const [text, asking] = await asked(
        Promise.all([redis.hget(BOARD_KEYS.preflights, account), redis.hget(BOARD_KEYS.preflightAsked, account)]),
      );
      const record = text === null ? null : recordOf(text, preflightRecord);
      return { record: record?.account === account ? record : null, pending: isAsked(asking) };
    },
    plan: async () => {
      const text = await asked(redis.hget(BOARD_KEYS.single, 'plan'));
      return text === null ? null : recordOf(text, planShape);
    },
    applied: async () => {
      const [last, asking] = await asked(redis.hmget(BOARD_KEYS.single, 'applied', 'apply-asked'));
      return { pending: isAsked(asking ?? null), last: last ? recordOf(last, appliedShape) : null };
    },
    rebuilding: () => rebuilding(now()),
    throughput: () => minutesOf(redis, now()),
    snapshot: () => state.read(),
  };
}

const asked = <T>(command: Promise<T>): Promise<T> => within(command, COMMAND_TIMEOUT_MS, 'reading the board');

async function readParts(redis: Redis): Promise<{ readonly parts: readonly CoverPart[]; readonly unreadable: number }> {
  const fields = Object.entries(await asked(redis.hgetall(BOARD_KEYS.parts)));
  const parts: CoverPart[] = [];
  for (const [index, [field, text]] of fields.entries()) {
    const part = decodePart(field, text);
    if (part !== null) parts.push(part);
    if ((index + 1) % AT_ONCE === 0) await new Promise(setImmediate);
  }
  return { parts, unreadable: fields.length - parts.length };
}

async function partsOf(redis: Redis, account: string): Promise<readonly CoverPart[]> {
  const fields = (await readersOf(redis, account)).map((reader) => pairOf({ account, reader }));
  if (fields.length === 0) return [];
  const texts = await asked(redis.hmget(BOARD_KEYS.parts, ...fields));
  return fields.flatMap((field, index) => decodePart(field, texts[index] ?? '') ?? []);
}

/**
 * A chain that two readers show has one name; whoever can look at it knows more of it than whoever cannot, and of those
 * the newest look says how it is now.
 */
function bestOf(chains: readonly ChainCover[]): readonly ChainCover[] {
  const best = new Map<string, ChainCover>();
  for (const chain of chains) {
    const known = best.get(chain.id);
    if (known === undefined || isBetter(chain, known)) best.set(chain.id, chain);
  }
  return [...best.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function isBetter(one: ChainCover, other: ChainCover): boolean {
  if ((one.problem === null) !== (other.problem === null)) return one.problem === null;
  return one.at > other.at;
}

function nameOf({ trail, region, id }: ChainCover): string {
  return `${trail} ${region} ${id}`;
}

/** Page by page: an incident that hits everybody fills each account's record. */
async function readFindings(redis: Redis): Promise<readonly FindingsPart[]> {
  const parts = new Map<string, FindingsPart>();
  let room = MOST_READ;
  let cursor = '0';
  do {
    const [next, flat] = await asked(redis.hscan(BOARD_KEYS.findings, cursor, 'COUNT', 100));
    cursor = next;
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const [field = '', text = ''] = [flat[at], flat[at + 1]];
      const part = parts.has(field) ? null : findingsOf(field, text);
      if (part === null) continue;
      const findings = part.findings.slice(0, Math.max(0, room));
      room -= findings.length;
      const left = part.findings.slice(findings.length).filter((one) => one.accepted === null && one.goneAt === null);
      parts.set(field, { ...part, findings, more: part.more + left.length });
    }
    await new Promise(setImmediate);
  } while (cursor !== '0');
  return [...parts.values()];
}
