/**
 * What a new bucket policy would do beside what it is meant to. Refused is what our change causes; what another's
 * statement did before is a finding that names it, since keeping our own statements back would not mend it.
 */
import { decide } from './decision.ts';
import { isOurs, type PolicyDocument, type Statement } from './policy.ts';
import { isRecord, textsOf } from './policy-element.ts';
import { isNarrowedBy, isPublicGrant } from './public-grant.ts';
import { anyCloudtrail, cloudtrailFor, requestOf } from './safety-caller.ts';
import { deletionNeeds, deliveryNeeds, repairNeeds, writerNeeds, type Need } from './safety-needs.ts';
import {
  everybodyFails,
  failuresOf,
  grantsToEverybody,
  joined,
  NOTHING,
  stepOf,
  verdictOn,
  verdictOnEach,
  type SafetyVerdict,
  type Step,
} from './safety-verdict.ts';
import type { WantedPolicy } from './wanted.ts';

export const POLICY_SAFETY_CODES = [
  'policy-stops-delivery',
  'policy-stops-writer',
  'policy-locks-out',
  'policy-break-glass-denied',
  'policy-public',
  'policy-any-trail',
] as const;
type PolicySafetyCode = (typeof POLICY_SAFETY_CODES)[number];

/** Judges the step from one bucket policy to the next. */
export function policySafety(
  after: PolicyDocument,
  before: PolicyDocument | null,
  wanted: WantedPolicy,
): SafetyVerdict {
  const step = stepOf(after, before);
  return joined([
    deliverySafety(step, wanted),
    writerSafety(step, wanted),
    repairSafety(step, wanted),
    breakGlassSafety(step, wanted),
    grantSafety(step, wanted),
  ]);
}

function deliverySafety(step: Step, wanted: WantedPolicy): SafetyVerdict {
  const needs = wanted.delivery.flatMap((trail) => deliveryNeeds(wanted, trail));
  const ours = failuresOf([harmlessToServices(wanted)], stepOf(onlyOurs(step.after), null));
  return verdictOn([...failuresOf(needs, step), ...ours], {
    code: 'policy-stops-delivery' satisfies PolicySafetyCode,
    harm: 'CloudTrail could not deliver',
    hint: ({ statement, foreign }) =>
      foreign
        ? `Leave AWS services out of statement ${statement}: add "BoolIfExists": {"aws:PrincipalIsAWSService": "false"} to its Condition, and take it off the trails' folders where it is about encryption.`
        : 'Compare policy.delivery with the trails (aws cloudtrail describe-trails): ARN, prefix, organization, and cloudtrailPrincipal must be theirs.',
    doubts: 'findings',
  });
}

/** Our own denies hit no trail at all: also those that deliver here by others' statements. */
function harmlessToServices({ cloudtrail, owner, partition, bucket, prefix }: WantedPolicy): Need {
  const asker = anyCloudtrail(cloudtrail, owner);
  const resource = `arn:${partition}:s3:::${bucket}/${prefix}AWSLogs/x`;
  const request = requestOf(asker, { action: 's3:PutObject', resource });
  return { request, name: `${cloudtrail} for any trail`, mustAllow: false };
}

function onlyOurs(policy: PolicyDocument): PolicyDocument {
  return { ...policy, statements: policy.statements.filter(isOurs) };
}

function writerSafety(step: Step, wanted: WantedPolicy): SafetyVerdict {
  return verdictOn(failuresOf(writerNeeds(wanted), step), {
    code: 'policy-stops-writer' satisfies PolicySafetyCode,
    harm: 'orgtrail could not keep the archive',
    hint: ({ statement, foreign }) =>
      foreign
        ? `Leave the writer out of statement ${statement}: add "ArnNotEquals": {"aws:PrincipalArn": "${wanted.writer}"} to its Condition.`
        : 'Set policy.writer to the role that the daemon really uses (aws sts get-caller-identity), and archive.owner to the account that owns the bucket.',
    doubts: 'warnings',
  });
}

/** One of them is enough; S3 takes a bucket's policy from its owner's account alone (405 otherwise). */
function repairSafety(step: Step, wanted: WantedPolicy): SafetyVerdict {
  const people = [...new Set([...wanted.breakGlass, ...wanted.administrators])];
  const own = people.filter((arn) => arn.split(':')[4] === wanted.owner);
  if (own.length === 0) return { ...NOTHING, refusals: [nobodyInside(wanted)] };
  return verdictOn(everybodyFails(own.map((arn) => failuresOf(repairNeeds(wanted, arn), step))), {
    code: 'policy-locks-out' satisfies PolicySafetyCode,
    harm: "nobody named in the configuration could change this policy again, and the account's root alone could remove it",
    hint: ({ statement, foreign }) =>
      foreign
        ? `Leave a break-glass principal out of statement ${statement} by "ArnNotEquals" on aws:PrincipalArn, while somebody still can.`
        : `Name a user or role of account ${wanted.owner} in policy.breakGlass or policy.administrators.`,
    doubts: 'warnings',
  });
}

function nobodyInside({ owner }: WantedPolicy): SafetyVerdict['refusals'][number] {
  return {
    code: 'policy-locks-out' satisfies PolicySafetyCode,
    detail: `none of policy.breakGlass and policy.administrators is in account ${owner}, which owns the bucket: S3 takes a bucket's policy from its own account alone`,
    hint: `Name a user or role of account ${owner} in policy.breakGlass.`,
  };
}

function breakGlassSafety(step: Step, wanted: WantedPolicy): SafetyVerdict {
  const failures = wanted.breakGlass.flatMap((arn) => failuresOf(deletionNeeds(wanted, arn), step));
  return verdictOn(failures, {
    code: 'policy-break-glass-denied' satisfies PolicySafetyCode,
    harm: 'this break-glass principal opens nothing when it is needed',
    hint: ({ statement, foreign, need }) =>
      foreign
        ? `Leave it out of statement ${statement}: add "ArnNotEquals": {"aws:PrincipalArn": "${need.name}"} to its Condition.`
        : `Name users or roles of account ${wanted.owner} in policy.breakGlass: of another account they are let in by no policy of the bucket.`,
    doubts: 'warnings',
  });
}

function grantSafety(step: Step, wanted: WantedPolicy): SafetyVerdict {
  return verdictOnEach(step, (statement, name) => [
    ...(isPublicGrant(statement) ? [publicGrant(name)] : []),
    ...(isOpenToAnyTrail(statement, wanted, step.after.version) ? [anyTrail(name, wanted)] : []),
  ]);
}

function publicGrant(name: string): SafetyVerdict['refusals'][number] {
  return {
    code: 'policy-public' satisfies PolicySafetyCode,
    detail: grantsToEverybody(name),
    hint: `Name principals in statement ${name}, or narrow it by StringEquals on aws:PrincipalOrgID or aws:SourceAccount, with a value that holds no wildcard.`,
  };
}

/** Nobody's account: number 0 is never given out. */
const STRANGER = { account: '000000000000', organization: 'o-0000000000' } as const;
const PATHS: ReadonlySet<string> = new Set(['aws:sourceorgpaths']);

/**
 * The confused deputy: anybody's trail that names this bucket is written for (cloudtrail.md 4.2). A folder alone keeps
 * nobody out, since a stranger's trail may have that very folder for its prefix.
 */
function isOpenToAnyTrail(statement: Statement, wanted: WantedPolicy, version: string): boolean {
  if (statement['Effect'] === 'Deny' || isNarrowedBy(statement, PATHS)) return false;
  const { partition, bucket, cloudtrail, owner } = wanted;
  const arns = [`arn:${partition}:cloudtrail:us-east-1:${STRANGER.account}:trail/x`, ...strangersIn(statement)];
  const { organization } = STRANGER;
  const askers = arns.map((arn) => cloudtrailFor(cloudtrail, { arn, organization, owner }));
  const file = `AWSLogs/${STRANGER.account}/CloudTrail/x`;
  const below = (textsOf(statement['Resource'] ?? null) ?? []).map((one) => one.replaceAll(/[*?]/g, 'x'));
  return [`arn:${partition}:s3:::${bucket}/${file}`, ...below].some((resource) => {
    const carries = [['s3:x-amz-acl', 'bucket-owner-full-control']] as const;
    const requests = askers.map((asker) => requestOf(asker, { action: 's3:PutObject', resource, carries }));
    const alone = { version, id: null, statements: [statement] };
    return requests.some((request) => decide(alone, request).effect !== 'none');
  });
}

/** A stranger gives a trail the name and the region that the statement asks for; the account alone is not theirs to choose. */
function strangersIn(statement: Statement): readonly string[] {
  const block = statement['Condition'];
  const patterns = Object.values(isRecord(block) ? block : {}).flatMap((tested) =>
    Object.entries(isRecord(tested) ? tested : {}).flatMap(([key, values]) =>
      key.toLowerCase() === 'aws:sourcearn' ? (textsOf(values) ?? []) : [],
    ),
  );
  return patterns.flatMap((pattern) => {
    // One star may stand for region and account together.
    const whole = pattern.split(':').length < 6 ? pattern.replace(':*:', ':x:*:') : pattern;
    const [arn = '', partition = '', service = '', region = '', account = '', ...name] = whole.split(':');
    if (!/[*?]/.test(account)) return [];
    const number = account.replaceAll('?', '0').replace('*', '0'.repeat(Math.max(0, 13 - account.length)));
    return [[arn, partition, service, region, number, ...name].join(':').replaceAll(/[*?]/g, 'x')];
  });
}

function anyTrail(name: string, { cloudtrail }: WantedPolicy): SafetyVerdict['refusals'][number] {
  return {
    code: 'policy-any-trail' satisfies PolicySafetyCode,
    detail: `statement ${name} lets ${cloudtrail} write for anybody's trail: whoever names this bucket in a trail of theirs fills it`,
    hint: `Narrow statement ${name} by StringEquals on aws:SourceArn (the trails) or aws:SourceAccount (their accounts), or remove it once policy.delivery names the trails.`,
  };
}
