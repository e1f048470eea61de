/** ListObjectVersions, and whether a bucket keeps versions at all. */
import type { CloudResponse } from '../endpoint.ts';
import type { Bucket, StoredVersion } from './bucket.ts';
import { type BucketCall, demand, emptyResponse, xmlResponse } from './call.ts';
import { accessDenied, S3Error } from './errors.ts';
import { versionsOf } from './keyindex.ts';
import { type ListParameters, listParameters } from './list.ts';
import { namesIn } from './listing.ts';
import { element, parseXml, textOf } from './xml.ts';

/** One line: a version with whether it is its key's newest, or a rolled-up prefix. */
type Line = { readonly version: StoredVersion; readonly latest: boolean } | { readonly prefix: string };

export function listObjectVersions(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:ListBucketVersions', bucket: call.bucket, key: '' });
  const { query } = call.request;
  const parameters = listParameters(query);
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (versionMarker !== '' && keyMarker === '') {
    throw new S3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  }
  const found = take(linesOf(call.bucket, parameters, { keyMarker, versionMarker }), parameters.max);
  const inner = [
    element('Name', call.bucket.name),
    element('Prefix', parameters.encode(parameters.prefix)),
    element('KeyMarker', parameters.encode(keyMarker)),
    element('VersionIdMarker', versionMarker),
    parameters.delimiter === null ? '' : element('Delimiter', parameters.encode(parameters.delimiter)),
    element('MaxKeys', parameters.max),
    query.has('encoding-type') ? element('EncodingType', 'url') : '',
    element('IsTruncated', found.truncated),
    found.truncated ? nextMarkers(found.lines.at(-1), parameters) : '',
    ...found.lines.map((line) => entry(line, parameters)),
  ];
  return xmlResponse('ListVersionsResult', inner.join(''));
}

function* linesOf(
  bucket: Bucket,
  parameters: ListParameters,
  from: { readonly keyMarker: string; readonly versionMarker: string },
): Generator<Line> {
  const { keyMarker, versionMarker } = from;
  if (versionMarker !== '') {
    const versions = versionsOf(bucket.index, keyMarker);
    const at = versions.findIndex((version) => version.versionId === versionMarker);
    for (const version of at < 0 ? [] : versions.slice(at + 1)) yield { version, latest: false };
  }
  const afterPrefix = parameters.delimiter !== null && keyMarker.endsWith(parameters.delimiter);
  for (const name of namesIn(bucket.index, { ...parameters, after: keyMarker, afterPrefix }, () => true)) {
    if (name.kind === 'prefix') {
      yield { prefix: name.name };
      continue;
    }
    const versions = versionsOf(bucket.index, name.name);
    for (const version of versions) yield { version, latest: version === versions[0] };
  }
}

function take(lines: Iterable<Line>, max: number): { readonly lines: readonly Line[]; readonly truncated: boolean } {
  const taken: Line[] = [];
  if (max === 0) return { lines: taken, truncated: false };
  for (const line of lines) {
    if (taken.length === max) return { lines: taken, truncated: true };
    taken.push(line);
  }
  return { lines: taken, truncated: false };
}

function nextMarkers(last: Line | undefined, parameters: ListParameters): string {
  if (last === undefined) return '';
  if ('prefix' in last) return element('NextKeyMarker', parameters.encode(last.prefix));
  return (
    element('NextKeyMarker', parameters.encode(last.version.key)) +
    element('NextVersionIdMarker', last.version.versionId)
  );
}

function entry(line: Line, parameters: ListParameters): string {
  if ('prefix' in line) return `<CommonPrefixes>${element('Prefix', parameters.encode(line.prefix))}</CommonPrefixes>`;
  const { version, latest } = line;
  const fields = [
    element('Key', parameters.encode(version.key)),
    element('VersionId', version.versionId),
    element('IsLatest', latest),
    element('LastModified', new Date(version.lastModified).toISOString()),
  ];
  if (version.deleteMarker) return `<DeleteMarker>${fields.join('')}</DeleteMarker>`;
  fields.push(
    element('ETag', `"${version.etag}"`),
    element('Size', version.body.length),
    element('StorageClass', version.storageClass),
  );
  return `<Version>${fields.join('')}</Version>`;
}

export function getBucketVersioning(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:GetBucketVersioning', bucket: call.bucket, key: '' });
  switch (call.bucket.versioning) {
    case 'off':
      return xmlResponse('VersioningConfiguration', '');
    case 'enabled':
      return xmlResponse('VersioningConfiguration', element('Status', 'Enabled') + mfaDelete(call.bucket));
    case 'suspended':
      return xmlResponse('VersioningConfiguration', element('Status', 'Suspended') + mfaDelete(call.bucket));
  }
}

/** Told only of buckets on which it was ever configured. */
function mfaDelete(bucket: Bucket): string {
  return bucket.mfaDelete ? element('MfaDelete', 'Enabled') : '';
}

/** With MFA delete every change of the state needs the device, and so does switching it on: no daemon has one. */
export function putBucketVersioning(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:PutBucketVersioning', bucket: call.bucket, key: '' });
  const wanted = parseXml(call.request.body, 'VersioningConfiguration');
  const status = textOf(wanted, 'Status');
  if (call.bucket.mfaDelete || textOf(wanted, 'MfaDelete') === 'Enabled')
    throw accessDenied('This operation may only be performed by the bucket owner with a valid x-amz-mfa header');
  if (status !== 'Enabled' && status !== 'Suspended')
    throw new S3Error('MalformedXML', 'Status must be Enabled or Suspended');
  if (status === 'Suspended' && call.bucket.objectLock) {
    throw new S3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  call.bucket.versioning = status === 'Enabled' ? 'enabled' : 'suspended';
  return emptyResponse(200);
}
