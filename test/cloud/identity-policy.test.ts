/** What a statement says: actions, resources, conditions and patterns, and documents that say nothing. */
import { describe, expect, test } from 'vitest';
import { matchesArn, matchesText, NO_VARIABLES } from './identity/pattern.ts';
import { parsePolicy } from './identity/policy.ts';
import { ask, document, ME, OTHER, READ, user, type Fields } from './identity/question.ts';

describe('actions and resources', () => {
  const cases: readonly (readonly [string, Fields, boolean])[] = [
    ['action in other letters', { Action: 'S3:getobject' }, true],
    ['action pattern', { Action: ['s3:Put*', 's3:Get*'] }, true],
    ['all of a service', { Action: 's3:*' }, true],
    ['another service', { Action: 'kms:*' }, false],
    ['NotAction leaves it in', { Action: undefined, NotAction: 's3:PutObject' }, true],
    ['NotAction takes it out', { Action: undefined, NotAction: 's3:Get*' }, false],
    ['resource in other letters', { Resource: 'arn:aws:s3:::LOGS/*' }, false],
    ['one-letter wildcard', { Resource: 'arn:aws:s3:::log?/AWSLogs/x.json.g?' }, true],
    ['NotResource leaves it in', { Resource: undefined, NotResource: 'arn:aws:s3:::logs/secret/*' }, true],
    ['NotResource takes it out', { Resource: undefined, NotResource: 'arn:aws:s3:::logs/*' }, false],
    ['variable with its value', { Resource: 'arn:aws:s3:::${own:bucket}/*' }, true],
    ['variable without a value', { Resource: 'arn:aws:s3:::${own:none}/*' }, false],
    ['variable with a default', { Resource: "arn:aws:s3:::${own:none, 'logs'}/*" }, true],
    ['a wildcard inside a value is only text', { Resource: '${own:star}' }, false],
  ];
  test.each(cases)('%s', (_, fields, expected) => {
    const context = new Map([
      ['own:bucket', 'logs'],
      ['own:star', '*'],
    ]);
    expect(ask({ principal: user([document({ ...READ, ...fields })]), context })).toBe(expected);
  });
});

describe('conditions', () => {
  const context = new Map([
    ['aws:SecureTransport', 'false'],
    ['aws:PrincipalArn', `arn:aws:iam::${ME}:role/reader`],
    ['aws:PrincipalAccount', ME],
    ['s3:prefix', 'AWSLogs/111111111111/'],
    ['s3:max-keys', '100'],
    ['aws:CurrentTime', '2026-01-02T03:04:05Z'],
  ]);
  const cases: readonly (readonly [Fields, boolean])[] = [
    [{ Bool: { 'aws:SecureTransport': 'false' } }, true],
    [{ Bool: { 'aws:SecureTransport': true } }, false],
    [{ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, false],
    [{ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }, true],
    [{ StringEquals: { 'AWS:principalaccount': [OTHER, ME] } }, true],
    [{ StringEquals: { 'aws:PrincipalAccount': '*' } }, false],
    [{ StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }, true],
    [{ StringNotEquals: { 'aws:PrincipalAccount': [OTHER, ME] } }, false],
    [{ StringNotEquals: { 'aws:PrincipalAccount': OTHER } }, true],
    [{ StringNotEquals: { 's3:x-amz-acl': 'private' } }, true],
    [{ StringEquals: { 's3:x-amz-acl': 'private' } }, false],
    [{ StringEqualsIfExists: { 's3:x-amz-acl': 'private' } }, true],
    [{ StringEqualsIgnoreCase: { 's3:prefix': 'awslogs/111111111111/' } }, true],
    [{ StringNotEqualsIgnoreCase: { 's3:prefix': 'awslogs/111111111111/' } }, false],
    [{ StringLike: { 's3:prefix': 'AWSLogs/*' } }, true],
    [{ StringLike: { 's3:prefix': 'Other/*' } }, false],
    [{ StringNotLike: { 's3:prefix': 'AWSLogs/*' } }, false],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/rea*' } }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:*' } }, false],
    [{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/reader' } }, true],
    [{ ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/reader' } }, false],
    [{ ArnNotEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:*:trail/*' } }, true],
    [{ Null: { 's3:if-none-match': 'true' } }, true],
    [{ Null: { 's3:prefix': 'true' } }, false],
    [{ Null: { 's3:prefix': false } }, true],
    [{ NumericLessThanEquals: { 's3:max-keys': 100 } }, true],
    [{ NumericGreaterThan: { 's3:max-keys': '100' } }, false],
    [{ NumericNotEquals: { 's3:max-keys': '7' } }, true],
    [{ NumericEquals: { 's3:prefix': '7' } }, false],
    [{ DateLessThan: { 'aws:CurrentTime': '2026-01-03T00:00:00Z' } }, true],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-01-03T00:00:00Z' } }, false],
    [{ StringLike: { 's3:prefix': 'AWSLogs/*' }, Bool: { 'aws:SecureTransport': 'true' } }, false],
    [{ StringLike: { 's3:prefix': 'AWSLogs/*', 'aws:PrincipalAccount': '2*' } }, false],
    [{ 'ForAnyValue:StringEquals': { 's3:prefix': 'AWSLogs/111111111111/' } }, false],
  ];
  test.each(cases)('%j → %s', (Condition, expected) => {
    expect(ask({ principal: user([document({ ...READ, Condition })]), context })).toBe(expected);
  });
  test('the same block makes a deny bite or not', () => {
    const deny = (value: string): string =>
      document({ ...READ, Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': value } } });
    expect(ask({ principal: user(null), context, resourcePolicy: deny('false') })).toBe(false);
    expect(ask({ principal: user(null), context, resourcePolicy: deny('true') })).toBe(true);
  });
  test('a document of the old version takes variables as text', () => {
    const old = JSON.stringify({
      Statement: { ...READ, Condition: { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } } },
    });
    expect(ask({ principal: user([old]), context })).toBe(false);
  });
});

describe('documents that are refused', () => {
  const cases: readonly (readonly [string, 'identity' | 'resource', unknown])[] = [
    ['unknown field', 'identity', { Version: '2012-10-17', Statement: [{ ...READ, Resources: '*' }] }],
    ['unknown version', 'identity', { Version: '2026-01-01', Statement: [READ] }],
    [
      'unknown operator',
      'identity',
      { Version: '2012-10-17', Statement: [{ ...READ, Condition: { StringIs: { a: 'b' } } }] },
    ],
    ['NotPrincipal', 'resource', { Version: '2012-10-17', Statement: [{ ...READ, NotPrincipal: '*' }] }],
    ['resource policy without principal', 'resource', { Version: '2012-10-17', Statement: [READ] }],
    ['identity policy with principal', 'identity', { Version: '2012-10-17', Statement: [{ ...READ, Principal: '*' }] }],
    [
      'partial wildcard principal',
      'resource',
      { Version: '2012-10-17', Statement: [{ ...READ, Principal: { AWS: 'arn:aws:iam::*:root' } }] },
    ],
    ['effect in other letters', 'identity', { Version: '2012-10-17', Statement: [{ ...READ, Effect: 'allow' }] }],
    ['Action beside NotAction', 'identity', { Version: '2012-10-17', Statement: [{ ...READ, NotAction: 's3:*' }] }],
    ['no statement', 'identity', { Version: '2012-10-17' }],
  ];
  test.each(cases)('%s', (_, kind, written) => {
    expect(parsePolicy(JSON.stringify(written), kind)).toMatchObject({ ok: false });
  });
  test('one that is well formed', () =>
    expect(parsePolicy(document(READ), 'identity')).toMatchObject({ ok: true, statements: [{ effect: 'Allow' }] }));
});

describe('patterns', () => {
  test.each([
    ['*', '', true],
    ['**', 'abc', true],
    ['a*b*c', 'a--b--b-c', true],
    ['a*b*c', 'a--b--b-', false],
    ['a?c', 'ac', false],
    ['a?c', 'abc', true],
    ['abc', 'abcd', false],
    ['', '', true],
    ['', 'a', false],
  ])('%j on %j is %s', (pattern, text, expected) => {
    expect(matchesText(pattern, text, NO_VARIABLES)).toBe(expected);
  });
  test('a hostile pattern ends at once', () => {
    const started = performance.now();
    expect(matchesText('a*'.repeat(60), `${'a'.repeat(2000)}b`, NO_VARIABLES)).toBe(true);
    expect(matchesText(`${'a*'.repeat(60)}c`, `${'a'.repeat(2000)}b`, NO_VARIABLES)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
  test('ArnLike keeps to the colons', () => {
    expect(matchesArn('arn:aws:s3:::*', 'arn:aws:s3:::a:b', NO_VARIABLES)).toBe(true);
    expect(matchesArn('arn:aws:s3:::😀?x', 'arn:aws:s3:::😀-x', NO_VARIABLES)).toBe(true);
    expect(matchesText('${own:name}/*', '😀/x', () => '😀')).toBe(true);
    expect(matchesArn('arn:*:s3:::x', 'arn:aws:evil:s3:::x', NO_VARIABLES)).toBe(false);
  });
});
