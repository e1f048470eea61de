/** What must stay possible in the archive bucket: each call that CloudTrail, our writer and the administrators make. */
import type { PolicyRequest } from './decision.ts';
import { administrator, cloudtrailFor, personOrRole, requestOf, type Asker } from './safety-caller.ts';
import type { DeliveryTrail, WantedPolicy } from './wanted.ts';

/** One call that must not fail. */
export interface Need {
  readonly request: PolicyRequest;
  /** Who asks, for people. */
  readonly name: string;
  /** The policy itself must allow: for services, for other accounts, and for every key. */
  readonly mustAllow: boolean;
}

/** Settings that plan and posture read. */
const SETTINGS_READ = [
  's3:GetBucketVersioning',
  's3:GetBucketObjectLockConfiguration',
  's3:GetEncryptionConfiguration',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketPolicy',
  's3:GetBucketOwnershipControls',
  's3:GetBucketLogging',
  's3:GetLifecycleConfiguration',
] as const;

/** Where our own records lie below the prefix, one key of each kind (design, section 3). */
const OUR_KEYS = [
  'orgtrail/pending/bucket/key',
  'orgtrail/quarantine/log-hash-mismatch/bucket/key',
  'orgtrail/receipts/111111111111/us-east-1/trail/standard/2026/01/01/x.json',
  'orgtrail/keys/us-east-1/x.json',
  'orgtrail/changes/2026/01/01/x.json',
  'orgtrail/trails/111111111111/us-east-1/trail/x.json',
  'orgtrail/trail-changes/111111111111/us-east-1/2026/01/01/x.json',
  'orgtrail/audit/2026/01/01/x.json',
  'orgtrail/accepted/111111111111/x.json',
  'orgtrail/probe',
] as const;
const PENDING = OUR_KEYS[0];

/** Logs and digests have folders of their own, which a statement may tell apart. */
const KINDS = ['CloudTrail', 'CloudTrail-Digest'] as const;

/** The calls by which one trail delivers: the look at the ACL, and a put below each folder that it needs. */
export function deliveryNeeds(wanted: WantedPolicy, trail: DeliveryTrail): readonly Need[] {
  return organizationsOf(wanted, trail).flatMap((organization) => {
    const asker = cloudtrailFor(wanted.cloudtrail, { arn: trail.arn, organization, owner: wanted.owner });
    const put = keysOf(trail).map((key) => ({
      action: 's3:PutObject',
      resource: `${bucketOf(wanted)}/${key}`,
      carries: [
        ['s3:x-amz-acl', 'bucket-owner-full-control'],
        ['s3:objectcreationoperation', 'true'],
      ] as const,
    }));
    return [{ action: 's3:GetBucketAcl', resource: bucketOf(wanted) }, ...put].map((call) => ({
      request: requestOf(asker, call),
      name: asker.name,
      mustAllow: true,
    }));
  });
}

/** The organization that the call names: the trail's own, or each that its account may be in by the configuration. */
function organizationsOf({ organizations }: WantedPolicy, { organization }: DeliveryTrail): readonly (string | null)[] {
  if (organization !== null) return [organization];
  return organizations.length === 0 ? [null] : organizations;
}

/**
 * An organization trail writes below the organization's folder; CreateTrail and UpdateTrail ask for the management
 * account's own folder too and refuse the trail without it.
 */
function keysOf({ arn, prefix, organization }: DeliveryTrail): readonly string[] {
  const [, , , region = '', account = ''] = arn.split(':');
  const folders = organization === null ? [account] : [account, `${organization}/${account}`];
  return folders.flatMap((folder) => KINDS.map((kind) => `${prefix}AWSLogs/${folder}/${kind}/${region}/2026/01/01/x`));
}

/** Every call of the daemon's own on the archive. */
export function writerNeeds(wanted: WantedPolicy): readonly Need[] {
  const asker = personOrRole(wanted.writer, wanted.owner);
  const bucket = bucketOf(wanted);
  const proven = KINDS.map((kind) => `AWSLogs/111111111111/${kind}/us-east-1/2026/01/01/x`);
  const own = [...proven, ...OUR_KEYS].map((key) => `${wanted.prefix}${key}`);
  const delivered = [...new Set(wanted.delivery.flatMap(keysOf))].slice(0, MOST_DELIVERED);
  const calls = [
    ...own.map((key) => ({ action: 's3:PutObject', resource: `${bucket}/${key}`, carries: putCarries(wanted) })),
    ...[...own, ...delivered].map((key) => ({ action: 's3:GetObject', resource: `${bucket}/${key}` })),
    ...own.map((key) => ({ action: 's3:GetObjectVersion', resource: `${bucket}/${key}` })),
    { action: 's3:PutObjectTagging', resource: `${bucket}/${wanted.prefix}${PENDING}` },
    ...[...own, ...delivered].map((key) => listing(bucket, key)),
    ...SETTINGS_READ.map((action) => ({ action, resource: bucket })),
  ];
  return calls.map((call) => needOf(asker, wanted, call));
}

/** Delivered folders that are asked for one by one: statements tell folders apart by pattern, not each by name. */
const MOST_DELIVERED = 200;

function listing(bucket: string, key: string): Parameters<typeof requestOf>[1] {
  const prefix = key.slice(0, key.lastIndexOf('/') + 1);
  return { action: 's3:ListBucket', resource: bucket, carries: [['s3:prefix', prefix]] };
}

/** What our puts carry: the condition, and the key where one is named. No ACL, no tags, no storage class. */
function putCarries({ kmsKey }: WantedPolicy): readonly (readonly [string, string])[] {
  const key: readonly (readonly [string, string])[] =
    kmsKey === null
      ? []
      : [
          ['s3:x-amz-server-side-encryption', 'aws:kms'],
          ['s3:x-amz-server-side-encryption-aws-kms-key-id', kmsKey],
        ];
  return [['s3:if-none-match', '*'], ['s3:objectcreationoperation', 'true'], ...key];
}

/** The calls by which a policy that went wrong is put right. */
export function repairNeeds(wanted: WantedPolicy, arn: string): readonly Need[] {
  const asker = administrator(arn, wanted.owner);
  const actions = ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'];
  return actions.map((action) => needOf(asker, wanted, { action, resource: bucketOf(wanted) }));
}

/** The call that only break-glass principals make. */
export function deletionNeeds(wanted: WantedPolicy, arn: string): readonly Need[] {
  const asker = administrator(arn, wanted.owner);
  const keys = ['AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/01/x', PENDING];
  return keys.map((key) => {
    const resource = `${bucketOf(wanted)}/${wanted.prefix}${key}`;
    return needOf(asker, wanted, { action: 's3:DeleteObjectVersion', resource });
  });
}

function needOf(asker: Asker, { owner }: WantedPolicy, call: Parameters<typeof requestOf>[1]): Need {
  const { principal } = asker;
  const elsewhere = principal.kind === 'aws' && principal.account !== owner;
  return { request: requestOf(asker, call), name: asker.name, mustAllow: elsewhere };
}

function bucketOf({ partition, bucket }: WantedPolicy): string {
  return `arn:${partition}:s3:::${bucket}`;
}
