import { describe, expect, test } from 'vitest';
import type { Principal } from './endpoint.ts';
import { decide, type Question } from './identity/decision.ts';
import { matchesArn, matchesText, NO_VARIABLES } from './identity/pattern.ts';
import { parsePolicy } from './identity/policy.ts';

const ME = '111111111111';
const OTHER = '222222222222';
const BUCKET = 'arn:aws:s3:::logs';
const OBJECT = 'arn:aws:s3:::logs/AWSLogs/x.json.gz';

type Fields = Readonly<Record<string, unknown>>;

function document(...statements: readonly Fields[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

const READ: Fields = { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/*` };
const allowTo = (principal: unknown, more: Fields = {}): string => document({ ...READ, Principal: principal, ...more });
const user = (policies: readonly string[] | null, account = ME): Principal => ({
  account,
  arn: `arn:aws:iam::${account}:user/daemon`,
  policies,
});
const session = (policies: readonly string[], account = ME): Principal => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/reader/run`,
  policies,
});
const service: Principal = { account: 'cloudtrail.amazonaws.com', arn: 'cloudtrail.amazonaws.com', policies: [] };

function ask(question: Partial<Question>): boolean {
  return decide({
    principal: user([]),
    action: 's3:GetObject',
    resource: OBJECT,
    owner: ME,
    resourcePolicy: null,
    context: new Map(),
    ...question,
  });
}

describe('within one account', () => {
  const cases: readonly (readonly [string, Partial<Question>, boolean])[] = [
    ['nothing allows', {}, false],
    ['full rights', { principal: user(null) }, true],
    ['identity policy allows', { principal: user([document(READ)]) }, true],
    [
      'second of two identity policies allows',
      { principal: user([document({ ...READ, Action: 's3:PutObject' }), document(READ)]) },
      true,
    ],
    [
      'identity policy for another resource',
      { principal: user([document({ ...READ, Resource: 'arn:aws:s3:::other/*' })]) },
      false,
    ],
    ['bucket itself is not its objects', { principal: user([document(READ)]), resource: BUCKET }, false],
    ['resource policy names the user', { resourcePolicy: allowTo({ AWS: `arn:aws:iam::${ME}:user/daemon` }) }, true],
    [
      'resource policy names another user',
      { resourcePolicy: allowTo({ AWS: `arn:aws:iam::${ME}:user/other` }) },
      false,
    ],
    ['resource policy names everyone', { resourcePolicy: allowTo('*') }, true],
    ['resource policy names everyone as AWS', { resourcePolicy: allowTo({ AWS: '*' }) }, true],
    [
      'resource policy names only the account: its own policies decide',
      { resourcePolicy: allowTo({ AWS: ME }) },
      false,
    ],
    [
      'resource policy names the role of the session',
      { principal: session([]), resourcePolicy: allowTo({ AWS: [`arn:aws:iam::${ME}:role/path/reader`] }) },
      true,
    ],
    [
      'resource policy names the session',
      { principal: session([]), resourcePolicy: allowTo({ AWS: `arn:aws:sts::${ME}:assumed-role/reader/run` }) },
      true,
    ],
    [
      'resource policy names a role with a longer name',
      { principal: session([]), resourcePolicy: allowTo({ AWS: `arn:aws:iam::${ME}:role/xreader` }) },
      false,
    ],
    [
      'identity deny over resource allow',
      { principal: user([document({ ...READ, Effect: 'Deny' })]), resourcePolicy: allowTo('*') },
      false,
    ],
    [
      'resource deny binds full rights',
      { principal: user(null), resourcePolicy: allowTo('*', { Effect: 'Deny' }) },
      false,
    ],
    [
      'deny for the whole account binds its users',
      { principal: user(null), resourcePolicy: allowTo({ AWS: `arn:aws:iam::${ME}:root` }, { Effect: 'Deny' }) },
      false,
    ],
    [
      'deny for another account does not',
      { principal: user(null), resourcePolicy: allowTo({ AWS: OTHER }, { Effect: 'Deny' }) },
      true,
    ],
    ['malformed identity policy', { principal: user(['{']) }, false],
    [
      'malformed resource policy refuses even full rights',
      { principal: user(null), resourcePolicy: '{"Statement":[]}' },
      false,
    ],
  ];
  test.each(cases)('%s', (_, question, expected) => {
    expect(ask(question)).toBe(expected);
  });
});

describe('across accounts', () => {
  const cases: readonly (readonly [string, Partial<Question>, boolean])[] = [
    ['identity alone', { principal: user(null) }, false],
    ['resource alone', { resourcePolicy: allowTo({ AWS: ME }) }, false],
    ['both, by account id', { principal: user(null), resourcePolicy: allowTo({ AWS: ME }) }, true],
    [
      'both, by root',
      { principal: user([document(READ)]), resourcePolicy: allowTo({ AWS: `arn:aws:iam::${ME}:root` }) },
      true,
    ],
    [
      'both, by user',
      { principal: user([document(READ)]), resourcePolicy: allowTo({ AWS: `arn:aws:iam::${ME}:user/daemon` }) },
      true,
    ],
    [
      'both, but another account is named',
      { principal: user(null), resourcePolicy: allowTo({ AWS: '333333333333' }) },
      false,
    ],
    [
      'both, and a deny',
      {
        principal: user(null),
        resourcePolicy: document({ ...READ, Principal: '*' }, { ...READ, Principal: '*', Effect: 'Deny' }),
      },
      false,
    ],
    [
      'role session with its policy',
      { principal: session([document(READ)]), resourcePolicy: allowTo({ AWS: ME }) },
      true,
    ],
    ['role session without', { principal: session([]), resourcePolicy: allowTo({ AWS: ME }) }, false],
  ];
  test.each(cases)('%s', (_, question, expected) => {
    expect(ask({ owner: OTHER, ...question })).toBe(expected);
  });
});

describe('service principals (confused deputy)', () => {
  const trail = `arn:aws:cloudtrail:us-east-1:${OTHER}:trail/mgmt`;
  const policy = document({
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `${BUCKET}/AWSLogs/*`,
    Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trail } },
  });
  const right = new Map([
    ['s3:x-amz-acl', 'bucket-owner-full-control'],
    ['aws:sourcearn', trail],
  ]);
  const put = { principal: service, action: 's3:PutObject', resourcePolicy: policy };
  test('the named trail may write', () => expect(ask({ ...put, context: right })).toBe(true));
  test('a foreign trail may not', () =>
    expect(ask({ ...put, context: new Map([...right, ['aws:sourcearn', trail.replace('mgmt', 'evil')]]) })).toBe(
      false,
    ));
  test('nor without the ACL', () => expect(ask({ ...put, context: new Map([['aws:SourceArn', trail]]) })).toBe(false));
  test('nor another service', () =>
    expect(ask({ ...put, context: right, principal: { ...service, arn: 'config.amazonaws.com' } })).toBe(false));
  test('nor a user with full rights elsewhere', () =>
    expect(ask({ ...put, context: right, owner: OTHER, principal: user(null) })).toBe(false));
});

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
