/**
 * What a new key policy would do beside what it is meant to. A key's policy is the only way in: without a statement that
 * allows, no policy of a role counts, and without one for an administrator nobody but AWS's support can mend it.
 */
import type { PolicyDocument } from './policy.ts';
import { namedPrincipals } from './principal.ts';
import { isPublicGrant } from './public-grant.ts';
import { administrator, cloudtrailFor, personOrRole, requestOf, type Asker } from './safety-caller.ts';
import type { Need } from './safety-needs.ts';
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
import type { DeliveryTrail, WantedPolicy } from './wanted.ts';

export const KEY_SAFETY_CODES = ['key-stops-delivery', 'key-stops-writer', 'key-locks-out', 'key-public'] as const;
type KeySafetyCode = (typeof KEY_SAFETY_CODES)[number];

/** Judges the step from one key policy to the next. Without a key there is nothing to judge. */
export function keySafety(after: PolicyDocument, before: PolicyDocument | null, wanted: WantedPolicy): SafetyVerdict {
  const { kmsKey } = wanted;
  if (kmsKey === null) return NOTHING;
  const step = stepOf(after, before);
  return joined([
    deliverySafety(step, wanted, kmsKey),
    writerSafety(step, wanted, kmsKey),
    repairSafety(step, stepOf(before ?? after, before ?? after), { wanted, kmsKey }),
    grantSafety(step),
  ]);
}

function deliverySafety(step: Step, wanted: WantedPolicy, kmsKey: string): SafetyVerdict {
  const needs = wanted.delivery.flatMap((trail) => deliveryNeeds(wanted, trail, kmsKey));
  return verdictOn(failuresOf(needs, step), {
    code: 'key-stops-delivery' satisfies KeySafetyCode,
    harm: 'CloudTrail could not encrypt what it delivers, and would deliver nothing',
    hint: ({ statement, foreign }) =>
      foreign
        ? `Leave AWS services out of statement ${statement}: add "BoolIfExists": {"aws:PrincipalIsAWSService": "false"} to its Condition.`
        : 'Compare policy.delivery with the trails (aws cloudtrail describe-trails): ARN, organization and cloudtrailPrincipal must be theirs.',
    doubts: 'findings',
  });
}

/** A data key in the trail's name for each object; the other two when the trail is made and the bucket has a bucket key. */
function deliveryNeeds(wanted: WantedPolicy, trail: DeliveryTrail, kmsKey: string): readonly Need[] {
  const organizations = wanted.organizations.length === 0 ? [null] : wanted.organizations;
  const possible = trail.organization === null ? organizations : [trail.organization];
  return possible.flatMap((organization) => {
    const asker = onKeys(cloudtrailFor(wanted.cloudtrail, { arn: trail.arn, organization, owner: wanted.owner }));
    const carries = [['kms:encryptioncontext:aws:cloudtrail:arn', trail.arn]] as const;
    return [
      need(asker, { action: 'kms:GenerateDataKey', resource: kmsKey, carries }),
      need(asker, { action: 'kms:DescribeKey', resource: kmsKey }),
      need(asker, { action: 'kms:Decrypt', resource: kmsKey }),
    ];
  });
}

/** What the writer puts carries no trail in its context: a statement that asks for one lets nobody read it. */
function writerSafety(step: Step, wanted: WantedPolicy, kmsKey: string): SafetyVerdict {
  const through = [['kms:viaservice', `s3.${kmsKey.split(':')[3] ?? ''}.amazonaws.com${suffix(wanted)}`]] as const;
  const asker = onKeys(personOrRole(wanted.writer, wanted.owner));
  const needs = ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) =>
    need(asker, { action, resource: kmsKey, carries: through }),
  );
  return verdictOn(failuresOf(needs, step), {
    code: 'key-stops-writer' satisfies KeySafetyCode,
    harm: 'orgtrail could neither write nor read the archive',
    hint: ({ statement, foreign }) =>
      foreign
        ? `Leave the writer out of statement ${statement}: add "ArnNotEquals": {"aws:PrincipalArn": "${wanted.writer}"} to its Condition.`
        : 'Set policy.writer to the role that the daemon really uses (aws sts get-caller-identity).',
    doubts: 'warnings',
  });
}

function suffix({ partition }: WantedPolicy): string {
  return partition === 'aws-cn' ? '.cn' : '';
}

/** Refused is only what this step causes: a key that nobody could change before is no reason to leave it unheld. */
function repairSafety(
  step: Step,
  was: Step,
  { wanted, kmsKey }: { readonly wanted: WantedPolicy; readonly kmsKey: string },
): SafetyVerdict {
  const fails = (one: Step) =>
    everybodyFails(administrators(one, wanted, kmsKey).map((needs) => failuresOf(needs, one)));
  const telling = {
    code: 'key-locks-out' satisfies KeySafetyCode,
    harm: "nobody could change this key's policy again",
    hint: () =>
      `Let account ${kmsKey.split(':')[4] ?? ''} administer the key again, by the statement that AWS gives every new key: kms:* on "*" for the account's root.`,
    doubts: 'warnings',
  } as const;
  const { refusals, findings, warnings } = verdictOn(fails(step), telling);
  return fails(was).length === 0
    ? { refusals, findings, warnings }
    : { ...NOTHING, findings: [...refusals, ...findings], warnings };
}

/** Everybody who might administer the key: the account as such, those configured, and those its statements name. */
function administrators(step: Step, wanted: WantedPolicy, kmsKey: string): readonly (readonly Need[])[] {
  const [, partition = '', , , account = ''] = kmsKey.split(':');
  const named = step.after.statements.filter((one) => one['Effect'] === 'Allow').flatMap(namedPrincipals);
  const people = [`arn:${partition}:iam::${account}:root`, ...wanted.breakGlass, ...wanted.administrators, ...named];
  const own = people.filter((arn) => arn.startsWith(`arn:${partition}:iam::${account}:`));
  return [...new Set(own)].map((arn) => [
    need(onKeys(administrator(arn, account)), { action: 'kms:PutKeyPolicy', resource: kmsKey }),
  ]);
}

function grantSafety(step: Step): SafetyVerdict {
  return verdictOnEach(step, (statement, name) =>
    isPublicGrant(statement)
      ? [
          {
            code: 'key-public' satisfies KeySafetyCode,
            detail: grantsToEverybody(name),
            hint: `Name principals in statement ${name}, or narrow it by StringEquals on kms:CallerAccount.`,
          },
        ]
      : [],
  );
}

/** Keys that KMS or S3 settle: the object in the context, through whom the call came, the state of the key. */
function onKeys(asker: Asker): Asker {
  const settled = /^kms:(?!encryptioncontext:aws:cloudtrail:arn$|grantoperations$)/;
  return { ...asker, unknown: (key) => settled.test(key) || asker.unknown(key) };
}

function need(asker: Asker, call: Parameters<typeof requestOf>[1]): Need {
  return { request: requestOf(asker, call), name: asker.name, mustAllow: true };
}
