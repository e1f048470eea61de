/** CopyObject: one object into another place, both ends under conditions and owners. */
import type { CloudResponse } from '../endpoint.ts';
import { type Bucket, currentObject, type StoredVersion, storeObject } from './bucket.ts';
import { type BucketCall, demand, xmlResponse } from './call.ts';
import { accessDenied, S3Error } from './errors.ts';
import { encryptionHeaders, requestedEncryption } from './kms.ts';
import { checkWrite, conditionsOf, failed, readOutcome } from './precondition.ts';
import { readable, refuseArchived } from './read.ts';
import { tagsFromHeader } from './tags.ts';
import { demandWrite, metadataOf, requestedRetention } from './write.ts';
import { element } from './xml.ts';

interface CopySource {
  readonly bucket: Bucket;
  readonly object: StoredVersion;
}

export function copyObject(call: BucketCall): CloudResponse {
  const { bucket, operation, request } = call;
  const source = sourceOf(call);
  const tags = copiedTags(call, source);
  demandWrite(call, tags);
  refuseArchived(source.object);
  const replace = request.headers.get('x-amz-metadata-directive') === 'REPLACE';
  if (
    source.bucket === bucket &&
    source.object.key === operation.key &&
    !replace &&
    requestedEncryption(request.headers) === null
  ) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without changing it.',
    );
  }
  checkWrite(currentObject(bucket, operation.key), request.headers);
  const stored = storeObject(
    bucket,
    {
      ...source.object,
      ...(replace ? replacement(request.headers) : {}),
      key: operation.key,
      tags,
      encryption: requestedEncryption(request.headers),
      storageClass: request.headers.get('x-amz-storage-class') ?? 'STANDARD',
      retention: requestedRetention(request.headers),
    },
    call.clock(),
  );
  return answer(call, source, stored);
}

function answer(call: BucketCall, source: CopySource, stored: StoredVersion): CloudResponse {
  const inner =
    element('LastModified', new Date(stored.lastModified).toISOString()) + element('ETag', `"${stored.etag}"`);
  const response = xmlResponse('CopyObjectResult', inner);
  const headers = new Map([...response.headers, ...encryptionHeaders(stored.encryption)]);
  if (source.bucket.versioning !== 'off') headers.set('x-amz-copy-source-version-id', source.object.versionId);
  if (call.bucket.versioning !== 'off') headers.set('x-amz-version-id', stored.versionId);
  return { ...response, headers };
}

/** Finds the source, under the caller's rights to it, its expected owner and its conditions. */
function sourceOf(call: BucketCall): CopySource {
  const named = parseSource(call.request.headers.get('x-amz-copy-source') ?? '');
  const bucket = call.state.buckets.get(named.bucket);
  if (bucket === undefined) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
  const expected = call.request.headers.get('x-amz-source-expected-bucket-owner');
  if (expected !== undefined && expected !== bucket.owner) throw accessDenied();
  const object = readable({ ...call, bucket }, named);
  if (readOutcome(object, conditionsOf(call.request.headers, 'x-amz-copy-source-')) !== 'go')
    throw failed('x-amz-copy-source');
  return { bucket, object };
}

/** `bucket/key[?versionId=…]`, percent-encoded. The `?` is looked for before decoding, so an encoded one is a key's. */
function parseSource(header: string): {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
} {
  const query = header.indexOf('?versionId=');
  const path = (query < 0 ? header : header.slice(0, query)).replace(/^\//, '');
  const slash = path.indexOf('/');
  const versionId = query < 0 ? null : header.slice(query + '?versionId='.length);
  if (slash < 1)
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  try {
    return {
      bucket: decodeURIComponent(path.slice(0, slash)),
      key: decodeURIComponent(path.slice(slash + 1)),
      versionId,
    };
  } catch {
    throw new S3Error('InvalidArgument', 'Invalid copy source encoding.');
  }
}

/** Tags go along unless replaced; reading those of the source is a right of its own. */
function copiedTags(call: BucketCall, source: CopySource): ReadonlyMap<string, string> {
  if (call.request.headers.get('x-amz-tagging-directive') === 'REPLACE')
    return tagsFromHeader(call.request.headers.get('x-amz-tagging'));
  const { tags, key } = source.object;
  if (tags.size > 0) demand(call, { action: 's3:GetObjectTagging', bucket: source.bucket, key });
  return tags;
}

function replacement(
  headers: ReadonlyMap<string, string>,
): Pick<StoredVersion, 'metadata' | 'contentType' | 'contentEncoding'> {
  return {
    metadata: metadataOf(headers),
    contentType: headers.get('content-type') ?? 'binary/octet-stream',
    contentEncoding: headers.get('content-encoding') ?? null,
  };
}
