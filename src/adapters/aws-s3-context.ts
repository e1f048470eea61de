/** The words for errors of S3 calls: the ARN a permission is missing on, in the partition of the bucket. */
import type { AwsClients } from './aws-clients.ts';
import type { CallContext } from './aws-errors.ts';
import { accountLabel, principalOf } from './aws-identity.ts';
import { partitionOf } from '../core/partition.ts';

/** A call on a bucket (`key` absent) or on one object. */
export interface S3Call {
  readonly verb: string;
  readonly permission: string;
  readonly bucket: string;
  readonly owner: string;
  readonly key?: string;
  readonly kmsPermission?: 'kms:Decrypt' | 'kms:GenerateDataKey';
}

export function s3Context(clients: AwsClients, call: S3Call): CallContext {
  const place = `s3://${call.bucket}${call.key === undefined ? '' : `/${call.key}`}`;
  const arn = `arn:${partitionOf(clients.transport.settings.region)}:s3:::${call.bucket}`;
  return {
    doing: `${call.verb} ${place}`,
    account: accountLabel(clients.identity),
    principal: principalOf(clients.identity),
    permission: call.permission,
    resource: call.key === undefined ? arn : `${arn}/${grantFor(call.key)}`,
    owner: call.owner,
    ...(call.kmsPermission === undefined ? {} : { kmsPermission: call.kmsPermission }),
  };
}

/** What a policy would name to allow this key: everything below the trail's or our own folder, not one object. */
function grantFor(key: string): string {
  for (const folder of ['AWSLogs/', 'orgtrail/']) {
    const at = key.indexOf(folder);
    if (at >= 0) return `${key.slice(0, at + folder.length)}*`;
  }
  return `${key.slice(0, key.lastIndexOf('/') + 1)}*`;
}
