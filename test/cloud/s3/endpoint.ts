/** S3 over HTTP: authentication, the bucket with its expected owner, then the operation; every refusal as S3 words it. */
import { randomBytes } from 'node:crypto';
import type { CloudRequest, CloudResponse, Endpoint } from '../endpoint.ts';
import { claimedScope } from '../identity/signature.ts';
import type { Bucket } from './bucket.ts';
import { createBucketCall, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import type { BucketCall, S3Call, S3Options } from './call.ts';
import * as configuration from './configuration.ts';
import { copyObject } from './copy.ts';
import { accessDenied, S3Error } from './errors.ts';
import { listObjects, listObjectsV2 } from './list.ts';
import { getObjectLock, getObjectRetention, putObjectLock, putObjectRetention } from './lock.ts';
import { getBucketLogging, putBucketLogging } from './logging.ts';
import { operationOf, type S3Operation } from './operation.ts';
import { deleteBucketPolicy, getBucketPolicy, putBucketPolicy } from './policy.ts';
import { getObject, headObject } from './read.ts';
import { deleteObject, deleteObjects } from './remove.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tags.ts';
import { getBucketVersioning, listObjectVersions, putBucketVersioning } from './versions.ts';
import { putObject } from './write.ts';
import { element } from './xml.ts';

type Handler = (call: BucketCall) => CloudResponse;

const SETTINGS: readonly (readonly [string, string, Parameters<typeof configuration.getSetting>[1]])[] = [
  ['BucketLifecycleConfiguration', 'BucketLifecycle', configuration.LIFECYCLE],
  ['PublicAccessBlock', 'PublicAccessBlock', configuration.PUBLIC_ACCESS_BLOCK],
  ['BucketOwnershipControls', 'BucketOwnershipControls', configuration.OWNERSHIP_CONTROLS],
  ['BucketTagging', 'BucketTagging', configuration.TAGGING],
];

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['HeadBucket', headBucket],
  ['DeleteBucket', deleteBucket],
  ['GetBucketLocation', getBucketLocation],
  ['ListObjectsV2', listObjectsV2],
  ['ListObjects', listObjects],
  ['ListObjectVersions', listObjectVersions],
  ['GetBucketVersioning', getBucketVersioning],
  ['PutBucketVersioning', putBucketVersioning],
  ['GetBucketPolicy', getBucketPolicy],
  ['PutBucketPolicy', putBucketPolicy],
  ['DeleteBucketPolicy', deleteBucketPolicy],
  ['GetBucketEncryption', configuration.getBucketEncryption],
  ['PutBucketEncryption', configuration.putBucketEncryption],
  ['DeleteBucketEncryption', configuration.deleteBucketEncryption],
  ['GetBucketLogging', getBucketLogging],
  ['PutBucketLogging', putBucketLogging],
  ['GetObjectLockConfiguration', getObjectLock],
  ['PutObjectLockConfiguration', putObjectLock],
  ['GetObjectRetention', getObjectRetention],
  ['PutObjectRetention', putObjectRetention],
  ['GetObject', getObject],
  ['HeadObject', headObject],
  ['PutObject', putObject],
  ['CopyObject', copyObject],
  ['DeleteObject', deleteObject],
  ['DeleteObjects', deleteObjects],
  ['GetObjectTagging', getObjectTagging],
  ['PutObjectTagging', putObjectTagging],
  ['DeleteObjectTagging', deleteObjectTagging],
  ...SETTINGS.flatMap(([name, deleted, setting]): (readonly [string, Handler])[] => [
    [`Get${name}`, (call) => configuration.getSetting(call, setting)],
    [`Put${name}`, (call) => configuration.putSetting(call, setting)],
    [`Delete${deleted}`, (call) => configuration.deleteSetting(call, setting)],
  ]),
]);

/** The S3 endpoint over a state. Synchronous: each call is atomic, as S3's conditional writes are. */
export function createS3Endpoint(options: S3Options): Endpoint {
  return (request) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    const response = answered(options, request, requestId);
    const headers = new Map([
      ...response.headers,
      ['x-amz-request-id', requestId],
      ['x-amz-id-2', requestId],
      ['server', 'AmazonS3'],
    ]);
    headers.set('date', new Date(options.clock()).toUTCString());
    return { ...response, headers };
  };
}

function answered(options: S3Options, request: CloudRequest, requestId: string): CloudResponse {
  try {
    return run(options, request);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return errorResponse(error, request, requestId);
  }
}

function run(options: S3Options, request: CloudRequest): CloudResponse {
  const operation = operationOf(request);
  if (operation === null) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  const authentication = options.identities.authenticate(request, 's3');
  if (!authentication.ok) throw new S3Error(authentication.code, authentication.message);
  const call: S3Call = { ...options, request, operation, principal: authentication.principal };
  if (operation.name === 'ListBuckets') return listBuckets(call);
  if (operation.name === 'CreateBucket') return createBucketCall(call);
  const handler = HANDLERS.get(operation.name);
  if (handler === undefined)
    throw new S3Error('NotImplemented', 'A header or query you provided implies functionality that is not implemented');
  return handler({ ...call, bucket: bucketOf(options, request, operation) });
}

/** The bucket, if it is there, here, and belongs to whom the caller expects: one under a known name may be a stranger's. */
function bucketOf(options: S3Options, request: CloudRequest, operation: S3Operation): Bucket {
  const bucket = options.state.buckets.get(operation.bucket);
  if (bucket === undefined) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
  const region = claimedScope(request)?.region ?? bucket.region;
  if (region !== bucket.region) throw elsewhere(bucket);
  const expected = request.headers.get('x-amz-expected-bucket-owner');
  if (expected !== undefined && expected !== bucket.owner) throw accessDenied();
  return bucket;
}

/** Who signed for another region is told in a header where the bucket is. */
function elsewhere({ region }: Bucket): S3Error {
  return new S3Error(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    new Map([['x-amz-bucket-region', region]]),
  );
}

/** A HEAD is answered without a body: the status alone must do. */
function errorResponse(error: S3Error, request: CloudRequest, requestId: string): CloudResponse {
  const resource = element('Resource', request.rawPath);
  const inner = [
    element('Code', error.code),
    element('Message', error.message),
    resource,
    element('RequestId', requestId),
    element('HostId', requestId),
  ];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner.join('')}</Error>`;
  const headers = new Map([...error.headers, ['content-type', 'application/xml']]);
  return { status: error.status, headers, body: request.method === 'HEAD' ? new Uint8Array(0) : Buffer.from(body) };
}
