/** ListObjectsV2 and ListObjects (which the AWS CLI's validator uses). */
import type { CloudResponse } from '../endpoint.ts';
import { type Bucket, currentObject } from './bucket.ts';
import { type BucketCall, demand, xmlResponse } from './call.ts';
import { S3Error } from './errors.ts';
import {
  encodeKey,
  type ListedName,
  namesIn,
  type Page,
  pageToken,
  type Range,
  readToken,
  takePage,
} from './listing.ts';
import { element } from './xml.ts';

const MAX_KEYS = 1000;

/** What both versions of the call share, read from the query. */
export interface ListParameters {
  readonly prefix: string;
  readonly delimiter: string | null;
  readonly max: number;
  /** Writes a name as `encoding-type` asks for. */
  readonly encode: (name: string) => string;
}

export function listObjectsV2(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:ListBucket', bucket: call.bucket, key: '' });
  const { query } = call.request;
  const parameters = listParameters(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const from = token === undefined ? { after: startAfter, afterPrefix: false } : readToken(token);
  if (from === null) throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  const page = pageOf(call.bucket, { ...parameters, ...from }, parameters.max);
  const last = page.names.at(-1);
  const inner = [
    common(call, parameters, page),
    element('KeyCount', page.names.length),
    token === undefined ? '' : element('ContinuationToken', token),
    startAfter === '' ? '' : element('StartAfter', parameters.encode(startAfter)),
    page.truncated && last !== undefined
      ? element('NextContinuationToken', pageToken(last.name, last.kind === 'prefix'))
      : '',
    lines(call.bucket, page.names, parameters.encode),
  ];
  return xmlResponse('ListBucketResult', inner.join(''));
}

export function listObjects(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:ListBucket', bucket: call.bucket, key: '' });
  const parameters = listParameters(call.request.query);
  const marker = call.request.query.get('marker') ?? '';
  // A marker that is itself a rolled-up prefix is where the last page ended.
  const afterPrefix =
    parameters.delimiter !== null && marker.startsWith(parameters.prefix) && marker.endsWith(parameters.delimiter);
  const page = pageOf(call.bucket, { ...parameters, after: marker, afterPrefix }, parameters.max);
  const last = page.names.at(-1);
  const inner = [
    common(call, parameters, page),
    element('Marker', parameters.encode(marker)),
    page.truncated && last !== undefined && parameters.delimiter !== null
      ? element('NextMarker', parameters.encode(last.name))
      : '',
    lines(call.bucket, page.names, parameters.encode),
  ];
  return xmlResponse('ListBucketResult', inner.join(''));
}

/** Reads prefix, delimiter, max-keys and encoding-type. */
export function listParameters(query: ReadonlyMap<string, string>): ListParameters {
  const asked = query.get('max-keys') ?? String(MAX_KEYS);
  if (!/^\d{1,10}$/.test(asked))
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request');
  const delimiter = query.get('delimiter') ?? '';
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: delimiter === '' ? null : delimiter,
    max: Math.min(Number(asked), MAX_KEYS),
    encode: encoding === 'url' ? encodeKey : (name) => name,
  };
}

function pageOf(bucket: Bucket, range: Range, max: number): Page {
  return takePage(
    namesIn(bucket.index, range, (key) => currentObject(bucket, key) !== null),
    max,
  );
}

function common(call: BucketCall, parameters: ListParameters, page: Page): string {
  return [
    element('Name', call.bucket.name),
    element('Prefix', parameters.encode(parameters.prefix)),
    parameters.delimiter === null ? '' : element('Delimiter', parameters.encode(parameters.delimiter)),
    element('MaxKeys', parameters.max),
    call.request.query.has('encoding-type') ? element('EncodingType', 'url') : '',
    element('IsTruncated', page.truncated),
  ].join('');
}

function lines(bucket: Bucket, names: readonly ListedName[], encode: (name: string) => string): string {
  const keys = names.filter((name) => name.kind === 'key').map((name) => contents(bucket, name.name, encode));
  const prefixes = names.filter((name) => name.kind === 'prefix');
  return [
    ...keys,
    ...prefixes.map((name) => `<CommonPrefixes>${element('Prefix', encode(name.name))}</CommonPrefixes>`),
  ].join('');
}

function contents(bucket: Bucket, key: string, encode: (name: string) => string): string {
  const object = currentObject(bucket, key);
  if (object === null) throw new Error(`${key} left the bucket while it was listed`);
  const fields = [
    element('Key', encode(key)),
    element('LastModified', new Date(object.lastModified).toISOString()),
    element('ETag', `"${object.etag}"`),
    element('Size', object.body.length),
    element('StorageClass', object.storageClass),
  ];
  return `<Contents>${fields.join('')}</Contents>`;
}
