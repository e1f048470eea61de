/** The key's policy is the only way in: what our statements must do, and what others' keep them from. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { keyStatements } from '../../../src/core/plan/key-policy.ts';
import { KEY_SAFETY_CODES, keySafety } from '../../../src/core/plan/key-safety.ts';
import type { Statement } from '../../../src/core/plan/policy.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { codesOf, policyOf } from './safety-world.ts';
import { organizationTrail, trails, wantedPolicy } from './wanted-policies.ts';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/k';
const wantedKey = (change: Partial<WantedPolicy> = {}): WantedPolicy => wantedPolicy({ kmsKey: KEY, ...change });
const WANTED = wantedKey();
const SERVICE = { Service: 'cloudtrail.amazonaws.com' };
/** The statement that AWS gives every new key. */
const ROOT: Statement = {
  Sid: 'Enable IAM User Permissions',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111111111111:root' },
  Action: 'kms:*',
  Resource: '*',
};
const theirs = (fields: Readonly<Record<string, Json>>): Statement => ({
  Sid: 'Theirs',
  Effect: 'Deny',
  Principal: '*',
  Action: 'kms:*',
  Resource: '*',
  ...fields,
});

/** What is said when our statements come beside these. */
function besides(wanted: WantedPolicy, ...others: readonly Statement[]): readonly string[] {
  const after = policyOf(...others, ...keyStatements(wanted, 'merged'));
  return [...new Set(codesOf(keySafety(after, policyOf(...others), wanted)))];
}

test.each<[string, Partial<WantedPolicy>]>([
  ['one trail', {}],
  ['no trail', { delivery: [] }],
  ['an organization', { delivery: [...trails(2), organizationTrail('')], organizations: ['o-a1b2c3d4e5', 'o-2'] }],
  ['a writer of another account', { writer: 'arn:aws:iam::333333333333:role/w' }],
  ['readers', { readers: [{ principals: ['444444444444'], accounts: null }] }],
])('our statements beside the usual one do no harm, with %s', (_name, change) => {
  expect(besides(wantedKey(change), ROOT)).toEqual([]);
});

test('without a key there is nothing to judge', () => {
  expect(keySafety(policyOf(), null, wantedPolicy({ kmsKey: null }))).toEqual({
    refusals: [],
    findings: [],
    warnings: [],
  });
});

describe("others' statements", () => {
  test.each<[string, Statement, readonly string[]]>([
    [
      'deny everybody outside an organization',
      theirs({ Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }),
      ['found key-stops-delivery', 'warned key-locks-out', 'warned key-stops-writer'],
    ],
    ['deny services', theirs({ Principal: SERVICE }), ['found key-stops-delivery']],
    [
      'deny data keys to services',
      theirs({ Action: 'kms:GenerateDataKey*', Principal: SERVICE }),
      ['found key-stops-delivery'],
    ],
    [
      'deny the writer',
      theirs({ Principal: { AWS: WANTED.writer }, Action: 'kms:Decrypt' }),
      ['found key-stops-writer'],
    ],
    [
      'deny whoever does not come through S3',
      theirs({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: {
          StringNotEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
          BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
        },
      }),
      [],
    ],
    [
      'deny reading what no trail wrote',
      theirs({
        Action: 'kms:Decrypt',
        Condition: {
          Null: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'true' },
          Bool: { 'aws:PrincipalIsAWSService': 'false' },
        },
      }),
      ['found key-stops-writer'],
    ],
    ['deny reading to services', theirs({ Action: 'kms:Decrypt', Principal: SERVICE }), ['found key-stops-delivery']],
    [
      'deny a look to services',
      theirs({ Action: 'kms:DescribeKey', Principal: SERVICE }),
      ['found key-stops-delivery'],
    ],
    [
      'deny services that come through what is not known',
      theirs({
        Principal: SERVICE,
        Condition: { StringNotEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
      }),
      ['found key-stops-delivery'],
    ],
    [
      'deny services of an account that is not known',
      theirs({ Principal: SERVICE, Condition: { StringEquals: { 'kms:CallerAccount': '111111111111' } } }),
      ['found key-stops-delivery'],
    ],
    ['deny changing the policy', theirs({ Action: 'kms:PutKeyPolicy' }), ['found key-locks-out']],
    [
      'deny changing the policy without a second factor',
      theirs({ Action: 'kms:PutKeyPolicy', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }),
      [],
    ],
    ['let everybody in', theirs({ Effect: 'Allow', Action: 'kms:Decrypt' }), ['found key-public']],
    [
      'let everybody of an account in, as AWS does for S3',
      theirs({ Effect: 'Allow', Condition: { StringEquals: { 'kms:CallerAccount': '111111111111' } } }),
      [],
    ],
  ])('that %s', (_name, statement, expected) => {
    expect(besides(WANTED, ROOT, statement)).toEqual(expected);
  });
  test('that let nobody administer the key are found, and one who may is enough', () => {
    expect(besides(WANTED)).toEqual(['found key-locks-out']);
    const keeper = theirs({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:role/keeper' } });
    expect(besides(WANTED, keeper)).toEqual([]);
    const stranger = theirs({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:role/keeper' } });
    expect(besides(WANTED, stranger)).toEqual(['found key-locks-out']);
    const glass = theirs({ Effect: 'Allow', Principal: { AWS: WANTED.breakGlass[0] ?? '' } });
    expect(besides(WANTED, glass)).toEqual([]);
    const elsewhere = wantedKey({ breakGlass: ['arn:aws:iam::222222222222:role/x'], administrators: [] });
    expect(besides(elsewhere, theirs({ Effect: 'Allow', Principal: { AWS: '111111111111' } }))).toEqual([]);
    expect(besides(elsewhere)).toEqual(['found key-locks-out']);
  });
  test('that let an administrator in by a condition are enough', () => {
    const condition = (arn: string) => ({
      Condition: { ArnEquals: { 'aws:PrincipalArn': arn }, StringEquals: { 'kms:CallerAccount': '111111111111' } },
    });
    for (const arn of [...WANTED.breakGlass, ...WANTED.administrators])
      expect(besides(WANTED, theirs({ Effect: 'Allow', ...condition(arn) }))).toEqual([]);
    const nobody = condition('arn:aws:iam::111111111111:role/nobody');
    expect(besides(WANTED, theirs({ Effect: 'Allow', ...nobody }))).toEqual(['found key-locks-out']);
  });
  test('that look at the organization are held against that of the trail', () => {
    const wanted = wantedKey({ delivery: [organizationTrail('')], organizations: ['o-2'] });
    const shut = (organization: string) =>
      theirs({ Principal: SERVICE, Condition: { StringEquals: { 'aws:SourceOrgID': organization } } });
    expect(besides(wanted, ROOT, shut('o-2'))).toEqual([]);
    expect(besides(wanted, ROOT, shut('o-a1b2c3d4e5'))).toEqual(['found key-stops-delivery']);
  });
});

describe('refused, since it would be ours', () => {
  const without = (sid: string) => [ROOT, ...keyStatements(WANTED, 'merged').filter((one) => one['Sid'] !== sid)];
  const shut = { ...theirs({ Action: 'kms:PutKeyPolicy' }), Sid: 'OrgtrailX' };
  const noRoot = keyStatements(WANTED, 'merged');
  const strangers = wantedKey({ writer: 'arn:aws:iam::333333333333:role/w' });
  test.each<[string, readonly Statement[], WantedPolicy, readonly string[]]>([
    ['no data keys for CloudTrail', without('OrgtrailKeyDelivery'), WANTED, ['refused key-stops-delivery']],
    ['no bucket key for CloudTrail', without('OrgtrailKeyBucketKey'), WANTED, ['refused key-stops-delivery']],
    [
      'a writer whom nothing lets in',
      [ROOT, ...keyStatements(WANTED, 'merged')],
      strangers,
      ['refused key-stops-writer'],
    ],
    ['a deny that locks out', [ROOT, ...noRoot, shut], WANTED, ['refused key-locks-out']],
    ['the administrators gone', noRoot, WANTED, ['refused key-locks-out']],
    [
      'an open door',
      [ROOT, ...noRoot, { ...theirs({ Effect: 'Allow', Action: 'kms:Decrypt' }), Sid: 'OrgtrailY' }],
      WANTED,
      ['refused key-public'],
    ],
  ])('%s', (_name, statements, wanted, expected) => {
    const verdict = keySafety(policyOf(...statements), policyOf(ROOT), wanted);
    expect([...new Set(codesOf(verdict))]).toEqual(expected);
    for (const { hint } of verdict.refusals) expect(hint.length).toBeGreaterThan(20);
  });
});

test('the worst policy earns every code there is', () => {
  const codes = besides(WANTED, theirs({}), theirs({ Effect: 'Allow' }));
  expect(new Set(codes)).toEqual(new Set(KEY_SAFETY_CODES.map((code) => `found ${code}`)));
});
