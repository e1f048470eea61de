/** The policy of a bucket. Only the account that owns the bucket may work on it: others are told 405. */
import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { Json } from '../core/json.ts';
import type { DocumentRef, DocumentState } from '../core/plan/document.ts';
import type { AwsClients } from './aws-clients.ts';
import { controlled } from './aws-control.ts';
import { policyState } from './aws-documents-json.ts';
import { atBucket, sending, sendWrite, settingContext, stateOf } from './aws-documents-setting.ts';
import { garbledError } from './aws-errors.ts';

const NOT_SET: ReadonlySet<string> = new Set(['NoSuchBucketPolicy']);

export async function readBucketPolicy(clients: AwsClients, ref: DocumentRef): Promise<DocumentState> {
  const context = settingContext(clients, ref, { verb: 'read the policy of', permission: 's3:GetBucketPolicy' });
  try {
    return await controlled(context, async () => {
      const command = new GetBucketPolicyCommand(atBucket(ref));
      const { Policy } = await clients.onBucket(ref.target, (client, options) => client.send(command, options));
      if (Policy === undefined) throw garbledError(context, 'the answer holds no policy');
      return policyState(Policy, context);
    });
  } catch (error) {
    return stateOf(error, NOT_SET);
  }
}

export async function writeBucketPolicy(clients: AwsClients, ref: DocumentRef, value: Json | null): Promise<void> {
  // Without ConfirmRemoveSelfBucketAccess: S3 itself then refuses a policy that would lock its writer out.
  const [verb, permission] =
    value === null ? ['remove the policy of', 's3:DeleteBucketPolicy'] : ['write the policy of', 's3:PutBucketPolicy'];
  const context = settingContext(clients, ref, { verb, permission });
  await sendWrite(clients, {
    ref,
    context,
    make: (at) =>
      value === null
        ? sending(new DeleteBucketPolicyCommand(at))
        : sending(new PutBucketPolicyCommand({ ...at, Policy: JSON.stringify(value) })),
  });
}
