/**
 * The SDK clients of one identity: one for each service and region, made when first used. S3 clients follow a bucket's region here and not by the SDK's followRegionRedirects:
 * that one changes the region of the whole client for the time of one call, so parallel calls to other buckets
 * get signed for the wrong region.
 */
import { AccountClient } from '@aws-sdk/client-account';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { KMSClient } from '@aws-sdk/client-kms';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import type { AwsTransport } from './aws-client.ts';
import { createRenewal, openGeneration, type Generation } from './aws-generation.ts';
import type { AwsIdentity } from './aws-identity.ts';
import { homeRegionFor, regionForRole } from './aws-partition.ts';
import { redirectedRegion } from './aws-redirect.ts';

/** Given to every `send`: ends the call, its retries and its body. */
export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

export type Use<Client, Output> = (client: Client, options: SendOptions) => Promise<Output>;

/** Calls under one identity. Each runs `use` with the fitting client, under the total deadline `readMs`. */
export interface AwsClients {
  readonly identity: AwsIdentity;
  readonly transport: AwsTransport;
  onBucket<Output>(bucket: string, use: Use<S3Client, Output>): Promise<Output>;
  onTrails<Output>(region: string, use: Use<CloudTrailClient, Output>): Promise<Output>;
  onKey<Output>(region: string, use: Use<KMSClient, Output>): Promise<Output>;
  onTopic<Output>(region: string, use: Use<SNSClient, Output>): Promise<Output>;
  onOrganization<Output>(use: Use<OrganizationsClient, Output>): Promise<Output>;
  /** Account Management, which answers in one region for each partition. */
  onAccount<Output>(use: Use<AccountClient, Output>): Promise<Output>;
  /** Assumes the role and checks the account, if this has not been done yet. */
  enter(): Promise<void>;
}

/** Clients for an identity. `region` is where buckets are looked for first. */
export function createClients(
  transport: AwsTransport,
  identity: AwsIdentity,
  region: string = transport.settings.region,
): AwsClients {
  const { timeouts, forcePathStyle } = transport.settings;
  const organizationRegion = homeRegionFor(regionForRole(identity.role, region));
  const bucketRegions = new Map<string, string>();
  const withGeneration = createRenewal(transport, () => openGeneration(transport, identity));
  const options = (): SendOptions => ({ abortSignal: AbortSignal.timeout(timeouts.readMs) });
  const bucketClient = ({ s3, client }: Generation, at: string): S3Client =>
    remembered(s3, at, () => client((base) => new S3Client({ ...base, forcePathStyle }), at));
  return {
    identity,
    transport,
    onBucket: (bucket, use) =>
      withGeneration(async (current) => {
        const at = bucketRegions.get(bucket) ?? region;
        return use(bucketClient(current, at), options()).catch((error: unknown) => {
          const elsewhere = redirectedRegion(error, at);
          if (elsewhere === null) throw error;
          bucketRegions.set(bucket, elsewhere);
          return use(bucketClient(current, elsewhere), options());
        });
      }),
    onTrails: (at, use) =>
      withGeneration(({ trails, client }) => {
        const make = () => client((base) => new CloudTrailClient({ ...base, retryMode: 'adaptive' }), at);
        return use(remembered(trails, at, make), options());
      }),
    onKey: (at, use) =>
      withGeneration(({ keys, client }) => {
        const make = () => client((base) => new KMSClient({ ...base, retryMode: 'adaptive' }), at);
        return use(remembered(keys, at, make), options());
      }),
    onTopic: (at, use) =>
      withGeneration(({ topics, client }) => {
        const make = () => client((base) => new SNSClient({ ...base, retryMode: 'adaptive' }), at);
        return use(remembered(topics, at, make), options());
      }),
    onOrganization: (use) =>
      withGeneration(({ organizations, client }) => {
        const make = () =>
          client((base) => new OrganizationsClient({ ...base, retryMode: 'adaptive' }), organizationRegion);
        return use(remembered(organizations, organizationRegion, make), options());
      }),
    onAccount: (use) =>
      withGeneration(({ accounts, client }) => {
        const make = () => client((base) => new AccountClient({ ...base, retryMode: 'adaptive' }), organizationRegion);
        return use(remembered(accounts, organizationRegion, make), options());
      }),
    enter: () => withGeneration(() => Promise.resolve()),
  };
}

function remembered<Value>(values: Map<string, Value>, name: string, make: () => Value): Value {
  const known = values.get(name);
  if (known !== undefined) return known;
  const made = make();
  values.set(name, made);
  return made;
}
