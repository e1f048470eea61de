/** PutObject: bytes verified, conditions held, one new version. */
import type { CloudResponse } from '../endpoint.ts';
import { currentObject, type NewVersion, type Retention, storeObject } from './bucket.ts';
import { type BucketCall, demand, emptyResponse } from './call.ts';
import { declaredChecksums } from './checksum.ts';
import { S3Error } from './errors.ts';
import { demandKey, encryptionHeaders, requestedEncryption } from './kms.ts';
import { type Payload, payloadOf } from './payload.ts';
import { checkWrite } from './precondition.ts';
import { requestTags, tagsFromHeader } from './tags.ts';

const MAX_KEY_BYTES = 1024;
const META = 'x-amz-meta-';

export function putObject(call: BucketCall): CloudResponse {
  const { bucket, operation, request } = call;
  const payload = payloadOf(request);
  const tags = tagsFromHeader(request.headers.get('x-amz-tagging'));
  demandWrite(call, tags);
  const retention = requestedRetention(request.headers);
  if (retention !== null || bucket.defaultRetention !== null) demandIntegrity(payload.headers);
  checkWrite(currentObject(bucket, operation.key), request.headers);
  const stored = storeObject(bucket, { ...described(call, payload), tags, retention }, call.clock());
  const headers = new Map([['etag', `"${stored.etag}"`], ...encryptionHeaders(stored.encryption), ...stored.checksums]);
  if (bucket.versioning !== 'off') headers.set('x-amz-version-id', stored.versionId);
  return emptyResponse(200, headers);
}

/** What every write to a bucket needs, a copy's destination too: key length, ACL, PutObject, tagging, the KMS key. */
export function demandWrite(call: BucketCall, tags: ReadonlyMap<string, string>): void {
  const { bucket, operation, request } = call;
  if (Buffer.byteLength(operation.key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError', 'Your key is too long');
  const acl = request.headers.get('x-amz-acl');
  if (acl !== undefined && acl !== 'bucket-owner-full-control') {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  const context = requestTags(tags);
  demand(call, { action: 's3:PutObject', bucket, key: operation.key, context });
  if (tags.size > 0) demand(call, { action: 's3:PutObjectTagging', bucket, key: operation.key, context });
  if (request.headers.has('x-amz-object-lock-mode'))
    demand(call, { action: 's3:PutObjectRetention', bucket, key: operation.key });
  demandKey(call, requestedEncryption(request.headers) ?? bucket.encryption, 'kms:GenerateDataKey');
}

/** The object that the request describes. */
function described(call: BucketCall, payload: Payload): NewVersion {
  const { headers } = call.request;
  return {
    key: call.operation.key,
    // A copy: the bytes must not change when the socket's buffer is used again.
    body: Uint8Array.from(payload.body),
    contentType: headers.get('content-type') ?? 'binary/octet-stream',
    contentEncoding: payload.contentEncoding,
    metadata: metadataOf(headers),
    tags: new Map(),
    checksums: declaredChecksums(payload.headers),
    encryption: requestedEncryption(headers),
    storageClass: headers.get('x-amz-storage-class') ?? 'STANDARD',
    retention: null,
  };
}

/** User metadata by lower-case name without the prefix. */
export function metadataOf(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = [...headers].filter(([name]) => name.startsWith(META));
  return new Map(own.map(([name, value]) => [name.slice(META.length), value]));
}

export function requestedRetention(headers: ReadonlyMap<string, string>): Retention | null {
  const mode = headers.get('x-amz-object-lock-mode');
  const until = Date.parse(headers.get('x-amz-object-lock-retain-until-date') ?? '');
  if (mode === undefined) return null;
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(until)) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  return { mode, until };
}

/** S3 takes nothing under retention whose bytes the sender did not vouch for: it could not be removed again. */
function demandIntegrity(headers: ReadonlyMap<string, string>): void {
  if (headers.has('content-md5') || declaredChecksums(headers).size > 0) return;
  throw new S3Error(
    'InvalidRequest',
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  );
}
