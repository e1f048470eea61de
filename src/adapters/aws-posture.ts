/** What a bucket is set to. "Not set" is an answer (false); "not told" is none (null). */
import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BucketPosture } from '../ports.ts';
import type { AwsClients, SendOptions } from './aws-clients.ts';
import { awsError } from './aws-errors.ts';
import { faultOf, type Fault } from './aws-faults.ts';
import { s3Context } from './aws-s3-context.ts';

const NOT_SET: ReadonlySet<string> = new Set([
  'ObjectLockConfigurationNotFoundError',
  'ServerSideEncryptionConfigurationNotFoundError',
  'NoSuchPublicAccessBlockConfiguration',
]);

/** Versioning, Object Lock, default encryption and the four public access blocks of one bucket. */
export async function bucketPosture(clients: AwsClients, bucket: string, owner: string): Promise<BucketPosture> {
  const input = { Bucket: bucket, ExpectedBucketOwner: owner };
  const ask = (permission: string, use: (client: S3Client, options: SendOptions) => Promise<boolean>) =>
    setting(clients, { bucket, owner, permission }, use);
  const [versioning, objectLock, encrypted, publicAccessBlocked] = await Promise.all([
    ask(
      's3:GetBucketVersioning',
      async (client, options) =>
        (await client.send(new GetBucketVersioningCommand(input), options)).Status === 'Enabled',
    ),
    ask('s3:GetBucketObjectLockConfiguration', async (client, options) => {
      const { ObjectLockConfiguration: lock } = await client.send(
        new GetObjectLockConfigurationCommand(input),
        options,
      );
      return lock?.ObjectLockEnabled === 'Enabled';
    }),
    ask('s3:GetEncryptionConfiguration', async (client, options) => {
      const { ServerSideEncryptionConfiguration: encryption } = await client.send(
        new GetBucketEncryptionCommand(input),
        options,
      );
      return encryption?.Rules?.some((rule) => rule.ApplyServerSideEncryptionByDefault !== undefined) ?? false;
    }),
    ask('s3:GetBucketPublicAccessBlock', async (client, options) => {
      const { PublicAccessBlockConfiguration: block } = await client.send(
        new GetPublicAccessBlockCommand(input),
        options,
      );
      return [
        block?.BlockPublicAcls,
        block?.IgnorePublicAcls,
        block?.BlockPublicPolicy,
        block?.RestrictPublicBuckets,
      ].every((on) => on === true);
    }),
  ]);
  return { versioning, objectLock, encrypted, publicAccessBlocked };
}

async function setting(
  clients: AwsClients,
  question: { readonly bucket: string; readonly owner: string; readonly permission: string },
  use: (client: S3Client, options: SendOptions) => Promise<boolean>,
): Promise<boolean | null> {
  try {
    return await clients.onBucket(question.bucket, use);
  } catch (error) {
    const fault = faultOf(error);
    if (fault !== null && NOT_SET.has(fault.name)) return false;
    if (fault !== null && saysNothing(fault)) return null;
    throw awsError(error, s3Context(clients, { verb: 'look at the settings of', ...question }));
  }
}

function saysNothing(fault: Fault): boolean {
  return (
    fault.kind === 'denied' ||
    fault.status === 501 ||
    fault.status === 405 ||
    fault.name === 'NotImplemented' ||
    fault.name === 'MethodNotAllowed'
  );
}
