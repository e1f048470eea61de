/** What orgtrail holds in a wanted state, one document at a time: policies, lifecycle, settings of the archive bucket. */
import type { Json } from '../json.ts';
import type { Problem } from '../source.ts';

/**
 * Every kind, in the order in which changes are written: keys before what encrypts with them, everything that opens
 * before what shuts, and lifecycle, which alone removes objects, last of the archive.
 */
export const DOCUMENT_KINDS = [
  'versioning',
  'ownership',
  'public-access',
  'key-policy',
  'encryption',
  'topic-policy',
  'bucket-policy',
  'object-lock',
  'access-logging',
  'lifecycle',
  'member-policy',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** Which document. `target` is a bucket's name, a key's ARN or a topic's ARN; `account` owns it. */
export interface DocumentRef {
  readonly kind: DocumentKind;
  readonly account: string;
  readonly target: string;
}

/**
 * What was read: as AWS returns it, parsed. "Not set" is an answer, "may not be read" is another. The shapes, in the
 * SDK's spelling: policies as documents; versioning `{Status, MFADelete?}`; ownership `{Rules: [{ObjectOwnership}]}`;
 * public-access `{BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets}`; encryption `{Rules}`;
 * object-lock `{ObjectLockEnabled, Rule?}`; access-logging `{TargetBucket, TargetPrefix, …}`; lifecycle
 * `{Rules, TransitionDefaultMinimumObjectSize?}` with dates as ISO text.
 */
export type DocumentState =
  | { readonly state: 'present'; readonly value: Json }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly problem: Problem };

/** One write that brings a document to its wanted state. `before` null: it is not there; `after` null: it is removed. */
export interface Change {
  readonly ref: DocumentRef;
  readonly before: Json | null;
  readonly after: Json | null;
  /** Why, one sentence for each part that differs. */
  readonly reasons: readonly string[];
  /** What stops working by it, and for whom; empty when nothing does. */
  readonly breaks: readonly string[];
}

/** What is planned for one document, and what a person must know of it. */
export interface DocumentPlan {
  readonly ref: DocumentRef;
  /** Null: it is as wanted, may not be read, or every way to it is refused. */
  readonly change: Change | null;
  /** Why nothing is written, and what to change in the configuration. One of these stops a whole apply. */
  readonly refusals: readonly Problem[];
  /** What differs and this plan does not mend. */
  readonly findings: readonly Problem[];
  /** What one should know before saying yes. */
  readonly warnings: readonly Problem[];
  /** How full the document is; null where AWS sets no limit that accounts could reach. */
  readonly budget: Budget | null;
  /** True: the change keeps evidence from being removed. The daemon writes it first, whatever other documents are refused. */
  readonly withholds?: boolean;
}

/** Bytes used of those allowed, and what was given up to stay below. */
export interface Budget {
  readonly bytes: number;
  readonly most: number;
  /** The name of the shape that the lists were folded to. */
  readonly form: string;
  readonly givesUp: readonly string[];
}

/** Our mark on statements (Sid) and on lifecycle rules (id): what carries none is never touched. */
export const SID_MARK = 'Orgtrail';
export const RULE_MARK = 'orgtrail-';
