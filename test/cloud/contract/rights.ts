/** Rights: who is let in, by signature, by policy and by the owner one expects. */
import {
  CopyObjectCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandOutput,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Bench, type Case, put, expectRefused, textAt } from './bench.ts';

type Statement = Readonly<Record<string, unknown>>;

function policyOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

async function setPolicy(bench: Bench, statements: readonly Statement[]): Promise<void> {
  await bench.owner.send(new PutBucketPolicyCommand({ Bucket: bench.bucket, Policy: policyOf(statements) }));
}

function allow(bench: Bench, action: string | readonly string[], resource: string): Statement {
  return {
    Effect: 'Allow',
    Principal: { AWS: bench.strangerArn },
    Action: action,
    Resource: `arn:aws:s3:::${bench.bucket}${resource}`,
  };
}

function get(client: S3Client, bench: Bench, Key: string): Promise<unknown> {
  return client.send(new GetObjectCommand({ Bucket: bench.bucket, Key }));
}

const WRONG_OWNER = '000000000001';

export const RIGHTS_CASES: readonly Case[] = [
  {
    name: 'a signature with another secret is refused',
    run: async (bench) => void (await expectRefused(get(bench.impostor, bench, 'k'), 403, 'SignatureDoesNotMatch')),
  },
  {
    name: 'a stranger may not read, list or write',
    run: async (bench) => {
      await put(bench, 'k');
      const { bucket: Bucket, stranger } = bench;
      await expectRefused(get(stranger, bench, 'k'), 403, 'AccessDenied');
      await expectRefused(stranger.send(new ListObjectsV2Command({ Bucket })), 403, 'AccessDenied');
      await expectRefused(stranger.send(new PutObjectCommand({ Bucket, Key: 'evil', Body: 'x' })), 403, 'AccessDenied');
      await expectRefused(textAt(bench, 'evil'), 404);
    },
  },
  {
    name: 'a policy lets a stranger in as far as it says',
    run: async (bench) => {
      await put(bench, 'open/k');
      await put(bench, 'closed/k');
      await setPolicy(bench, [allow(bench, 's3:GetObject', '/open/*')]);
      await get(bench.stranger, bench, 'open/k');
      await expectRefused(get(bench.stranger, bench, 'closed/k'), 403);
    },
  },
  {
    name: 'a missing key is 403 to who may not list, 404 to who may',
    run: async (bench) => {
      await setPolicy(bench, [allow(bench, 's3:GetObject', '/*')]);
      await expectRefused(get(bench.stranger, bench, 'nope'), 403, 'AccessDenied');
      await setPolicy(bench, [allow(bench, 's3:GetObject', '/*'), allow(bench, 's3:ListBucket', '')]);
      await expectRefused(get(bench.stranger, bench, 'nope'), 404, 'NoSuchKey');
    },
  },
  {
    name: 'an explicit deny wins, over the owner too',
    run: async (bench) => {
      await put(bench, 'private/k');
      const deny = {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${bench.bucket}/private/*`,
      };
      await setPolicy(bench, [allow(bench, 's3:GetObject', '/*'), deny]);
      await expectRefused(get(bench.stranger, bench, 'private/k'), 403);
      await expectRefused(textAt(bench, 'private/k'), 403);
    },
  },
  {
    name: 'a condition on s3:prefix narrows a listing',
    run: async (bench) => {
      await put(bench, 'AWSLogs/1/k');
      const condition = { StringLike: { 's3:prefix': 'AWSLogs/1/*' } };
      await setPolicy(bench, [{ ...allow(bench, 's3:ListBucket', ''), Condition: condition }]);
      const list = (Prefix: string): Promise<unknown> =>
        bench.stranger.send(new ListObjectsV2Command({ Bucket: bench.bucket, Prefix }));
      await list('AWSLogs/1/');
      await expectRefused(list('AWSLogs/'), 403);
    },
  },
  {
    name: 'a condition on the ACL header: CloudTrail’s own kind of policy',
    run: async (bench) => {
      const condition = { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } };
      await setPolicy(bench, [{ ...allow(bench, 's3:PutObject', '/AWSLogs/111122223333/*'), Condition: condition }]);
      const write = (Key: string, acl: object): Promise<PutObjectCommandOutput> =>
        bench.stranger.send(new PutObjectCommand({ Bucket: bench.bucket, Key, Body: 'x', ...acl }));
      await write('AWSLogs/111122223333/a', { ACL: 'bucket-owner-full-control' });
      await expectRefused(write('AWSLogs/111122223333/b', {}), 403);
      await expectRefused(write('AWSLogs/999/b', { ACL: 'bucket-owner-full-control' }), 403);
    },
  },
  {
    name: 'a policy for CloudTrail as a service is stored as it is',
    run: async (bench) => {
      const service = {
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111122223333:trail/t' } },
      };
      const statements = [{ ...allow(bench, 's3:GetBucketAcl', ''), ...service }];
      await setPolicy(bench, statements);
      const { Policy = '' } = await bench.owner.send(new GetBucketPolicyCommand({ Bucket: bench.bucket }));
      expect(JSON.parse(Policy)).toEqual(JSON.parse(policyOf(statements)));
    },
  },
  {
    name: 'no policy is NoSuchBucketPolicy, before and after',
    run: async (bench) => {
      const read = (): Promise<unknown> => bench.owner.send(new GetBucketPolicyCommand({ Bucket: bench.bucket }));
      await expectRefused(read(), 404, 'NoSuchBucketPolicy');
      await setPolicy(bench, [allow(bench, 's3:GetObject', '/*')]);
      await read();
      await bench.owner.send(new DeleteBucketPolicyCommand({ Bucket: bench.bucket }));
      await expectRefused(read(), 404, 'NoSuchBucketPolicy');
    },
  },
  {
    name: 'a malformed policy is refused',
    run: async (bench) => {
      await expectRefused(setPolicy(bench, [{ ...allow(bench, 's3:GetObject', '/*'), Effect: 'Perhaps' }]), 400);
      await expectRefused(bench.owner.send(new PutBucketPolicyCommand({ Bucket: bench.bucket, Policy: '{' })), 400);
    },
  },
  {
    name: 'a policy over 20 KB is refused',
    run: async (bench) => {
      const many = Array.from({ length: 160 }, (_, n) => allow(bench, 's3:GetObject', `/AWSLogs/folder-number-${n}/*`));
      expect(policyOf(many).length).toBeGreaterThan(20_480);
      await expectRefused(setPolicy(bench, many), 400);
    },
  },
  {
    name: 'BlockPublicPolicy refuses a public policy',
    run: async (bench) => {
      const PublicAccessBlockConfiguration = {
        BlockPublicPolicy: true,
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      };
      await bench.owner.send(new PutPublicAccessBlockCommand({ Bucket: bench.bucket, PublicAccessBlockConfiguration }));
      await expectRefused(setPolicy(bench, [{ ...allow(bench, 's3:GetObject', '/*'), Principal: '*' }]), 403);
    },
  },
  {
    name: 'the expected owner is checked, of the bucket and of a copy’s source',
    run: async (bench) => {
      await put(bench, 'k');
      const { bucket: Bucket, owner } = bench;
      await expectRefused(
        owner.send(new GetObjectCommand({ Bucket, Key: 'k', ExpectedBucketOwner: WRONG_OWNER })),
        403,
      );
      await expectRefused(owner.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner: WRONG_OWNER })), 403);
      await expectRefused(put(bench, 'x', { ExpectedBucketOwner: WRONG_OWNER }), 403);
      const copy = { Bucket, Key: 'c', CopySource: `${Bucket}/k`, ExpectedSourceBucketOwner: WRONG_OWNER };
      await expectRefused(owner.send(new CopyObjectCommand(copy)), 403);
    },
  },
];
