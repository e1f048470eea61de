/**
 * What the pages are told of accounts and chains: coverage as it was last computed from receipts and sources. It is kept
 * in Redis, so it is a hint and never evidence; every record says when it was computed. Times are epoch milliseconds.
 */
import type { ChainRef } from '../job.ts';
import type { ChainKind, Problem } from '../source.ts';
import type { CellState } from '../verdict.ts';

/** A row of equal steps of time, one letter each (`letterOf` in letters.ts). `from`: the start of the first step. */
export interface Squares {
  readonly from: number;
  readonly letters: string;
}

/** One account as one reader's chains show it; an account that two readers see has two parts. */
export interface CoverPart {
  readonly account: string;
  readonly reader: string;
  readonly name: string;
  /** As Organizations says it; UNKNOWN where nobody does. */
  readonly organizationState: string;
  /** When this was computed. */
  readonly at: number;
  /** When the days were last computed over their whole length; null: they have not been yet. */
  readonly fullAt: number | null;
  /** The worst of the hours, as `orgtrail status` says it. */
  readonly state: CellState;
  /** The code of what made it so, or a few words; null where there is nothing to explain. */
  readonly reason: string | null;
  /** What is in the way, where something is: its code, its detail (the missing permission) and the next step. */
  readonly problem: Problem | null;
  /** Up to here every chain is proven; null: not yet. The earliest of the chains'. */
  readonly verifiedUntil: number | null;
  /** End of the newest digest with a receipt. */
  readonly lastDigest: number | null;
  readonly chains: number;
  readonly receipts: number;
  /** Digests that lie in a source and wait to be judged. */
  readonly waiting: number;
  /** Findings that nobody has accepted, of the whole time that is shown. */
  readonly open: number;
  /** Findings that stand and that somebody has accepted. */
  readonly accepted: number;
  /** One letter an hour, HOURS_SHOWN of them up to `at`. */
  readonly hours: Squares;
  /** One letter a day (UTC), DAYS_SHOWN of them up to `at`. */
  readonly days: Squares;
}

/** A stretch of one state. */
export interface CellRun {
  readonly from: number;
  readonly to: number;
  readonly state: CellState;
}

/** One chain. `id` is `chainId` of its identifiers. */
export interface ChainCover extends ChainRef {
  readonly id: string;
  readonly trail: string;
  readonly homeRegion: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly at: number;
  readonly state: CellState;
  readonly reason: string | null;
  readonly problem: Problem | null;
  readonly verifiedUntil: number | null;
  readonly lastDigest: number | null;
  readonly receipts: number;
  readonly waiting: number;
  /** Neighbouring cells of one state in one run, over the hours that are shown; longer where `days` were computed. */
  readonly runs: readonly CellRun[];
  readonly days: Squares;
  readonly kinds: readonly ChainKind[];
}

export const HOURS_SHOWN = 8 * 24;
export const DAYS_SHOWN = 90;
