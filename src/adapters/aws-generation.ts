/**
 * One set of credentials and everything that holds them. When a service refuses the credentials the whole
 * generation is dropped and the call runs once more under a new one (reliability.md row 74).
 */
import type { AccountClient } from '@aws-sdk/client-account';
import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { observeCalls, type Observable } from './aws-calls.ts';
import type { AwsTransport, ClientOptions, CredentialProvider } from './aws-client.ts';
import { isCredentialFault } from './aws-faults.ts';
import { accountLabel, checkIdentity, credentialsFor, type AwsIdentity } from './aws-identity.ts';
import { regionForRole } from './aws-partition.ts';

export interface Generation {
  /** The clients made so far, by region. */
  readonly s3: Map<string, S3Client>;
  readonly trails: Map<string, CloudTrailClient>;
  readonly organizations: Map<string, OrganizationsClient>;
  readonly accounts: Map<string, AccountClient>;
  readonly keys: Map<string, KMSClient>;
  readonly topics: Map<string, SNSClient>;
  /** Makes a client for a region with these credentials, its calls watched. */
  readonly client: <Client extends Observable>(
    construct: (base: ClientOptions & { readonly credentials: CredentialProvider }) => Client,
    region: string,
  ) => Client;
  /** Resolves when the account has been proven. */
  readonly checked: Promise<void>;
}

export function openGeneration(transport: AwsTransport, identity: AwsIdentity): Generation {
  const { region, timeouts, onCall } = transport.settings;
  const credentials = credentialsFor(transport, identity);
  const client: Generation['client'] = (construct, at) => {
    const made = construct({ ...transport.clientOptions(at), credentials });
    if (onCall !== undefined) observeCalls(made, accountLabel(identity), onCall);
    return made;
  };
  const sts = client((base) => new STSClient({ ...base, retryMode: 'adaptive' }), regionForRole(identity.role, region));
  const checked = checkIdentity(sts, identity, { abortSignal: AbortSignal.timeout(timeouts.readMs) });
  checked.catch(() => undefined); // every use awaits it; this only keeps an early failure from ending the process
  const clients = { s3: new Map(), trails: new Map(), organizations: new Map(), accounts: new Map() };
  return { ...clients, keys: new Map(), topics: new Map(), client, checked };
}

/** Runs work in the current generation; a generation that failed its check or was refused is never used again. */
export function createRenewal(
  transport: AwsTransport,
  open: () => Generation,
): <Output>(use: (generation: Generation) => Promise<Output>) => Promise<Output> {
  let generation: Generation | null = null;

  async function run<Output>(use: (generation: Generation) => Promise<Output>): Promise<Output> {
    const current = (generation ??= open());
    let checked = false;
    try {
      await current.checked;
      checked = true;
      return await use(current);
    } catch (error) {
      // Of many calls that fail together only the first drops the generation.
      if (generation === current && (!checked || isCredentialFault(error))) {
        generation = null;
        transport.ownCredentials.renew();
      }
      throw error;
    }
  }

  return (use) =>
    run(use).catch((error: unknown) => {
      if (!isCredentialFault(error)) throw error;
      return run(use);
    });
}
