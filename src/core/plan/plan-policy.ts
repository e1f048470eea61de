/** The plans of the policies that orgtrail holds: the archive's bucket, its key, the topic, and members' buckets. */
import type { Problem } from '../source.ts';
import { archiveCandidates } from './archive-policy.ts';
import type { DeliveryForm } from './delivery.ts';
import type { DocumentPlan, DocumentRef, DocumentState } from './document.ts';
import { keyCandidates } from './key-policy.ts';
import { keySafety } from './key-safety.ts';
import { memberStatements } from './member-policy.ts';
import { type PolicyPlanCode, planStatements, refused } from './plan-statements.ts';
import { MOST_BYTES } from './policy-budget.ts';
import { accountOf } from './policy-parts.ts';
import { policySafety } from './safety.ts';
import { topicCandidates } from './topic-policy.ts';
import type { WantedMember, WantedPolicy } from './wanted.ts';

const ORGANIZATIONS =
  'Say by policy.organizationIds that every delivering account is in an organization, which needs no list';
const WHEN_TOO_LARGE = {
  bucket: `${ORGANIZATIONS}; or split the accounts over several archive buckets; or give the trails one prefix; or share with fewer readers (a security account that reads everything takes one entry). Statements of others in the policy may be shortened too.`,
  key: `${ORGANIZATIONS}; or share with fewer readers: a security account that reads everything takes one entry.`,
  topic: `${ORGANIZATIONS}; or have the trails announce to several topics.`,
  member: "Shorten the member's own statements, or read the bucket through a role in the member's account alone.",
} as const;

/** Plans the policy of the archive bucket. Refused: what cannot be read, does not fit, or would do harm. */
export function planBucketPolicy(wanted: WantedPolicy, state: DocumentState): DocumentPlan {
  return planStatements({
    ref: { kind: 'bucket-policy', account: wanted.owner, target: wanted.bucket },
    state,
    most: MOST_BYTES.bucket,
    candidates: archiveCandidates(wanted),
    whenTooLarge: WHEN_TOO_LARGE.bucket,
    warnings: organizationWarnings,
    judge: (after, before) => policySafety(after, before, wanted),
  });
}

/**
 * Plans the policy of the archive's key, which must be named. A key whose policy cannot be read is never written to:
 * without the account's administrators in it nobody but AWS's support could ever change it again.
 */
export function planKeyPolicy(wanted: WantedPolicy, state: DocumentState): DocumentPlan {
  const { kmsKey } = wanted;
  if (kmsKey === null) throw new Error('no key policy is planned where the archive names no key');
  const ref: DocumentRef = { kind: 'key-policy', account: accountOf(kmsKey), target: kmsKey };
  if (state.state === 'absent') return refused(ref, noKeyPolicy(kmsKey));
  return planStatements({
    ref,
    state,
    most: MOST_BYTES.key,
    candidates: keyCandidates(wanted),
    whenTooLarge: WHEN_TOO_LARGE.key,
    warnings: organizationWarnings,
    judge: (after, before) => keySafety(after, before, wanted),
  });
}

/** Plans the topic's policy. Statements of the topic's owner, such as SNS's own default one, stay. */
export function planTopicPolicy(wanted: WantedPolicy, topicArn: string, state: DocumentState): DocumentPlan {
  return planStatements({
    ref: { kind: 'topic-policy', account: accountOf(topicArn), target: topicArn },
    state,
    most: MOST_BYTES.topic,
    candidates: topicCandidates(wanted, topicArn),
    whenTooLarge: WHEN_TOO_LARGE.topic,
    warnings: organizationWarnings,
  });
}

/** Plans the policy of a member's bucket. Statements of the member stay as they are. */
export function planMemberPolicy(wanted: WantedMember, state: DocumentState): DocumentPlan {
  return planStatements({
    ref: { kind: 'member-policy', account: wanted.account, target: wanted.bucket },
    state,
    most: MOST_BYTES.bucket,
    candidates: [{ form: 'reader', givesUp: [], statements: () => memberStatements(wanted) }],
    whenTooLarge: WHEN_TOO_LARGE.member,
  });
}

/** The CloudTrail guide documents the keys of the other forms, and this one nowhere (cloudtrail.md 4.2). */
function organizationWarnings(form: string): readonly Problem[] {
  if (form !== ('organization' satisfies DeliveryForm)) return [];
  return [
    {
      code: 'policy-organization-untried' satisfies PolicyPlanCode,
      detail:
        'delivery rests on aws:SourceOrgID, which AWS documents for calls of its services but not for CloudTrail by name',
      hint: 'After applying, look at LatestDeliveryError of a trail (aws cloudtrail get-trail-status) and at "orgtrail status" within the hour.',
    },
  ];
}

function noKeyPolicy(kmsKey: string): Problem {
  return {
    code: 'policy-absent' satisfies PolicyPlanCode,
    detail: `${kmsKey} shows no key policy, and every key has one: with orgtrail's statements alone nobody could administer it`,
    hint: 'Look at it with "aws kms get-key-policy --key-id … --policy-name default" in its own account and region.',
  };
}
