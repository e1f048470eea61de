/** Who may: a principal's own policies against those of the resource, within an account and across accounts. */
import { describe, expect, test } from 'vitest';
import type { Principal } from './endpoint.ts';
import type { Question } from './identity/decision.ts';
import { ask, BUCKET, document, ME, OTHER, READ, user, type Fields } from './identity/question.ts';

const allowTo = (principal: unknown, more: Fields = {}): string => document({ ...READ, Principal: principal, ...more });
const session = (policies: readonly string[], account = ME): Principal => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/reader/run`,
  policies,
});
const service: Principal = { account: 'cloudtrail.amazonaws.com', arn: 'cloudtrail.amazonaws.com', policies: [] };

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
