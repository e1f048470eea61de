/** What the daemon asks of the pipeline. The queue knows when, the pipeline knows how. */
import type { AccountCheck } from '../core/board/account.ts';
import type { ChainCover, CoverPart } from '../core/board/cover.ts';
import type { Accepted } from '../core/board/finding.ts';
import type { PlanRecord } from '../core/board/plan.ts';
import type { CoverJob, DigestJob, SweepDepth, SweepJob } from '../core/job.ts';
import type { Finding } from '../core/finding.ts';
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

/** Told of what a sweep has listed and captured so far, as often as it changes. */
export type SweepProgress = (done: { readonly listed: number; readonly captured: number }) => void;

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
  /** The plan that the look stood on, without an estimate; null where it could not be made. */
  readonly plan: PlanRecord | null;
  /** Trouble among the problems that may pass by itself, so that the job is worth another try; null for none. */
  readonly passing: OperatingError | null;
}

/** The coverage of one account as one reader's chains show it. */
export interface CoverOutcome {
  /** `open` is counted by whoever knows what was accepted and what is gone: it is 0 here. */
  readonly part: CoverPart;
  readonly chains: readonly ChainCover[];
  /** With the chain each belongs to, by `chainId`; null for the account as a whole. */
  readonly findings: readonly (Finding & { readonly chain: string | null })[];
  /** By `findingId`, from the archive. */
  readonly accepted: ReadonlyMap<string, Accepted>;
  /** Findings that began before this are not judged by this look, so their absence says nothing. Epoch milliseconds. */
  readonly since: number;
  /** False: something could not be looked at, so that nothing is settled by not being found. */
  readonly looked: boolean;
  /** Of a look at a reader itself: the other accounts whose events its chains hold. Else empty. */
  readonly others: readonly string[];
}

/** How an apply that a person asked for on the pages ended; `text` says it in a sentence. */
export interface ApplyOutcome {
  readonly ok: boolean;
  readonly text: string;
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
  sweep(job: SweepJob, signal: AbortSignal, onProgress?: SweepProgress): Promise<SweepOutcome>;
  digest(job: DigestJob, signal: AbortSignal): Promise<DigestOutcome>;
  /**
   * Looks at the archive bucket (reachable, conditional writes honoured, its settings) and at every document that the
   * configuration holds; puts back what differs where `reconcile.apply` says so.
   */
  reconcile(signal: AbortSignal): Promise<Reconciled>;
  /**
   * The coverage of one account from its receipts and sources, as `orgtrail status` says it. `before`: what is known of
   * it; a `recent` look keeps the days that it does not judge again.
   */
  cover(job: CoverJob, before: CoverPart | null, signal: AbortSignal): Promise<CoverOutcome>;
  /** Tries every permission that collecting needs in one account. */
  preflight(account: string, signal: AbortSignal): Promise<AccountCheck>;
  /** The plan with its estimate, nothing written. */
  plan(signal: AbortSignal): Promise<PlanRecord>;
  /** Applies the plan whose id is named, if it is still the one that would be made. `who` is recorded with every change. */
  apply(request: { readonly plan: string; readonly who: string }, signal: AbortSignal): Promise<ApplyOutcome>;
}
