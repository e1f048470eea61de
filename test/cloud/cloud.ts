/** The whole cloud on one loopback port: S3, STS, KMS, SNS, Organizations, CloudTrail and Account Management over one set of identities. */
import type { Endpoint } from './endpoint.ts';
import { createFaults } from './faults.ts';
import { cloudtrailEndpoint } from './identity/cloudtrail.ts';
import { type ControlPlane, createControlPlane, type NewOrganization } from './identity/controlplane.ts';
import type { CloudEvent } from './identity/events.ts';
import { type CloudIdentities, type CloudUser, createIdentities } from './identity/identities.ts';
import { defaultKeyPolicy, kmsEndpoint } from './identity/kms.ts';
import { organizationsEndpoint } from './identity/organizations.ts';
import { accountEndpoint } from './identity/regions.ts';
import { defaultTopicPolicy, snsEndpoint } from './identity/sns.ts';
import { stsEndpoint } from './identity/sts.ts';
import type { Upstream } from './identity/sts-upstream.ts';
import type { ServiceName } from './journal.ts';
import { remembering } from './remember.ts';
import { type BucketSpec, createBucket, createS3State } from './s3/bucket.ts';
import { type Deliverer, type DeliveryOutcome, judgeDelivery } from './s3/delivery.ts';
import { createS3Endpoint } from './s3/endpoint.ts';
import { type Cloud, type Placement, startCloud } from './server.ts';
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
  /** ARNs of KMS keys, each with the policy that KMS gives a new one; `control.keyPolicies` holds and changes them. */
  readonly keys?: readonly string[];
  /** ARNs of SNS topics, each with SNS's default policy; `control.topicPolicies` holds and changes them. */
  readonly topics?: readonly string[];
  /** For faults with a probability; 1 when absent. */
  readonly seed?: number;
  /** Another STS that issues the sessions, so that they hold at that store. */
  readonly upstream?: Upstream;
  /** What `aws:SecureTransport` says at first; true when absent, though loopback has no TLS. `state` holds and changes it. */
  readonly secureTransport?: boolean;
  readonly port?: number;
}

export interface WholeCloud extends Cloud {
  readonly identities: CloudIdentities;
  /** Organizations, trails and keys, all live. */
  readonly control: ControlPlane;
  /** Delivery by CloudTrail under the bucket's policy (and the key's): the object lands only when it may. */
  deliverAs(by: Deliverer, object: CloudObject): DeliveryOutcome;
}

export async function createCloud(setup: CloudSetup): Promise<WholeCloud> {
  const { now, organization, seed = 1 } = setup;
  const identities = remembering(createIdentities({ now, users: setup.users, roles: setup.roles ?? [] }));
  const state = createS3State();
  for (const arn of setup.keys ?? []) state.kmsPolicies.set(arn, defaultKeyPolicy(arn));
  const topicPolicies = new Map((setup.topics ?? []).map((arn) => [arn, defaultTopicPolicy(arn)]));
  const policies = { keyPolicies: state.kmsPolicies, topicPolicies };
  const organizationId = organization.id;
  const control = createControlPlane({ ...setup, ...organization, ...policies, organizationId, identities });
  for (const bucket of setup.buckets ?? []) createBucket(state, { ...bucket, now: now() });
  state.secureTransport = setup.secureTransport ?? true;
  const s3 = createS3Endpoint({ state, identities, clock: now });
  const endpoints = new Map<ServiceName, Endpoint>([
    ['s3', s3],
    ['sts', stsEndpoint(control, setup.upstream === undefined ? {} : { upstream: setup.upstream })],
    ['sns', snsEndpoint(control)],
    ['json', jsonEndpoint(control)],
  ]);
  const port = setup.port === undefined ? {} : { port: setup.port };
  const cloud = await startCloud({ endpoints, identities, state, faults: createFaults(seed), clock: now, ...port });
  for (const object of setup.objects ?? []) cloud.put(object);
  const deliverAs = (by: Deliverer, object: CloudObject): DeliveryOutcome => {
    const outcome = judgeDelivery({ state, identities }, by, object);
    if (outcome.allowed) cloud.put(object, encryptedWith(by.kmsKey));
    return outcome;
  };
  return { identities, control, deliverAs, ...cloud };
}

function encryptedWith(kmsKey: string | undefined): Placement {
  return kmsKey === undefined ? {} : { encryption: { algorithm: 'aws:kms', kmsKey } };
}

/** The JSON services share a port; the target's name tells them apart, and Account Management has none. */
function jsonEndpoint(control: ControlPlane): Endpoint {
  const organizations = organizationsEndpoint(control);
  const cloudtrail = cloudtrailEndpoint(control);
  const account = accountEndpoint(control);
  const kms = kmsEndpoint(control);
  return (request) => {
    const target = request.headers.get('x-amz-target');
    if (target === undefined) return account(request);
    if (target.startsWith('TrentService')) return kms(request);
    return target.startsWith('AWSOrganizations') ? organizations(request) : cloudtrail(request);
  };
}
