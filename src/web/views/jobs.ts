/** What runs, what waits and what failed. */
import type { Backfill, FailedJob, RunningJob } from '../../core/board/work.ts';
import type { JobCounts } from '../../core/snapshot.ts';
import type { FailedPage, JobsPage, QueueLine } from '../contract/jobs.ts';
import type { JobsReader } from '../sources.ts';
import type { Names } from './findings.ts';
import { isoOf, isoOrNull } from './times.ts';

export interface JobsRead {
  readonly at: number;
  readonly counts: JobCounts;
  readonly running: readonly RunningJob[];
  readonly backfills: readonly Backfill[];
  readonly failed: Awaited<ReturnType<JobsReader['failedByAccount']>>;
  readonly names: Names;
}

export function jobsView({ at, counts, running, backfills, failed, names }: JobsRead): JobsPage {
  return {
    readAt: isoOf(at),
    queues: queueLines(counts),
    running: running.map((job) => ({ ...job, since: isoOf(job.since) })),
    backfills: backfills.map(({ account, done, waiting, rate, eta }) => ({
      account,
      name: names(account),
      done,
      waiting,
      ratePerMinute: rate,
      eta: isoOrNull(eta),
    })),
    failed: failed.map(({ account, jobs, newest, reason }) => ({
      account,
      name: account === '' ? '' : names(account),
      jobs,
      newest: isoOrNull(newest),
      reason,
    })),
    problems: [],
  };
}

/** What waits by priority waits too. */
export function queueLines(counts: JobCounts): QueueLine[] {
  return Array.from(counts, ([name, states]) => {
    const of = (state: string): number => states.get(state) ?? 0;
    const waiting = of('waiting') + of('prioritized') + of('paused') + of('waiting-children');
    return {
      name,
      waiting,
      active: of('active'),
      delayed: of('delayed'),
      failed: of('failed'),
      completed: of('completed'),
    };
  });
}

export interface FailedRead {
  readonly at: number;
  readonly total: number;
  readonly jobs: readonly FailedJob[];
  readonly next: string | null;
}

export function failedView({ at, total, jobs, next }: FailedRead): FailedPage {
  return { readAt: isoOf(at), total, jobs: jobs.map((job) => ({ ...job, failedAt: isoOrNull(job.failedAt) })), next };
}
