/** Documents on a store that is none of ours: what Ceph serves comes back as written, what it has not is no setting. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createDocuments } from '../../src/adapters/aws-documents.ts';
import type { Json } from '../../src/core/json.ts';
import type { DocumentKind, DocumentRef, DocumentState } from '../../src/core/plan/document.ts';
import type { DocumentStore } from '../../src/ports.ts';
import { type CephStack, startCeph } from '../stack/ceph.ts';
import { CEPH, reasonToSkip } from '../stack/need.ts';
import { failure, transportTo, useCredentials } from './raw-s3.ts';

const PAYER = '111111111111';
const BUCKET = 'documents-on-ceph';
const missing = reasonToSkip('documents on Ceph', CEPH);

const STATEMENT = { Sid: 'A', Effect: 'Deny', Principal: '*', Action: ['s3:DeleteObject'] };
const POLICY = { Version: '2012-10-17', Statement: [{ ...STATEMENT, Resource: `arn:aws:s3:::${BUCKET}/x/*` }] };
const LIFECYCLE = {
  Rules: [
    { ID: 'orgtrail-a', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 400 } },
    {
      ID: 'theirs',
      Status: 'Disabled',
      Filter: { Prefix: 'b/' },
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
  ],
};
const BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: true,
};
const OPEN = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

describe.skipIf(missing !== null)('documents on Ceph', () => {
  let ceph: CephStack, own: DocumentStore;

  beforeAll(async () => {
    ceph = await startCeph({ members: ['222222222222'], payer: PAYER });
    const client = ceph.client(ceph.payer);
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await client.send(new CreateBucketCommand({ Bucket: 'locked-on-ceph', ObjectLockEnabledForBucket: true }));
    client.destroy();
    const timeouts = { connectMs: 2000, requestMs: 10_000, readMs: 20_000 };
    useCredentials(ceph.payer.accessKeyId, ceph.payer.secretAccessKey);
    const transport = transportTo(ceph.endpoint, { timeouts });
    useCredentials(ceph.payer.accessKeyId, ceph.payer.secretAccessKey);
    own = createDocuments(transport, { region: 'us-east-1' }).own;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await ceph?.stop();
  });

  const ref = (kind: DocumentKind, target = BUCKET): DocumentRef => ({ kind, account: PAYER, target });
  const present = (value: Json): DocumentState => ({ state: 'present', value });

  test.each<readonly [DocumentKind, DocumentState, Json]>([
    ['bucket-policy', { state: 'absent' }, POLICY],
    ['lifecycle', { state: 'absent' }, LIFECYCLE],
  ])('%s is absent, comes back as it was written, and is removed', async (kind, first, value) => {
    expect(await own.read(ref(kind))).toEqual(first);
    await own.write(ref(kind), value);
    expect(await own.read(ref(kind))).toEqual(present(value));
    await own.write(ref(kind), null);
    expect(await own.read(ref(kind))).toEqual(first);
  });

  test('public access is told as open where nothing is set', async () => {
    expect(await own.read(ref('public-access'))).toEqual(present(OPEN));
    await own.write(ref('public-access'), BLOCKED);
    expect(await own.read(ref('public-access'))).toEqual(present(BLOCKED));
    await own.write(ref('public-access'), null);
    expect(await own.read(ref('public-access'))).toEqual(present(OPEN));
  });

  test('versioning is absent until it is written, and says then that no device is needed', async () => {
    expect(await own.read(ref('versioning'))).toEqual({ state: 'absent' });
    await own.write(ref('versioning'), { Status: 'Enabled' });
    expect(await own.read(ref('versioning'))).toEqual(present({ Status: 'Enabled', MFADelete: 'Disabled' }));
  });

  test('Object Lock is read and written where the bucket was made with it', async () => {
    const lock = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 2 } } };
    expect(await own.read(ref('object-lock'))).toEqual({ state: 'absent' });
    const there = ref('object-lock', 'locked-on-ceph');
    await own.write(there, lock);
    expect(await own.read(there)).toEqual(present(lock));
    expect(await failure(own.write(ref('object-lock'), lock))).toMatchObject({ code: 'document-refused' });
  });

  test.each(['encryption', 'ownership'] as const)(
    '%s is unreadable and not absent: a listing is no answer',
    async (kind) => {
      const state = await own.read(ref(kind));
      expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'document-refused' } });
      expect(JSON.stringify(state)).toContain('it has no such setting');
    },
  );

  test('a policy that Ceph does not take is refused, and nothing is there', async () => {
    const wrong = { Version: '2012-10-17', Statement: [{ ...STATEMENT, Effect: 'Maybe', Resource: '*' }] };
    expect(await failure(own.write(ref('bucket-policy'), wrong))).toMatchObject({ code: 'document-refused' });
    expect(await own.read(ref('bucket-policy'))).toEqual({ state: 'absent' });
  });

  test('another tenant is refused, and told which permission is missing', async () => {
    const keys = ceph.members.get('222222222222');
    const timeouts = { connectMs: 2000, requestMs: 10_000, readMs: 20_000 };
    const transport = transportTo(ceph.endpoint, { timeouts });
    useCredentials(keys?.accessKeyId ?? '', keys?.secretAccessKey ?? '');
    const theirs = createDocuments(transport, { region: 'us-east-1' }).own;
    const state = await theirs.read(ref('bucket-policy', `${PAYER}:${BUCKET}`));
    expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'blocked-access' } });
    expect(JSON.stringify(state)).toContain('Add s3:GetBucketPolicy on');
  });
});
