/** Who asks Ceph for what, and what it says: allowed, denied, and nothing between. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createDocuments } from '../../src/adapters/aws-documents.ts';
import type { Documents } from '../../src/ports.ts';
import { transportTo, useCredentials } from '../adapters/raw-s3.ts';
import type { Keys } from '../stack/ceph.ts';
import type { CephEstate } from './ceph-estate.ts';

/** Documents under these keys. They are looked up at the first call, so that has to come before the next ones. */
export function documentsOf(endpoint: string, { accessKeyId, secretAccessKey }: Keys): Documents {
  const timeouts = { connectMs: 2000, requestMs: 10_000, readMs: 20_000 };
  const transport = transportTo(endpoint, { timeouts });
  useCredentials(accessKeyId, secretAccessKey);
  return createDocuments(transport, { region: 'us-east-1' });
}

/** An account's own user, with full rights in it. */
export function keysOf(estate: CephEstate, account: string): Keys {
  const keys = estate.ceph.members.get(account);
  if (keys === undefined) throw new Error(`no keys for ${account}`);
  return keys;
}

/** Any other failure than a refusal is thrown: it would pass for one. */
export async function outcome(call: Promise<unknown>): Promise<'allowed' | 'denied'> {
  try {
    await call;
    return 'allowed';
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDenied') return 'denied';
    throw error;
  }
}

/** A session of the member's role, begun by the payer's user. */
export async function assume(estate: CephEstate, account: string): Promise<Keys & { readonly sessionToken: string }> {
  const { accessKeyId, secretAccessKey } = estate.ceph.payer;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new STSClient({ endpoint: estate.ceph.endpoint, region: 'us-east-1', credentials });
  const RoleArn = estate.ceph.roles.get(account);
  const answer = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'reader' }));
  client.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}
