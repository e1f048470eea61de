/**
 * The narrow interfaces that stages speak to. Adapters implement them, daemon and cli plug them in.
 * All of them throw OperatingError (errors.ts) and nothing else for what can go wrong outside the program.
 */
import type { Inspection, InspectionOptions } from './core/gzip.ts';
import type { Json } from './core/json.ts';
import type { DocumentRef, DocumentState } from './core/plan/document.ts';
import type { PublicKeyRecord } from './core/publickey.ts';
import type { EventSelectors } from './core/selectors.ts';
import type { AccountState, TrailStatus } from './core/source.ts';

/** The wall clock. Epoch milliseconds, UTC. */
export interface Clock {
  now(): number;
}

/** The log: one line an event. `fields` say what, `text` says it to people. Bodies, keys and secrets never go in. */
export interface Log {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
  /** The same log; every line of it carries these fields too. */
  child(fields: object): Log;
}

/** An object by name. `owner` is sent as the expected bucket owner. */
export interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
  readonly owner: string;
  readonly versionId?: string;
}

/**
 * One line of a listing. `etag` without quotes, `lastModified` in epoch milliseconds. `cold`: in a storage class that
 * must be restored before anybody can read it; absent where it is not.
 */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
  readonly cold?: true;
}

/** What S3 says of one object. `metadata` holds the user metadata by lower-case name. */
export interface ObjectInfo {
  readonly etag: string;
  readonly versionId: string | null;
  readonly size: number;
  readonly lastModified: number;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly metadata: ReadonlyMap<string, string>;
}

/** An object read whole: `bytes` exactly as stored, never decoded. */
export interface StoredObject extends ObjectInfo {
  readonly bytes: Uint8Array;
}

export interface ListRequest {
  readonly bucket: string;
  readonly owner: string;
  readonly prefix: string;
  /** Exclusive lower bound on keys. */
  readonly startAfter?: string;
}

/** Reading objects under one identity. */
export interface ObjectReader {
  /** Every object below the prefix, in key order, pages guarded. An unreadable page throws; it is never "no files". */
  list(request: ListRequest): AsyncIterable<ListedObject>;
  /** The names of the folders directly below the prefix, each ending in `/`. At most 10,000. */
  folders(request: ListRequest): Promise<readonly string[]>;
  /** The whole object, or null when S3 says that the key is not there. Larger than `maxBytes`: `object-too-large`. */
  get(ref: ObjectRef, options: { readonly maxBytes: number; readonly ifMatch?: string }): Promise<StoredObject | null>;
  head(ref: ObjectRef): Promise<ObjectInfo | null>;
}

/** An object to be written. */
export interface NewObject {
  readonly bytes: Uint8Array;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The archive bucket: read, write once, tag. Nothing here overwrites or deletes. */
export interface ArchiveStore extends ObjectReader {
  /** PUT with `If-None-Match: *`. `exists` when a current version is there, whatever its content. */
  putIfAbsent(ref: ObjectRef, object: NewObject): Promise<'created' | 'exists'>;
  /** Sets the tags of the current version (used for `orgtrail=promoted` in pending/ only). */
  tag(ref: ObjectRef, tags: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Throws `archive-unfit` for a store that ignores `If-None-Match`: every guarantee against overwriting rests on it.
   * Leaves one scratch object at `{prefix}orgtrail/probe`.
   */
  probeConditionalWrites(bucket: string, owner: string, prefix: string): Promise<void>;
  /** What the bucket is set to; null where the store does not say. */
  posture(bucket: string, owner: string): Promise<BucketPosture>;
}

export interface BucketPosture {
  readonly versioning: boolean | null;
  readonly objectLock: boolean | null;
  readonly encrypted: boolean | null;
  readonly publicAccessBlocked: boolean | null;
}

/** One trail as DescribeTrails returned it (shadow trails included). */
export interface TrailDescription {
  readonly arn: string;
  readonly name: string;
  readonly homeRegion: string;
  readonly bucket: string;
  /** As AWS returns it: no trailing slash; null when there is none. */
  readonly prefix: string | null;
  readonly multiRegion: boolean;
  readonly organization: boolean;
  readonly validation: boolean;
}

/** Which events of the event history are asked for. Times in epoch milliseconds, both inclusive. */
export interface EventQuery {
  /** The event's name, such as `StopLogging`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A region that is switched on in an account. `byDefault`: AWS has it on in every account. */
export interface EnabledRegion {
  readonly region: string;
  readonly byDefault: boolean;
}

/** One account entered through its role; the identity has been checked against the account id. */
export interface AccountSession {
  readonly account: string;
  readonly objects: ObjectReader;
  /** The home regions of the account's trails, asked in one region for all of them. */
  trailRegions(region: string): Promise<readonly string[]>;
  describeTrails(region: string): Promise<readonly TrailDescription[]>;
  trailStatus(arn: string, region: string): Promise<TrailStatus>;
  /** What the trail records, asked in its home region. */
  eventSelectors(arn: string, region: string): Promise<EventSelectors>;
  /**
   * The events of one name in a region's event history (90 days), newest first, each as its own JSON text. All of them
   * or an OperatingError. Two requests a second are allowed: calls wait for their turn.
   */
  lookupEvents(region: string, query: EventQuery): Promise<readonly string[]>;
  /** The regions that are switched on. A region that is just being switched on is not among them. */
  enabledRegions(): Promise<readonly EnabledRegion[]>;
  /** The keys that CloudTrail used in a region between two times (epoch ms). */
  publicKeys(
    region: string,
    window: { readonly from: number; readonly to: number },
  ): Promise<readonly PublicKeyRecord[]>;
  /** The organization's id; null when the account is in none. */
  organizationId(): Promise<string | null>;
}

/** How an account is entered: AssumeRole with the external id, then GetCallerIdentity must name the account. */
export interface Sessions {
  open(account: {
    readonly id: string;
    readonly role: string | null;
    readonly externalId: string | null;
  }): Promise<AccountSession>;
}

/** One account as Organizations lists it. */
export interface OrganizationAccount {
  readonly id: string;
  readonly name: string;
  readonly state: AccountState;
  /** Ids of the organizational units above it, nearest first, the root last. Empty unless asked for. */
  readonly units: readonly string[];
  /** Empty unless asked for. */
  readonly tags: ReadonlyMap<string, string>;
}

/** One organization's account list. */
export interface Organizations {
  /** The whole list or an OperatingError: a half listing is never returned. */
  list(request: {
    readonly name: string;
    readonly managementRole: string | null;
    readonly externalId: string | null;
    readonly withUnits: boolean;
    readonly withTags: boolean;
  }): Promise<readonly OrganizationAccount[]>;
}

/** Inflates and hashes off the main thread. One result per input, in order. */
export interface Inspector {
  inspect(files: readonly Uint8Array[], options: InspectionOptions): Promise<readonly Inspection[]>;
}

/** One finished call to AWS, as its adapters report it. */
export interface AwsCall {
  /** s3, sts, organizations, cloudtrail, account, kms, sns. */
  readonly service: string;
  readonly operation: string;
  /** The account whose identity called. */
  readonly account: string;
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  readonly attempts: number;
  /** How many of the attempts were throttled. */
  readonly throttled: number;
  readonly ms: number;
}

/** Policies and settings, one document at a time, under one identity. */
export interface DocumentStore {
  /**
   * The document as AWS returns it, parsed. Refused reading is `unreadable` with the missing permission; throttling and
   * an unreachable store throw.
   */
  read(ref: DocumentRef): Promise<DocumentState>;
  /** Replaces the whole document; null removes it. What AWS objects to is `document-refused` with AWS's own words. */
  write(ref: DocumentRef, value: Json | null): Promise<void>;
}

/** Who may write policies: the daemon's own credentials for the archive, and a member's role only where it is configured. */
export interface Documents {
  readonly own: DocumentStore;
  /** Enters the account as sessions do. Members are written to by `apply` alone. */
  member(account: {
    readonly id: string;
    readonly role: string;
    readonly externalId: string | null;
  }): Promise<DocumentStore>;
}
