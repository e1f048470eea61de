/** Random policies and requests: the product's evaluator and the test cloud's, written apart, say the same. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide as oracle } from '../../cloud/identity/decision.ts';
import { decide, type Decision, type PolicyRequest } from '../../../src/core/plan/decision.ts';
import type { Caller } from '../../../src/core/plan/principal.ts';
import { readPolicy, type PolicyDocument } from '../../../src/core/plan/policy.ts';
import type { Json } from '../../../src/core/json.ts';

const MINE = '111111111111';
const OTHERS = '222222222222';
const CALLERS: readonly Caller[] = [
  { kind: 'aws', account: MINE, arn: `arn:aws:iam::${MINE}:user/ann` },
  { kind: 'aws', account: MINE, arn: `arn:aws:iam::${MINE}:role/team/reader` },
  { kind: 'aws', account: OTHERS, arn: `arn:aws:sts::${OTHERS}:assumed-role/reader/s` },
  { kind: 'service', name: 'cloudtrail.amazonaws.com' },
];
const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:GetBucketAcl', 's3:ListBucket'];
const RESOURCES = ['arn:aws:s3:::b', 'arn:aws:s3:::b/AWSLogs/111111111111/x', 'arn:aws:s3:::c/y*z'];

const some = (values: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(fc.constantFrom(...values), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }));

const principals = fc.oneof(
  fc.constant('*'),
  fc.record({ AWS: fc.constant('*') }),
  fc.record({
    AWS: some([
      MINE,
      OTHERS,
      `arn:aws:iam::${MINE}:root`,
      `arn:aws:iam::${MINE}:user/ann`,
      `arn:aws:iam::${MINE}:role/team/reader`,
      `arn:aws:iam::${OTHERS}:role/team/reader`,
      `arn:aws:iam::${OTHERS}:role/other`,
    ]),
  }),
  fc.record({ Service: some(['cloudtrail.amazonaws.com', 'config.amazonaws.com']) }),
);
const actions = some([
  '*',
  's3:*',
  's3:Get*',
  'S3:getobject',
  's3:PutObjec?',
  's3:GetBucketAcl',
  's3:*Object',
  'kms:*',
]);
const resources = some([
  '*',
  'arn:aws:s3:::b',
  'arn:aws:s3:::b*',
  'arn:aws:s3:::b/*',
  'arn:aws:s3:::b/AWSLogs/${aws:PrincipalAccount}/*',
  'arn:aws:s3:::?/y${*}z',
  'arn:aws:s3:::${aws:Absent}/*',
  'arn:aws:s3:::c/*z',
]);

const TEXTS = ['a', 'A', 'b', 'a*', '?', '${aws:Word}', 'arn:aws:iam::*:role/a', 'arn:aws:iam::1:role/a'];
const tested = fc.oneof(
  condition(
    [
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
    ],
    ['aws:Word', 'AWS:WORD', 'aws:Absent'],
    TEXTS,
  ),
  condition(['ArnLike', 'ArnEquals', 'ArnNotLike', 'ArnNotEquals'], ['aws:Arn', 'aws:Absent'], TEXTS.slice(-2)),
  condition(['Bool', 'Null'], ['aws:Flag', 'aws:Absent'], ['true', 'false', 'TRUE']),
  condition(
    ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericGreaterThanEquals'],
    ['aws:Number', 'aws:Absent'],
    ['7', '8', '6.5'],
  ),
  condition(
    ['DateLessThan', 'DateLessThanEquals', 'DateGreaterThan'],
    ['aws:Date', 'aws:Absent'],
    ['2026-01-02T00:00:00Z', '1767311999'],
  ),
);

function condition(operators: readonly string[], keys: readonly string[], values: readonly string[]) {
  const name = fc.tuple(fc.constantFrom(...operators), fc.boolean());
  return fc.tuple(name, fc.constantFrom(...keys), some(values)).map(([[operator, ifExists], key, wanted]) => {
    return { [ifExists && operator !== 'Null' ? `${operator}IfExists` : operator]: { [key]: wanted } };
  });
}

const statements = fc.record({
  Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
  principals,
  actions,
  resources,
  turned: fc.record({ action: fc.boolean(), resource: fc.boolean() }),
  tested: fc.option(tested, { nil: undefined }),
});
const policies = fc
  .record({
    Version: fc.constantFrom('2012-10-17', '2008-10-17'),
    list: fc.array(statements, { minLength: 1, maxLength: 4 }),
  })
  .map(({ Version, list }) => ({
    Version,
    Statement: list.map((one) => ({
      Effect: one.Effect,
      Principal: one.principals,
      [one.turned.action ? 'NotAction' : 'Action']: one.actions,
      [one.turned.resource ? 'NotResource' : 'Resource']: one.resources,
      ...(one.tested === undefined ? {} : { Condition: one.tested }),
    })),
  }));
const requests = fc.record({
  principal: fc.constantFrom(...CALLERS),
  action: fc.constantFrom(...ACTIONS),
  resource: fc.constantFrom(...RESOURCES),
  context: fc
    .record(
      {
        'aws:word': fc.constantFrom('a', 'A', 'a*', 'b'),
        'aws:arn': fc.constantFrom('arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b'),
        'aws:flag': fc.constantFrom('true', 'false'),
        'aws:number': fc.constantFrom('7', '7.0', '6.5'),
        'aws:date': fc.constantFrom('2026-01-02T00:00:00Z', '1767312000'),
        'aws:principalaccount': fc.constant(MINE),
      },
      { requiredKeys: [] },
    )
    .map((keys) => new Map(Object.entries(keys))),
});

/** The oracle's yes and no, turned into an effect by asking once more with everything allowed. */
function effectOf(policy: { readonly Statement: readonly Json[] }, request: PolicyRequest): Decision['effect'] {
  const { principal, action, resource, context } = request;
  const who =
    principal.kind === 'aws'
      ? { account: principal.account, arn: principal.arn, policies: null }
      : { account: '', arn: principal.kind === 'service' ? principal.name : '', policies: null };
  const ask = (document: unknown): boolean =>
    oracle({ principal: who, action, resource, context, owner: 'nobody', resourcePolicy: JSON.stringify(document) });
  const everything = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
  if (!ask({ ...policy, Statement: [...policy.Statement, everything] })) return 'deny';
  return ask(policy) ? 'allow' : 'none';
}

test('both evaluators agree, and doubt is rare', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(policies, requests, (policy, request) => {
      const { effect } = decide(readPolicy(policy) as PolicyDocument, request);
      seen.set(effect, (seen.get(effect) ?? 0) + 1);
      if (effect !== 'unsure') expect(effect).toBe(effectOf(policy as { Statement: Json[] }, request));
    }),
    { numRuns: 3000 },
  );
  for (const effect of ['allow', 'deny', 'none']) expect(seen.get(effect) ?? 0).toBeGreaterThan(200);
  expect(seen.get('unsure') ?? 0).toBeLessThan(300);
});

test('no policy and no request makes it throw', () => {
  const shaped = fc.dictionary(
    fc.constantFrom('Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'Resource', 'NotResource', 'Condition'),
    fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('AWS', 'StringLike', 'Null', 'x'), fc.jsonValue())),
  );
  fc.assert(
    fc.property(fc.array(shaped), requests, (list, request) => {
      const policy = readPolicy({ Statement: list } as Json);
      if ('problem' in policy) return;
      expect(['allow', 'deny', 'none', 'unsure']).toContain(decide(policy, request).effect);
    }),
  );
});
