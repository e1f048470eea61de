/**
 * CloudTrail's own delivery into a bucket: it asks for the ACL first and then puts with bucket-owner-full-control, each
 * call under the bucket's policy and naming the trail it is made for (CloudTrail guide, "Amazon S3 bucket policy").
 */
import type { Principal } from '../endpoint.ts';
import type { CloudIdentities } from '../identity/identities.ts';
import type { CloudObject } from '../types.ts';
import type { Bucket, S3State } from './bucket.ts';

/** Who delivers, for which trail. */
export interface Deliverer {
  /** `cloudtrail.amazonaws.com` */
  readonly service: string;
  readonly trailArn: string;
  /** The account that owns the trail. */
  readonly account: string;
  /** `o-…` of that account; null when it is in none. */
  readonly organization: string | null;
  /** The key that the trail encrypts with; absent: it asks for none. */
  readonly kmsKey?: string;
}

/** `refused`: the first action that the bucket or the key does not let it do. */
export type DeliveryOutcome = { readonly allowed: true } | { readonly allowed: false; readonly refused: string };

export function judgeDelivery(
  { state, identities }: { readonly state: S3State; readonly identities: CloudIdentities },
  by: Deliverer,
  object: Pick<CloudObject, 'bucket' | 'key'>,
): DeliveryOutcome {
  const bucket = state.buckets.get(object.bucket);
  if (bucket === undefined) return { allowed: false, refused: 'NoSuchBucket' };
  const arn = `arn:${by.trailArn.split(':')[1] ?? 'aws'}:s3:::${bucket.name}`;
  const source = sourceContext(by);
  const may = (action: string, resource: string, more: readonly (readonly [string, string])[]): boolean =>
    identities.allowed({ ...asked(bucket, by), action, resource, context: new Map([...source, ...more]) });
  if (!may('s3:GetBucketAcl', arn, [])) return { allowed: false, refused: 's3:GetBucketAcl' };
  if (!may('s3:PutObject', `${arn}/${object.key}`, putContext(by))) return { allowed: false, refused: 's3:PutObject' };
  if (by.kmsKey === undefined || mayEncrypt({ state, identities }, { ...by, kmsKey: by.kmsKey }))
    return { allowed: true };
  return { allowed: false, refused: 'kms:GenerateDataKey' };
}

/** A service has no policies of its own: what the resource's policy does not grant to it is refused. */
function principalOf({ service }: Deliverer): Principal {
  return { account: '', arn: service, policies: [] };
}

function asked(bucket: Bucket, by: Deliverer) {
  return { principal: principalOf(by), owner: bucket.owner, resourcePolicy: bucket.policy };
}

/** What AWS says of a call that a service makes for a resource. It has no PrincipalArn, PrincipalAccount or PrincipalOrgID. */
function sourceContext(by: Deliverer): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [
    ['aws:PrincipalIsAWSService', 'true'],
    ['aws:PrincipalServiceName', by.service],
    ['aws:SecureTransport', 'true'],
    ['aws:SourceArn', by.trailArn],
    ['aws:SourceAccount', by.account],
  ];
  if (by.organization !== null) pairs.push(['aws:SourceOrgID', by.organization]);
  return pairs;
}

/** CloudTrail overwrites without a condition, so there is no s3:if-none-match. */
function putContext({ kmsKey }: Deliverer): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [
    ['s3:x-amz-acl', 'bucket-owner-full-control'],
    ['s3:ObjectCreationOperation', 'true'],
  ];
  if (kmsKey !== undefined) {
    pairs.push(['s3:x-amz-server-side-encryption', 'aws:kms']);
    pairs.push(['s3:x-amz-server-side-encryption-aws-kms-key-id', kmsKey]);
  }
  return pairs;
}

function mayEncrypt(
  { state, identities }: { readonly state: S3State; readonly identities: CloudIdentities },
  by: Deliverer & { readonly kmsKey: string },
): boolean {
  return identities.allowed({
    principal: principalOf(by),
    action: 'kms:GenerateDataKey',
    resource: by.kmsKey,
    owner: by.kmsKey.split(':')[4] ?? '',
    resourcePolicy: state.kmsPolicies.get(by.kmsKey) ?? null,
    resourcePolicyMustAllow: true,
    context: new Map([...sourceContext(by), ['kms:EncryptionContext:aws:cloudtrail:arn', by.trailArn]]),
  });
}
