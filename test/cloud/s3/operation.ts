/** What a request asks of S3: bucket and key from its raw path, the operation from method and subresource. */
import type { CloudRequest } from '../endpoint.ts';

interface S3Address {
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. Decoded once, never normalised: `..` is a name like any other. */
  readonly key: string;
}

export interface S3Operation extends S3Address {
  /** AWS's name of it (`GetObject`); `Unsupported` when this S3 does not serve it. */
  readonly name: string;
}

/** Subresources that choose another operation than the plain method would. Order: the first one present counts. */
const SUBRESOURCES: readonly string[] = [
  'policy',
  'lifecycle',
  'versioning',
  'versions',
  'location',
  'tagging',
  'encryption',
  'publicAccessBlock',
  'ownershipControls',
  'object-lock',
  'retention',
  'logging',
  'delete',
  // Known to AWS and not served: they must not be taken for GetObject or PutObject.

  'accelerate',
  'acl',
  'analytics',
  'attributes',
  'cors',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'metrics',
  'notification',
  'policyStatus',
  'replication',
  'requestPayment',
  'restore',
  'select',
  'torrent',
  'uploadId',
  'uploads',
  'website',
  'session',
  'metadataTable',
  'renameObject',
  'append',
];

/** Operation names by `level method subresource`. */
const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ['service GET ', 'ListBuckets'],
  ['bucket HEAD ', 'HeadBucket'],
  ['bucket PUT ', 'CreateBucket'],
  ['bucket DELETE ', 'DeleteBucket'],
  ['bucket GET versions', 'ListObjectVersions'],
  ['bucket GET location', 'GetBucketLocation'],
  ['bucket POST delete', 'DeleteObjects'],
  ['bucket GET policy', 'GetBucketPolicy'],
  ['bucket PUT policy', 'PutBucketPolicy'],
  ['bucket DELETE policy', 'DeleteBucketPolicy'],
  ['bucket GET versioning', 'GetBucketVersioning'],
  ['bucket PUT versioning', 'PutBucketVersioning'],
  ['bucket GET encryption', 'GetBucketEncryption'],
  ['bucket PUT encryption', 'PutBucketEncryption'],
  ['bucket DELETE encryption', 'DeleteBucketEncryption'],
  ['bucket GET lifecycle', 'GetBucketLifecycleConfiguration'],
  ['bucket PUT lifecycle', 'PutBucketLifecycleConfiguration'],
  ['bucket DELETE lifecycle', 'DeleteBucketLifecycle'],
  ['bucket GET publicAccessBlock', 'GetPublicAccessBlock'],
  ['bucket PUT publicAccessBlock', 'PutPublicAccessBlock'],
  ['bucket DELETE publicAccessBlock', 'DeletePublicAccessBlock'],
  ['bucket GET ownershipControls', 'GetBucketOwnershipControls'],
  ['bucket PUT ownershipControls', 'PutBucketOwnershipControls'],
  ['bucket DELETE ownershipControls', 'DeleteBucketOwnershipControls'],
  ['bucket GET tagging', 'GetBucketTagging'],
  ['bucket PUT tagging', 'PutBucketTagging'],
  ['bucket DELETE tagging', 'DeleteBucketTagging'],
  ['bucket GET logging', 'GetBucketLogging'],
  ['bucket PUT logging', 'PutBucketLogging'],
  ['bucket GET object-lock', 'GetObjectLockConfiguration'],
  ['bucket PUT object-lock', 'PutObjectLockConfiguration'],
  ['object GET ', 'GetObject'],
  ['object HEAD ', 'HeadObject'],
  ['object PUT ', 'PutObject'],
  ['object DELETE ', 'DeleteObject'],
  ['object GET tagging', 'GetObjectTagging'],
  ['object PUT tagging', 'PutObjectTagging'],
  ['object DELETE tagging', 'DeleteObjectTagging'],
  ['object GET retention', 'GetObjectRetention'],
  ['object PUT retention', 'PutObjectRetention'],
]);

/** The host names under which a bucket may stand before the first dot. */
const VIRTUAL_HOST = /^(.+)\.(?:localhost|s3\.localhost|s3\.amazonaws\.com|s3\.[a-z0-9-]+\.amazonaws\.com)(?::\d+)?$/;

/** Bucket and key of a request; null when the path is no valid percent-encoded UTF-8. */
function addressOf(request: CloudRequest): S3Address | null {
  const virtual = VIRTUAL_HOST.exec(request.headers.get('host') ?? '')?.[1];
  const path = request.rawPath.startsWith('/') ? request.rawPath.slice(1) : request.rawPath;
  if (virtual !== undefined && virtual !== 's3') return decoded(virtual, path);
  const slash = path.indexOf('/');
  return slash < 0 ? decoded(path, '') : decoded(path.slice(0, slash), path.slice(slash + 1));
}

function decoded(bucket: string, key: string): S3Address | null {
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    return null;
  }
}

/** Names the operation; null when the path cannot be read. */
export function operationOf(request: CloudRequest): S3Operation | null {
  const address = addressOf(request);
  if (address === null) return null;
  const level = address.key !== '' ? 'object' : address.bucket !== '' ? 'bucket' : 'service';
  const subresource = SUBRESOURCES.find((name) => request.query.has(name)) ?? '';
  return { ...address, name: nameOf(request, level, subresource) };
}

function nameOf(request: CloudRequest, level: string, subresource: string): string {
  if (level === 'bucket' && request.method === 'GET' && subresource === '') {
    return request.query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
  }
  if (level === 'object' && request.method === 'PUT' && subresource === '' && request.headers.has('x-amz-copy-source'))
    return 'CopyObject';
  return OPERATIONS.get(`${level} ${request.method} ${subresource}`) ?? 'Unsupported';
}

/** True for operations that change something: "no mutating call to a member account" is asserted with it. */
export function mutates(operation: string): boolean {
  return /^(?:Put|Copy|Create|Delete|Set)/.test(operation);
}
