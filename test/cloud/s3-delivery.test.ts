/** CloudTrail's delivery under a bucket's policy: by the planned one it may, and whoever is not meant may not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planBucketPolicy, planKeyPolicy } from '../../src/core/plan/plan-policy.ts';
import type { WantedPolicy } from '../../src/core/plan/wanted.ts';
import type { WholeCloud } from './cloud.ts';
import { BUCKET, MEMBER, PAYER, startOurs, textObject } from './contract/ours.ts';
import type { Deliverer } from './s3/delivery.ts';

const TRAIL = `arn:aws:cloudtrail:us-east-1:${PAYER}:trail/main`;
const KEY = `arn:aws:kms:us-east-1:${MEMBER}:key/11111111-2222-3333-4444-555555555555`;
const BY: Deliverer = {
  service: 'cloudtrail.amazonaws.com',
  trailArn: TRAIL,
  account: PAYER,
  organization: 'o-abcdefghij',
};
const OBJECT = textObject(`t/AWSLogs/${PAYER}/CloudTrail/x.json.gz`, 'x');

/** The bucket belongs to MEMBER here: trails of PAYER deliver into it. */
const WANTED: WantedPolicy = {
  partition: 'aws',
  bucket: BUCKET,
  prefix: '',
  owner: MEMBER,
  kmsKey: null,
  writer: `arn:aws:iam::${MEMBER}:role/orgtrail`,
  breakGlass: [`arn:aws:iam::${MEMBER}:role/glass`],
  administrators: [],
  tlsOnly: true,
  conditionalWrites: true,
  delivery: [{ arn: TRAIL, prefix: 't/', organization: null }],
  readers: [],
  organizations: [],
  cloudtrail: 'cloudtrail.amazonaws.com',
};

describe('delivery by CloudTrail', () => {
  let cloud: WholeCloud;
  beforeEach(async () => {
    cloud = await startOurs({ keys: [KEY] });
  });
  afterEach(() => cloud.close());

  const bucket = () => {
    const found = cloud.state.buckets.get(BUCKET);
    if (found === undefined) throw new Error('no bucket');
    return found;
  };
  const hold = (wanted: WantedPolicy): void => {
    const { change, refusals } = planBucketPolicy(wanted, { state: 'absent' });
    expect(refusals).toEqual([]);
    bucket().policy = JSON.stringify(change?.after);
  };
  const deliver = (change: Partial<Deliverer> = {}, object = OBJECT) => cloud.deliverAs({ ...BY, ...change }, object);

  it('is refused where no policy lets it, and nothing lands', () => {
    expect(deliver()).toEqual({ allowed: false, refused: 's3:GetBucketAcl' });
    expect(bucket().index.versions.size).toBe(0);
  });

  it('lands by the planned policy, in spite of its denies, and overwrites', () => {
    hold(WANTED);
    expect(deliver()).toEqual({ allowed: true });
    expect(deliver()).toEqual({ allowed: true });
    expect(bucket().index.versions.size).toBe(1);
  });

  it.each<readonly [string, Partial<Deliverer>, string, string]>([
    ['another trail', { trailArn: TRAIL.replace('main', 'other') }, OBJECT.key, 's3:GetBucketAcl'],
    ['another service', { service: 'config.amazonaws.com' }, OBJECT.key, 's3:GetBucketAcl'],
    ["another account's folder", {}, `t/AWSLogs/${MEMBER}/CloudTrail/x.json.gz`, 's3:PutObject'],
    ['another prefix', {}, `AWSLogs/${PAYER}/CloudTrail/x.json.gz`, 's3:PutObject'],
  ])('is refused to %s', (_, by, key, refused) => {
    hold(WANTED);
    expect(deliver(by, { ...OBJECT, key })).toEqual({ allowed: false, refused });
    expect(bucket().index.versions.size).toBe(0);
  });

  it('is told to be by a service: a deny that leaves no service out stops it', () => {
    hold(WANTED);
    const policy = JSON.parse(bucket().policy ?? '') as { readonly Statement: readonly object[] };
    const everybody = { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${BUCKET}/*` };
    const but = { ArnNotLike: { 'aws:PrincipalArn': WANTED.writer } };
    const stopped = [...policy.Statement, { ...everybody, Condition: but }];
    bucket().policy = JSON.stringify({ ...policy, Statement: stopped });
    expect(deliver()).toEqual({ allowed: false, refused: 's3:PutObject' });
    const exempt = { ...but, BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } };
    const narrowed = [...policy.Statement, { ...everybody, Condition: exempt }];
    bucket().policy = JSON.stringify({ ...policy, Statement: narrowed });
    expect(deliver()).toEqual({ allowed: true });
  });

  it('may be let in by organization, and is not when it is of another', () => {
    const names = { Effect: 'Allow', Principal: { Service: BY.service } };
    const what = { Action: ['s3:GetBucketAcl', 's3:PutObject'], Resource: [`arn:aws:s3:::${BUCKET}*`] };
    const of = { StringEquals: { 'aws:SourceOrgID': 'o-abcdefghij', 'aws:SourceAccount': PAYER } };
    bucket().policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...names, ...what, Condition: of }] });
    expect(deliver()).toEqual({ allowed: true });
    for (const other of [{ organization: 'o-otherother' }, { organization: null }, { account: MEMBER }])
      expect(deliver(other)).toEqual({ allowed: false, refused: 's3:GetBucketAcl' });
  });

  it('needs the key where the trail encrypts with one', () => {
    hold({ ...WANTED, kmsKey: KEY });
    expect(deliver({ kmsKey: KEY })).toEqual({ allowed: false, refused: 'kms:GenerateDataKey' });
    const before = JSON.parse(cloud.control.keyPolicies.get(KEY) ?? '') as never;
    const { change } = planKeyPolicy({ ...WANTED, kmsKey: KEY }, { state: 'present', value: before });
    cloud.control.keyPolicies.set(KEY, JSON.stringify(change?.after));
    expect(deliver({ kmsKey: KEY })).toEqual({ allowed: true });
    expect(deliver({ kmsKey: KEY, trailArn: TRAIL.replace('main', 'other') })).toMatchObject({ allowed: false });
  });
});
