/** What the policies of key, topic and member bucket let whom do, by the test cloud's evaluator. */
import { describe, expect, it } from 'vitest';
import { decide } from '../../cloud/identity/decision.ts';
import type { Json } from '../../../src/core/json.ts';
import { keyStatements } from '../../../src/core/plan/key-policy.ts';
import { planKeyPolicy, planMemberPolicy, planTopicPolicy } from '../../../src/core/plan/plan-policy.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { letsIn } from './policy-asking.ts';
import { accountNumber, ORGANIZATION, organizationTrail, OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const KEY = `arn:aws:kms:us-east-1:${OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const TOPIC = `arn:aws:sns:us-east-1:${OWNER}:deliveries`;
const administer = {
  Sid: 'Root',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${OWNER}:root` },
  Action: 'kms:*',
  Resource: '*',
};
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

function keyPolicy(changes: Partial<WantedPolicy>): Json {
  const value = { Version: '2012-10-17', Statement: [administer] };
  const plan = planKeyPolicy(wantedPolicy({ kmsKey: KEY, ...changes }), { state: 'present', value });
  expect(plan.refusals).toEqual([]);
  return plan.change?.after ?? null;
}

/** A call of CloudTrail's for a trail; `context` names the trail that it encrypts for. */
function cloudTrail(
  policy: Json,
  trail: string,
  action: string,
  context: Readonly<Record<string, string>> = {},
): boolean {
  const resource = action.startsWith('kms:') ? KEY : TOPIC;
  const source = {
    'aws:SourceArn': trail,
    'aws:SourceAccount': trail.split(':')[4] ?? '',
    'aws:PrincipalIsAWSService': 'true',
    'kms:EncryptionContext:aws:cloudtrail:arn': trail,
    ...context,
  };
  return decide({
    principal: { arn: 'cloudtrail.amazonaws.com', account: '', policies: [] },
    action,
    resource,
    owner: OWNER,
    resourcePolicy: JSON.stringify(policy),
    resourcePolicyMustAllow: true,
    context: new Map(Object.entries(source)),
  });
}

/** A role whose own account allows it everything. */
function role(policy: Json, arn: string, action: string): boolean {
  return decide({
    principal: { arn, account: arn.split(':')[4] ?? '', policies: [EVERYTHING] },
    action,
    resource: KEY,
    owner: OWNER,
    resourcePolicy: JSON.stringify(policy),
    resourcePolicyMustAllow: true,
    context: new Map([['aws:PrincipalArn', arn]]),
  });
}

const own = (account: string, name = 'management-logs') => `arn:aws:cloudtrail:us-east-1:${account}:trail/${name}`;
const STRANGER = own('888888888888');

describe('the key policy', () => {
  it.each([
    ['merged', 3],
    ['source-accounts', 400],
    ['source-accounts-any-path', 900],
  ] as const)('%s: lets CloudTrail encrypt for our trails and for nobody else', (form, count) => {
    const policy = keyPolicy({ delivery: trails(count) });
    const ours = own(accountNumber(1));
    for (const action of ['kms:GenerateDataKey', 'kms:DescribeKey', 'kms:Decrypt']) {
      expect(cloudTrail(policy, ours, action)).toBe(true);
      expect(cloudTrail(policy, STRANGER, action)).toBe(false);
      expect(cloudTrail(policy, own(accountNumber(1), 'another'), action)).toBe(form !== 'merged');
    }
    const forAnother = { 'kms:EncryptionContext:aws:cloudtrail:arn': STRANGER };
    expect(cloudTrail(policy, ours, 'kms:GenerateDataKey', forAnother)).toBe(form === 'source-accounts-any-path');
    expect(cloudTrail(policy, ours, 'kms:Encrypt')).toBe(false);
  });

  it('organization: lets CloudTrail encrypt for members and for nobody else', () => {
    const policy = keyPolicy({ delivery: trails(5000), organizations: [ORGANIZATION] });
    const member = { 'aws:SourceOrgID': ORGANIZATION };
    expect(cloudTrail(policy, own(accountNumber(4321)), 'kms:GenerateDataKey', member)).toBe(true);
    expect(cloudTrail(policy, own(accountNumber(4321)), 'kms:GenerateDataKey')).toBe(false);
    expect(cloudTrail(policy, STRANGER, 'kms:GenerateDataKey', { 'aws:SourceOrgID': 'o-strangers0' })).toBe(false);
  });

  it('lets an organization trail name its management account for every member', () => {
    const everybody = organizationTrail('org/');
    expect(cloudTrail(keyPolicy({ delivery: [everybody] }), everybody.arn, 'kms:GenerateDataKey')).toBe(true);
  });

  it('lets the writer encrypt, readers only decrypt, and strangers nothing', () => {
    const security = 'arn:aws:iam::333333333333:role/security';
    const policy = keyPolicy({ readers: [{ principals: [security, '444444444444'], accounts: null }] });
    const { writer } = wantedPolicy();
    expect(['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => role(policy, writer, action))).toEqual([true, true]);
    expect(['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => role(policy, security, action))).toEqual([
      false,
      true,
    ]);
    expect(role(policy, 'arn:aws:iam::444444444444:role/any', 'kms:Decrypt')).toBe(true);
    expect(role(policy, 'arn:aws:iam::555555555555:role/any', 'kms:Decrypt')).toBe(false);
    expect(role(policy, `arn:aws:iam::${OWNER}:role/administrator`, 'kms:PutKeyPolicy')).toBe(true);
  });

  it("holds no condition that only CloudTrail's own files satisfy for readers: ours carry no such context", () => {
    const readers = [{ principals: ['333333333333'], accounts: null }];
    const statements = keyStatements(wantedPolicy({ kmsKey: KEY, delivery: [], readers }), 'merged');
    expect(statements.map((one) => one['Condition'])).toEqual([undefined, undefined]);
  });
});

describe('the topic policy', () => {
  it.each([
    ['merged', 3],
    ['source-accounts', 900],
  ] as const)('%s: lets CloudTrail publish for our trails and for nobody else', (form, count) => {
    const plan = planTopicPolicy(wantedPolicy({ delivery: trails(count) }), TOPIC, { state: 'absent' });
    const policy = plan.change?.after ?? null;
    expect(plan.budget?.form).toBe(form);
    expect(cloudTrail(policy, own(accountNumber(1)), 'sns:Publish')).toBe(true);
    expect(cloudTrail(policy, own(accountNumber(1), 'another'), 'sns:Publish')).toBe(form !== 'merged');
    expect(cloudTrail(policy, STRANGER, 'sns:Publish')).toBe(false);
    expect(cloudTrail(policy, own(accountNumber(1)), 'sns:Subscribe')).toBe(false);
  });
});

describe("the member's bucket policy", () => {
  const member = {
    partition: 'aws',
    account: accountNumber(0),
    bucket: 'member',
    prefix: 'p/',
    reader: wantedPolicy().writer,
  };
  const policy = planMemberPolicy(member, { state: 'absent' }).change?.after ?? null;
  const place = { ...wantedPolicy(), bucket: member.bucket, owner: member.account };
  const may = (arn: string, action: string, key = '', context = {}) =>
    letsIn(policy, place, { arn, account: arn.split(':')[4] ?? '' }, { action, key, context });

  it("lets the reader list and read below the trail's prefix, and nothing else", () => {
    expect(may(member.reader, 's3:GetObject', 'p/AWSLogs/x')).toBe(true);
    expect(may(member.reader, 's3:ListBucket', '', { 's3:prefix': 'p/AWSLogs/' })).toBe(true);
    expect(may(member.reader, 's3:GetObject', 'q/AWSLogs/x')).toBe(false);
    expect(may(member.reader, 's3:ListBucket', '', { 's3:prefix': 'q/' })).toBe(false);
    // Asked by S3 itself before it says 404 instead of 403: a deleted log file is told from a refused one by that.
    expect(may(member.reader, 's3:ListBucket')).toBe(true);
    for (const action of ['s3:PutObject', 's3:DeleteObject'])
      expect(may(member.reader, action, 'p/AWSLogs/x')).toBe(false);
    expect(may(`arn:aws:iam::${OWNER}:role/other`, 's3:GetObject', 'p/AWSLogs/x')).toBe(false);
  });
});
