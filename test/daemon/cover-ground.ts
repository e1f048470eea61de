/** The running daemon over a real Redis with work that is made up, and what was asked of it. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach } from 'vitest';
import { openQueues, type Queues } from '../../src/adapters/queue.ts';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import type { FoundFinding } from '../../src/core/board/merge-findings.ts';
import type { CoverJob } from '../../src/core/job.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import { startDaemon, type Daemon } from '../../src/daemon.ts';
import { createBoardReader } from '../../src/daemon/board-read.ts';
import { createBoardStore, type BoardStore } from '../../src/daemon/board-store.ts';
import { createStateStore } from '../../src/daemon/state.ts';
import type { BoardReader } from '../../src/web/sources.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { fakeWork, FAST, keptLog, systemClock, testConfig, until, type FakeWork } from './fake.ts';

export const [PAYER, MEMBER, THIRD] = ['111111111111', '222222222222', '333333333333'];
/** One for all, since a finding's beginning is a part of its name. */
const BEGAN = formatIso(Date.now() - HOUR);

interface Open {
  readonly redis: RedisServer;
  readonly admin: Redis;
  readonly store: BoardStore;
  readonly board: BoardReader;
  readonly connections: Connections;
  readonly queues: Queues;
}

export interface CoverGround extends Pick<Open, 'admin' | 'store' | 'board' | 'queues'> {
  readonly work: FakeWork;
  /** Starts the daemon over this work, and waits until its first survey has ended. */
  readonly run: (parts?: Parameters<typeof fakeWork>[0]) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** The parts on the board, as the first digits of account and reader. */
  readonly pairs: () => Promise<readonly string[]>;
  /** The looks that were taken at one pair. */
  readonly looks: (account: string, reader?: string) => readonly CoverJob[];
  /** Waits until no queue has anything to do. */
  readonly settled: () => Promise<void>;
}

/** A Redis of its own for every test. */
export function coverGround(): CoverGround {
  let [open, daemon, work]: [Open?, Daemon?, FakeWork?] = [];
  const there = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('nothing runs');
    return value;
  };
  beforeEach(async () => {
    open = await opened();
  });
  afterEach(async () => {
    await daemon?.close();
    daemon = undefined;
    if (open !== undefined) await closed(open);
  });
  return {
    get admin() {
      return there(open).admin;
    },
    get store() {
      return there(open).store;
    },
    get board() {
      return there(open).board;
    },
    get queues() {
      return there(open).queues;
    },
    get work() {
      return there(work);
    },
    run: async (parts = {}) => {
      const { redis, board } = there(open);
      work = fakeWork(parts);
      daemon = await started(redis.url, work);
      await until('the first survey has ended', async () => (await board.snapshot()).survey !== null);
    },
    stop: async () => daemon?.close(),
    pairs: async () =>
      (await there(open).board.parts()).parts.map(({ account, reader }) => `${account[0]}<${reader[0]}`).toSorted(),
    looks: (account, reader = account) =>
      there(work).calls.covers.filter((job) => job.account === account && job.reader === reader),
    settled: () => until('all is at rest', async () => isAtRest(there(open).queues)),
  };
}

async function opened(): Promise<Open> {
  const redis = await startRedis();
  const admin = new Redis(redis.url);
  const connections = createConnections({ url: redis.url, password: null, tls: null }, keptLog().log);
  return {
    redis,
    admin,
    store: createBoardStore(admin, Date.now),
    board: createBoardReader(admin, createStateStore(admin)),
    connections,
    queues: openQueues(connections, { attempts: 3 }),
  };
}

async function closed({ queues, connections, admin, redis }: Open): Promise<void> {
  await queues.close();
  await connections.close(500);
  admin.disconnect();
  await redis.stop();
}

function started(redisUrl: string, work: FakeWork): Promise<Daemon> {
  return startDaemon({
    config: testConfig({ redisUrl, limits: { coverDelaySeconds: 0 } }),
    work,
    clock: systemClock,
    log: keptLog().log,
    role: 'all',
    passwords: { redis: null, http: null },
    timing: FAST,
  });
}

async function isAtRest(queues: Queues): Promise<boolean> {
  const counts = await queues.counts();
  return [...counts.values()].every((one) =>
    ['waiting', 'prioritized', 'delayed', 'active'].every((state) => (one.get(state) ?? 0) === 0),
  );
}

/** A job that looks at the hours. */
export function coverOf(account: string, reader = account): CoverJob {
  return { type: 'cover', reader, account, depth: 'recent' };
}

export function empty(account: string, reader = account) {
  return { account, reader, at: 0, findings: [], more: 0 };
}

/** One of the findings of a member; its number tells it from others. */
export function findingOf(index: number, parts: Partial<FoundFinding> = {}): FoundFinding {
  return {
    code: 'log-missing',
    account: MEMBER,
    region: 'us-east-1',
    trail: 'main',
    bucket: 'logs',
    key: `key-${index}`,
    from: BEGAN,
    to: null,
    detail: 'it is gone',
    hint: 'look',
    chain: '0'.repeat(16),
    ...parts,
  };
}
