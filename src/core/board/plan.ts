/** The last plan as the pages show it: every document as it is and as it is wanted. */
import type { ChangeOutcome } from '../plan/change-record.ts';
import type { Budget, DocumentRef } from '../plan/document.ts';
import type { CostLine } from '../plan/lifecycle-cost.ts';
import type { StepTotal } from '../plan/lifecycle-estimate.ts';
import type { Problem } from '../source.ts';

export interface PlannedDocument extends DocumentRef {
  /** `unknown`: it may not be read, or was not understood. */
  readonly state: 'as-wanted' | 'differs' | 'refused' | 'unknown';
  /** A unified diff of actual against wanted; empty where they are the same. At most MOST_DIFF characters. */
  readonly diff: string;
  readonly reasons: readonly string[];
  readonly breaks: readonly string[];
  readonly refusals: readonly Problem[];
  readonly findings: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly budget: Budget | null;
}

/** Epoch milliseconds. */
export interface PlanRecord {
  readonly at: number;
  /** False: the configuration holds neither policy nor posture nor lifecycle. */
  readonly configured: boolean;
  /** 16 hex digits over all changes: what is applied must be what was looked at. */
  readonly id: string;
  readonly accounts: number;
  readonly documents: readonly PlannedDocument[];
  readonly estimate: {
    readonly steps: readonly StepTotal[];
    readonly unknown: number;
    readonly cost: CostLine | null;
    readonly at: number;
  } | null;
  readonly interrupted: readonly (DocumentRef & {
    readonly who: string;
    readonly begun: number;
    readonly outcome: ChangeOutcome;
  })[];
  readonly problems: readonly Problem[];
}

/** One change that was made to a document, as its record in the archive says. Epoch milliseconds. */
export interface DriftEntry extends DocumentRef {
  readonly at: number;
  readonly who: string;
  readonly by: 'apply' | 'reconcile';
  /** Null: only its beginning is on record. */
  readonly outcome: ChangeOutcome | null;
  readonly reasons: readonly string[];
  readonly diff: string;
}

export const MOST_DIFF = 200_000;
