/** What the second verifier is asked, and what it answers. It shares no code with `src`. */
import type { CloudObject, CloudPublicKey, CloudTrail } from '../cloud/types.ts';

/** Where a trail delivers or delivered to. `prefix` without a trailing slash. */
export interface Place {
  readonly bucket: string;
  readonly prefix: string | null;
}

/** One (account, delivering region, trail) that ought to have digests. Times are epoch milliseconds. */
export interface ExpectedChain {
  /** The caller's name for it, repeated in the answer. */
  readonly id: string;
  /** As DescribeTrails and GetTrailStatus show it now. */
  readonly trail: CloudTrail;
  readonly account: string;
  readonly region: string;
  readonly organization: string | null;
  readonly places: readonly Place[];
  /** When the trail began to log, where that is known: without any digest, they are missed from then on. */
  readonly since: number | null;
}

export interface Question {
  readonly now: number;
  /** A digest is missed no sooner than this long after its interval's end. */
  readonly digestGrace: number;
  /** A log file that no digest names is reported no sooner than this long after its delivery. */
  readonly unlistedGrace: number;
  /** Inflated bytes of one file beyond which it is refused. */
  readonly maxInflated: number;
  readonly chains: readonly ExpectedChain[];
  readonly objects: readonly CloudObject[];
  readonly keys: readonly CloudPublicKey[];
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Why a digest was refused. */
export type Refusal = 'bytes' | 'unsigned' | 'signature' | 'key' | 'moved' | 'identity' | 'times';

/** What is wrong, coarsely. `header` and `scope` change no content. */
export type Complaint =
  | `digest-${Refusal}`
  | 'digest-absent'
  | 'link-broken'
  | 'link-time'
  | 'link-fork'
  | 'restart'
  | 'tail-cut'
  | 'no-digest'
  | 'log-absent'
  | 'log-bytes'
  | 'log-content'
  | 'log-foreign'
  | 'log-unlisted'
  | 'header'
  | 'logging-off'
  | 'validation-off';

/** One complaint: about an object (`bucket/key`), a time, or both. */
export interface Objection {
  readonly chain: string;
  readonly backfill: boolean;
  readonly complaint: Complaint;
  readonly object: string | null;
  readonly span: Span | null;
}

export interface Answer {
  /** The intervals of each chain (by id) that are proven: of standard digests. */
  readonly proven: ReadonlyMap<string, readonly Span[]>;
  /** The same for backfill digests. */
  readonly backfilled: ReadonlyMap<string, readonly Span[]>;
  /** The times of each chain without digests that calls on the trail explain. */
  readonly explained: ReadonlyMap<string, readonly Span[]>;
  readonly objections: readonly Objection[];
}
