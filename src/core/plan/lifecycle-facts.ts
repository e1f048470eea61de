/** What has to be known of the bucket and the accounts before a lifecycle rule may be planned, and what comes out. */
import type { Problem } from '../source.ts';
import type { DocumentPlan, DocumentState } from './document.ts';
import type { LifecycleEstimate } from './lifecycle-estimate.ts';

export interface LifecycleFacts {
  /** The lifecycle as GetBucketLifecycleConfiguration returns it. */
  readonly state: DocumentState;
  /** `{Status, MFADelete}` */
  readonly versioning: DocumentState;
  /** `{ObjectLockEnabled, Rule: {DefaultRetention: {Mode, Days | Years}}}` */
  readonly objectLock: DocumentState;
  /** Accounts with a cell that is not verified among what a rule would remove, or soon would: the account and its worst cell. */
  readonly unproven: ReadonlyMap<string, Problem>;
  /** Why it could not be established what is verified: then nothing proven expires. */
  readonly unprovenUnknown: Problem | null;
  /** What in quarantine nobody has looked at, or why that is not known. */
  readonly openQuarantine: Problem | null;
  /** Every account whose files may lie in the archive, former ones too. */
  readonly accounts: readonly string[];
  /** `o-…` of every organization trail whose files lie in the archive. */
  readonly organizations: readonly string[];
  /** What the rules would touch, by `estimateLifecycle`; absent: nothing was counted. */
  readonly estimate?: LifecycleEstimate;
}

/** An expiry that is wanted and not written, for one account (null: everybody's, or no account's in particular). */
export interface Withheld {
  readonly rule: string;
  readonly account: string | null;
  readonly problem: Problem;
}

export interface LifecyclePlan extends DocumentPlan {
  readonly withheld: readonly Withheld[];
}
