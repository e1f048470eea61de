/** The KMS endpoint: keys with their policy. Even within the account nobody is let in whom the key's policy does not name. */
import { z } from 'zod';
import type { Endpoint } from '../endpoint.ts';
import { answer, deny, type Answer, type ControlRequest } from './answers.ts';
import type { ControlPlane } from './controlplane.ts';
import { jsonEndpoint, operation, type Operation } from './json-protocol.ts';
import { parsePolicy } from './policy.ts';

/** KMS guide, "Resource quotas": the key policy document size. */
const MAX_POLICY_BYTES = 32_768;

const keySchema = z.object({ KeyId: z.string() });
const getSchema = z.object({ KeyId: z.string(), PolicyName: z.string().optional() });
const putSchema = z.object({
  KeyId: z.string(),
  PolicyName: z.string().optional(),
  Policy: z.string(),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
});

/** What KMS gives a key that was made without a policy: its account decides. */
export function defaultKeyPolicy(arn: string): string {
  const [, partition = 'aws', , , account = ''] = arn.split(':');
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] });
}

/** Answers `TrentService.*` over the live key policies. */
export function kmsEndpoint(state: ControlPlane): Endpoint {
  const operations = new Map<string, Operation>([
    [
      'GetKeyPolicy',
      onKey('GetKeyPolicy', getSchema, (_, key) => answer({ Policy: key.policy, PolicyName: 'default' })),
    ],
    ['PutKeyPolicy', onKey('PutKeyPolicy', putSchema, put)],
    ['DescribeKey', onKey('DescribeKey', keySchema, (call, key) => answer({ KeyMetadata: described(call, key.arn) }))],
  ]);
  return jsonEndpoint({ service: 'kms', state, operations, empty: new Map() });
}

interface Key {
  readonly arn: string;
  readonly policy: string;
}

/** A key is known in its own region only; by ARN, or by id within the account. */
function onKey<Input extends { readonly KeyId: string }>(
  name: string,
  schema: z.ZodType<Input>,
  run: (call: ControlRequest, key: Key, input: Input) => Answer,
): Operation {
  return operation(schema, (call, input) => {
    const { state, principal, region } = call;
    const arn = input.KeyId.startsWith('arn:')
      ? input.KeyId
      : `arn:aws:kms:${region}:${principal.account}:key/${input.KeyId}`;
    const policy = state.keyPolicies.get(arn);
    if (policy === undefined || arn.split(':')[3] !== region)
      return deny('NotFoundException', `Key '${arn}' does not exist`);
    if (mayUse(call, `kms:${name}`, { arn, policy })) return run(call, { arn, policy }, input);
    return deny(
      'AccessDeniedException',
      `User: ${principal.arn} is not authorized to perform: kms:${name} on resource: ${arn} because no resource-based policy allows the kms:${name} action`,
    );
  });
}

function mayUse({ state, principal }: ControlRequest, action: string, key: Key): boolean {
  return state.identities.allowed({
    principal,
    action,
    resource: key.arn,
    owner: key.arn.split(':')[4] ?? '',
    resourcePolicy: key.policy,
    resourcePolicyMustAllow: true,
    context: new Map([['kms:CallerAccount', principal.account]]),
  });
}

function put(call: ControlRequest, { arn }: Key, input: z.infer<typeof putSchema>): Answer {
  const parsed = parsePolicy(input.Policy, 'resource');
  if (!parsed.ok) return deny('MalformedPolicyDocumentException', parsed.problem);
  if (Buffer.byteLength(input.Policy) > MAX_POLICY_BYTES)
    return deny('LimitExceededException', `The key policy is larger than ${MAX_POLICY_BYTES} bytes.`);
  const after = { arn, policy: input.Policy };
  // "The key policy must allow the principal that is making the PutKeyPolicy request to make a subsequent one."
  if (input.BypassPolicyLockoutSafetyCheck !== true && !mayUse(call, 'kms:PutKeyPolicy', after)) {
    return deny(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
  }
  call.state.keyPolicies.set(arn, input.Policy);
  return answer({});
}

function described({ state }: ControlRequest, arn: string): Readonly<Record<string, unknown>> {
  return {
    AWSAccountId: arn.split(':')[4],
    Arn: arn,
    KeyId: arn.split('/').at(-1),
    CreationDate: Math.floor(state.now() / 1000),
    Enabled: true,
    KeyState: 'Enabled',
    KeyManager: 'CUSTOMER',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    Origin: 'AWS_KMS',
    MultiRegion: false,
  };
}
