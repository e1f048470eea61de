/**
 * What the daemon knows at one moment, as its pages, its probes and its metrics show it. It is read from Redis, so it
 * is a hint and never evidence. Times are epoch milliseconds; null: not known.
 */
import type { ChainRef } from './job.ts';
import type { Problem } from './source.ts';

/** One account as its last survey saw it. */
export interface AccountView {
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
  readonly surveyedAt: number;
  /** When it was first surveyed. */
  readonly seenAt: number;
  readonly sources: number;
  readonly problems: readonly Problem[];
}

/** One chain as its last sweep left it. The counts are absent where that sweep failed. */
export interface ChainView extends ChainRef {
  readonly problem: Problem | null;
  readonly captured?: number | undefined;
  readonly pendingLogs?: number | undefined;
  readonly unrecognised?: number | undefined;
  readonly newestDigestEnd?: number | null | undefined;
  readonly found?: number | undefined;
  /** Digests left for the next sweep because the queue was full. */
  readonly held?: number | undefined;
  readonly lookedAt: number | null;
  /** The last look without trouble. */
  readonly cleanAt: number | null;
  /** End of the newest digest that was proven. */
  readonly provenUntil: number | null;
  /** Up to here coverage says that every hour since the chain's first is proven; null or absent: not known. */
  readonly verifiedUntil?: number | null | undefined;
}

/** How the last survey of all accounts ended. */
export interface SurveyView {
  readonly at: number;
  readonly accounts: number;
  readonly chains: number;
  readonly problems: readonly Problem[];
}

/** What the last look at the archive bucket found. */
export interface ArchiveView {
  readonly at: number;
  readonly problems: readonly Problem[];
}

export interface Snapshot {
  readonly accounts: readonly AccountView[];
  readonly chains: readonly ChainView[];
  readonly survey: SurveyView | null;
  readonly archive: ArchiveView | null;
  /** When the last round over every known chain had ended; null when none has. */
  readonly roundAt: number | null;
  /** The chain that was not looked at for longest. */
  readonly oldestChain: string | null;
  /** Records that are not ours. */
  readonly unreadable: number;
}

/** Jobs by queue and state. */
export type JobCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Why the daemon is not ready. */
export interface Reason {
  readonly code: string;
  readonly detail: string;
}

/** `ok` is derived: no reason speaks against it. */
export interface Readiness {
  readonly ok: boolean;
  readonly reasons: readonly Reason[];
}
