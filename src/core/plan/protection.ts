/** What nobody may do to the archive but those named: deletes, overwrites, settings, plain HTTP, other keys. */
import { type Conditions, condition, denyEverybody, distinct, bucketArn, literal } from './policy-parts.ts';
import { deliveredPaths } from './delivery.ts';
import type { Statement } from './policy.ts';
import type { WantedPolicy } from './wanted.ts';

/** Prefixes of trails that are spelt out; beyond, the whole bucket is protected. */
const MOST_AREAS = 10;
/** Holds for people and programs alone: a deny that hits a service principal stops CloudTrail's delivery. */
const NO_SERVICE = { 'aws:PrincipalIsAWSService': 'false' };

/** Every deny of ours. AWS services, which delete and set nothing here, are left out wherever they write. */
export function protectionStatements(wanted: WantedPolicy): readonly Statement[] {
  return [
    ...(wanted.tlsOnly ? [tlsOnly(wanted)] : []),
    noDelete(wanted),
    tagging(wanted),
    settings(wanted),
    ...(wanted.conditionalWrites ? [noOverwrite(wanted)] : []),
    ...(wanted.kmsKey === null ? [] : [key(wanted, wanted.kmsKey)]),
  ];
}

/** IfExists: a store that says nothing of how it was reached over plain HTTP is refused as well. */
function tlsOnly(wanted: WantedPolicy): Statement {
  const bucket = bucketArn(wanted);
  return denyEverybody({
    sid: 'OrgtrailTlsOnly',
    actions: ['s3:*'],
    resources: [bucket, `${bucket}/*`],
    conditions: { BoolIfExists: { ...NO_SERVICE, 'aws:SecureTransport': 'false' } },
  });
}

/**
 * Lifecycle is not stopped by it (cloudtrail.md 4.8). Retention and legal hold are set by the bucket alone: whoever may
 * set them could lock a forgery in. IfExists changes nothing on AWS, where a negated operator holds for a missing key
 * anyway; on stores that do not know the key nobody deletes. Not held by it: delete markers of a replication into this
 * bucket, which hide and destroy nothing (its action is unknown to Ceph, which then takes no policy at all).
 */
function noDelete(wanted: WantedPolicy): Statement {
  return denyEverybody({
    sid: 'OrgtrailNoDelete',
    actions: ['s3:BypassGovernanceRetention', 's3:Delete*', 's3:PutObjectLegalHold', 's3:PutObjectRetention'],
    resources: areas(wanted),
    conditions: condition('ArnNotLikeIfExists', 'aws:PrincipalArn', wanted.breakGlass),
  });
}

/** Lifecycle removes what is tagged `orgtrail=promoted` below pending/: who may tag there may delete what is unproven. */
function tagging(wanted: WantedPolicy): Statement {
  return denyEverybody({
    sid: 'OrgtrailTagging',
    actions: ['s3:PutObjectTagging', 's3:PutObjectVersionTagging'],
    resources: areas(wanted),
    conditions: allBut([...wanted.breakGlass, wanted.writer]),
  });
}

/**
 * By pattern, so that a setting that AWS adds is shut as well: policy, lifecycle, versioning, lock, encryption, public
 * access, ownership, ACL, logging, replication, notification. The account's root may always undo the policy.
 */
function settings(wanted: WantedPolicy): Statement {
  return denyEverybody({
    sid: 'OrgtrailSettings',
    actions: ['s3:DeleteBucket*', 's3:Put*'],
    resources: [bucketArn(wanted)],
    conditions: allBut([...wanted.breakGlass, ...wanted.administrators]),
  });
}

/**
 * As in the S3 guide's "Enforce conditional writes": creating and filling a multipart upload take no such header, so
 * only what creates an object is held to it.
 */
function noOverwrite(wanted: WantedPolicy): Statement {
  return denyEverybody({
    sid: 'OrgtrailNoOverwrite',
    actions: ['s3:PutObject'],
    resources: areas(wanted),
    conditions: {
      Null: { 's3:if-none-match': 'true' },
      Bool: { 's3:ObjectCreationOperation': 'true' },
      BoolIfExists: NO_SERVICE,
      ...allBut(wanted.breakGlass),
    },
  });
}

/** A missing header is another key too: the bucket's default may be changed by whoever administers it. */
function key(wanted: WantedPolicy, kmsKey: string): Statement {
  return denyEverybody({
    sid: 'OrgtrailKey',
    actions: ['s3:PutObject'],
    resources: [`${bucketArn(wanted)}/${literal(wanted.prefix)}*`],
    conditions: {
      ...condition('StringNotEquals', 's3:x-amz-server-side-encryption-aws-kms-key-id', [kmsKey]),
      BoolIfExists: NO_SERVICE,
    },
  });
}

/** A role's session is told by the role's ARN, a service by none, which the operator takes for "not like". */
function allBut(principals: readonly string[]): Conditions {
  return condition('ArnNotLike', 'aws:PrincipalArn', principals);
}

/** The archive and what trails deliver beside it. What else lies in the bucket is somebody else's. */
function areas(wanted: WantedPolicy): readonly string[] {
  const own = literal(wanted.prefix);
  const beside = deliveredPaths(wanted.delivery).filter((path) => !path.startsWith(own));
  const paths = beside.length > MOST_AREAS ? ['*'] : [`${own}*`, ...beside];
  return distinct(paths).map((path) => `${bucketArn(wanted)}/${path}`);
}
