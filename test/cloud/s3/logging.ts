/** Server access logging: where a bucket's own access log goes. Stored, not written: the bucket it names must fit. */
import type { CloudResponse } from '../endpoint.ts';
import { type BucketCall, demand, emptyResponse, xmlResponse } from './call.ts';
import { S3Error } from './errors.ts';
import { all, parseXml, textOf } from './xml.ts';

const NAME = 'logging';

export function getBucketLogging(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:GetBucketLogging', bucket: call.bucket, key: '' });
  const stored = call.bucket.configurations.get(NAME);
  if (stored === undefined) return xmlResponse('BucketLoggingStatus', '');
  return { status: 200, headers: new Map([['content-type', 'application/xml']]), body: Buffer.from(stored) };
}

/** Without LoggingEnabled it is switched off: S3 has no call of its own for that. */
export function putBucketLogging(call: BucketCall): CloudResponse {
  demand(call, { action: 's3:PutBucketLogging', bucket: call.bucket, key: '' });
  const enabled = all(parseXml(call.request.body, 'BucketLoggingStatus'), 'LoggingEnabled')[0];
  if (enabled === undefined) {
    call.bucket.configurations.delete(NAME);
    return emptyResponse(200);
  }
  const target = call.state.buckets.get(textOf(enabled, 'TargetBucket') ?? '');
  const fits = target?.owner === call.bucket.owner && target.region === call.bucket.region;
  if (!fits) {
    throw new S3Error(
      'InvalidTargetBucketForLogging',
      'The target bucket for logging does not exist, is not owned by you, or is in another region',
    );
  }
  if (textOf(enabled, 'TargetPrefix') === null) throw new S3Error('MalformedXML', 'TargetPrefix is needed');
  call.bucket.configurations.set(NAME, Buffer.from(call.request.body).toString('utf8'));
  return emptyResponse(200);
}
