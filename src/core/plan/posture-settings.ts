/** Versioning, ownership, public access and access logging of the archive bucket. */
import { AS_WANTED, type Fields, onlyRule, type Outcome, postureProblem } from './posture-outcome.ts';
import type { WantedPosture } from './wanted.ts';

/** Switched on, never suspended. With MFA delete only the root user with its device may write this setting. */
export function planVersioning(before: Fields, bucket: string): Outcome | null {
  const { Status: status, MFADelete: mfa } = before;
  if (status === 'Enabled') return AS_WANTED;
  if (status !== undefined && status !== 'Suspended') return null;
  if (mfa === 'Enabled') return { ...AS_WANTED, findings: [mfaDelete(bucket)] };
  return {
    ...AS_WANTED,
    after: { ...before, Status: 'Enabled' },
    reasons: [
      `Versioning is ${status === undefined ? 'not switched on' : 'suspended'}: what is overwritten or deleted is gone.`,
    ],
    warnings: status === undefined ? [staysVersioned()] : [],
  };
}

function mfaDelete(bucket: string) {
  return postureProblem(
    'posture-mfa-delete',
    `versioning of ${bucket} is suspended, and MFA delete lets only the root user with its device switch it on`,
    "Have the root user of the bucket's account switch versioning on, with its MFA device.",
  );
}

function staysVersioned() {
  return postureProblem(
    'posture-versioning-stays',
    'versioning can be suspended later, but never be removed, and may take 15 minutes to hold everywhere',
    'Stop writers for 15 minutes, or run `orgtrail verify --archive` afterwards.',
  );
}

type Target = NonNullable<WantedPosture['accessLogging']>;
type Ownership = NonNullable<WantedPosture['ownership']>;

/** With BucketOwnerEnforced there are no ACLs at all; going back to Preferred would bring every old one to life again. */
export function planOwnership(wanted: Ownership, before: Fields): Outcome | null {
  const found = onlyRule(before);
  if (found === null) return null;
  const { ObjectOwnership: current } = found.rule;
  if (current === wanted) return AS_WANTED;
  if (current === 'BucketOwnerEnforced') return { ...AS_WANTED, refusals: [aclsAgain(wanted)] };
  const now = typeof current === 'string' ? current : 'not set';
  return {
    ...AS_WANTED,
    after: found.with({ ...found.rule, ObjectOwnership: wanted }),
    reasons: [`Object ownership is ${now}, not ${wanted}: objects that others write may be theirs.`],
    breaks: wanted === 'BucketOwnerEnforced' ? NO_ACLS : [],
  };
}

const NO_ACLS = [
  'ACLs stop to count: whoever reads or writes by an ACL of the bucket or of an object loses that right, and needs a policy.',
  'Writers that send another ACL than bucket-owner-full-control are refused.',
];

function aclsAgain(wanted: Ownership) {
  return postureProblem(
    'posture-ownership-weaker',
    `ownership is BucketOwnerEnforced, and ${wanted} would let ACLs count again`,
    'Set posture.ownership to BucketOwnerEnforced, or to null to leave it as it is.',
  );
}

/** Each block, and what is open without it. */
const BLOCKS = [
  ['BlockPublicAcls', 'ACLs that let everybody in can be set.'],
  ['IgnorePublicAcls', 'ACLs that let everybody in count.'],
  ['BlockPublicPolicy', 'A policy that lets everybody in can be set.'],
  ['RestrictPublicBuckets', 'A policy that lets everybody in counts for other accounts.'],
] as const;

export function planPublicAccess(before: Fields): Outcome {
  const open = BLOCKS.filter(([name]) => before[name] !== true);
  if (open.length === 0) return AS_WANTED;
  return {
    ...AS_WANTED,
    after: { ...before, ...Object.fromEntries(BLOCKS.map(([name]) => [name, true])) },
    reasons: open.map(([name, sentence]) => `${name} is off: ${sentence}`),
    breaks: [
      'Whoever reads by a public policy or a public ACL loses that; AWS refuses every later policy that is public.',
    ],
  };
}

/** `before` is the part that S3 calls LoggingEnabled. Grants and the key format of it stay as they are. */
export function planAccessLogging(wanted: Target, before: Fields): Outcome | null {
  const { TargetBucket: bucket, TargetPrefix: prefix = '' } = before;
  if (typeof prefix !== 'string') return null;
  if (bucket === wanted.bucket && prefix === wanted.prefix) return AS_WANTED;
  const place = `${wanted.bucket}/${wanted.prefix}`;
  const former = typeof bucket === 'string' ? `${bucket}/${prefix}` : null;
  return {
    ...AS_WANTED,
    after: { ...before, TargetBucket: wanted.bucket, TargetPrefix: wanted.prefix },
    reasons: [`Access logs ${former === null ? 'are not kept' : `go to ${former}, not to ${place}`}.`],
    breaks: former === null ? [] : [`Access logs no longer arrive at ${former}.`],
    warnings: [loggingTarget(wanted.bucket)],
  };
}

function loggingTarget(bucket: string) {
  return postureProblem(
    'posture-logging-target',
    `S3 does not say when it cannot deliver access logs: ${bucket} has to be in the archive's account and region, let logging.s3.amazonaws.com write, and have neither a default retention nor a KMS key as its default`,
    `Look whether logs arrive in ${bucket} some hours after the change.`,
  );
}
