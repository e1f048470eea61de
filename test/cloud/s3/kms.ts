/** The key under an object: S3 decrypts with the caller's own right to the key, never with the bucket's. */
import type { Encryption } from './bucket.ts';
import type { S3Call } from './call.ts';
import { accessDenied } from './errors.ts';

/** Refuses as S3 does when the caller may read the bucket but not use the key. */
export function demandKey(call: S3Call, encryption: Encryption, action: 'kms:Decrypt' | 'kms:GenerateDataKey'): void {
  const key = encryption.kmsKey;
  if (key === null) return;
  const owner = key.split(':')[4] ?? '';
  const resourcePolicy = call.state.kmsPolicies.get(key) ?? null;
  const context = new Map([
    ['kms:ViaService', 's3.us-east-1.amazonaws.com'],
    ['aws:PrincipalArn', call.principal.arn],
    ['aws:PrincipalAccount', call.principal.account],
  ]);
  const question = { principal: call.principal, action, resource: key, owner, resourcePolicy, context };
  // A key's policy is what lets even its own account's policies count; a key that has none here leaves it to them.
  if (call.identities.allowed({ ...question, resourcePolicyMustAllow: resourcePolicy !== null })) return;
  const reason =
    'because no identity-based policy allows the action or the resource is in another account and its policy does not';
  throw accessDenied(
    `User: ${call.principal.arn} is not authorized to perform: ${action} on resource: ${key} ${reason}`,
  );
}

/** What the request asks for; null: the bucket's default. */
export function requestedEncryption(headers: ReadonlyMap<string, string>): Encryption | null {
  const algorithm = headers.get('x-amz-server-side-encryption');
  if (algorithm === 'AES256') return { algorithm, kmsKey: null };
  if (algorithm === 'aws:kms')
    return { algorithm, kmsKey: headers.get('x-amz-server-side-encryption-aws-kms-key-id') ?? null };
  return null;
}

export function encryptionHeaders(encryption: Encryption): readonly (readonly [string, string])[] {
  const algorithm: readonly [string, string] = ['x-amz-server-side-encryption', encryption.algorithm];
  return encryption.kmsKey === null
    ? [algorithm]
    : [algorithm, ['x-amz-server-side-encryption-aws-kms-key-id', encryption.kmsKey]];
}
