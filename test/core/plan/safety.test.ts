/** What others' statements do to us is found; what ours would do is refused. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Statement } from '../../../src/core/plan/policy.ts';
import { POLICY_SAFETY_CODES, policySafety } from '../../../src/core/plan/safety.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { besides, codesOf, ourStatements, policyOf } from './safety-world.ts';
import { organizationTrail, OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const WANTED = wantedPolicy();
const BUCKET = `arn:aws:s3:::${WANTED.bucket}`;
const TRAIL = 'arn:aws:cloudtrail:us-east-1:200000000000:trail/management-logs';
const KEY = 'arn:aws:kms:us-east-1:111111111111:key/k';
const deny = (fields: Readonly<Record<string, Json>>): Statement => ({
  Sid: 'Guard',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: [BUCKET, `${BUCKET}/*`],
  ...fields,
});

describe('our own statements', () => {
  test.each<[string, Partial<WantedPolicy>]>([
    ['with one trail', {}],
    ['with no trail', { delivery: [] }],
    ['with trails and an organization', { delivery: [...trails(3), organizationTrail('org/')] }],
    ['with a key', { kmsKey: KEY }],
    ['with a writer of another account', { writer: 'arn:aws:iam::333333333333:role/orgtrail' }],
    ['at the root of the bucket', { prefix: '', delivery: trails(2, '') }],
    ['in China', { partition: 'aws-cn', delivery: trails(2, 'x/', 'cn-north-1') }],
  ])('%s do no harm', (_name, change) => {
    const wanted = wantedPolicy(change);
    const ours = policyOf(...ourStatements(wanted));
    expect(policySafety(ours, null, wanted)).toEqual({ refusals: [], findings: [], warnings: [] });
    expect(policySafety(ours, ours, wanted)).toEqual({ refusals: [], findings: [], warnings: [] });
  });
});

describe("others' denies", () => {
  test.each<[string, Readonly<Record<string, Json>>, readonly string[]]>([
    [
      'everybody but some users, by NotPrincipal',
      { Principal: undefined as never, NotPrincipal: { AWS: [`arn:aws:iam::${OWNER}:root`, WANTED.writer] } },
      ['found policy-stops-delivery', 'warned policy-break-glass-denied', 'warned policy-locks-out'],
    ],
    [
      'everybody outside an organization: CloudTrail is in none',
      { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } },
      [
        'found policy-stops-delivery',
        'warned policy-break-glass-denied',
        'warned policy-locks-out',
        'warned policy-stops-writer',
      ],
    ],
    [
      'everybody outside a network',
      { Action: 's3:PutObject', Condition: { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      ['found policy-stops-delivery', 'warned policy-stops-writer'],
    ],
    [
      'whoever is no administrator, with AWS services left out',
      {
        Condition: {
          ArnNotLike: { 'aws:PrincipalArn': [WANTED.writer, `arn:aws:iam::${OWNER}:role/*`] },
          BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
        },
      },
      [],
    ],
    [
      'objects without encryption: CloudTrail asks for none unless its trail has a key',
      {
        Action: 's3:PutObject',
        Condition: {
          Null: { 's3:x-amz-server-side-encryption': 'true' },
          ArnNotEquals: { 'aws:PrincipalArn': WANTED.writer },
        },
      },
      ['found policy-stops-delivery'],
    ],
    [
      'objects without encryption, our own puts too',
      { Action: 's3:PutObject', Condition: { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } } },
      ['found policy-stops-delivery', 'found policy-stops-writer'],
    ],
    ['plain HTTP', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }, []],
    [
      'digests alone',
      {
        Action: 's3:PutObject',
        Resource: `${BUCKET}/direct/AWSLogs/*/CloudTrail-Digest/*`,
      },
      ['found policy-stops-delivery'],
    ],
    [
      "the writer's settings reads",
      { Principal: { AWS: WANTED.writer }, Action: 's3:GetBucketPolicy' },
      ['found policy-stops-writer'],
    ],
    [
      "the writer's tags",
      { Principal: { AWS: WANTED.writer }, Action: 's3:PutObjectTag*' },
      ['found policy-stops-writer'],
    ],
    [
      'the writer below a folder',
      { Principal: { AWS: WANTED.writer }, Action: 's3:GetObject', Resource: `${BUCKET}/archive/orgtrail/receipts/*` },
      ['found policy-stops-writer'],
    ],
    [
      'listing elsewhere than below a prefix',
      { Action: 's3:ListBucket', Condition: { StringNotLike: { 's3:prefix': 'other/*' } } },
      ['found policy-stops-writer'],
    ],
    [
      'deleting versions, the break-glass role too',
      { Action: 's3:DeleteObjectVersion' },
      ['found policy-break-glass-denied'],
    ],
    ['changing the policy, to everybody', { Action: 's3:PutBucketPolicy' }, ['found policy-locks-out']],
    ['removing the policy, to everybody', { Action: 's3:DeleteBucketPolicy' }, ['found policy-locks-out']],
    [
      'changing the policy, to one of two',
      { Action: 's3:PutBucketPolicy', Principal: { AWS: WANTED.breakGlass[0] } as Json },
      [],
    ],
    [
      'deletes without a second factor: who breaks the glass brings one',
      { Action: 's3:DeleteObjectVersion', Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } },
      [],
    ],
    [
      'in words that are not known',
      { Condition: { Sometimes: { a: 'b' } } },
      [
        'found policy-stops-delivery',
        'warned policy-break-glass-denied',
        'warned policy-locks-out',
        'warned policy-stops-writer',
      ],
    ],
  ])('%s', (_name, fields, expected) => {
    const { Principal: principal, ...rest } = deny(fields);
    const statement = principal === undefined ? rest : { ...rest, Principal: principal };
    expect([...new Set(codesOf(besides(WANTED, statement)))]).toEqual(expected);
  });
  test('name the statement, whom it hits, and what to change', () => {
    const wanted = wantedPolicy({ delivery: trails(3) });
    const { Sid: _sid, ...nameless } = deny({
      Action: 's3:PutObject',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
    });
    const [finding, ...more] = besides(wanted, deny({ Action: 's3:Nothing' }), nameless).findings;
    expect(more).toEqual([]);
    const file = `${BUCKET}/direct/AWSLogs/200000000000/CloudTrail/us-east-1/2026/01/01/x`;
    expect(finding?.detail).toBe(
      `statement #2 denies s3:PutObject on ${file} to cloudtrail.amazonaws.com for ${TRAIL} and 2 more: CloudTrail could not deliver`,
    );
    expect(finding?.hint).toMatch(/^Leave AWS services out of statement #2: .*aws:PrincipalIsAWSService/);
  });
});

describe('refused, since it would be ours', () => {
  const without = (sid: string, wanted = WANTED) => ourStatements(wanted).filter((one) => one['Sid'] !== sid);
  const changed = (sid: string, fields: Readonly<Record<string, Json>>) =>
    ourStatements(WANTED).map((one) => (one['Sid'] === sid ? { ...one, ...fields } : one));
  test.each<[string, readonly Statement[], WantedPolicy, readonly string[]]>([
    ['no statement for delivery', without('OrgtrailDelivery'), WANTED, ['policy-stops-delivery']],
    ['no look at the ACL', without('OrgtrailDeliveryAcl'), WANTED, ['policy-stops-delivery']],
    [
      "another trail's ARN",
      ourStatements(WANTED),
      wantedPolicy({ delivery: trails(1).map((one) => ({ ...one, arn: `${one.arn}-2` })) }),
      ['policy-stops-delivery'],
    ],
    [
      'another prefix',
      ourStatements(WANTED),
      wantedPolicy({ delivery: trails(1, 'other/') }),
      ['policy-stops-delivery', 'policy-stops-delivery'],
    ],
    [
      'plain HTTP shut for services, and TLS with it',
      changed('OrgtrailTlsOnly', { Condition: {} }),
      WANTED,
      ['policy-break-glass-denied', 'policy-locks-out', 'policy-stops-delivery', 'policy-stops-writer'],
    ],
    ['no settings for anybody', changed('OrgtrailSettings', { Condition: {} }), WANTED, ['policy-locks-out']],
    ['no deletes for anybody', changed('OrgtrailNoDelete', { Condition: {} }), WANTED, ['policy-break-glass-denied']],
    ['no tags for the writer', changed('OrgtrailTagging', { Condition: {} }), WANTED, ['policy-stops-writer']],
    [
      'an unconditional put of services too',
      changed('OrgtrailNoOverwrite', { Condition: { Null: { 's3:if-none-match': 'true' } } }),
      WANTED,
      ['policy-stops-delivery'],
    ],
    [
      'everybody may read and write, every service too',
      changed('OrgtrailWriter', { Principal: '*' }),
      WANTED,
      ['policy-any-trail', 'policy-public'],
    ],
    ['everybody may list', changed('OrgtrailWriterBucket', { Principal: '*' }), WANTED, ['policy-public']],
    [
      'the writer of another account is not let in',
      without('OrgtrailWriterBucket'),
      wantedPolicy({ writer: 'arn:aws:iam::333333333333:role/orgtrail' }),
      ['policy-stops-writer'],
    ],
    [
      'administrators of other accounts alone',
      ourStatements(WANTED),
      wantedPolicy({ breakGlass: ['arn:aws:iam::333333333333:role/x'], administrators: [] }),
      ['policy-break-glass-denied', 'policy-locks-out'],
    ],
  ])('%s', (_name, statements, wanted, expected) => {
    const { refusals, findings, warnings } = policySafety(policyOf(...statements), policyOf(), wanted);
    expect([...new Set(refusals.map(({ code }) => code))].toSorted()).toEqual([...new Set(expected)]);
    expect([findings, warnings]).toEqual([[], []]);
    for (const { hint } of refusals) expect(hint.length).toBeGreaterThan(20);
  });
  test("also where trails deliver by others' statements alone", () => {
    const wanted = wantedPolicy({ delivery: [] });
    const shut = {
      ...deny({}),
      Sid: 'OrgtrailX',
      Action: 's3:PutObject',
      Condition: { StringNotEquals: { 'aws:PrincipalArn': WANTED.writer } },
    };
    expect(codesOf(policySafety(policyOf(shut), policyOf(), wanted))).toEqual(['refused policy-stops-delivery']);
  });
  test("a deny of others' that was not there before", () => {
    const all = [...ourStatements(WANTED), deny({ Action: 's3:PutBucketPolicy' })];
    expect(codesOf(policySafety(policyOf(...all), policyOf(), WANTED))).toEqual(['refused policy-locks-out']);
  });
});

describe('CreateTrail asks an organization trail for two folders', () => {
  const wanted = wantedPolicy({ delivery: [organizationTrail('org/')] });
  test.each(['AWSLogs/999999999999/*', 'AWSLogs/o-a1b2c3d4e5/*'])('without %s it is refused', (folder) => {
    const statements = ourStatements(wanted).map((one) =>
      one['Sid'] === 'OrgtrailDelivery' ? { ...one, Resource: [`${BUCKET}/org/${folder}`] } : one,
    );
    const { refusals } = policySafety(policyOf(...statements), policyOf(), wanted);
    expect(refusals.map(({ code }) => code)).toEqual(['policy-stops-delivery']);
  });
});

test('grants of others: anybody, and anybody through CloudTrail', () => {
  const open = deny({ Effect: 'Allow', Action: 's3:GetObject' });
  expect(codesOf(besides(WANTED, open))).toEqual(['found policy-public']);
  const fixed = { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } };
  expect(codesOf(besides(WANTED, { ...open, ...fixed }))).toEqual([]);
});

test.each<[string, Readonly<Record<string, Json>>, boolean]>([
  ['no condition', {}, true],
  ['a folder alone, which may be a prefix', { Resource: `${BUCKET}/AWSLogs/111111111111/*` }, true],
  ['the ACL alone', { Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } } }, true],
  ["the trail's ARN", { Condition: { StringEquals: { 'aws:SourceArn': TRAIL } } }, false],
  [
    'any trail of an account',
    { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:111111111111:trail/*' } } },
    false,
  ],
  ['any trail of any account', { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } } }, true],
  ...[
    'arn:aws:cloudtrail:*:*:trail/main',
    'arn:aws:cloudtrail:*:trail/main',
    'arn:aws:cloudtrail:eu-*:2*:trail/m?',
  ].map((arn): [string, Readonly<Record<string, Json>>, boolean] => [
    `a name alone, which was taken for nobody else's: ${arn}`,
    { Condition: { StringLike: { 'aws:SourceArn': arn } } },
    true,
  ]),
  ['an account', { Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } }, false],
  ['an account if there is one', { Condition: { StringNotEqualsIfExists: { 'aws:SourceAccount': '1' } } }, true],
  ['an organization', { Condition: { StringEquals: { 'aws:SourceOrgID': 'o-a1b2c3d4e5' } } }, false],
  ['a path', { Condition: { 'ForAnyValue:StringLike': { 'aws:SourceOrgPaths': 'o-a1b2c3d4e5/*' } } }, false],
  ['another action', { Action: 's3:GetBucketAcl' }, false],
  ['another service', { Principal: { Service: 'config.amazonaws.com' } }, false],
])('CloudTrail let in by others with %s', (_name, fields, found) => {
  const service = { Principal: { Service: 'cloudtrail.amazonaws.com' } };
  const statement = deny({ Effect: 'Allow', Action: 's3:PutObject', Resource: `${BUCKET}/*`, ...service, ...fields });
  expect(codesOf(besides(WANTED, statement))).toEqual(found ? ['found policy-any-trail'] : []);
});

test('the worst policy earns every code there is', () => {
  const codes = codesOf(besides(WANTED, deny({}), deny({ Effect: 'Allow' })));
  expect(new Set(codes)).toEqual(new Set(POLICY_SAFETY_CODES.map((code) => `found ${code}`)));
});
