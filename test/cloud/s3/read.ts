/** GetObject and HeadObject: whole or by range, by version, under conditions. */
import type { CloudResponse } from '../endpoint.ts';
import type { StoredVersion } from './bucket.ts';
import { type BucketCall, demand, emptyResponse, findVersion } from './call.ts';
import { S3Error } from './errors.ts';
import { demandKey, encryptionHeaders } from './kms.ts';
import { conditionsOf, failed, readOutcome } from './precondition.ts';

/** Classes whose objects must be restored before anybody can read them. */
const ARCHIVED: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function getObject(call: BucketCall): CloudResponse {
  return read(call, true);
}

export function headObject(call: BucketCall): CloudResponse {
  return read(call, false);
}

/** The object that a call may read, or its refusal. Also what CopyObject reads from. */
export function readable(
  call: BucketCall,
  wanted: { readonly key: string; readonly versionId: string | null },
): StoredVersion {
  const action = wanted.versionId === null ? 's3:GetObject' : 's3:GetObjectVersion';
  demand(call, { action, bucket: call.bucket, key: wanted.key, context: existingTags(call, wanted) });
  const object = findVersion(call, call.bucket, wanted);
  demandKey(call, object.encryption, 'kms:Decrypt');
  return object;
}

/** Refuses the bytes of an archived object; its headers may be read. */
export function refuseArchived(object: StoredVersion): void {
  if (!ARCHIVED.has(object.storageClass)) return;
  throw new S3Error('InvalidObjectState', "The operation is not valid for the object's storage class");
}

function existingTags(
  call: BucketCall,
  wanted: { readonly key: string; readonly versionId: string | null },
): ReadonlyMap<string, string> {
  const versions = call.bucket.index.versions.get(wanted.key) ?? [];
  const object = wanted.versionId === null ? versions[0] : versions.find((one) => one.versionId === wanted.versionId);
  return new Map([...(object?.tags ?? [])].map(([name, value]) => [`s3:ExistingObjectTag/${name}`, value]));
}

function read(call: BucketCall, withBody: boolean): CloudResponse {
  const { request, bucket, operation } = call;
  const object = readable(call, { key: operation.key, versionId: request.query.get('versionId') ?? null });
  const outcome = readOutcome(object, conditionsOf(request.headers));
  if (outcome === 'failed') throw failed('If-Match');
  const headers = objectHeaders(object, bucket.versioning !== 'off');
  const range = request.headers.get('range');
  // The checksum is that of the whole object, so a part comes without it.
  if (range === undefined && request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED') {
    for (const [name, value] of object.checksums) headers.set(name, value);
  }
  if (outcome === 'not-modified') return emptyResponse(304, headers);
  if (withBody) refuseArchived(object);
  return ranged(object, headers, range);
}

/** Every header S3 says of an object. Metadata is sent as it was stored. */
function objectHeaders(object: StoredVersion, versioned: boolean): Map<string, string> {
  const headers = new Map([
    ['accept-ranges', 'bytes'],
    ['content-type', object.contentType],
    ['etag', `"${object.etag}"`],
    ['last-modified', new Date(object.lastModified).toUTCString()],
    ...encryptionHeaders(object.encryption),
  ]);
  if (object.contentEncoding !== null) headers.set('content-encoding', object.contentEncoding);
  for (const [name, value] of object.metadata) headers.set(`x-amz-meta-${name}`, value);
  if (versioned) headers.set('x-amz-version-id', object.versionId);
  if (object.tags.size > 0) headers.set('x-amz-tagging-count', String(object.tags.size));
  if (object.storageClass !== 'STANDARD') headers.set('x-amz-storage-class', object.storageClass);
  if (object.retention !== null) {
    headers.set('x-amz-object-lock-mode', object.retention.mode);
    headers.set('x-amz-object-lock-retain-until-date', new Date(object.retention.until).toISOString());
  }
  return headers;
}

function ranged(object: StoredVersion, headers: Map<string, string>, range: string | undefined): CloudResponse {
  const size = object.body.length;
  const asked = range === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(range);
  // A range that cannot be read is ignored (RFC 9110, 14.2), one that cannot be met is refused.
  if (asked === null || (asked[1] === '' && asked[2] === '')) return { status: 200, headers, body: object.body };
  const [first, last] = bounds(asked[1] ?? '', asked[2] ?? '', size);
  if (first > last || first >= size) {
    throw new S3Error(
      'InvalidRange',
      'The requested range is not satisfiable',
      new Map([['content-range', `bytes */${size}`]]),
    );
  }
  headers.set('content-range', `bytes ${first}-${last}/${size}`);
  return { status: 206, headers, body: object.body.subarray(first, last + 1) };
}

/** First and last byte asked for; `-n` means the last n bytes. */
function bounds(first: string, last: string, size: number): readonly [number, number] {
  if (first === '') return [Math.max(0, size - Number(last)), last === '0' ? -1 : size - 1];
  return [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
}
