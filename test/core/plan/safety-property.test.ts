/**
 * No false green: whatever statements others have in the policy, where safety has nothing to say, the test cloud's
 * evaluator lets CloudTrail deliver and the writer write; and no statement makes it throw.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { keySafety } from '../../../src/core/plan/key-safety.ts';
import { withStatements, type Statement } from '../../../src/core/plan/policy.ts';
import { policySafety } from '../../../src/core/plan/safety.ts';
import { deliveredKey, letsCloudTrail, letsIn } from './policy-asking.ts';
import { besides, codesOf, ourStatements, policyOf } from './safety-world.ts';
import { OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const WANTED = wantedPolicy();
const BUCKET = `arn:aws:s3:::${WANTED.bucket}`;
const [TRAIL = trails(1, '')[0]] = WANTED.delivery;
if (TRAIL === undefined) throw new Error('one trail must deliver');

const some = (...values: readonly string[]): fc.Arbitrary<Json> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const conditions = fc.constantFrom<Readonly<Record<string, Record<string, Json>>>>(
  {},
  { Bool: { 'aws:SecureTransport': 'false' } },
  { Bool: { 'aws:PrincipalIsAWSService': 'false' } },
  { BoolIfExists: { 'aws:PrincipalIsAWSService': 'true' } },
  { StringNotEquals: { 'aws:PrincipalAccount': OWNER } },
  { StringNotEquals: { 'aws:SourceAccount': '222222222222' } },
  { StringNotEqualsIfExists: { 'aws:SourceArn': [TRAIL.arn] } },
  { ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${OWNER}:role/*` } },
  { StringNotEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
  { Null: { 's3:if-none-match': 'true' } },
  { Null: { 's3:x-amz-server-side-encryption': 'true' } },
);
const statements: fc.Arbitrary<Statement> = fc.record({
  Effect: fc.constantFrom('Deny', 'Deny', 'Allow'),
  Principal: fc.oneof(
    fc.constant('*'),
    fc.record({ AWS: some('*', OWNER, WANTED.writer, '222222222222') }),
    fc.record({ Service: some(WANTED.cloudtrail, 'config.amazonaws.com') }),
  ),
  Action: some(
    's3:*',
    's3:Put*',
    's3:PutObject',
    's3:GetObject',
    's3:GetBucketAcl',
    's3:ListBucket',
    's3:DeleteObject',
  ),
  Resource: some('*', BUCKET, `${BUCKET}/*`, `${BUCKET}/direct/*`, `${BUCKET}/archive/orgtrail/*`, `${BUCKET}/other/*`),
  Condition: conditions,
});

test('where nothing is said, everything works', () => {
  const quiet = { delivery: 0, writer: 0 };
  fc.assert(
    fc.property(fc.array(statements, { maxLength: 3 }), (theirs) => {
      const codes = new Set(codesOf(besides(WANTED, ...theirs)).map((one) => one.split(' ')[1]));
      const policy = withStatements(policyOf(...theirs), ourStatements(WANTED));
      if (!codes.has('policy-stops-delivery')) {
        quiet.delivery += 1;
        for (const asked of [
          { action: 's3:GetBucketAcl' },
          { action: 's3:PutObject', key: deliveredKey(TRAIL, TRAIL.arn.split(':')[4] ?? '') },
        ])
          expect(letsCloudTrail(policy, WANTED, TRAIL, asked)).toBe(true);
      }
      if (codes.has('policy-stops-writer')) return;
      quiet.writer += 1;
      const put = { 's3:if-none-match': '*', 's3:ObjectCreationOperation': 'true' };
      const key = 'archive/orgtrail/receipts/x';
      const writer = { arn: WANTED.writer, account: OWNER };
      expect(letsIn(policy, WANTED, writer, { action: 's3:PutObject', key, context: put })).toBe(true);
      expect(letsIn(policy, WANTED, writer, { action: 's3:GetObject', key })).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(quiet.delivery).toBeGreaterThan(40);
  expect(quiet.writer).toBeGreaterThan(40);
});

test('no statement makes safety throw, and all of it is named', () => {
  const shaped = fc.dictionary(
    fc.constantFrom('Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'Condition'),
    fc.oneof(fc.constantFrom<Json>('Allow', 'Deny', '*', {}, []), fc.jsonValue() as fc.Arbitrary<Json>),
  );
  fc.assert(
    fc.property(fc.array(shaped, { minLength: 1, maxLength: 3 }), (theirs) => {
      const policy = policyOf(...theirs);
      for (const verdict of [
        policySafety(policy, policy, WANTED),
        keySafety(policy, policy, wantedPolicy({ kmsKey: 'k' })),
      ])
        for (const problem of [...verdict.refusals, ...verdict.findings, ...verdict.warnings])
          expect([problem.code, problem.detail, problem.hint].every((text) => text !== '')).toBe(true);
    }),
    { numRuns: 60 },
  );
});
