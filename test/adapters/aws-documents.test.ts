/** Every kind of document on our own cloud: absent, written, read back as written, removed, and not told. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { DOCUMENT_KINDS, type DocumentKind } from '../../src/core/plan/document.ts';
import { MEMBER, PAYER } from '../cloud/identity/estate.ts';
import { KEY, LOGGED, MEMBER_LOGS, openDocuments, POLICY_ROLE, refOf, bucketPolicy, TOPIC } from './documents-here.ts';
import { failure } from './raw-s3.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: false,
};
const LIFECYCLE = {
  Rules: [
    {
      ID: 'foreign',
      Status: 'Disabled',
      Filter: { And: { Prefix: 'x/', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeGreaterThan: 5 } },
      Transitions: [{ Days: 40, StorageClass: 'GLACIER' }],
      Expiration: { Days: 400 },
    },
    {
      ID: 'orgtrail-a',
      Status: 'Enabled',
      Filter: { Prefix: '' },
      Expiration: { Date: '2031-02-03T00:00:00.000Z' },
      NoncurrentVersionTransitions: [{ NoncurrentDays: 30, StorageClass: 'STANDARD_IA', NewerNoncurrentVersions: 2 }],
      NoncurrentVersionExpiration: { NoncurrentDays: 90, NewerNoncurrentVersions: 3 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    { ID: 'old', Status: 'Enabled', Prefix: 'old/', Expiration: { ExpiredObjectDeleteMarker: true } },
  ],
  TransitionDefaultMinimumObjectSize: 'varies_by_storage_class',
};

/** What a new bucket says, what is written, and what it says when that is removed (null: it cannot be). A text is a state. */
const JOURNEYS: readonly (readonly [DocumentKind, Json, Json, Json])[] = [
  ['versioning', 'absent', { Status: 'Enabled' }, null],
  [
    'ownership',
    { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
    'absent',
  ],
  ['public-access', { ...ALL_BLOCKED, RestrictPublicBuckets: true }, ALL_BLOCKED, 'absent'],
  [
    'encryption',
    { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
    {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY },
          BucketKeyEnabled: true,
        },
      ],
    },
    { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
  ],
  ['bucket-policy', 'absent', bucketPolicy({}), 'absent'],
  ['access-logging', 'absent', { TargetBucket: LOGGED, TargetPrefix: 'a/' }, 'absent'],
  ['lifecycle', 'absent', LIFECYCLE, 'absent'],
];

describe('a document of a bucket', () => {
  test.each(JOURNEYS)('%s comes back as it was written', async (kind, first, written, removed) => {
    await using here = await openDocuments();
    const { own } = here.documents;
    const ref = refOf(kind);
    const found = async () => {
      const state = await own.read(ref);
      return state.state === 'present' ? state.value : state.state;
    };
    expect(await found()).toEqual(first);
    await own.write(ref, written);
    expect(await found()).toEqual(written);
    if (removed === null) expect(await failure(own.write(ref, null))).toMatchObject({ code: 'document-refused' });
    else await own.write(ref, null);
    expect(await found()).toEqual(removed ?? written);
    const calls = here.cloud.requests.entries.filter(({ service }) => service === 's3');
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.filter(({ expectedOwner }) => expectedOwner !== PAYER)).toEqual([]);
    expect(calls.filter(({ mutating }) => mutating)).toHaveLength(removed === null ? 1 : 2);
  });

  test('object-lock comes back as it was written, and stays', async () => {
    await using here = await openDocuments();
    const { own } = here.documents;
    const ref = refOf('object-lock');
    const lock = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } } };
    expect(await own.read(ref)).toEqual({ state: 'absent' });
    const early = await failure(own.write(ref, lock));
    expect(early).toMatchObject({ code: 'document-refused', retryable: false });
    expect(early.message).toContain("Versioning must be 'Enabled'");
    await own.write(refOf('versioning'), { Status: 'Enabled' });
    await own.write(ref, lock);
    expect(await own.read(ref)).toEqual({ state: 'present', value: lock });
    expect((await failure(own.write(ref, null))).message).toContain('cannot be switched off');
  });

  test('MFA delete is told', async () => {
    await using here = await openDocuments();
    const { own } = here.documents;
    const ref = refOf('versioning', { target: 'with-device' });
    expect(await own.read(ref)).toEqual({ state: 'present', value: { Status: 'Enabled', MFADelete: 'Enabled' } });
    const error = await failure(own.write(refOf('lifecycle', { target: 'with-device' }), LIFECYCLE));
    expect(error).toMatchObject({ code: 'document-refused' });
    expect(error.hint).toContain('MFA delete');
  });
});

describe('the policies of key and topic', () => {
  test.each(['key-policy', 'topic-policy'] as const)('%s comes back as it was written', async (kind) => {
    await using here = await openDocuments();
    const { own } = here.documents;
    const before = await own.read(refOf(kind));
    if (before.state !== 'present') throw new Error(before.state);
    const action = kind === 'key-policy' ? 'kms:Decrypt' : 'sns:Publish';
    const statement = { Sid: 'OrgtrailX', Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
    const old = before.value as { readonly Statement: readonly Json[] };
    const written = { ...old, Statement: [...old.Statement, { ...statement, Action: action, Resource: '*' }] };
    await own.write(refOf(kind), written);
    expect(await own.read(refOf(kind))).toEqual({ state: 'present', value: written });
    expect(await failure(own.write(refOf(kind), null))).toMatchObject({ code: 'document-refused' });
    const [operation, key] = kind === 'key-policy' ? ['PutKeyPolicy', KEY] : ['SetTopicAttributes', TOPIC];
    const writes = here.cloud.requests.entries.filter(({ mutating }) => mutating);
    expect(writes).toMatchObject([{ operation, key, status: 200 }]);
  });

  test('a key that is not there, and one asked for in another region, are unreadable', async () => {
    await using here = await openDocuments();
    const absent = `${KEY.slice(0, -1)}6`;
    const topic = TOPIC.replace('delivered', 'other');
    for (const ref of [refOf('key-policy', { target: absent }), refOf('topic-policy', { target: topic })]) {
      const state = await here.documents.own.read(ref);
      expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'blocked-access' } });
      expect(JSON.stringify(state)).toContain('There is no such key or topic');
    }
  });

  test('a key policy that locks its writer out is refused by KMS, and the old one stays', async () => {
    await using here = await openDocuments();
    const { own } = here.documents;
    const before = await own.read(refOf('key-policy'));
    const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: 'kms:*' };
    const error = await failure(
      own.write(refOf('key-policy'), { Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] }),
    );
    expect(error).toMatchObject({ code: 'document-refused' });
    expect(error.message).toContain('will not allow you to update the key policy in the future');
    expect(error.hint).toContain('kms:PutKeyPolicy');
    expect(await own.read(refOf('key-policy'))).toEqual(before);
  });
});

const PERMISSIONS: Readonly<Record<DocumentKind, string>> = {
  versioning: 's3:GetBucketVersioning',
  ownership: 's3:GetBucketOwnershipControls',
  'public-access': 's3:GetBucketPublicAccessBlock',
  'key-policy': 'kms:GetKeyPolicy',
  encryption: 's3:GetEncryptionConfiguration',
  'topic-policy': 'sns:GetTopicAttributes',
  'bucket-policy': 's3:GetBucketPolicy',
  'object-lock': 's3:GetBucketObjectLockConfiguration',
  'access-logging': 's3:GetBucketLogging',
  lifecycle: 's3:GetLifecycleConfiguration',
  'member-policy': 's3:GetBucketPolicy',
};

describe('without the right', () => {
  test.each(DOCUMENT_KINDS)(
    '%s is unreadable and not absent, and a write names the missing permission',
    async (kind) => {
      await using here = await openDocuments('nobody');
      // SNS lets the whole account in by its default policy.
      here.cloud.control.topicPolicies.set(
        TOPIC,
        JSON.stringify(bucketPolicy({ Action: 'sns:Publish', Resource: TOPIC })),
      );
      const state = await here.documents.own.read(refOf(kind));
      expect(state).toMatchObject({ state: 'unreadable', problem: { code: 'blocked-access' } });
      expect(JSON.stringify(state)).toContain(`Add ${PERMISSIONS[kind]} on`);
      const value: Json = { Rules: [], Version: '2012-10-17', Statement: [] };
      const error = await failure(here.documents.own.write(refOf(kind), value));
      expect(error).toMatchObject({ code: 'blocked-access', retryable: false });
      expect(error.hint).toContain(
        `Add ${PERMISSIONS[kind].replace('GetTopic', 'SetTopic').replace(':Get', ':Put')} on`,
      );
    },
  );
});

describe("a member's bucket policy", () => {
  test('is worked on under the role of its account', async () => {
    await using here = await openDocuments();
    const store = await here.documents.member({ id: MEMBER, role: POLICY_ROLE, externalId: 'shared-id' });
    const ref = { kind: 'member-policy', account: MEMBER, target: MEMBER_LOGS } as const;
    const value = bucketPolicy({ Resource: `arn:aws:s3:::${MEMBER_LOGS}/*` });
    expect(await store.read(ref)).toEqual({ state: 'absent' });
    await store.write(ref, value);
    expect(await store.read(ref)).toEqual({ state: 'present', value });
    const calls = here.cloud.requests.entries.filter(({ service }) => service === 's3');
    expect(new Set(calls.map(({ principal }) => principal?.account))).toEqual(new Set([MEMBER]));
    // The daemon's own credentials are of another account: S3 answers 405 where a policy would let them.
    expect(await here.documents.own.read(ref)).toMatchObject({ state: 'unreadable' });
  });

  test('is not touched under a role of another account, or one that refuses us', async () => {
    await using here = await openDocuments();
    const wrong = await failure(
      here.documents.member({ id: '999999999999', role: POLICY_ROLE, externalId: 'shared-id' }),
    );
    expect(wrong).toMatchObject({ code: 'identity-mismatch' });
    const refused = await failure(here.documents.member({ id: MEMBER, role: POLICY_ROLE, externalId: 'wrong' }));
    expect(refused).toMatchObject({ code: 'blocked-access' });
    expect(here.cloud.requests.entries.filter(({ service }) => service === 's3')).toEqual([]);
  });
});
