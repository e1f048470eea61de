/** What the daemon asks of the pipeline. The queue knows when, the pipeline knows how. */
import type { DigestJob, SweepDepth, SweepJob } from '../core/job.ts';
import type { DocumentRef } from '../core/plan/document.ts';
import type { Problem, Survey } from '../core/source.ts';
import type { OperatingError } from '../errors.ts';

/** What one sweep of one chain found. Times are epoch milliseconds. */
export interface SweepOutcome {
  /** Digests without a settled receipt, oldest first. */
  readonly digests: readonly DigestJob[];
  readonly captured: number;
  readonly pendingLogs: number;
  /** Log files in quarantine because no digest names them; a full sweep alone looks. */
  readonly unlisted: number;
  readonly unrecognised: number;
  readonly newestDigestEnd: number | null;
  /** Why the chain, or a log file in it, could not be looked at (blocked-access …); null when all could. */
  readonly problem: Problem | null;
}

/** What became of one digest. */
export interface DigestOutcome {
  /** `unlinked`: proven, and the digest before it has not come yet, or had expired before anybody looked. */
  readonly state: 'verified' | 'unlinked' | 'failed' | 'blocked';
  readonly written: boolean;
  readonly logs: number;
  readonly bytes: number;
  /** digestEndTime in epoch milliseconds. */
  readonly end: number;
}

export interface Discovery {
  readonly surveys: readonly Survey[];
  readonly problems: readonly Problem[];
}

/** What a look at the archive bucket and its documents found, and did. */
export interface Reconciled {
  readonly problems: readonly Problem[];
  /** Documents that were put back into their wanted state. */
  readonly reapplied: readonly DocumentRef[];
  /** Trouble among the problems that may pass by itself, so that the job is worth another try; null for none. */
  readonly passing: OperatingError | null;
}

/**
 * The work itself. Every call gives up when `signal` is aborted; all of them throw OperatingError for what can go
 * wrong outside the program. Job data comes from Redis: identifiers to be looked up again, never trusted.
 */
export interface Work {
  /** Surveys every account; calls back as each account is done so that one slow account holds up no other. */
  discover(onSurvey: (survey: Survey) => Promise<void>, signal: AbortSignal): Promise<Discovery>;
  /** The sweeps that a survey calls for. */
  sweeps(survey: Survey, depth: SweepDepth, signal: AbortSignal): Promise<readonly SweepJob[]>;
  sweep(job: SweepJob, signal: AbortSignal): Promise<SweepOutcome>;
  digest(job: DigestJob, signal: AbortSignal): Promise<DigestOutcome>;
  /**
   * Looks at the archive bucket (reachable, conditional writes honoured, its settings) and at every document that the
   * configuration holds; puts back what differs where `reconcile.apply` says so.
   */
  reconcile(signal: AbortSignal): Promise<Reconciled>;
}
