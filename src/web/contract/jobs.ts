/** `GET /api/jobs`, `GET /api/jobs/failed`, `POST /api/jobs/retry`. */
import * as z from 'zod';
import { accountId, count, next, pageQuery, problem, readAt, time } from './shape.ts';

export const queueLine = z.object({
  name: z.string(),
  waiting: count,
  active: count,
  delayed: count,
  failed: count,
  completed: count,
});

const runningJob = z.object({
  queue: z.string(),
  id: z.string(),
  what: z.string(),
  account: z.string().nullable(),
  region: z.string().nullable(),
  trail: z.string().nullable(),
  depth: z.enum(['recent', 'full']).nullable(),
  since: time,
  progress: z.object({ listed: count, captured: count }).nullable(),
});

const backfill = z.object({
  account: accountId,
  name: z.string(),
  done: count,
  waiting: count,
  /** Digests a minute. */
  ratePerMinute: z.number().nonnegative().nullable(),
  eta: time.nullable(),
});

export const jobsPage = z.object({
  readAt,
  queues: z.array(queueLine),
  running: z.array(runningJob),
  backfills: z.array(backfill),
  /** Accounts with failed jobs, most first. `account` empty: jobs of no single account. */
  failed: z.array(
    z.object({ account: z.string(), name: z.string(), jobs: count, newest: time.nullable(), reason: z.string() }),
  ),
  problems: z.array(problem),
});

export const failedQuery = z.strictObject({ ...pageQuery, account: z.union([accountId, z.literal('')]).optional() });

const failedJob = z.object({
  queue: z.string(),
  id: z.string(),
  what: z.string(),
  account: z.string().nullable(),
  region: z.string().nullable(),
  trail: z.string().nullable(),
  object: z.string().nullable(),
  reason: z.string(),
  attempts: count,
  failedAt: time.nullable(),
});

export const failedPage = z.object({ readAt, total: count, jobs: z.array(failedJob), next });

/** One job, or all failed jobs of one account (at most 1,000 at a time). */
export const retryRequest = z.union([
  z.strictObject({ queue: z.string().max(20), id: z.string().min(1).max(256) }),
  z.strictObject({ account: z.union([accountId, z.literal('')]) }),
]);
export const retried = z.object({ retried: count, left: count });

export type QueueLine = z.infer<typeof queueLine>;
export type JobsPage = z.infer<typeof jobsPage>;
export type FailedPage = z.infer<typeof failedPage>;
export type RetryRequest = z.infer<typeof retryRequest>;
export type Retried = z.infer<typeof retried>;
