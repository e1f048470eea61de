/** A board in a real Redis, emptied before every test, and records to put on it. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { ChainCover, CoverPart } from '../../src/core/board/cover.ts';
import type { BoardFinding, FindingsPart } from '../../src/core/board/finding.ts';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { createBoardStore, type BoardStore } from '../../src/daemon/board-store.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import type { BoardReader } from '../../src/web/sources.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { partOf } from './fake.ts';

export const [MEMBER, PAYER] = ['222222222222', '111111111111'];
export const NOW = Date.UTC(2026, 2, 10, 14, 20);

export interface BoardGround {
  readonly redis: RedisServer;
  readonly admin: Redis;
  readonly store: BoardStore;
  readonly reader: BoardReader;
  /** What the board takes for the present, epoch milliseconds. */
  now: number;
  put(one: CoverPart, chains?: readonly ChainCover[], list?: FindingsPart): Promise<void>;
}

/** One Redis for all tests of a file. */
export function boardGround(): BoardGround {
  let [redis, admin, store, reader]: [RedisServer?, Redis?, BoardStore?, BoardReader?] = [];
  const there = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('no test runs');
    return value;
  };
  const ground: BoardGround = {
    get redis() {
      return there(redis);
    },
    get admin() {
      return there(admin);
    },
    get store() {
      return there(store);
    },
    get reader() {
      return there(reader);
    },
    now: NOW,
    put: (one, chains = [], list = NONE) =>
      there(store).putCover({ part: one, chains, findings: { ...list, account: one.account, reader: one.reader } }),
  };
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
  });
  afterAll(async () => {
    admin?.disconnect();
    await redis?.stop();
  });
  beforeEach(async () => {
    const own = there(admin);
    await own.flushall();
    ground.now = NOW;
    store = createBoardStore(own, () => ground.now);
    reader = createBoardReader(own, createStateStore(own), () => ground.now);
  });
  return ground;
}

export const part = (parts: Partial<CoverPart> = {}, pair = { account: MEMBER, reader: MEMBER }): CoverPart =>
  partOf(pair, { at: NOW, ...parts });

export function chain(index: number, parts: Partial<ChainCover> = {}): ChainCover {
  return {
    id: index.toString(16).padStart(16, '0'),
    reader: MEMBER,
    trailArn: `arn:aws:cloudtrail:us-east-1:${MEMBER}:trail/main`,
    account: MEMBER,
    region: `us-east-${index}`,
    trail: 'main',
    homeRegion: 'us-east-1',
    bucket: 'logs',
    prefix: '',
    at: NOW,
    state: 'verified',
    reason: null,
    problem: null,
    verifiedUntil: NOW,
    lastDigest: NOW,
    receipts: 5,
    waiting: 0,
    runs: [{ from: NOW - 10, to: NOW, state: 'verified' }],
    days: { from: 0, letters: 'v' },
    kinds: ['standard'],
    ...parts,
  };
}

export function finding(index: number, parts: Partial<BoardFinding> = {}): BoardFinding {
  return {
    code: 'log-missing',
    account: MEMBER,
    region: 'us-east-1',
    trail: 'main',
    bucket: 'logs',
    key: `key-${index}`,
    from: '2026-03-10T00:00:00Z',
    to: null,
    detail: 'it is gone',
    hint: 'look',
    id: index.toString(16).padStart(32, '0'),
    chain: '0'.repeat(16),
    firstSeen: NOW,
    accepted: null,
    goneAt: null,
    ...parts,
  };
}

export function findings(list: readonly BoardFinding[], own = MEMBER): FindingsPart {
  return { account: MEMBER, reader: own, at: NOW, findings: list, more: 0 };
}

const NONE = findings([]);
