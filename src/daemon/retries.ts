/** Jobs that failed for good and are put back to wait, because a person asks for it. */
import type { Job, Queue } from 'bullmq';
import { QUEUE_NAMES, type QueueName } from '../adapters/queue-jobs.ts';
import { COMMAND_TIMEOUT_MS, within } from '../adapters/redis.ts';
import { OperatingError } from '../errors.ts';
import { accountOf, parseJob } from './job-account.ts';

/** So many are put back at a time. */
const MOST_RETRIED = 1000;
/** Failed jobs of one queue that are looked through; the queues keep fewer (adapters/queue.ts). */
const MOST_LOOKED_AT = 10_000;
const PAGE = 200;
const AT_ONCE = 25;
const LONGEST_ID = 300;
/** What the library answers for a job that is gone, or that somebody else has put back meanwhile. */
const NOT_FAILED: ReadonlySet<unknown> = new Set([-1, -3]);

/** Failed jobs that may be put back: at most MOST_RETRIED, and how many more there are of the kind. */
export interface Retryable {
  readonly jobs: readonly Job[];
  readonly more: number;
}

/**
 * One failed job; none for one that is not there or has not failed. Throws `job-refused` for one that no worker of ours
 * would take, and for an apply: whoever may retry may not apply.
 */
export async function failedJob(queues: readonly Queue[], name: string, id: string): Promise<Retryable> {
  const known = QUEUE_NAMES.find((one) => one === name);
  const queue = queues.find((one) => one.name === known);
  if (known === undefined || queue === undefined || id === '' || id.length > LONGEST_ID) return { jobs: [], more: 0 };
  // Asked by the set of failed ones first: other records of the queue lie under names that look like ids.
  if ((await asked(queue.getJobState(id))) !== 'failed') return { jobs: [], more: 0 };
  const job = await asked(queue.getJob(id));
  const more = Math.max(0, (await asked(queue.getFailedCount())) - 1);
  if (job === undefined) return { jobs: [], more };
  if (parseJob(known, job.data).type === 'apply') throw applied();
  return { jobs: [job as Job], more };
}

/** The failed jobs of one account, '' for those of no single one. What is no job of ours, and applies, are passed over. */
export async function failedJobsOf(queues: readonly Queue[], account: string): Promise<Retryable> {
  const found: Job[] = [];
  let more = 0;
  for (const queue of queues) {
    const name = QUEUE_NAMES.find((one) => one === queue.name);
    if (name === undefined) continue;
    for (let at = 0; at < MOST_LOOKED_AT; at += PAGE) {
      const page = await asked(queue.getFailed(at, at + PAGE - 1));
      const own = page.filter((job) => isOf(account, name, job.data));
      const room = own.slice(0, MOST_RETRIED - found.length);
      found.push(...(room as Job[]));
      more += own.length - room.length;
      if (page.length < PAGE) break;
    }
  }
  return { jobs: found, more };
}

function isOf(account: string, queue: QueueName, data: unknown): boolean {
  try {
    const job = parseJob(queue, data);
    return job.type !== 'apply' && accountOf(job) === account;
  } catch (error) {
    if (error instanceof OperatingError) return false;
    throw error;
  }
}

/** Puts them back with all their attempts; returns how many were still failed. */
export async function retryAll(jobs: readonly Job[]): Promise<number> {
  let retried = 0;
  for (let at = 0; at < jobs.length; at += AT_ONCE) {
    const batch = await Promise.all(jobs.slice(at, at + AT_ONCE).map((job) => retryOne(job)));
    retried += batch.filter(Boolean).length;
  }
  return retried;
}

function retryOne(job: Job): Promise<boolean> {
  const again = job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  return asked(
    again.then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && NOT_FAILED.has(error.code)) return false;
        throw error;
      },
    ),
  );
}

function asked<Value>(command: Promise<Value>): Promise<Value> {
  return within(command, COMMAND_TIMEOUT_MS, 'retrying jobs');
}

function applied(): OperatingError {
  return new OperatingError({
    code: 'job-refused',
    message: 'an apply is not retried: what it would write may be another plan by now',
    hint: 'look at the plan on the page of policies, and apply it from there or with `orgtrail apply`',
  });
}
