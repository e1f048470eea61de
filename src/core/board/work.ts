/** What runs: processes, jobs under way, what is behind. Kept in Redis as hints. Times are epoch milliseconds. */

/** Calls to AWS of one process within the last minute. */
export interface CallRate {
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
  readonly errors: number;
  readonly throttled: number;
}

/** One process, as it says of itself every few seconds. */
export interface ProcessBeat {
  /** Random at each start. */
  readonly id: string;
  readonly role: 'all' | 'worker' | 'scheduler' | 'web';
  readonly version: string;
  readonly node: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly at: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  readonly calls: readonly CallRate[];
}

/** A job that a worker has taken. */
export interface RunningJob {
  readonly queue: string;
  readonly id: string;
  readonly what: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly trail: string | null;
  readonly depth: 'recent' | 'full' | null;
  readonly since: number;
  /** What it has done so far, as it reports: files listed and captured. Null: it has not said yet. */
  readonly progress: { readonly listed: number; readonly captured: number } | null;
}

/** Digests of one account that wait to be judged. */
export interface Backfill {
  readonly account: string;
  readonly done: number;
  readonly waiting: number;
  /** Digests judged a minute, over the last ten minutes; null: none was. */
  readonly rate: number | null;
  /** When it will be through at that rate; null: nobody can say. */
  readonly eta: number | null;
}

/** A job that has failed for good, with what it failed of. */
export interface FailedJob {
  readonly queue: string;
  readonly id: string;
  readonly what: string;
  readonly account: string | null;
  readonly region: string | null;
  readonly trail: string | null;
  /** Bucket and key of a digest. */
  readonly object: string | null;
  /** The error's code, sentence and next step. */
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: number | null;
}
