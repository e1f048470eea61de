/** Queues on a real Redis of the test file's own, emptied before each test, and workers that end with it. */
import type { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import {
  parseCollectJob,
  parseCoverJob,
  parseDiscoverJob,
  parseReconcileJob,
  type QueueName,
} from '../../src/adapters/queue-jobs.ts';
import { QUEUE_TIMING, startWorker, type JobContext, type RunningWorker } from '../../src/adapters/queue-worker.ts';
import { openQueues, type QueueOptions, type Queues } from '../../src/adapters/queue.ts';
import { createConnections, type Connections } from '../../src/adapters/redis.ts';
import { keptLog } from '../daemon/fake.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';

const PARSE = {
  collect: parseCollectJob,
  discover: parseDiscoverJob,
  reconcile: parseReconcileJob,
  cover: parseCoverJob,
};
const TIMING = { ...QUEUE_TIMING, backoffMs: 20, stalledMs: 500, lockMs: 2000 };
const GRACE_MS = 1000;

/** The jobs of one queue, as its parser lets them through. */
export type JobOf<Name extends QueueName> = ReturnType<(typeof PARSE)[Name]>;
export type Handle<Name extends QueueName> = (
  job: JobOf<Name>,
  context: JobContext,
) => Promise<Readonly<Record<string, unknown>>>;

/** All but `bugs` is that of the running test: it is asked for when it is needed, and never kept. */
export interface QueueGround {
  readonly redis: RedisServer;
  readonly admin: Redis;
  readonly connections: Connections;
  readonly queues: Queues;
  /** What a worker told of that nobody planned. A test that wants some takes them out: what is left fails it. */
  readonly bugs: unknown[];
  queue(name: QueueName): Queue;
  /** Takes the jobs of one queue, with the real parser. */
  work<Name extends QueueName>(name: Name, handle: Handle<Name>, options?: WorkOptions): RunningWorker;
  /** Ends every worker. */
  rest(): Promise<void>;
  /** Starts Redis again where the test has ended it. */
  restart(): Promise<void>;
}

export interface WorkOptions {
  /** 1 when absent. */
  readonly concurrency?: number;
  readonly lockMs?: number;
}

/** Registers what starts and ends it all, so it is called once, outside of any test. */
export function queueGround(options: QueueOptions): QueueGround {
  let redis: RedisServer;
  let admin: Redis;
  let connections: Connections;
  let queues: Queues;
  const workers: RunningWorker[] = [];
  const bugs: unknown[] = [];
  const rest = async (): Promise<void> => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop(GRACE_MS)));
  };
  beforeAll(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    await admin.flushall();
    connections = createConnections({ url: redis.url, password: null, tls: null }, keptLog().log);
    queues = openQueues(connections, options);
  });
  afterEach(async () => {
    await rest();
    await queues.close();
    await connections.close(500);
    expect(bugs.splice(0)).toEqual([]);
  });
  return {
    get redis() {
      return redis;
    },
    get admin() {
      return admin;
    },
    get connections() {
      return connections;
    },
    get queues() {
      return queues;
    },
    bugs,
    rest,
    queue: (name) => queues.all.find((queue) => queue.name === name) ?? expect.unreachable(),
    work: (name, handle, given = {}) => {
      const worker = startOne({ connections, bugs }, { name, handle, given });
      workers.push(worker);
      return worker;
    },
    restart: async () => {
      redis = await startRedis({ port: redis.port });
    },
  };
}

interface Work<Name extends QueueName> {
  readonly name: Name;
  readonly handle: Handle<Name>;
  readonly given: WorkOptions;
}

function startOne<Name extends QueueName>(
  { connections, bugs }: { readonly connections: Connections; readonly bugs: unknown[] },
  { name, handle, given: { concurrency = 1, lockMs = TIMING.lockMs } }: Work<Name>,
): RunningWorker {
  return startWorker(connections, {
    queue: name,
    concurrency,
    timing: { ...TIMING, lockMs },
    parse: PARSE[name] as (data: unknown) => JobOf<Name>,
    handle,
    onBug: (error) => bugs.push(error),
    log: keptLog().log,
  });
}
