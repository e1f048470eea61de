/** What AWS rewrites is no difference, and everything else is one. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { canonicalStatement } from '../../../src/core/plan/policy-canonical.ts';
import { samePolicy, type Statement } from '../../../src/core/plan/policy.ts';

const BASE: Statement = {
  Sid: 'One',
  Effect: 'Allow',
  Principal: { AWS: ['111111111111', 'arn:aws:iam::222222222222:role/r'], Service: 'cloudtrail.amazonaws.com' },
  Action: ['s3:GetObject', 's3:PutObject'],
  Resource: ['arn:aws:s3:::b/A/*', 'arn:aws:s3:::b/a/*'],
  Condition: {
    StringEquals: { 'aws:SourceAccount': ['1', '2'], 'aws:X': 'x' },
    Bool: { 'aws:SecureTransport': 'true' },
  },
};

const policy = (...statements: readonly Statement[]): Json => ({ Version: '2012-10-17', Statement: statements });
const same = (change: Readonly<Record<string, Json>>, base = BASE): boolean =>
  samePolicy(policy(base), policy({ ...base, ...change }));

describe('no difference', () => {
  test.each<[string, Record<string, Json>]>([
    ['the order of a list', { Action: ['s3:PutObject', 's3:GetObject'] }],
    ['the case of actions', { Action: ['S3:getobject', 's3:PUTOBJECT'] }],
    ['an element that stands twice', { Action: ['s3:GetObject', 's3:PutObject', 's3:getObject'] }],
    ['the order of resources', { Resource: ['arn:aws:s3:::b/a/*', 'arn:aws:s3:::b/A/*'] }],
    [
      'an account by its root',
      {
        Principal: {
          Service: ['cloudtrail.amazonaws.com'],
          AWS: ['arn:aws:iam::222222222222:role/r', 'arn:aws:iam::111111111111:root'],
        },
      },
    ],
    [
      'the order of operators, keys and values, bare booleans, and one-element lists',
      {
        Condition: {
          Bool: { 'aws:SecureTransport': [true] },
          StringEquals: { 'aws:X': ['x'], 'aws:SourceAccount': ['2', '1'] },
        },
      },
    ],
  ])('%s', (_name, change) => {
    expect(same(change)).toBe(true);
  });
  test('the order of statements and of fields, and a statement without its list', () => {
    const other = { ...BASE, Sid: 'Two' };
    const turned = Object.fromEntries(Object.entries(BASE).toReversed());
    expect(samePolicy(policy(BASE, other), policy(other, turned))).toBe(true);
    expect(samePolicy({ Statement: BASE }, { Statement: [BASE], Version: '2008-10-17' })).toBe(true);
  });
});

describe('a difference', () => {
  test.each<[string, Record<string, Json>]>([
    ['another Sid', { Sid: 'one' }],
    ['another effect', { Effect: 'Deny' }],
    ['an action less', { Action: 's3:GetObject' }],
    ['the same actions in the other element', { NotAction: ['s3:GetObject'] }],
    ['the case of a resource', { Resource: ['arn:aws:s3:::b/A/*', 'arn:aws:s3:::b/A/*'] }],
    ['everyone', { Principal: '*' }],
    [
      'another kind of principal',
      { Principal: { AWS: ['111111111111'], Service: 'arn:aws:iam::222222222222:role/r' } },
    ],
    ['a user for its account', { Principal: { AWS: 'arn:aws:iam::111111111111:user/root' } }],
    ['another operator', { Condition: { StringLike: { 'aws:X': 'x' } } }],
    ['another key', { Condition: { StringEquals: { 'aws:Y': 'x' } } }],
    ['the case of a value', { Condition: { StringEquals: { 'aws:X': 'X' } } }],
    ['a field more', { Foo: 'x' }],
    ['no condition any more', { Condition: {} }],
  ])('%s', (_name, change) => {
    expect(same(change)).toBe(false);
  });
  test('a root is an account for principals alone', () => {
    const root = 'arn:aws:iam::111111111111:root';
    const by = (value: string): Statement => ({ Condition: { ArnLike: { 'aws:PrincipalArn': value } } });
    expect(samePolicy(policy(by(root)), policy(by('111111111111')))).toBe(false);
    const service = (name: string): Statement => ({ Principal: { Service: name } });
    expect(samePolicy(policy(service(root)), policy(service('111111111111')))).toBe(false);
  });
  test('another version, another id, a statement more, or twice', () => {
    expect(samePolicy(policy(BASE), { Version: '2008-10-17', Statement: [BASE] })).toBe(false);
    expect(samePolicy(policy(BASE), { Version: '2012-10-17', Id: 'x', Statement: [BASE] })).toBe(false);
    expect(samePolicy(policy(BASE), policy(BASE, { ...BASE, Sid: 'Two' }))).toBe(false);
    expect(samePolicy(policy(BASE), policy(BASE, BASE))).toBe(false);
  });
  test('a list of lists is no list of texts', () => {
    expect(canonicalStatement({ Action: [['a', 'b']] })).not.toBe(canonicalStatement({ Action: ['a', 'b'] }));
    expect(canonicalStatement({ Action: [] })).not.toBe(canonicalStatement({}));
  });
  test('what cannot be read is only the same as itself', () => {
    expect(samePolicy('x', 'x')).toBe(true);
    expect(samePolicy('x', 'y')).toBe(false);
    expect(samePolicy(null, policy(BASE))).toBe(false);
    expect(samePolicy({ Statement: [null] }, { Statement: [[]] })).toBe(false);
  });
});

const words = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd*', '__proto__', '1', '0'), {
  minLength: 1,
  maxLength: 5,
});
const statements = fc.record({
  Sid: fc.constantFrom('A', 'B', 'OrgtrailX'),
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: words,
  Resource: words,
  Principal: fc.record({ AWS: words }),
  Condition: fc.record({ StringEquals: fc.dictionary(fc.constantFrom('k', 'l'), words) }),
});

describe('of any policy', () => {
  test('noise is no difference', () => {
    fc.assert(
      fc.property(fc.array(statements, { maxLength: 4 }), (list) => {
        expect(samePolicy(policy(...list), shaken(policy(...list)))).toBe(true);
      }),
    );
  });
  test('a value that is taken out is one', () => {
    fc.assert(
      fc.property(fc.array(statements, { minLength: 1, maxLength: 4 }), fc.nat(), (list, at) => {
        const chosen = list[at % list.length] as (typeof list)[number];
        for (const part of ['Action', 'Resource'] as const) {
          const less = { ...chosen, [part]: chosen[part].slice(1) };
          const changed = list.map((one) => (one === chosen ? less : one));
          expect(samePolicy(policy(...list), policy(...changed))).toBe(false);
        }
      }),
    );
  });
});

/** The same, as AWS might return it: everything turned round, and scalars for lists of one. */
function shaken(value: Json): Json {
  if (Array.isArray(value)) {
    const list = (value as readonly Json[]).map(shaken).toReversed();
    return list.length === 1 && typeof list[0] === 'string' ? list[0] : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, shaken(inner)]),
  );
}
