/**
 * The whole planned policy on our own cloud, which knows the condition keys that Ceph does not: conditional writes, the
 * key that must be named, who may delete and who may change settings.
 */
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planBucketPolicy } from '../../src/core/plan/plan-policy.ts';
import type { CloudUser } from '../cloud/identity/identities.ts';
import { ARCHIVE, DAEMON_KEYS, openOrganization, orgtrail, type Organization } from './organization.ts';

const HOUR = 3600_000;
const START = Math.floor(Date.now() / HOUR - 4) * HOUR;

describe('our own run under the planned policy', () => {
  let organization: Organization, kmsKey: string, glass: CloudUser, admin: CloudUser;
  const clients: S3Client[] = [];

  beforeAll(async () => {
    const size = { accounts: 2, regions: ['us-east-1'], hours: 3, logsPerHour: 2 };
    organization = await openOrganization({ seed: 'policy-cloud', start: START, cheap: true, ...size });
    const owner = organization.world.management;
    kmsKey = `arn:aws:kms:us-east-1:${owner}:key/11111111-2222-3333-4444-555555555555`;
    [glass, admin] = ['glass', 'admin'].map((name) => userOf(owner, name)) as [CloudUser, CloudUser];
    for (const user of [glass, admin]) organization.cloud.identities.addUser(user);
    const { change, refusals } = planBucketPolicy(
      {
        partition: 'aws',
        bucket: ARCHIVE,
        prefix: '',
        owner,
        kmsKey,
        writer: `arn:aws:iam::${owner}:user/daemon`,
        breakGlass: [`arn:aws:iam::${owner}:user/glass`],
        administrators: [`arn:aws:iam::${owner}:user/admin`],
        tlsOnly: true,
        conditionalWrites: true,
        delivery: [],
        readers: [],
        organizations: [],
        cloudtrail: 'cloudtrail.amazonaws.com',
      },
      { state: 'absent' },
    );
    expect(refusals).toEqual([]);
    const bucket = organization.cloud.state.buckets.get(ARCHIVE);
    if (bucket === undefined) throw new Error('no archive');
    bucket.policy = JSON.stringify(change?.after);
    organization.configure({ archive: { bucket: ARCHIVE, region: 'us-east-1', owner, kmsKey } });
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await organization?.close();
  });

  const as = (credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }): S3Client => {
    const client = new S3Client({ endpoint: organization.cloud.url, region: 'us-east-1', maxAttempts: 1, credentials });
    clients.push(client);
    return client;
  };
  const outcome = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'allowed',
      (error: unknown) => (error instanceof Error ? error.name : 'strange'),
    );
  const put = (client: S3Client, rest: Partial<PutObjectCommandInput>) =>
    outcome(
      client.send(new PutObjectCommand({ Bucket: ARCHIVE, Key: `AWSLogs/${Math.random()}`, Body: 'x', ...rest })),
    );
  const encrypted = () => ({ ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKey });

  it('works: everything is archived and proven again, and nothing is refused', async () => {
    const collected = await orgtrail(organization, 'collect', '--json');
    expect({ code: collected.code, stderr: collected.stderr }).toMatchObject({ code: 0 });
    expect((await orgtrail(organization, 'verify', '--archive', '--json')).code).toBe(0);
    expect(organization.archived().filter((key) => key.startsWith('AWSLogs/')).length).toBeGreaterThan(10);
    const ours = organization.cloud.requests.entries.filter(({ bucket }) => bucket === ARCHIVE);
    expect(ours.filter(({ status }) => status === 403)).toEqual([]);
    expect(ours.filter(({ mutating }) => mutating).length).toBeGreaterThan(10);
  });

  it('refuses our own credentials what our run does not do', async () => {
    const own = as(DAEMON_KEYS);
    expect(await put(own, { ...encrypted(), IfNoneMatch: '*' })).toBe('allowed');
    expect(await put(own, encrypted())).toBe('AccessDenied');
    expect(await put(own, { IfNoneMatch: '*' })).toBe('AccessDenied');
    expect(await put(own, { ...encrypted(), SSEKMSKeyId: kmsKey.replace('5555', '6666'), IfNoneMatch: '*' })).toBe(
      'AccessDenied',
    );
    const [Key = ''] = organization.archived();
    expect(await outcome(own.send(new DeleteObjectCommand({ Bucket: ARCHIVE, Key })))).toBe('AccessDenied');
    expect(await outcome(own.send(new DeleteBucketPolicyCommand({ Bucket: ARCHIVE })))).toBe('AccessDenied');
  });

  it('refuses everybody over plain HTTP', async () => {
    organization.cloud.state.secureTransport = false;
    expect(await put(as(DAEMON_KEYS), { ...encrypted(), IfNoneMatch: '*' })).toBe('AccessDenied');
    const { code } = await orgtrail(organization, 'status', '--json');
    organization.cloud.state.secureTransport = true;
    expect(code).not.toBe(0);
  });

  it('lets break-glass delete and administrators set the policy, and not the other way round', async () => {
    const [Key = ''] = organization.archived();
    const Policy = organization.cloud.state.buckets.get(ARCHIVE)?.policy ?? '';
    const removal = () => new DeleteObjectCommand({ Bucket: ARCHIVE, Key });
    const setting = () => new PutBucketPolicyCommand({ Bucket: ARCHIVE, Policy });
    expect(await outcome(as(admin).send(removal()))).toBe('AccessDenied');
    expect(await outcome(as(admin).send(setting()))).toBe('allowed');
    expect(await outcome(as(glass).send(setting()))).toBe('allowed');
    expect(await outcome(as(glass).send(removal()))).toBe('allowed');
  });
});

/** A user with full rights in the account, as far as the bucket's policy lets it. */
function userOf(account: string, name: string): CloudUser {
  return { accessKeyId: `AKIA${name}`, secretAccessKey: `secret-of-${name}`, account, name, policies: null };
}
