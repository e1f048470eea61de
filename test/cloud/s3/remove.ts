/** DeleteObject and DeleteObjects: delete markers, single versions, and the locks that forbid it. */
import type { CloudResponse } from '../endpoint.ts';
import { type StoredVersion, deleteKey } from './bucket.ts';
import { type BucketCall, demand, emptyResponse, isAllowed, xmlResponse } from './call.ts';
import { declaredChecksums, verifyChecksums } from './checksum.ts';
import { accessDenied, S3Error } from './errors.ts';
import { dropVersion, versionsOf } from './keyindex.ts';
import { all, element, parseXml, textOf } from './xml.ts';

const MAX_KEYS = 1000;

interface Target {
  readonly key: string;
  readonly versionId: string | null;
}

/** What went: a version that was there, or a marker that now hides the key. */
interface Removal {
  readonly removed: StoredVersion | null;
  readonly marker: StoredVersion | null;
}

export function deleteObject(call: BucketCall): CloudResponse {
  const versionId = call.request.query.get('versionId') ?? null;
  const { removed, marker } = remove(call, { key: call.operation.key, versionId });
  const headers = new Map<string, string>();
  if (versionId !== null) headers.set('x-amz-version-id', versionId);
  if (marker !== null) headers.set('x-amz-version-id', marker.versionId);
  if (marker !== null || removed?.deleteMarker === true) headers.set('x-amz-delete-marker', 'true');
  return emptyResponse(204, headers);
}

/** One answer for each key: those that may go do, whatever happens to the others. */
export function deleteObjects(call: BucketCall): CloudResponse {
  const { headers, body } = call.request;
  if (!headers.has('content-md5') && declaredChecksums(headers).size === 0) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  verifyChecksums(body, headers);
  const request = parseXml(body, 'Delete');
  const objects = all(request, 'Object');
  if (objects.length === 0 || objects.length > MAX_KEYS)
    throw new S3Error('MalformedXML', `Delete needs 1 to ${MAX_KEYS} objects`);
  const quiet = textOf(request, 'Quiet') === 'true';
  const targets = objects.map((object) => ({
    key: textOf(object, 'Key') ?? '',
    versionId: textOf(object, 'VersionId'),
  }));
  return xmlResponse('DeleteResult', targets.map((target) => deletedEntry(call, target, quiet)).join(''));
}

function deletedEntry(call: BucketCall, target: Target, quiet: boolean): string {
  const named = element('Key', target.key) + (target.versionId === null ? '' : element('VersionId', target.versionId));
  try {
    const { removed, marker } = remove(call, target);
    if (quiet) return '';
    const markerId = marker?.versionId ?? (removed?.deleteMarker === true ? removed.versionId : null);
    const extra = markerId === null ? '' : element('DeleteMarker', true) + element('DeleteMarkerVersionId', markerId);
    return `<Deleted>${named}${extra}</Deleted>`;
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return `<Error>${named}${element('Code', error.code)}${element('Message', error.message)}</Error>`;
  }
}

function remove(call: BucketCall, target: Target): Removal {
  const { bucket } = call;
  const action = target.versionId === null ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
  demand(call, { action, bucket, key: target.key });
  if (target.versionId === null) return { removed: null, marker: deleteKey(bucket, target.key, call.clock()) };
  const version = versionsOf(bucket.index, target.key).find((one) => one.versionId === target.versionId);
  if (version === undefined) return { removed: null, marker: null };
  refuseLocked(call, version);
  dropVersion(bucket.index, version);
  return { removed: version, marker: null };
}

/** COMPLIANCE holds against everybody, GOVERNANCE against all who may not (or do not ask to) bypass it. */
function refuseLocked(call: BucketCall, version: StoredVersion): void {
  const { retention } = version;
  if (retention === null || retention.until <= call.clock()) return;
  const asked = call.request.headers.get('x-amz-bypass-governance-retention')?.toLowerCase() === 'true';
  const may =
    asked && isAllowed(call, { action: 's3:BypassGovernanceRetention', bucket: call.bucket, key: version.key });
  if (retention.mode === 'GOVERNANCE' && may) return;
  throw accessDenied('Access Denied because object protected by object lock.');
}
