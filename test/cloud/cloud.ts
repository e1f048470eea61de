/** The whole cloud on one loopback port: S3, STS, Organizations, CloudTrail and Account Management over one set of identities. */
import type { Endpoint } from './endpoint.ts';
import { createFaults } from './faults.ts';
import { cloudtrailEndpoint } from './identity/cloudtrail.ts';
import { type ControlPlane, createControlPlane, type NewOrganization } from './identity/controlplane.ts';
import type { CloudEvent } from './identity/events.ts';
import { type CloudIdentities, type CloudUser, createIdentities } from './identity/identities.ts';
import { organizationsEndpoint } from './identity/organizations.ts';
import { accountEndpoint } from './identity/regions.ts';
import { stsEndpoint } from './identity/sts.ts';
import type { Upstream } from './identity/sts-upstream.ts';
import type { ServiceName } from './journal.ts';
import { remembering } from './remember.ts';
import { type BucketSpec, createBucket, createS3State } from './s3/bucket.ts';
import { createS3Endpoint } from './s3/endpoint.ts';
import { type Cloud, startCloud } from './server.ts';
import type { CloudObject, CloudPublicKey, CloudRole, CloudTrail } from './types.ts';

export interface CloudSetup {
  /** Epoch milliseconds. Clients sign by the real clock and are refused when this is more than 15 minutes off it. */
  readonly now: () => number;
  readonly organization: NewOrganization;
  readonly users: readonly CloudUser[];
  readonly roles?: readonly CloudRole[];
  readonly trails?: readonly CloudTrail[];
  readonly publicKeys?: readonly CloudPublicKey[];
  readonly events?: readonly CloudEvent[];
  readonly buckets?: readonly Omit<BucketSpec, 'now'>[];
  readonly objects?: Iterable<CloudObject>;
  /** For faults with a probability; 1 when absent. */
  readonly seed?: number;
  /** Another STS that issues the sessions, so that they hold at that store. */
  readonly upstream?: Upstream;
  /** What `aws:SecureTransport` says to bucket policies; true when absent, though loopback has no TLS. */
  readonly secureTransport?: boolean;
  readonly port?: number;
}

export interface WholeCloud extends Cloud {
  readonly identities: CloudIdentities;
  /** Organizations, trails and keys, all live. */
  readonly control: ControlPlane;
}

export async function createCloud(setup: CloudSetup): Promise<WholeCloud> {
  const { now, organization, seed = 1 } = setup;
  const identities = remembering(createIdentities({ now, users: setup.users, roles: setup.roles ?? [] }));
  const control = createControlPlane({ ...setup, ...organization, organizationId: organization.id, identities });
  const state = createS3State();
  for (const bucket of setup.buckets ?? []) createBucket(state, { ...bucket, now: now() });
  const s3 = createS3Endpoint({ state, identities, clock: now, secureTransport: setup.secureTransport ?? true });
  const endpoints = new Map<ServiceName, Endpoint>([
    ['s3', s3],
    ['sts', stsEndpoint(control, setup.upstream === undefined ? {} : { upstream: setup.upstream })],
    ['json', jsonEndpoint(control)],
  ]);
  const port = setup.port === undefined ? {} : { port: setup.port };
  const cloud = await startCloud({ endpoints, identities, state, faults: createFaults(seed), clock: now, ...port });
  for (const object of setup.objects ?? []) cloud.put(object);
  return { identities, control, ...cloud };
}

/** The JSON services share a port; the target's name tells them apart, and Account Management has none. */
function jsonEndpoint(control: ControlPlane): Endpoint {
  const organizations = organizationsEndpoint(control);
  const cloudtrail = cloudtrailEndpoint(control);
  const account = accountEndpoint(control);
  return (request) => {
    const target = request.headers.get('x-amz-target');
    if (target === undefined) return account(request);
    return target.startsWith('AWSOrganizations') ? organizations(request) : cloudtrail(request);
  };
}
