/**
 * Whole policies, compared byte for byte with test/golden/policy/. To write them anew after a change that is wanted, and
 * then read the difference line by line:
 *
 *   ORGTRAIL_GOLDEN=write npx vitest run --config test/vitest.config.ts test/core/plan/policy-golden.test.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DocumentPlan, DocumentState } from '../../../src/core/plan/document.ts';
import {
  planBucketPolicy,
  planKeyPolicy,
  planMemberPolicy,
  planTopicPolicy,
} from '../../../src/core/plan/plan-policy.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { accountNumber, ORGANIZATION, organizationTrail, OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const FOLDER = join(import.meta.dirname, '../../golden/policy');
const ABSENT: DocumentState = { state: 'absent' };
const PARTITIONS = [
  ['aws', 'eu-central-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-eusc', 'eusc-de-east-1'],
] as const;

/** A key of the owner's account, in the bucket's region. */
function keyArn(partition: string, region: string): string {
  return `arn:${partition}:kms:${region}:${OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
}

/** What every key has: its account's administrators. */
function keyPolicy(partition = 'aws'): DocumentState {
  const root = `arn:${partition}:iam::${OWNER}:root`;
  const statement = { Sid: 'Administer', Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' };
  return { state: 'present', value: { Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] } };
}

/** What SNS itself puts there. */
function topicPolicy(topic: string): DocumentState {
  const condition = { StringEquals: { 'AWS:SourceOwner': OWNER } };
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['SNS:Publish', 'SNS:Subscribe'],
    Resource: topic,
    Condition: condition,
  };
  return { state: 'present', value: { Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] } };
}

const readers: WantedPolicy['readers'] = [
  { principals: [accountNumber(0)], accounts: [accountNumber(0)] },
  { principals: [`arn:aws:iam::${accountNumber(1)}:role/auditor`], accounts: [accountNumber(1), accountNumber(2)] },
  { principals: ['arn:aws:iam::333333333333:role/security'], accounts: null },
];
const organizations = [ORGANIZATION];
const topic = `arn:aws:sns:us-east-1:${OWNER}:trail-deliveries`;
const bucket = (changes: Partial<WantedPolicy>) => planBucketPolicy(wantedPolicy(changes), ABSENT);
const key = (changes: Partial<WantedPolicy>) =>
  planKeyPolicy(wantedPolicy({ kmsKey: keyArn('aws', 'us-east-1'), ...changes }), keyPolicy());
const announced = (changes: Partial<WantedPolicy>) => planTopicPolicy(wantedPolicy(changes), topic, topicPolicy(topic));

const CASES: readonly (readonly [string, () => DocumentPlan])[] = [
  ...[1, 3, 92, 93, 500, 10_000].map(
    (count) => [`bucket-${count}-accounts`, () => bucket({ delivery: trails(count) })] as const,
  ),
  ['bucket-10000-accounts-of-an-organization', () => bucket({ delivery: trails(10_000), organizations })],
  ['bucket-organization-trail', () => bucket({ delivery: [organizationTrail('')] })],
  ['bucket-organization-trail-with-prefix', () => bucket({ delivery: [organizationTrail(`${ORGANIZATION}/`)] })],
  ['bucket-pull-only', () => bucket({ delivery: [], prefix: '', tlsOnly: false, conditionalWrites: false })],
  ['bucket-readers', () => bucket({ delivery: [], readers })],
  ...PARTITIONS.flatMap(([partition, region]) => {
    const kmsKey = keyArn(partition, region);
    const wanted = wantedPolicy({ partition, kmsKey, delivery: trails(2, 'direct/', region) });
    return [
      [`bucket-${partition}`, () => planBucketPolicy(wanted, ABSENT)] as const,
      [`key-${partition}`, () => planKeyPolicy(wanted, keyPolicy(partition))] as const,
    ];
  }),
  ['key-readers', () => key({ delivery: [organizationTrail('')], readers })],
  ...[180, 400, 1_000, 10_000].map(
    (count) => [`key-${count}-accounts`, () => key({ delivery: trails(count) })] as const,
  ),
  ['key-10000-accounts-of-an-organization', () => key({ delivery: trails(10_000), organizations })],
  ...[3, 1_000, 10_000].map(
    (count) => [`topic-${count}-accounts`, () => announced({ delivery: trails(count) })] as const,
  ),
  ['topic-10000-accounts-of-an-organization', () => announced({ delivery: trails(10_000), organizations })],
  [
    'member',
    () =>
      planMemberPolicy(
        { partition: 'aws', account: accountNumber(0), bucket: 'trail', prefix: 'p/', reader: wantedPolicy().writer },
        ABSENT,
      ),
  ],
];

/** Everything of a plan that a person or AWS gets to see. */
function written({ change, refusals, findings, warnings, budget }: DocumentPlan): string {
  const shown = { budget, refusals, findings, warnings, breaks: change?.breaks ?? null, policy: change?.after ?? null };
  return `${JSON.stringify(shown, null, 1)}\n`;
}

describe('golden policies', () => {
  it.each(CASES)(
    '%s',
    (name, plan) => {
      const file = join(FOLDER, `${name}.json`);
      const text = written(plan());
      if (process.env['ORGTRAIL_GOLDEN'] === 'write') writeFileSync(file, text);
      expect(text).toBe(readFileSync(file, 'utf8'));
    },
    120_000,
  );

  it('has a file for every case and none besides', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(CASES.map(([name]) => `${name}.json`).toSorted());
  });
});
