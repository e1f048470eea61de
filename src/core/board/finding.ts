/** Findings as the pages list them: what a chain's coverage says now, who accepted what, and what is gone since. */
import type { Finding } from '../finding.ts';

/** Somebody has seen it and says why it may stand. It proves nothing and turns nothing green. */
export interface Accepted {
  readonly reason: string;
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface BoardFinding extends Finding {
  /** `findingId`: 32 hex digits over everything that tells one finding from another. */
  readonly id: string;
  /** The chain it belongs to, by `chainId`; null for an account as a whole. */
  readonly chain: string | null;
  /** When the pages first saw it; epoch milliseconds. */
  readonly firstSeen: number;
  readonly accepted: Accepted | null;
  /** When it was no longer found, although its chain was looked at; null: it stands. */
  readonly goneAt: number | null;
}

/** All findings of one account as one reader's chains show them. */
export interface FindingsPart {
  readonly account: string;
  readonly reader: string;
  /** When they were computed. */
  readonly at: number;
  /** Open ones first, newest first; at most MOST_FINDINGS. */
  readonly findings: readonly BoardFinding[];
  /** How many more there are than are kept here. */
  readonly more: number;
}

export const MOST_FINDINGS = 500;
