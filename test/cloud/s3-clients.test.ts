/** Whole clients against the whole cloud, with nothing but AWS_ENDPOINT_URL: a role's session, and the AWS CLI. */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findExecutable } from '../stack/executable.ts';
import { AWSCLI, reasonToSkip } from '../stack/need.ts';
import type { WholeCloud } from './cloud.ts';
import { expectRefused } from './contract/bench.ts';
import { BUCKET, MEMBER, MEMBER_KEYS, PAYER, PAYER_KEYS, ROLE, startOurs, textObject } from './contract/ours.ts';

const run = promisify(execFile);
const aws = findExecutable(['aws']);
const missing = reasonToSkip('the AWS CLI against our cloud', [AWSCLI]);

let cloud: WholeCloud;
beforeAll(async () => {
  cloud = await startOurs();
  cloud.put(textObject('AWSLogs/new\nline +é', 'odd'));
  for (let n = 0; n < 1100; n += 1) cloud.put(textObject(`many/${n}`, 'x'));
});
afterAll(() => cloud.close());

describe('a session of a member’s role', () => {
  it('comes from STS, reads, may not write, and is named in the journal', async () => {
    const params = { RoleArn: ROLE, RoleSessionName: 'orgtrail', ExternalId: 'shared-word' };
    const credentials = fromTemporaryCredentials({
      masterCredentials: PAYER_KEYS,
      params,
      clientConfig: { endpoint: cloud.url, region: 'us-east-1' },
    });
    const client = new S3Client({ endpoint: cloud.url, region: 'us-east-1', maxAttempts: 1, credentials });
    cloud.requests.clear();
    const Key = 'AWSLogs/new\nline +é';
    const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ExpectedBucketOwner: MEMBER }));
    expect(await got.Body?.transformToString()).toBe('odd');
    await expectRefused(client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'x', Body: 'x' })), 403);
    client.destroy();
    const session = { account: MEMBER, arn: `arn:aws:sts::${MEMBER}:assumed-role/orgtrail-reader/orgtrail` };
    expect(cloud.requests.entries).toMatchObject([
      { service: 'sts', operation: 'AssumeRole', key: ROLE, principal: { account: PAYER } },
      { service: 's3', operation: 'GetObject', key: Key, principal: session, status: 200 },
      { service: 's3', operation: 'PutObject', principal: session, status: 403, mutating: true },
    ]);
  });
});

describe.skipIf(missing !== null)('the AWS CLI', () => {
  const home = mkdtempSync(join(tmpdir(), 'orgtrail-aws-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const cli = async (...args: readonly string[]): Promise<string> => {
    const config = {
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const keys = {
      AWS_ACCESS_KEY_ID: MEMBER_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: MEMBER_KEYS.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    };
    const { stdout } = await run(aws ?? 'aws', ['--endpoint-url', cloud.url, ...args], {
      env: { ...process.env, ...config, ...keys },
      maxBuffer: 8 << 20,
    });
    return stdout;
  };

  it('lists with version 1 over several pages, names decoded', async () => {
    const { Contents } = JSON.parse(await cli('s3api', 'list-objects', '--bucket', BUCKET)) as {
      Contents: { Key: string }[];
    };
    expect(Contents).toHaveLength(1101);
    expect(Contents[0]?.Key).toBe('AWSLogs/new\nline +é');
  }, 30_000);

  it('copies up and down, byte for byte', async () => {
    const [up, down] = [join(home, 'up'), join(home, 'down')];
    const bytes = Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7) % 256));
    writeFileSync(up, bytes);
    await cli('s3', 'cp', up, `s3://${BUCKET}/by/cli`, '--quiet');
    await cli('s3', 'cp', `s3://${BUCKET}/by/cli`, down, '--quiet');
    expect(readFileSync(down).equals(bytes)).toBe(true);
  }, 30_000);

  it('reads the location as the validator does', async () => {
    expect(JSON.parse(await cli('s3api', 'get-bucket-location', '--bucket', BUCKET))).toEqual({
      LocationConstraint: null,
    });
  }, 30_000);
});
