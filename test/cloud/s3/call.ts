/** One call under way: the request, who makes it and what it is about; and the check that comes before every effect. */
import type { CloudRequest, CloudResponse, Identities, Principal } from '../endpoint.ts';
import type { Bucket, S3State, StoredVersion } from './bucket.ts';
import { currentObject } from './bucket.ts';
import { accessDenied, S3Error } from './errors.ts';
import { versionsOf } from './keyindex.ts';
import type { S3Operation } from './operation.ts';
import { document } from './xml.ts';

export interface S3Options {
  readonly state: S3State;
  readonly identities: Identities;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface S3Call extends S3Options {
  readonly request: CloudRequest;
  readonly operation: S3Operation;
  readonly principal: Principal;
}

/** A call on a bucket that is there. */
export interface BucketCall extends S3Call {
  readonly bucket: Bucket;
}

/** What a permission is asked for. `key` empty: the bucket itself. `context` is added to what every call has. */
export interface Permission {
  readonly action: string;
  readonly bucket: Bucket;
  readonly key: string;
  readonly context?: ReadonlyMap<string, string>;
}

const HEADER_CONDITIONS: readonly string[] = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-content-sha256',
  'if-none-match',
  'if-match',
];
const QUERY_CONDITIONS: readonly (readonly [string, string])[] = [
  ['prefix', 's3:prefix'],
  ['delimiter', 's3:delimiter'],
  ['max-keys', 's3:max-keys'],
  ['versionId', 's3:VersionId'],
];

export function isAllowed(call: S3Call, permission: Permission): boolean {
  const { bucket, key } = permission;
  return call.identities.allowed({
    principal: call.principal,
    action: permission.action,
    resource: `arn:aws:s3:::${bucket.name}${key === '' ? '' : `/${key}`}`,
    owner: bucket.owner,
    resourcePolicy: bucket.policy,
    context: contextOf(call, permission),
  });
}

/** Refuses with 403 as S3 does. */
export function demand(call: S3Call, permission: Permission): void {
  if (isAllowed(call, permission)) return;
  const resource = `arn:aws:s3:::${permission.bucket.name}${permission.key === '' ? '' : `/${permission.key}`}`;
  throw accessDenied(
    `User: ${call.principal.arn} is not authorized to perform: ${permission.action} on resource: "${resource}"`,
  );
}

/** The condition keys of S3 that policies of this project may use. */
function contextOf(call: S3Call, permission: Permission): ReadonlyMap<string, string> {
  const context = new Map([
    ['aws:SecureTransport', String(call.state.secureTransport)],
    ['aws:PrincipalArn', call.principal.arn],
    ['aws:PrincipalAccount', call.principal.account],
    ['aws:PrincipalIsAWSService', 'false'],
    ['aws:CurrentTime', new Date(call.clock()).toISOString()],
    ['s3:ResourceAccount', permission.bucket.owner],
    ['s3:authType', 'REST-HEADER'],
    ['s3:signatureversion', 'AWS4-HMAC-SHA256'],
  ]);
  // Of the calls that are made with s3:PutObject, the parts of a multipart upload alone create no object; none is served.
  if (permission.action === 's3:PutObject') context.set('s3:ObjectCreationOperation', 'true');
  for (const name of HEADER_CONDITIONS) {
    const value = call.request.headers.get(name);
    if (value !== undefined) context.set(`s3:${name}`, value);
  }
  for (const [parameter, name] of QUERY_CONDITIONS) {
    const value = call.request.query.get(parameter);
    if (value !== undefined) context.set(name, value);
  }
  for (const [name, value] of permission.context ?? []) context.set(name, value);
  return context;
}

/** The version that a call means: by id, or the current one. Refusals as in the API's error list. */
export function findVersion(
  call: S3Call,
  bucket: Bucket,
  wanted: { readonly key: string; readonly versionId: string | null },
): StoredVersion {
  const { key, versionId } = wanted;
  if (versionId === null) return currentObject(bucket, key) ?? refuseMissing(call, bucket, key);
  const version = versionsOf(bucket.index, key).find((one) => one.versionId === versionId);
  if (version === undefined) {
    if (!mayList(call, bucket)) throw accessDenied();
    throw new S3Error('NoSuchVersion', 'The specified version does not exist.');
  }
  if (!version.deleteMarker) return version;
  const headers = new Map([
    ['x-amz-delete-marker', 'true'],
    ['allow', 'DELETE'],
  ]);
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', headers);
}

/** A key that is not there is "404" only to who may list; to others it is "403", so that nobody can probe for names. */
function refuseMissing(call: S3Call, bucket: Bucket, key: string): never {
  if (!mayList(call, bucket)) throw accessDenied();
  const newest = versionsOf(bucket.index, key)[0];
  const marker: readonly (readonly [string, string])[] =
    newest === undefined
      ? []
      : [
          ['x-amz-delete-marker', 'true'],
          ['x-amz-version-id', newest.versionId],
        ];
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', new Map(marker));
}

function mayList(call: S3Call, bucket: Bucket): boolean {
  return isAllowed(call, { action: 's3:ListBucket', bucket, key: '' });
}

export function xmlResponse(root: string, inner: string): CloudResponse {
  return {
    status: 200,
    headers: new Map([['content-type', 'application/xml']]),
    body: Buffer.from(document(root, inner)),
  };
}

export function emptyResponse(status: number, headers: ReadonlyMap<string, string> = new Map()): CloudResponse {
  return { status, headers, body: new Uint8Array(0) };
}
