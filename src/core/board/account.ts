/** What is known of one account beside its coverage: its trails as last seen, and how the last preflight went. */
import type { PreflightStep } from '../plan/reader-permissions.ts';
import type { Problem, Source } from '../source.ts';

/** The trails of one account as its last survey saw them. Epoch milliseconds. */
export interface AccountFacts {
  readonly account: string;
  readonly at: number;
  readonly role: string | null;
  readonly origin: 'organization' | 'configuration' | 'history';
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
  /** What may not be asked and keeps nothing from being judged. */
  readonly unknowns: readonly Problem[];
}

/** How one step of a preflight ended. `untried` says why in its note. */
export interface StepCheck {
  readonly step: PreflightStep;
  readonly state: 'ok' | 'failed' | 'untried';
  readonly note: string;
  /** With the codes `preflight-{step}`. Empty unless it failed. */
  readonly problems: readonly Problem[];
}

export interface AccountCheck {
  readonly account: string;
  readonly name: string;
  /** Why it was not entered on purpose; null when it was tried. */
  readonly skipped: string | null;
  /** Every step, in order; empty when it was skipped. */
  readonly steps: readonly StepCheck[];
}

/** The last preflight of an account. Epoch milliseconds. */
export interface PreflightRecord extends AccountCheck {
  readonly at: number;
  /** Who asked for it. */
  readonly by: string;
}
