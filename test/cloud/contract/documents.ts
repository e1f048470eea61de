/** Policies and settings as documents: told absent, read back as written, removed; and what policies can ask for. */
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Bench, type Case, expectRefused, makeBucket, put } from './bench.ts';

type Statement = Readonly<Record<string, unknown>>;

async function setPolicy(bench: Bench, statement: Statement): Promise<string> {
  const { bucket: Bucket } = bench;
  const resources = { Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`] };
  // Spaces and order as nobody would write them: what comes back must be the same text.
  const Policy = JSON.stringify({ Statement: [{ ...resources, ...statement }], Version: '2012-10-17' }, null, 1);
  await bench.owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  return Policy;
}

const DENY = { Sid: 'Deny', Effect: 'Deny', Principal: '*' };
/** On the bucket's policy itself the deny must not fall: nobody could take it off again. */
const WRITING = { Action: 's3:PutObject' };

export const DOCUMENT_CASES: readonly Case[] = [
  {
    name: 'a bucket policy: absent, read back as the text that was put, gone',
    run: async (bench) => {
      const { bucket: Bucket, owner } = bench;
      const read = async () => (await owner.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
      await expectRefused(read(), 404, 'NoSuchBucketPolicy');
      const text = await setPolicy(bench, { ...DENY, Action: 's3:DeleteObject' });
      expect(await read()).toBe(text);
      await owner.send(new DeleteBucketPolicyCommand({ Bucket }));
      await expectRefused(read(), 404, 'NoSuchBucketPolicy');
    },
  },
  {
    name: 'a policy with an effect that is none is refused as malformed',
    run: async (bench) =>
      void (await expectRefused(setPolicy(bench, { ...DENY, ...WRITING, Effect: 'Maybe' }), 400, 'MalformedPolicy')),
  },
  {
    name: "a policy's deny holds against the owner",
    run: async (bench) => {
      await put(bench, 'k');
      await setPolicy(bench, { ...DENY, Action: 's3:DeleteObject' });
      const removal = bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      await expectRefused(removal, 403, 'AccessDenied');
    },
  },
  {
    name: 'a pattern of actions may go on after its star',
    run: async (bench) => void (await setPolicy(bench, { ...DENY, Action: 's3:Put*Configuration' })),
  },
  {
    name: 'a policy can demand If-None-Match of whoever puts',
    run: async (bench) => {
      const conditions = { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } };
      await setPolicy(bench, { ...DENY, ...WRITING, Condition: conditions });
      await expectRefused(put(bench, 'k'), 403, 'AccessDenied');
      await put(bench, 'k', { IfNoneMatch: '*' });
    },
  },
  {
    name: 'a policy can leave somebody out by aws:PrincipalArn',
    run: async (bench) => {
      const allowed = { ArnNotLike: { 'aws:PrincipalArn': bench.strangerArn } };
      await setPolicy(bench, { ...DENY, ...WRITING, Condition: allowed });
      await expectRefused(put(bench, 'k'), 403, 'AccessDenied');
    },
  },
  {
    name: 'versioning can be suspended, and says so',
    run: async ({ owner, bucket: Bucket }) => {
      const set = (Status: 'Enabled' | 'Suspended') =>
        owner.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
      await set('Enabled');
      await set('Suspended');
      expect((await owner.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Suspended');
    },
  },
  {
    name: 'a public access block that is removed is absent',
    run: async ({ owner, bucket: Bucket }) => {
      await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
      const read = owner.send(new GetPublicAccessBlockCommand({ Bucket }));
      await expectRefused(read, 404, 'NoSuchPublicAccessBlockConfiguration');
    },
  },
  {
    name: 'access logging: off, kept as it was put, off again',
    run: async ({ owner, bucket: Bucket }) => {
      const read = async () => (await owner.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled;
      const set = (BucketLoggingStatus: object) =>
        owner.send(new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus }));
      expect(await read()).toBeUndefined();
      const LoggingEnabled = { TargetBucket: await makeBucket(owner), TargetPrefix: 'a/' };
      await set({ LoggingEnabled });
      expect(await read()).toEqual(LoggingEnabled);
      await set({});
      expect(await read()).toBeUndefined();
    },
  },
  {
    name: 'a lifecycle says from which size objects move, and falls back when it is not said',
    run: async ({ owner, bucket: Bucket }) => {
      const Rules = [{ ID: 'a', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 3 } }];
      const LifecycleConfiguration = { Rules };
      const size = async () =>
        (await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).TransitionDefaultMinimumObjectSize;
      const varies = { TransitionDefaultMinimumObjectSize: 'varies_by_storage_class' as const };
      await owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration, ...varies }));
      expect(await size()).toBe('varies_by_storage_class');
      await owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
      expect(await size()).toBe('all_storage_classes_128K');
    },
  },
];
