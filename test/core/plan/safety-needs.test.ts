/** The calls that must stay possible, as they will be made. */
import { describe, expect, test } from 'vitest';
import {
  deletionNeeds,
  deliveryNeeds,
  repairNeeds,
  writerNeeds,
  type Need,
} from '../../../src/core/plan/safety-needs.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';
import { organizationTrail, OWNER, trails, wantedPolicy } from './wanted-policies.ts';

const KEY = 'arn:aws:kms:us-east-1:111111111111:key/k';
const WANTED = wantedPolicy({ delivery: trails(2, 'p/') });
const BUCKET = `arn:aws:s3:::${WANTED.bucket}`;
const actionsOf = (needs: readonly Need[]): readonly string[] => [
  ...new Set(needs.map(({ request }) => request.action)),
];
const resourcesOf = (needs: readonly Need[], action: string): readonly string[] =>
  needs.filter(({ request }) => request.action === action).map(({ request }) => request.resource.replace(BUCKET, ''));
const contextOf = (needs: readonly Need[], action: string, key: string): ReadonlySet<string | undefined> =>
  new Set(needs.filter(({ request }) => request.action === action).map(({ request }) => request.context.get(key)));

describe('delivery', () => {
  const [trail = organizationTrail('')] = WANTED.delivery;
  test('looks at the ACL and puts logs and digests below its account', () => {
    const needs = deliveryNeeds(WANTED, trail);
    expect(resourcesOf(needs, 's3:GetBucketAcl')).toEqual(['']);
    expect(resourcesOf(needs, 's3:PutObject')).toEqual([
      '/p/AWSLogs/200000000000/CloudTrail/us-east-1/2026/01/01/x',
      '/p/AWSLogs/200000000000/CloudTrail-Digest/us-east-1/2026/01/01/x',
    ]);
    expect(needs.every(({ mustAllow }) => mustAllow)).toBe(true);
    expect(contextOf(needs, 's3:PutObject', 's3:x-amz-acl')).toEqual(new Set(['bucket-owner-full-control']));
    expect(contextOf(needs, 's3:PutObject', 's3:objectcreationoperation')).toEqual(new Set(['true']));
    expect(contextOf(needs, 's3:GetBucketAcl', 's3:x-amz-acl')).toEqual(new Set([undefined]));
    expect(contextOf(needs, 's3:PutObject', 'aws:sourcearn')).toEqual(new Set([trail.arn]));
    expect(contextOf(needs, 's3:PutObject', 'aws:sourceaccount')).toEqual(new Set(['200000000000']));
    expect(contextOf(needs, 's3:PutObject', 'aws:sourceorgid')).toEqual(new Set([undefined]));
  });
  test('of an organization has two folders, and its own organization', () => {
    const needs = deliveryNeeds(wantedPolicy({ organizations: ['o-other00000'] }), organizationTrail('q/'));
    expect(resourcesOf(needs, 's3:PutObject').map((one) => one.replace(/CloudTrail.*/, ''))).toEqual([
      '/q/AWSLogs/999999999999/',
      '/q/AWSLogs/999999999999/',
      '/q/AWSLogs/o-a1b2c3d4e5/999999999999/',
      '/q/AWSLogs/o-a1b2c3d4e5/999999999999/',
    ]);
    expect(contextOf(needs, 's3:PutObject', 'aws:sourceorgid')).toEqual(new Set(['o-a1b2c3d4e5']));
  });
  test('of an account that may be in any of several organizations is asked for in each', () => {
    const needs = deliveryNeeds(wantedPolicy({ organizations: ['o-1', 'o-2'] }), trail);
    expect(contextOf(needs, 's3:PutObject', 'aws:sourceorgid')).toEqual(new Set(['o-1', 'o-2']));
    expect(resourcesOf(needs, 's3:PutObject')).toHaveLength(4);
  });
});

describe("the writer's calls", () => {
  test('are those of the daemon, in every folder of the archive', () => {
    const needs = writerNeeds(WANTED);
    expect(actionsOf(needs)).toEqual([
      's3:PutObject',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:PutObjectTagging',
      's3:ListBucket',
      's3:GetBucketVersioning',
      's3:GetBucketObjectLockConfiguration',
      's3:GetEncryptionConfiguration',
      's3:GetBucketPublicAccessBlock',
      's3:GetBucketPolicy',
      's3:GetBucketOwnershipControls',
      's3:GetBucketLogging',
      's3:GetLifecycleConfiguration',
    ]);
    const areas = resourcesOf(needs, 's3:PutObject').map((one) => /^\/archive\/(?:orgtrail\/)?[\w-]+/.exec(one)?.[0]);
    expect([...new Set(areas)]).toEqual([
      '/archive/AWSLogs',
      '/archive/orgtrail/pending',
      '/archive/orgtrail/quarantine',
      '/archive/orgtrail/receipts',
      '/archive/orgtrail/keys',
      '/archive/orgtrail/changes',
      '/archive/orgtrail/trails',
      '/archive/orgtrail/trail-changes',
      '/archive/orgtrail/audit',
      '/archive/orgtrail/accepted',
      '/archive/orgtrail/probe',
    ]);
    expect(resourcesOf(needs, 's3:GetObject').filter((one) => one.startsWith('/p/AWSLogs/200000007919/'))).toHaveLength(
      2,
    );
    expect(resourcesOf(needs, 's3:PutObjectTagging')).toEqual(['/archive/orgtrail/pending/bucket/key']);
    expect([...contextOf(needs, 's3:ListBucket', 's3:prefix')]).toContain('archive/orgtrail/pending/bucket/');
    expect(new Set(resourcesOf(needs, 's3:ListBucket'))).toEqual(new Set(['']));
    expect(needs.some(({ mustAllow }) => mustAllow)).toBe(false);
  });
  test('carry the condition, and the key where one is wanted', () => {
    const header = 's3:x-amz-server-side-encryption-aws-kms-key-id';
    const algorithm = 's3:x-amz-server-side-encryption';
    expect(contextOf(writerNeeds(WANTED), 's3:PutObject', 's3:if-none-match')).toEqual(new Set(['*']));
    expect(contextOf(writerNeeds(WANTED), 's3:PutObject', 's3:objectcreationoperation')).toEqual(new Set(['true']));
    expect(contextOf(writerNeeds(WANTED), 's3:PutObject', header)).toEqual(new Set([undefined]));
    const needs = writerNeeds(wantedPolicy({ kmsKey: KEY }));
    expect(contextOf(needs, 's3:PutObject', header)).toEqual(new Set([KEY]));
    expect(contextOf(needs, 's3:PutObject', algorithm)).toEqual(new Set(['aws:kms']));
  });
  test('must be allowed where the writer is of another account', () => {
    const needs = writerNeeds(wantedPolicy({ writer: 'arn:aws:iam::333333333333:role/w' }));
    expect(needs.every(({ mustAllow, name }) => mustAllow && name.endsWith('333333333333:role/w'))).toBe(true);
  });
  test('stay bounded, however many trails deliver', () => {
    expect(writerNeeds(wantedPolicy({ delivery: trails(10_000) })).length).toBeLessThan(500);
  });
});

test('who mends a policy reads, writes and removes it; who breaks the glass deletes versions', () => {
  const [arn = ''] = WANTED.breakGlass;
  expect(repairNeeds(WANTED, arn).map(({ request }) => [request.action, request.resource])).toEqual(
    ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'].map((action) => [action, BUCKET]),
  );
  expect(actionsOf(deletionNeeds(WANTED, arn))).toEqual(['s3:DeleteObjectVersion']);
  expect(resourcesOf(deletionNeeds(WANTED, arn), 's3:DeleteObjectVersion')).toEqual([
    '/archive/AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/01/x',
    '/archive/orgtrail/pending/bucket/key',
  ]);
  expect(repairNeeds(WANTED, arn)[0]?.mustAllow).toBe(false);
  expect(deletionNeeds(WANTED, 'arn:aws:iam::333333333333:role/w')[0]?.mustAllow).toBe(true);
});

test('every resource is of the wanted partition and bucket', () => {
  const wanted: WantedPolicy = wantedPolicy({ partition: 'aws-us-gov', delivery: trails(1, '', 'us-gov-west-1') });
  const needs = [
    ...writerNeeds(wanted),
    ...wanted.delivery.flatMap((one) => deliveryNeeds(wanted, one)),
    ...repairNeeds(wanted, `arn:aws-us-gov:iam::${OWNER}:role/x`),
  ];
  for (const { request } of needs)
    expect(request.resource).toMatch(/^arn:aws-us-gov:s3:::example-organization-archive-logs/);
});
