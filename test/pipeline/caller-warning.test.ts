/** Whoever applies is told when the policy takes the next apply from them, and only then. */
import { expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { DocumentPlan } from '../../src/core/plan/document.ts';
import { planBucketPolicy } from '../../src/core/plan/plan-policy.ts';
import { callerWarning } from '../../src/pipeline/caller-warning.ts';
import { OWNER, wantedPolicy } from '../core/plan/wanted-policies.ts';

const SSO = 'aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef';
const SESSION = `arn:aws:sts::${OWNER}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/somebody@example.com`;

function planFor(administrators: readonly string[], ...foreign: readonly Json[]): DocumentPlan {
  const value = { Version: '2012-10-17', Statement: foreign };
  const state = foreign.length === 0 ? ({ state: 'absent' } as const) : ({ state: 'present', value } as const);
  return planBucketPolicy(wantedPolicy({ administrators }), state);
}

const warned = (plan: DocumentPlan): readonly string[] =>
  callerWarning(plan, SESSION).warnings.flatMap(({ code }) => (code === 'policy-caller-denied' ? [code] : []));

test.each<[string, readonly string[], number]>([
  ['nobody of that name', [`arn:aws:iam::${OWNER}:role/platform`], 1],
  ['the role of that name in another account', [`arn:aws:iam::222222222222:role/${SSO}`], 1],
  ['a role whose name only ends so', [`arn:aws:iam::${OWNER}:role/xAWSReservedSSO_Admin_0123456789abcdef`], 1],
  [
    'the role with its path, which its sessions do not tell: every single sign-on was warned',
    [`arn:aws:iam::${OWNER}:role/${SSO}`],
    0,
  ],
])('administrators: %s', (_name, administrators, expected) => {
  expect(warned(planFor(administrators))).toHaveLength(expected);
});

test("another's deny is not blamed on the administrators: it stood there before, and held only without a second factor", () => {
  const guard = {
    Sid: 'Guard',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutBucketPolicy',
    Resource: `arn:aws:s3:::${wantedPolicy().bucket}`,
    Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  };
  const plan = planFor([`arn:aws:iam::${OWNER}:role/${SSO}`], guard);
  expect(plan.change).not.toBeNull();
  expect(warned(plan)).toEqual([]);
});
