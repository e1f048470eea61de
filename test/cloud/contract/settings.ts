/** Settings of a bucket: stored, given back, and where they bind, binding. */
import {
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { type Bench, type Case, keepVersions, makeBucket, put, expectRefused } from './bench.ts';

const RULES: LifecycleRule[] = [
  {
    ID: 'tier',
    Status: 'Enabled',
    Filter: { Prefix: 'AWSLogs/' },
    Transitions: [{ Days: 90, StorageClass: 'GLACIER' }],
    Expiration: { Days: 2555 },
  },
  { ID: 'old', Status: 'Disabled', Filter: { Prefix: 'old/' }, NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
];

const BY_PREFIX_AND_TAG: LifecycleRule = {
  ID: 'pending',
  Status: 'Enabled',
  Filter: { And: { Prefix: 'orgtrail/pending/', Tags: [{ Key: 'orgtrail', Value: 'promoted' }] } },
  Expiration: { Days: 7 },
};

function setLifecycle(bench: Bench, Rules: LifecycleRule[]): Promise<unknown> {
  return bench.owner.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: bench.bucket, LifecycleConfiguration: { Rules } }),
  );
}

export const SETTING_CASES: readonly Case[] = [
  {
    name: 'us-east-1 has no location',
    run: async ({ owner, bucket: Bucket }) =>
      expect((await owner.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy(),
  },
  {
    name: 'versioning is off until it is enabled',
    run: async (bench) => {
      const status = async (): Promise<unknown> =>
        (await bench.owner.send(new GetBucketVersioningCommand({ Bucket: bench.bucket }))).Status;
      expect(await status()).toBeUndefined();
      await keepVersions(bench);
      expect(await status()).toBe('Enabled');
    },
  },
  {
    name: 'lifecycle: absent, stored whole, replaced whole, gone',
    run: async (bench) => {
      const { bucket: Bucket, owner } = bench;
      const read = async (): Promise<LifecycleRule[]> =>
        (await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules ?? [];
      await expectRefused(read(), 404, 'NoSuchLifecycleConfiguration');
      await setLifecycle(bench, RULES);
      const byId = (rules: LifecycleRule[]): LifecycleRule[] =>
        rules.toSorted((a, b) => ((a.ID ?? '') < (b.ID ?? '') ? -1 : 1));
      expect(byId(await read())).toEqual(byId(RULES));
      await setLifecycle(bench, RULES.slice(0, 1));
      expect((await read()).map((rule) => rule.ID)).toEqual(['tier']);
      await owner.send(new DeleteBucketLifecycleCommand({ Bucket }));
      await expectRefused(read(), 404);
    },
  },
  {
    name: 'a lifecycle rule by prefix and tag comes back as it was',
    run: async (bench) => {
      await setLifecycle(bench, [BY_PREFIX_AND_TAG]);
      const { Rules } = await bench.owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bench.bucket }));
      expect(Rules).toEqual([BY_PREFIX_AND_TAG]);
    },
  },
  {
    name: 'two lifecycle rules of one name are refused',
    run: async (bench) =>
      void (await expectRefused(setLifecycle(bench, [...RULES.slice(0, 1), ...RULES.slice(0, 1)]), 400)),
  },
  {
    name: 'every new bucket is encrypted by default, and its objects say so',
    run: async (bench) => {
      const { ServerSideEncryptionConfiguration: found } = await bench.owner.send(
        new GetBucketEncryptionCommand({ Bucket: bench.bucket }),
      );
      expect(found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
      await put(bench, 'k');
      const head = await bench.owner.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      expect(head.ServerSideEncryption).toBe('AES256');
    },
  },
  {
    name: 'under a KMS key by default, the ETag is no MD5',
    run: async (bench) => {
      const applied = { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: 'arn:aws:kms:us-east-1:111111111111:key/k' };
      const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault: applied }] };
      await bench.owner.send(
        new PutBucketEncryptionCommand({ Bucket: bench.bucket, ServerSideEncryptionConfiguration }),
      );
      const { ETag, ServerSideEncryption } = await put(bench, 'k');
      expect(ServerSideEncryption).toBe('aws:kms');
      expect(ETag).not.toBe(`"${createHash('md5').update('body').digest('hex')}"`);
    },
  },
  {
    name: 'public access block is kept',
    run: async ({ owner, bucket: Bucket }) => {
      const PublicAccessBlockConfiguration = {
        BlockPublicAcls: true,
        IgnorePublicAcls: false,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: false,
      };
      await owner.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      const found = await owner.send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(found.PublicAccessBlockConfiguration).toEqual(PublicAccessBlockConfiguration);
    },
  },
  {
    name: 'ownership controls are kept',
    run: async ({ owner, bucket: Bucket }) => {
      const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' as const }] };
      await owner.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
      expect((await owner.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls).toEqual(
        OwnershipControls,
      );
    },
  },
  {
    name: 'a bucket without Object Lock says so',
    run: async ({ owner, bucket: Bucket }) =>
      void (await expectRefused(
        owner.send(new GetObjectLockConfigurationCommand({ Bucket })),
        404,
        'ObjectLockConfigurationNotFoundError',
      )),
  },
  {
    name: 'default retention: a version cannot be deleted, the key can be hidden',
    run: async ({ owner }) => {
      const Bucket = await makeBucket(owner, { objectLock: true });
      const Rule = { DefaultRetention: { Mode: 'COMPLIANCE' as const, Days: 1 } };
      await owner.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule },
        }),
      );
      const found = await owner.send(new GetObjectLockConfigurationCommand({ Bucket }));
      expect(found.ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled', Rule });
      const ContentMD5 = createHash('md5').update('x').digest('base64');
      const { VersionId } = await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ContentMD5 }));
      await expectRefused(owner.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId })), 403, 'AccessDenied');
      expect((await owner.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).DeleteMarker).toBe(true);
    },
  },
];
