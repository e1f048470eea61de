/** The reader role's documents, judged by the evaluator of the test cloud and by IAM's own limits. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { READER_PERMISSIONS, isNeeded, PREFLIGHT_STEPS } from '../../../src/core/plan/reader-permissions.ts';
import {
  readerPolicy,
  ROLE_LIMITS,
  roleSizeProblem,
  trustPolicy,
  type ReaderScope,
} from '../../../src/core/plan/reader-role.ts';
import { decide } from '../../cloud/identity/decision.ts';

const ACCOUNT = '222222222222';
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
const EXACT: ReaderScope = { partition: 'aws', buckets: [{ name: 'trail', prefix: 'logs/' }], keys: [KEY] };

function may(scope: ReaderScope, action: string, resource: string, context: Record<string, string> = {}): boolean {
  const arn = `arn:${scope.partition}:sts::${ACCOUNT}:assumed-role/orgtrail-reader/orgtrail`;
  return decide({
    principal: { account: ACCOUNT, arn, policies: [JSON.stringify(readerPolicy(scope))] },
    action,
    resource,
    owner: ACCOUNT,
    resourcePolicy: null,
    context: new Map(Object.entries(context)),
  });
}
const lists = (scope: ReaderScope, bucket: string, prefix: string): boolean =>
  may(scope, 's3:ListBucket', `arn:${scope.partition}:s3:::${bucket}`, { 's3:prefix': prefix });
const gets = (scope: ReaderScope, path: string): boolean =>
  may(scope, 's3:GetObject', `arn:${scope.partition}:s3:::${path}`);

describe('the exact policy', () => {
  test('reads below AWSLogs/ of its own prefix and nowhere else', () => {
    expect(gets(EXACT, 'trail/logs/AWSLogs/222222222222/CloudTrail/x.json.gz')).toBe(true);
    expect(gets(EXACT, 'trail/AWSLogs/222222222222/x')).toBe(false);
    expect(gets(EXACT, 'trail/logs/secrets')).toBe(false);
    expect(gets(EXACT, 'trail/other/logs/AWSLogs/x')).toBe(false);
    expect(gets(EXACT, 'trail-2/logs/AWSLogs/x')).toBe(false);
    expect(lists(EXACT, 'trail', 'logs/AWSLogs/')).toBe(true);
    expect(lists(EXACT, 'trail', 'logs/AWSLogs/222222222222/CloudTrail-Digest/us-east-1/')).toBe(true);
    expect(lists(EXACT, 'trail', '')).toBe(false);
    expect(lists(EXACT, 'trail', 'logs/')).toBe(false);
    expect(lists(EXACT, 'trail-2', 'logs/AWSLogs/')).toBe(false);
  });

  test('is told of a key that is not there: S3 asks for listing without a prefix before it says 404', () => {
    expect(may(EXACT, 's3:ListBucket', 'arn:aws:s3:::trail')).toBe(true);
    expect(may(EXACT, 's3:ListBucket', 'arn:aws:s3:::trail-2')).toBe(false);
  });

  test('uses the key for reading through S3 alone, and no other key', () => {
    const through = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };
    expect(may(EXACT, 'kms:Decrypt', KEY, through)).toBe(true);
    expect(may(EXACT, 'kms:Decrypt', KEY, { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' })).toBe(false);
    expect(may(EXACT, 'kms:Decrypt', KEY)).toBe(false);
    expect(may(EXACT, 'kms:Decrypt', `${KEY}6`, through)).toBe(false);
    expect(may({ ...EXACT, keys: [] }, 'kms:Decrypt', KEY, through)).toBe(false);
  });

  test('may change nothing', () => {
    for (const action of [
      's3:PutObject',
      's3:DeleteObject',
      's3:PutBucketPolicy',
      'cloudtrail:StopLogging',
      'iam:PassRole',
    ])
      expect(may(EXACT, action, '*')).toBe(false);
  });

  test('binds each prefix to its own buckets', () => {
    const buckets = [
      { name: 'one', prefix: '' },
      { name: 'two', prefix: 'p/' },
      { name: 'three', prefix: '' },
    ];
    const scope = { ...EXACT, buckets };
    expect(['one', 'two', 'three'].map((name) => lists(scope, name, 'AWSLogs/'))).toEqual([true, false, true]);
    expect(['one', 'two', 'three'].map((name) => lists(scope, name, 'p/AWSLogs/'))).toEqual([false, true, false]);
  });

  test('any: below AWSLogs/ of every bucket, whatever its prefix', () => {
    const scope: ReaderScope = { partition: 'aws-cn', buckets: 'any', keys: [] };
    expect(gets(scope, 'x/AWSLogs/a')).toBe(true);
    expect(gets(scope, 'x/deep/er/AWSLogs/a')).toBe(true);
    expect(gets(scope, 'x/secrets/a')).toBe(false);
    expect(lists(scope, 'x', 'deep/AWSLogs/')).toBe(true);
    expect(lists(scope, 'x', '')).toBe(false);
  });

  test('a prefix that holds wildcards reads that prefix and no other', () => {
    const text = fc.stringMatching(/^[a-z*?$./]{1,6}$/).map((one) => `${one}/`);
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const scope = { ...EXACT, buckets: [{ name: 'trail', prefix }] };
        expect(gets(scope, `trail/${other}AWSLogs/x`)).toBe(other === prefix || other.startsWith(`${prefix}AWSLogs/`));
        expect(lists(scope, 'trail', `${other}AWSLogs/`)).toBe(other === prefix);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the permissions', () => {
  test('are all in the policy, each once, and nothing besides', () => {
    const actions = readerPolicy(EXACT).Statement.flatMap(({ Action }) => Action as readonly string[]);
    expect(actions.toSorted()).toEqual(READER_PERMISSIONS.map(({ action }) => action).toSorted());
  });

  test('are tried by one step each, and only three can be done without', () => {
    expect(PREFLIGHT_STEPS.filter((step) => !isNeeded(step))).toEqual(['regions', 'selectors', 'history']);
    const tried = new Set(READER_PERMISSIONS.map(({ step }) => step));
    expect(PREFLIGHT_STEPS.filter((step) => !tried.has(step))).toEqual(['assume', 'identify']);
  });
});

describe('the trust policy', () => {
  const writer = 'arn:aws:iam::111111111111:role/orgtrail';
  const enters = (principal: string, context: Record<string, string>, organization?: string): boolean => {
    const scope = organization === undefined ? {} : { organization };
    const trust = trustPolicy({ writer, externalId: 'id-of-ours', ...scope });
    // A trust policy names no resource; the evaluator wants one.
    const Statement = trust.Statement.map((one) => ({ ...one, Resource: '*' }));
    return decide({
      principal: { account: '111111111111', arn: principal, policies: null },
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${ACCOUNT}:role/orgtrail-reader`,
      owner: ACCOUNT,
      resourcePolicy: JSON.stringify({ ...trust, Statement }),
      resourcePolicyMustAllow: true,
      context: new Map(Object.entries(context)),
    });
  };
  const session = 'arn:aws:sts::111111111111:assumed-role/orgtrail/orgtrail';

  test('lets the writer in with the external id, and nobody else', () => {
    expect(enters(session, { 'sts:ExternalId': 'id-of-ours' })).toBe(true);
    expect(enters(session, { 'sts:ExternalId': 'another' })).toBe(false);
    expect(enters(session, {})).toBe(false);
    expect(enters('arn:aws:iam::111111111111:user/somebody', { 'sts:ExternalId': 'id-of-ours' })).toBe(false);
  });

  test('asks for the organization where one is named', () => {
    const own = { 'sts:ExternalId': 'id-of-ours', 'aws:PrincipalOrgID': 'o-exampleorgid' };
    expect(enters(session, own, 'o-exampleorgid')).toBe(true);
    expect(enters(session, { ...own, 'aws:PrincipalOrgID': 'o-otherorgid0' }, 'o-exampleorgid')).toBe(false);
  });

  test('has no condition where nothing is asked for', () => {
    expect(trustPolicy({ writer, externalId: null }).Statement[0]).not.toHaveProperty('Condition');
  });
});

describe('the size', () => {
  const buckets = (count: number): ReaderScope['buckets'] =>
    Array.from({ length: count }, (_, index) => ({ name: `trail-${String(index).padStart(12, '0')}`, prefix: '' }));
  const policyOf = (count: number): ReturnType<typeof readerPolicy> =>
    readerPolicy({ ...EXACT, buckets: buckets(count) });

  test('of the whole policy fits easily', () => {
    expect(roleSizeProblem('managed', readerPolicy({ ...EXACT, buckets: 'any' }))).toBeNull();
    expect(JSON.stringify(readerPolicy({ ...EXACT, buckets: 'any' })).length).toBeLessThan(1_100);
  });

  test.each(['managed', 'inline'] as const)('%s: the last list that fits fits, the next is refused', (kind) => {
    const sizes = Array.from({ length: 200 }, (_, count) => JSON.stringify(policyOf(count + 1)).length);
    const fits = sizes.filter((size) => size <= ROLE_LIMITS[kind]).length;
    expect(fits).toBeGreaterThan(30);
    expect(roleSizeProblem(kind, policyOf(fits))).toBeNull();
    const problem = roleSizeProblem(kind, policyOf(fits + 1));
    expect(problem?.code).toBe('policy-role-too-large');
    expect(problem?.detail).toContain(`${sizes[fits]} characters, IAM takes ${ROLE_LIMITS[kind]}`);
    expect(problem?.hint).toContain('pattern');
  });

  test('of a trust policy with the longest external id fits, and a longer one is told', () => {
    const trust = (length: number): ReturnType<typeof trustPolicy> =>
      trustPolicy({ writer: 'arn:aws:iam::111111111111:role/orgtrail', externalId: 'x'.repeat(length) });
    expect(roleSizeProblem('trust', trust(1224))).toBeNull();
    expect(roleSizeProblem('trust', trust(2000))?.hint).toContain('external id');
  });
});
