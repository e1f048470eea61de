/** The producing side of the queues. Every add may be repeated: what is waiting already is not added twice. */
import { hash } from 'node:crypto';
import { Queue, type JobsOptions } from 'bullmq';
import {
  chainName,
  type ApplyJob,
  type CoverJob,
  type DigestJob,
  type PreflightJob,
  type SweepJob,
} from '../core/job.ts';
import type { JobCounts } from '../core/snapshot.ts';
import { QUEUE_NAMES, type DiscoverJob, type QueueName, type ReconcileJob } from './queue-jobs.ts';
import { COMMAND_TIMEOUT_MS, KEY_PREFIX, within, type Connections } from './redis.ts';

/** One addBulk carries at most this many jobs. */
const PAGE = 500;
/** No digests are added while more than this many jobs wait; the next sweep finds the rest again. */
const MAX_WAITING = 20_000;
/**
 * Sweeps stand behind the rounds on the discover queue; digests have the collect queue to themselves. On one queue
 * whichever goes first starves the other: new log files captured hours late, or digests hardly judged at all.
 */
const SWEEP_PRIORITY = 10;
/** Coverage stands behind the preflights that somebody waits for. */
const COVER_PRIORITY = 10;

export interface Queues {
  /** `id` names the tick, so that a second replica's add is none. */
  discover(job: DiscoverJob, id?: string): Promise<void>;
  reconcile(job: ReconcileJob, id?: string): Promise<void>;
  /** While a chain's sweep runs, any number of further ones become exactly one. */
  sweeps(jobs: readonly SweepJob[]): Promise<void>;
  /** Adds what fits under MAX_WAITING, in the order given; `held` is how many were left for the next sweep. */
  digests(jobs: readonly DigestJob[]): Promise<{ readonly added: number; readonly held: number }>;
  /** Any number of these for one reader and account within the cover delay, or while one runs, become exactly one. */
  cover(jobs: CoverJob | readonly CoverJob[]): Promise<void>;
  /** One at a time of each account. */
  preflight(job: PreflightJob): Promise<void>;
  /** One at a time, and tried once: what became of it is for a person to judge. */
  apply(job: ApplyJob): Promise<void>;
  counts(): Promise<JobCounts>;
  /** The queues themselves, for the job board. */
  readonly all: readonly Queue[];
  /** Lets go of the queues; their connection is closed by its factory. */
  close(): Promise<void>;
}

/** `attempts`: how often a job is tried before it stays failed. `coverDelayMs`: for how long news of an account are gathered. */
export interface QueueOptions {
  readonly attempts: number;
  readonly maxWaiting?: number;
  readonly coverDelayMs?: number;
}

export function openQueues(connections: Connections, options: QueueOptions): Queues {
  const connection = connections.command();
  const queues = new Map(QUEUE_NAMES.map((name) => [name, openQueue(name, connection, options.attempts)]));
  const queue = (name: QueueName): Queue => {
    const found = queues.get(name);
    if (found === undefined) throw new Error(`no queue ${name}`);
    return found;
  };
  const addSingle = async (name: QueueName, job: DiscoverJob | ReconcileJob, id?: string) => {
    // One waiting and one running of each kind: a tick that meets a slow run must not be lost, nor pile up.
    const kind = 'depth' in job ? `${job.type} ${job.depth}` : job.type;
    const opts: JobsOptions = {
      deduplication: { id: kind, keepLastIfActive: true },
      ...(id === undefined ? {} : { jobId: id }),
    };
    await within(queue(name).add(job.type, job, opts), COMMAND_TIMEOUT_MS, `adding a ${job.type} job`);
  };
  return {
    discover: (job, id) => addSingle('discover', job, id),
    reconcile: (job, id) => addSingle('reconcile', job, id),
    sweeps: async (jobs) => {
      for (const page of pages(jobs)) await addPage(queue('discover'), page, sweepOptions);
    },
    digests: (jobs) => addDigests(queue('collect'), jobs, options.maxWaiting ?? MAX_WAITING),
    cover: async (jobs) => {
      const delay = options.coverDelayMs ?? 0;
      for (const page of pages('type' in jobs ? [jobs] : jobs))
        await addPage(queue('cover'), page, (job) => coverOptions(job, delay));
    },
    preflight: (job) => addPage(queue('cover'), [job], preflightOptions),
    apply: (job) => addPage(queue('reconcile'), [job], applyOptions),
    counts: async () =>
      new Map(await Promise.all([...queues].map(async ([name, each]) => [name, await countsOf(each)] as const))),
    all: [...queues.values()],
    close: async () => {
      await Promise.all([...queues.values()].map((each) => each.close()));
    },
  };
}

function openQueue(name: QueueName, connection: ReturnType<Connections['command']>, attempts: number): Queue {
  const queue = new Queue(name, {
    connection,
    prefix: KEY_PREFIX,
    defaultJobOptions: {
      attempts,
      backoff: { type: 'capped' },
      stackTraceLimit: 2,
      removeOnComplete: { count: 1000, age: 24 * 3600 },
      removeOnFail: { count: 2000 },
    },
  });
  queue.on('error', () => undefined); // connection trouble is noted and logged once, by the connection factory
  return queue;
}

async function addDigests(
  queue: Queue,
  jobs: readonly DigestJob[],
  maxWaiting: number,
): Promise<{ added: number; held: number }> {
  let added = 0;
  for (const page of pages(jobs)) {
    const waiting = await within(
      queue.getJobCountByTypes('waiting', 'prioritized', 'delayed'),
      COMMAND_TIMEOUT_MS,
      'counting jobs',
    );
    const room = page.slice(0, Math.max(0, maxWaiting - waiting));
    if (room.length > 0) await addPage(queue, room, digestOptions);
    added += room.length;
    if (room.length < page.length) break;
  }
  return { added, held: jobs.length - added };
}

async function addPage<T extends { readonly type: string }>(
  queue: Queue,
  page: readonly T[],
  options: (job: T) => JobsOptions,
): Promise<void> {
  const jobs = page.map((job) => ({ name: job.type, data: job, opts: options(job) }));
  await within(queue.addBulk(jobs), COMMAND_TIMEOUT_MS, `adding ${jobs.length} jobs`);
}

function sweepOptions(job: SweepJob): JobsOptions {
  return { priority: SWEEP_PRIORITY, deduplication: { id: `sweep ${chainName(job)}`, keepLastIfActive: true } };
}

/** A full look is asked for where nothing is known yet, as at the start: nobody is to wait for what may come as well. */
function coverOptions({ reader, account, depth }: CoverJob, delay: number): JobsOptions {
  return {
    priority: COVER_PRIORITY,
    delay: depth === 'full' ? 0 : delay,
    deduplication: { id: `cover ${reader} ${account}`, keepLastIfActive: true },
  };
}

function preflightOptions({ account }: PreflightJob): JobsOptions {
  return { deduplication: { id: `preflight ${account}` } };
}

function applyOptions(): JobsOptions {
  return { attempts: 1, deduplication: { id: 'apply' } };
}

/** By hash, since keys may hold anything; no job id, since a digest may be judged again once it is done. */
function digestOptions(job: DigestJob): JobsOptions {
  return { deduplication: { id: hash('sha256', `${job.bucket}\n${job.key}`) } };
}

async function countsOf(queue: Queue): Promise<ReadonlyMap<string, number>> {
  const counts = await within(
    queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'completed', 'failed'),
    COMMAND_TIMEOUT_MS,
    'counting jobs',
  );
  return new Map(Object.entries(counts));
}

function* pages<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += PAGE) yield items.slice(at, at + PAGE);
}
