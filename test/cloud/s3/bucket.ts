/** Buckets and the versions in them: what S3 keeps, and the three ways in which it changes. */
import { createHash, randomBytes } from 'node:crypto';
import { addVersion, createKeyIndex, dropVersion, type KeyIndex, newestOf, versionsOf } from './keyindex.ts';

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** Epoch milliseconds. */
  readonly until: number;
}

export interface DefaultRetention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days: number;
}

export interface Encryption {
  readonly algorithm: 'AES256' | 'aws:kms';
  /** The key's ARN; null for AES256. */
  readonly kmsKey: string | null;
}

/** What a writer says of an object. Header and metadata names are lower-case. */
export interface NewVersion {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding: string | null;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  /** `x-amz-checksum-*` header by name. */
  readonly checksums: ReadonlyMap<string, string>;
  /** Null: the bucket's default. */
  readonly encryption: Encryption | null;
  readonly storageClass: string;
  readonly retention: Retention | null;
}

/** One version of one key. A delete marker has an empty body and no etag. */
export interface StoredVersion extends Omit<NewVersion, 'encryption'> {
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Without quotes. */
  readonly etag: string;
  readonly encryption: Encryption;
  /** Epoch milliseconds, whole seconds as S3 keeps them. */
  readonly lastModified: number;
  tags: ReadonlyMap<string, string>;
  retention: Retention | null;
}

export interface Bucket {
  readonly name: string;
  /** The account that owns it. */
  readonly owner: string;
  readonly region: string;
  readonly created: number;
  versioning: 'off' | 'enabled' | 'suspended';
  /** Only the account's root with its device can set it, so it is given and never changed here. */
  readonly mfaDelete: boolean;
  /** The bucket policy as JSON text. */
  policy: string | null;
  objectLock: boolean;
  defaultRetention: DefaultRetention | null;
  encryption: Encryption;
  /** Stored as sent: lifecycle, ownership controls, public access block, logging and tagging, by subresource. */
  readonly configurations: Map<string, string>;
  readonly index: KeyIndex;
}

/** Everything S3 holds. Bucket names are global, as in AWS. */
export interface S3State {
  readonly buckets: Map<string, Bucket>;
  /** Key policies by key ARN; a key without one leaves the decision to its own account's policies. */
  readonly kmsPolicies: Map<string, string>;
  /** What `aws:SecureTransport` says of requests to come: loopback has no TLS, and a test may play either. */
  secureTransport: boolean;
}

export interface BucketSpec {
  readonly name: string;
  readonly owner: string;
  readonly region?: string;
  readonly versioning?: boolean;
  readonly objectLock?: boolean;
  readonly mfaDelete?: boolean;
  readonly policy?: string;
  readonly now: number;
}

/** What AWS sets on every new bucket since April 2023. */
const PUBLIC_ACCESS_BLOCKED = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']
  .map((name) => `<${name}>true</${name}>`)
  .join('');
const NEW_BUCKET: readonly (readonly [string, string])[] = [
  ['publicAccessBlock', `<PublicAccessBlockConfiguration>${PUBLIC_ACCESS_BLOCKED}</PublicAccessBlockConfiguration>`],
  [
    'ownershipControls',
    '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>',
  ],
];

export function createS3State(): S3State {
  return { buckets: new Map(), kmsPolicies: new Map(), secureTransport: true };
}

/** Adds an empty bucket; throws when the name is taken (a mistake in a test, not an answer to a client). */
export function createBucket(state: S3State, spec: BucketSpec): Bucket {
  if (state.buckets.has(spec.name)) throw new Error(`bucket ${spec.name} is there already`);
  const bucket: Bucket = {
    name: spec.name,
    owner: spec.owner,
    region: spec.region ?? 'us-east-1',
    created: spec.now,
    versioning: spec.versioning === true || spec.objectLock === true ? 'enabled' : 'off',
    mfaDelete: spec.mfaDelete ?? false,
    policy: spec.policy ?? null,
    objectLock: spec.objectLock ?? false,
    defaultRetention: null,
    encryption: { algorithm: 'AES256', kmsKey: null },
    configurations: new Map(NEW_BUCKET),
    index: createKeyIndex(),
  };
  state.buckets.set(spec.name, bucket);
  return bucket;
}

/** The current object of a key; null when there is none or a delete marker hides it. */
export function currentObject(bucket: Bucket, key: string): StoredVersion | null {
  const newest = newestOf(bucket.index, key);
  return newest === null || newest.deleteMarker ? null : newest;
}

/** Writes one object: a new version, or over the `null` version where versioning is not on. */
export function storeObject(bucket: Bucket, object: NewVersion, now: number): StoredVersion {
  const encryption = object.encryption ?? bucket.encryption;
  const version: StoredVersion = {
    ...object,
    encryption,
    etag: etagOf(object.body, encryption),
    versionId: bucket.versioning === 'enabled' ? newVersionId() : 'null',
    deleteMarker: false,
    lastModified: wholeSeconds(now),
    retention: object.retention ?? retentionFrom(bucket.defaultRetention, now),
  };
  place(bucket, version);
  return version;
}

/** DELETE without a version: a delete marker where there are versions (returned), else the object goes (null). */
export function deleteKey(bucket: Bucket, key: string, now: number): StoredVersion | null {
  if (bucket.versioning === 'off') {
    for (const version of versionsOf(bucket.index, key)) dropVersion(bucket.index, version);
    return null;
  }
  const versionId = bucket.versioning === 'enabled' ? newVersionId() : 'null';
  const marker = deleteMarker(key, versionId, wholeSeconds(now));
  place(bucket, marker);
  return marker;
}

function deleteMarker(key: string, versionId: string, lastModified: number): StoredVersion {
  return {
    key,
    versionId,
    deleteMarker: true,
    body: new Uint8Array(0),
    etag: '',
    contentType: '',
    contentEncoding: null,
    metadata: new Map(),
    tags: new Map(),
    checksums: new Map(),
    encryption: { algorithm: 'AES256', kmsKey: null },
    storageClass: 'STANDARD',
    retention: null,
    lastModified,
  };
}

/** There is one `null` version at most, and the newest write is it. */
function place(bucket: Bucket, version: StoredVersion): void {
  const former =
    version.versionId === 'null'
      ? versionsOf(bucket.index, version.key).find((other) => other.versionId === 'null')
      : undefined;
  addVersion(bucket.index, version);
  if (former !== undefined) dropVersion(bucket.index, former);
}

/** MD5 of the bytes; under a KMS key S3's ETag is no MD5, so whoever relies on it must be caught here. */
function etagOf(body: Uint8Array, encryption: Encryption): string {
  const hash = createHash('md5').update(body);
  return (encryption.algorithm === 'AES256' ? hash : hash.update(randomBytes(16))).digest('hex');
}

function newVersionId(): string {
  return randomBytes(24).toString('base64url');
}

function wholeSeconds(now: number): number {
  return Math.floor(now / 1000) * 1000;
}

function retentionFrom(rule: DefaultRetention | null, now: number): Retention | null {
  return rule === null ? null : { mode: rule.mode, until: now + rule.days * 86_400_000 };
}
