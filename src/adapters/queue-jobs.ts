/**
 * The shape of what goes through the queues, checked on every take: whoever can write to Redis can write jobs
 * (reliability.md 43). What passes is well formed, not trusted; the pipeline looks every identifier up again.
 */
import { z } from 'zod';
import type { ApplyJob, CoverJob, DigestJob, PreflightJob, SweepJob } from '../core/job.ts';
import { OperatingError } from '../errors.ts';

export const QUEUE_NAMES = ['discover', 'collect', 'cover', 'reconcile'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

const account = z.string().regex(/^\d{12}$/);
const chain = {
  reader: account,
  account,
  region: z.string().regex(/^[a-z0-9-]{4,32}$/),
  trailArn: z
    .string()
    .max(300)
    .regex(/^arn:[a-z0-9-]+:cloudtrail:[a-z0-9-]+:\d{12}:trail\/[A-Za-z0-9._-]+$/),
};
const depth = z.enum(['recent', 'full']);
const cause = z.enum(['schedule', 'start', 'redis-emptied', 'round-overdue', 'asked']);

const sweepJob = z.strictObject({ type: z.literal('sweep'), depth, ...chain });
const digestJob = z.strictObject({
  type: z.literal('digest'),
  ...chain,
  bucket: z.string().regex(/^[a-zA-Z0-9._-]{3,255}$/),
  key: z.string().min(1).max(1024),
});

/** `discover` surveys all accounts; `collect` sweeps the accounts of the last survey again. */
const discoverJob = z.strictObject({ type: z.enum(['discover', 'collect']), depth, cause });
const reconcileJob = z.strictObject({ type: z.literal('reconcile'), cause });

/** A person's name as it is recorded: told in logs and records, and never acted on. */
const by = z.string().min(1).max(200);
const coverJob = z.strictObject({ type: z.literal('cover'), reader: account, account, depth });
const preflightJob = z.strictObject({ type: z.literal('preflight'), account, by });
const applyJob = z.strictObject({ type: z.literal('apply'), plan: z.string().regex(/^[0-9a-f]{16}$/), by });

export type DiscoverJob = Readonly<z.infer<typeof discoverJob>>;
export type ReconcileJob = Readonly<z.infer<typeof reconcileJob>>;
export type Cause = DiscoverJob['cause'];

/** The collect queue holds digests alone. */
export const parseCollectJob = (data: unknown): DigestJob => parse(digestJob, data);
/** The discover queue holds rounds over all accounts, and the sweeps of chains that they call for. */
export const parseDiscoverJob = (data: unknown): DiscoverJob | SweepJob =>
  parse(z.union([discoverJob, sweepJob]), data);
/** The reconcile queue holds looks at the documents, and the plans that people ask to be applied. */
export const parseReconcileJob = (data: unknown): ReconcileJob | ApplyJob =>
  parse(z.union([reconcileJob, applyJob]), data);
/** The cover queue holds the coverage of accounts, and the preflights that people ask for. */
export const parseCoverJob = (data: unknown): CoverJob | PreflightJob => parse(z.union([coverJob, preflightJob]), data);

/** The refusal names the fields and not their values, which may be anything. */
function parse<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const fields = result.error.issues
    .map((issue) => issue.path.map(String).join('.').slice(0, 60) || 'the job itself')
    .slice(0, 8);
  throw new OperatingError({
    code: 'job-refused',
    message: `the job's data has not the shape of a job: ${fields.join(', ')}`,
    hint: 'nothing of ours writes such a job: find out who else writes to this Redis, then remove the job',
  });
}
