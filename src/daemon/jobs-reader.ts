/** The queues as the pages show them: what runs, what is behind, and what has failed for good. Everything is bounded. */
import type { Job, Queue } from 'bullmq';
import * as z from 'zod';
import type { Queues } from '../adapters/queue.ts';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import type { CoverPart } from '../core/board/cover.ts';
import type { Backfill, FailedJob, RunningJob } from '../core/board/work.ts';
import type { Clock } from '../ports.ts';
import type { BoardReader, JobsReader } from '../web/sources.ts';
import { factsOfJob } from './job-facts.ts';

/** What is known of digests beside the queues. */
export interface WorkBoard extends Pick<BoardReader, 'parts'> {
  /** Digests judged within the last ten minutes, by account. */
  ratesOf(now: number): Promise<ReadonlyMap<string, number>>;
}

const MOST_RUNNING = 200;
const MOST_BACKFILLS = 200;
/** Failed jobs that are looked through, of each queue; older ones the queues drop by themselves. */
const MOST_FAILED = 2000;
const PAGE = 500;
/** However many people look, the failed jobs are read once in so long. */
const SCAN_KEPT_MS = 1000;
const MOST_REASON = 500;
/** As the API takes it to retry one. */
const MOST_ID = 256;
const RATE_MINUTES = 10;
const MINUTE = 60_000;
const MOST_MINUTES = 366 * 24 * 60;

/** Every call throws `redis-unreachable` where Redis does not answer. */
export function createJobsReader(queues: Pick<Queues, 'all' | 'counts'>, board: WorkBoard, clock: Clock): JobsReader {
  const scan = kept(() => allFailed(queues.all), clock);
  return {
    counts: () => queues.counts(),
    running: async () => {
      const all = await Promise.all(queues.all.map(runningIn));
      return all
        .flat()
        .toSorted((a, b) => a.since - b.since)
        .slice(0, MOST_RUNNING);
    },
    backfills: async () => {
      const now = clock.now();
      const [{ parts }, rates] = await Promise.all([board.parts(), board.ratesOf(now)]);
      return backfillsOf(parts, rates, now);
    },
    failedByAccount: async () => byAccount(await scan()),
    failed: async ({ account, offset, limit }) => {
      const jobs = (await scan()).filter((job) => account === null || (job.account ?? '') === account);
      return { total: jobs.length, jobs: jobs.slice(offset, offset + limit) };
    },
  };
}

function kept<Value>(read: () => Promise<Value>, clock: Clock): () => Promise<Value> {
  let last: { readonly at: number; readonly value: Promise<Value> } | null = null;
  return () => {
    const now = clock.now();
    if (last !== null && Math.abs(now - last.at) < SCAN_KEPT_MS) return last.value;
    const value = read();
    last = { at: now, value };
    value.catch(() => (last = null));
    return value;
  };
}

async function runningIn(queue: Queue): Promise<readonly RunningJob[]> {
  return (await jobsOf(queue, 'active', MOST_RUNNING)).map(({ id, job }) => {
    const { object: _, ...facts } = factsOfJob(queue.name, job?.data);
    const since = timeOf(job?.processedOn) ?? timeOf(job?.timestamp) ?? 0;
    return { queue: queue.name, id, ...facts, since, progress: progressOf(job?.progress) };
  });
}

const progress = z.object({ listed: z.int().nonnegative(), captured: z.int().nonnegative() });

function progressOf(told: unknown): RunningJob['progress'] {
  return progress.safeParse(told).data ?? null;
}

/** Of all queues, newest first. */
async function allFailed(queues: readonly Queue[]): Promise<readonly FailedJob[]> {
  const all = await Promise.all(queues.map(failedIn));
  return all.flat().toSorted((a, b) => (b.failedAt ?? 0) - (a.failedAt ?? 0));
}

async function failedIn(queue: Queue): Promise<readonly FailedJob[]> {
  return (await jobsOf(queue, 'failed', MOST_FAILED)).map((one) => failedJob(queue, one));
}

function failedJob(queue: Queue, { id, job }: Listed): FailedJob {
  const { depth: _, ...facts } = factsOfJob(queue.name, job?.data);
  const attempts = job?.attemptsMade ?? 0;
  return {
    queue: queue.name,
    id,
    ...facts,
    reason: job === null ? 'its record in Redis cannot be read' : reasonOf(job.failedReason),
    attempts: Number.isSafeInteger(attempts) && attempts >= 0 ? attempts : 0,
    failedAt: timeOf(job?.finishedOn),
  };
}

type Listed = { readonly id: string; readonly job: Job | null };

/**
 * Newest first. A job that went between being listed and being read is none; one that cannot be read at all is told, or
 * whoever plants one would hide all the others.
 */
async function jobsOf(queue: Queue, state: 'active' | 'failed', most: number): Promise<readonly Listed[]> {
  const what = `reading ${state} jobs`;
  const listed = await within(queue.getRanges([state], 0, most - 1, false), COMMAND_TIMEOUT_MS, what);
  const ids = listed.filter((id) => id !== '' && id.length <= MOST_ID);
  const found: Listed[] = [];
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE);
    const jobs = await within(Promise.all(page.map((id) => jobOf(queue, id))), COMMAND_TIMEOUT_MS, what);
    for (const [index, job] of jobs.entries()) if (job !== undefined) found.push({ id: page[index] ?? '', job });
  }
  return found;
}

async function jobOf(queue: Queue, id: string): Promise<Job | null | undefined> {
  try {
    return await queue.getJob(id);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function timeOf(time: number | undefined): number | null {
  return time !== undefined && Number.isSafeInteger(time) && time > 0 && time < 8.64e15 ? time : null;
}

function reasonOf(reason: unknown): string {
  const text = typeof reason === 'string' && reason !== '' ? reason : 'it did not say why';
  return text.length <= MOST_REASON ? text : `${text.slice(0, MOST_REASON - 1)}…`;
}

/** Most jobs first; the reason is the newest job's. */
function byAccount(jobs: readonly FailedJob[]): Awaited<ReturnType<JobsReader['failedByAccount']>> {
  const groups = Map.groupBy(jobs, (job) => job.account ?? '');
  const all = [...groups].map(([account, own]) => {
    const [newest] = own;
    return { account, jobs: own.length, newest: newest?.failedAt ?? null, reason: newest?.reason ?? '' };
  });
  return all.toSorted((a, b) => b.jobs - a.jobs || (a.account < b.account ? -1 : 1));
}

/** Accounts with digests that wait, most first. */
function backfillsOf(
  parts: readonly CoverPart[],
  rates: ReadonlyMap<string, number>,
  now: number,
): readonly Backfill[] {
  const accounts = Map.groupBy(parts, ({ account }) => account);
  const all = [...accounts].flatMap(([account, own]): readonly Backfill[] => {
    const waiting = own.reduce((sum, part) => sum + part.waiting, 0);
    if (waiting === 0) return [];
    const done = own.reduce((sum, part) => sum + part.receipts, 0);
    const judged = rates.get(account) ?? 0;
    const rate = judged > 0 ? judged / RATE_MINUTES : null;
    return [{ account, done, waiting, rate, eta: rate === null ? null : etaOf(waiting / rate, now) }];
  });
  return all.toSorted((a, b) => b.waiting - a.waiting || (a.account < b.account ? -1 : 1)).slice(0, MOST_BACKFILLS);
}

/** What takes longer than anybody plans for has no end that one could name. */
function etaOf(minutes: number, now: number): number | null {
  return minutes > MOST_MINUTES ? null : Math.round(now + minutes * MINUTE);
}
