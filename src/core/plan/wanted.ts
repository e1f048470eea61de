/** The wanted state, resolved: what the configuration asks for, for the accounts that were found. */

/** A trail that delivers straight into the archive bucket. `prefix`: empty or ending in `/`, complete within the bucket. */
export interface DeliveryTrail {
  readonly arn: string;
  readonly prefix: string;
  /** `o-…` for an organization trail, whose ARN names the management account; null for one account's own. */
  readonly organization: string | null;
}

/** Who else may read. `accounts`: whose logs; null: everybody's, with receipts, keys and quarantine. */
export interface Reader {
  readonly principals: readonly string[];
  readonly accounts: readonly string[] | null;
}

/** What the archive's policies have to say. ARNs are of `partition`. */
export interface WantedPolicy {
  readonly partition: string;
  readonly bucket: string;
  /** The archive's prefix within the bucket: empty or ending in `/`. */
  readonly prefix: string;
  /** The account that owns the bucket. */
  readonly owner: string;
  /** The key's ARN (never an alias) that the writer must name; null: whatever the bucket does by itself. */
  readonly kmsKey: string | null;
  /** The daemon's own role (or user): it writes objects and reads everything, and deletes nothing. */
  readonly writer: string;
  /** Who may delete, overwrite and bypass. Never empty. */
  readonly breakGlass: readonly string[];
  /** Who besides them may change the bucket's settings. */
  readonly administrators: readonly string[];
  readonly tlsOnly: boolean;
  readonly conditionalWrites: boolean;
  readonly delivery: readonly DeliveryTrail[];
  readonly readers: readonly Reader[];
  /** `o-…`: every delivering account is in one of them, so that lists may fold to these. Empty: no such fold. */
  readonly organizations: readonly string[];
  /** `cloudtrail.amazonaws.com` unless a partition spells it otherwise. */
  readonly cloudtrail: string;
}

/** A member's bucket that the reader role of the payer account reads by the bucket's own policy. */
export interface WantedMember {
  readonly partition: string;
  readonly account: string;
  readonly bucket: string;
  /** The trail's prefix: empty or ending in `/`. */
  readonly prefix: string;
  /** Who reads: the daemon's own role. */
  readonly reader: string;
}

/** Settings of the archive bucket; null leaves one as it is. */
export interface WantedPosture {
  readonly bucket: string;
  readonly owner: string;
  readonly versioning: boolean;
  readonly objectLock: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } | null;
  readonly encryption: { readonly kmsKey: string | null; readonly bucketKey: boolean } | null;
  readonly publicAccessBlocked: boolean;
  readonly ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | null;
  readonly accessLogging: { readonly bucket: string; readonly prefix: string } | null;
}

export const STORAGE_CLASSES = [
  'STANDARD_IA',
  'INTELLIGENT_TIERING',
  'ONEZONE_IA',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** Which part of the archive a rule is about. `proven`: logs and digests alike, wherever they lie below AWSLogs/. */
export const LIFECYCLE_AREAS = ['proven', 'logs', 'digests', 'pending', 'quarantine', 'receipts'] as const;
export type LifecycleArea = (typeof LIFECYCLE_AREAS)[number];

/** One rule of the configuration. Days count from an object's creation, noncurrent days from being superseded. */
export interface LifecycleWish {
  readonly name: string;
  readonly of: LifecycleArea;
  /** Whose files; empty: everybody's. */
  readonly accounts: readonly string[];
  readonly transitions: readonly { readonly days: number; readonly class: StorageClass }[];
  readonly expireDays: number | null;
  readonly noncurrentDays: number | null;
  readonly abortUploadsDays: number | null;
  readonly largerThanBytes: number | null;
  readonly smallerThanBytes: number | null;
}

/** Money for the cost line, all in `currency`. Classes without a price are told as such. */
export interface Prices {
  readonly currency: string;
  /** A gigabyte (10^9 bytes) and month, by storage class; `STANDARD` is what things move from. */
  readonly storage: Readonly<Record<string, number>>;
  /** A thousand transitions into the class. */
  readonly transition: Readonly<Record<string, number>>;
}

export interface WantedLifecycle {
  readonly bucket: string;
  readonly owner: string;
  readonly prefix: string;
  readonly rules: readonly LifecycleWish[];
  /** `all-128K`: S3's default, nothing below 128 KB moves. `varies`: small objects may go to GLACIER and DEEP_ARCHIVE. */
  readonly minimumSize: 'all-128K' | 'varies';
  /** Days that everything proven must be kept at least; null: no such duty. */
  readonly retentionDays: number | null;
  readonly prices: Prices | null;
}
