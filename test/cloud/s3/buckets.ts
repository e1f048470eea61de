/** Calls on buckets as such: list, create, head, locate, delete. */
import type { CloudResponse } from '../endpoint.ts';
import { createBucket } from './bucket.ts';
import { type BucketCall, demand, emptyResponse, type S3Call, xmlResponse } from './call.ts';
import { accessDenied, S3Error } from './errors.ts';
import { element, parseXml, textOf } from './xml.ts';

const NAME = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function listBuckets(call: S3Call): CloudResponse {
  const { principal, state } = call;
  const context = new Map([['aws:SecureTransport', String(call.state.secureTransport)]]);
  const question = {
    principal,
    action: 's3:ListAllMyBuckets',
    resource: 'arn:aws:s3:::*',
    owner: principal.account,
    resourcePolicy: null,
    context,
  };
  if (!call.identities.allowed(question)) throw accessDenied();
  const own = [...state.buckets.values()].filter((bucket) => bucket.owner === principal.account);
  const lines = own
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      (bucket) =>
        `<Bucket>${element('Name', bucket.name)}${element('CreationDate', new Date(bucket.created).toISOString())}</Bucket>`,
    );
  return xmlResponse(
    'ListAllMyBucketsResult',
    `<Owner>${element('ID', principal.account)}</Owner><Buckets>${lines.join('')}</Buckets>`,
  );
}

/** The new bucket belongs to the caller's account. */
export function createBucketCall(call: S3Call): CloudResponse {
  const { operation, principal, request, state } = call;
  const name = operation.bucket;
  const context = new Map([['aws:SecureTransport', String(call.state.secureTransport)]]);
  const question = {
    principal,
    action: 's3:CreateBucket',
    resource: `arn:aws:s3:::${name}`,
    owner: principal.account,
    resourcePolicy: null,
    context,
  };
  if (!call.identities.allowed(question)) throw accessDenied();
  if (!NAME.test(name)) throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.');
  const taken = state.buckets.get(name);
  if (taken !== undefined) {
    throw taken.owner === principal.account
      ? new S3Error(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
        )
      : new S3Error('BucketAlreadyExists', 'The requested bucket name is not available.');
  }
  const region =
    request.body.length === 0
      ? null
      : textOf(parseXml(request.body, 'CreateBucketConfiguration'), 'LocationConstraint');
  const objectLock = request.headers.get('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true';
  createBucket(state, { name, owner: principal.account, region: region ?? 'us-east-1', objectLock, now: call.clock() });
  return emptyResponse(200, new Map([['location', `/${name}`]]));
}

export function headBucket(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:ListBucket', bucket: call.bucket, key: '' });
  return emptyResponse(200, new Map([['x-amz-bucket-region', call.bucket.region]]));
}

/** us-east-1 has no name here: the element is empty. */
export function getBucketLocation(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:GetBucketLocation', bucket: call.bucket, key: '' });
  return xmlResponse('LocationConstraint', call.bucket.region === 'us-east-1' ? '' : call.bucket.region);
}

export function deleteBucket(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:DeleteBucket', bucket: call.bucket, key: '' });
  if (call.bucket.index.versions.size > 0)
    throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty');
  call.state.buckets.delete(call.bucket.name);
  return emptyResponse(204);
}
