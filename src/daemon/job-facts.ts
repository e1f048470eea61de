/** What a job of any queue is about, for show: parsed before it is believed, since whoever writes to Redis can write jobs. */
import { QUEUE_NAMES } from '../adapters/queue-jobs.ts';
import type { ChainRef, SweepDepth } from '../core/job.ts';
import { OperatingError } from '../errors.ts';
import { parseJob } from './job-account.ts';

export interface JobFacts {
  /** A few words. */
  readonly what: string;
  /** The account that it is counted with; null: of no single account. */
  readonly account: string | null;
  readonly region: string | null;
  /** The trail's name. */
  readonly trail: string | null;
  readonly depth: SweepDepth | null;
  /** Bucket and key of a digest. */
  readonly object: string | null;
}

type AnyJob = ReturnType<typeof parseJob>;

const NOBODY = { account: null, region: null, trail: null, depth: null, object: null } as const;

/** What is none of ours is said to be so, and nothing of it is shown. */
export function factsOfJob(queue: string, data: unknown): JobFacts {
  const job = parsed(queue, data);
  return job === null ? { ...NOBODY, what: 'not a job of ours' } : factsOf(job);
}

function parsed(queue: string, data: unknown): AnyJob | null {
  const known = QUEUE_NAMES.find((one) => one === queue);
  try {
    return known === undefined ? null : parseJob(known, data);
  } catch (error) {
    if (error instanceof OperatingError) return null;
    throw error;
  }
}

function factsOf(job: AnyJob): JobFacts {
  switch (job.type) {
    case 'discover':
      return { ...NOBODY, what: 'survey of all accounts', depth: job.depth };
    case 'collect':
      return { ...NOBODY, what: 'sweeps of all accounts', depth: job.depth };
    case 'sweep':
      return { ...NOBODY, what: 'sweep', ...chainOf(job), depth: job.depth };
    case 'digest':
      return { ...NOBODY, what: 'digest', ...chainOf(job), object: `s3://${job.bucket}/${job.key}` };
    case 'cover':
      return { ...NOBODY, what: 'coverage', account: job.account, depth: job.depth };
    case 'preflight':
      return { ...NOBODY, what: 'preflight', account: job.account };
    case 'reconcile':
      return { ...NOBODY, what: 'look at the archive' };
    case 'apply':
      return { ...NOBODY, what: 'apply' };
  }
}

function chainOf({ account, region, trailArn }: ChainRef): Pick<JobFacts, 'account' | 'region' | 'trail'> {
  return { account, region, trail: trailArn.slice(trailArn.lastIndexOf('/') + 1) };
}
