/** What only our own cloud can show: keys of KMS, archived classes, locks, and who is told what across accounts. */
import {
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WholeCloud } from './cloud.ts';
import { expectRefused } from './contract/bench.ts';
import { BUCKET, clientOf, MEMBER, MEMBER_KEYS, PAYER, PAYER_KEYS, startOurs, textObject } from './contract/ours.ts';

const KMS_KEY = `arn:aws:kms:us-east-1:${MEMBER}:key/11111111-2222-3333-4444-555555555555`;
const DELIVERED = textObject('AWSLogs/k', 'log');

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

const READ_BY_PAYER = policy({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${PAYER}:root` },
  Action: ['s3:GetObject', 's3:GetBucketPolicy'],
  Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
});

describe('rights in our cloud', () => {
  let cloud: WholeCloud;
  const clients: { destroy(): void }[] = [];
  const as = (keys: typeof PAYER_KEYS): ReturnType<typeof clientOf> => {
    const client = clientOf(cloud, keys);
    clients.push(client);
    return client;
  };
  const get = (keys: typeof PAYER_KEYS): Promise<unknown> =>
    as(keys).send(new GetObjectCommand({ Bucket: BUCKET, Key: DELIVERED.key }));
  const setPolicy = (text: string): void => {
    const bucket = cloud.state.buckets.get(BUCKET);
    if (bucket !== undefined) bucket.policy = text;
  };
  beforeEach(async () => {
    cloud = await startOurs();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await cloud.close();
  });

  it('needs the right to the KMS key beside the right to the object', async () => {
    cloud.put(DELIVERED, { encryption: { algorithm: 'aws:kms', kmsKey: KMS_KEY } });
    setPolicy(READ_BY_PAYER);
    await get(MEMBER_KEYS);
    const error = await expectRefused(get(PAYER_KEYS), 403, 'AccessDenied');
    expect(error.message).toContain('kms:Decrypt');
    const keyPolicy = policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${PAYER}:root` },
      Action: 'kms:Decrypt',
      Resource: '*',
    });
    cloud.state.kmsPolicies.set(KMS_KEY, keyPolicy);
    await get(PAYER_KEYS);
  });

  it('does not hand out what lies in an archive class', async () => {
    cloud.put(DELIVERED, { storageClass: 'DEEP_ARCHIVE' });
    await expectRefused(get(MEMBER_KEYS), 403, 'InvalidObjectState');
    const head = await as(MEMBER_KEYS).send(new HeadObjectCommand({ Bucket: BUCKET, Key: DELIVERED.key }));
    expect(head.StorageClass).toBe('DEEP_ARCHIVE');
  });

  it('tells another account 405 about a policy that it may read', async () => {
    setPolicy(READ_BY_PAYER);
    const read = (keys: typeof PAYER_KEYS): Promise<unknown> =>
      as(keys).send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
    await read(MEMBER_KEYS);
    await expectRefused(read(PAYER_KEYS), 405, 'MethodNotAllowed');
  });

  it('says what aws:SecureTransport is set to', async () => {
    await cloud.close();
    const tlsOnly = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    const bucket = { name: BUCKET, owner: MEMBER, policy: tlsOnly };
    cloud = await startOurs({ buckets: [bucket], objects: [DELIVERED] });
    await get(MEMBER_KEYS);
    await cloud.close();
    cloud = await startOurs({ buckets: [bucket], objects: [DELIVERED], secureTransport: false });
    await expectRefused(get(MEMBER_KEYS), 403);
  });

  it('evaluates s3:if-none-match: a policy can demand that nothing is overwritten', async () => {
    setPolicy(
      policy({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${BUCKET}/*`,
        Condition: { Null: { 's3:if-none-match': 'true' } },
      }),
    );
    const put = (rest: object): Promise<unknown> =>
      as(MEMBER_KEYS).send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x', ...rest }));
    await expectRefused(put({}), 403);
    await put({ IfNoneMatch: '*' });
  });

  it('writes down who did what, with the expected owner', async () => {
    cloud.put(DELIVERED);
    await as(MEMBER_KEYS).send(new ListObjectsV2Command({ Bucket: BUCKET, ExpectedBucketOwner: MEMBER }));
    await expectRefused(as(PAYER_KEYS).send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'x' })), 403);
    expect(cloud.requests.entries).toMatchObject([
      {
        service: 's3',
        operation: 'ListObjectsV2',
        mutating: false,
        expectedOwner: MEMBER,
        status: 200,
        principal: { account: MEMBER },
      },
      {
        service: 's3',
        operation: 'DeleteObject',
        mutating: true,
        expectedOwner: null,
        status: 403,
        principal: { account: PAYER, arn: `arn:aws:iam::${PAYER}:user/daemon` },
      },
    ]);
  });
});

describe('locks in our cloud', () => {
  let cloud: WholeCloud;
  let client: ReturnType<typeof clientOf>;
  beforeEach(async () => {
    cloud = await startOurs({ buckets: [{ name: BUCKET, owner: MEMBER, objectLock: true }] });
    client = clientOf(cloud, MEMBER_KEYS);
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  it('lets GOVERNANCE be bypassed on demand, COMPLIANCE never', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000);
    const put = async (Key: string, ObjectLockMode: 'GOVERNANCE' | 'COMPLIANCE'): Promise<string | undefined> =>
      (
        await client.send(
          new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', ObjectLockMode, ObjectLockRetainUntilDate: inAnHour }),
        )
      ).VersionId;
    const remove = (Key: string, VersionId: string | undefined, bypass: boolean): Promise<unknown> =>
      client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId, BypassGovernanceRetention: bypass }));
    const soft = await put('soft', 'GOVERNANCE');
    const hard = await put('hard', 'COMPLIANCE');
    await expectRefused(remove('soft', soft, false), 403);
    await remove('soft', soft, true);
    await expectRefused(remove('hard', hard, true), 403);
  });

  it('lengthens retention, and does not shorten it', async () => {
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' }));
    const retain = (hours: number): Promise<unknown> => {
      const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate: new Date(Date.now() + hours * 3_600_000) };
      return client.send(new PutObjectRetentionCommand({ Bucket: BUCKET, Key: 'k', VersionId, Retention }));
    };
    await retain(2);
    await retain(3);
    await expectRefused(retain(1), 403);
    const found = await client.send(new GetObjectRetentionCommand({ Bucket: BUCKET, Key: 'k' }));
    expect(found.Retention?.RetainUntilDate?.getTime()).toBeGreaterThan(Date.now() + 2.9 * 3_600_000);
  });

  it('takes nothing under default retention without a checksum of its bytes', async () => {
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Years: 1 } };
    await client.send(
      new PutObjectLockConfigurationCommand({
        Bucket: BUCKET,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule },
      }),
    );
    const put = new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'x' });
    await client.send(put);
    client.config.requestChecksumCalculation = async () => 'WHEN_REQUIRED';
    await expectRefused(client.send(put), 400, 'InvalidRequest');
    const kept = cloud.state.buckets.get(BUCKET)?.index.versions.get('k') ?? [];
    expect(kept.map((version) => Math.round(((version.retention?.until ?? 0) - Date.now()) / 86_400_000))).toEqual([
      365,
    ]);
  });
});
