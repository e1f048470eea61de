/** The policy of a KMS key: one to a key, named `default`, always there (KMS guide, "Key policies"). */
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import type { Json } from '../core/json.ts';
import type { DocumentRef, DocumentState } from '../core/plan/document.ts';
import type { AwsClients } from './aws-clients.ts';
import { controlled } from './aws-control.ts';
import { arnState, arnWriteError } from './aws-documents-errors.ts';
import { cannotRemove, policyState } from './aws-documents-json.ts';
import { garbledError, type CallContext } from './aws-errors.ts';
import { accountLabel, principalOf } from './aws-identity.ts';
import { regionOfArn } from './aws-partition.ts';

const POLICY_NAME = 'default';

export async function readKeyPolicy(clients: AwsClients, ref: DocumentRef): Promise<DocumentState> {
  const context = arnContext(clients, ref, { verb: 'read the policy of', permission: 'kms:GetKeyPolicy' });
  const command = new GetKeyPolicyCommand({ KeyId: ref.target, PolicyName: POLICY_NAME });
  return arnState(context, () =>
    controlled(context, async () => {
      const { Policy } = await clients.onKey(regionOfArn(ref.target), (client, options) =>
        client.send(command, options),
      );
      if (Policy === undefined) throw garbledError(context, 'the answer holds no policy');
      return policyState(Policy, context);
    }),
  );
}

/** KMS refuses a policy that takes kms:PutKeyPolicy from its writer; the check is never bypassed here. */
export async function writeKeyPolicy(clients: AwsClients, ref: DocumentRef, value: Json | null): Promise<void> {
  const context = arnContext(clients, ref, { verb: 'write the policy of', permission: 'kms:PutKeyPolicy' });
  if (value === null) throw cannotRemove(context, 'a key always has a policy');
  const command = new PutKeyPolicyCommand({
    KeyId: ref.target,
    PolicyName: POLICY_NAME,
    Policy: JSON.stringify(value),
  });
  try {
    await clients.onKey(regionOfArn(ref.target), (client, options) => client.send(command, options));
  } catch (error) {
    throw arnWriteError(error, context);
  }
}

/** The words for a call on what has an ARN of its own. */
export function arnContext(
  clients: AwsClients,
  ref: DocumentRef,
  call: { readonly verb: string; readonly permission: string },
): CallContext {
  return {
    doing: `${call.verb} ${ref.target}`,
    account: accountLabel(clients.identity),
    principal: principalOf(clients.identity),
    permission: call.permission,
    resource: ref.target,
  };
}
