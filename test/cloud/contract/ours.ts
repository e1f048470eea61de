/** A small cloud of our own with two accounts and a role, for tests of the cloud itself. */
import { S3Client } from '@aws-sdk/client-s3';
import { createCloud, type CloudSetup, type WholeCloud } from '../cloud.ts';
import type { CloudObject } from '../types.ts';

export const PAYER = '999999999999';
export const MEMBER = '111111111111';
export const BUCKET = 'member-trail';
export const ROLE = `arn:aws:iam::${MEMBER}:role/orgtrail-reader`;
export const PAYER_KEYS = { accessKeyId: 'AKIAPAYER', secretAccessKey: 'payer-secret' };
export const MEMBER_KEYS = { accessKeyId: 'AKIAMEMBER', secretAccessKey: 'member-secret' };

const READ_ONLY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: '*' }],
});

/** Started by a test, which closes it again. The member's bucket is there and empty. */
export function startOurs(setup: Partial<CloudSetup> = {}): Promise<WholeCloud> {
  return createCloud({
    now: () => Date.now(),
    organization: { id: 'o-test', management: PAYER, accounts: [] },
    users: [
      { ...PAYER_KEYS, account: PAYER, name: 'daemon', policies: null },
      { ...MEMBER_KEYS, account: MEMBER, name: 'root', policies: null },
    ],
    roles: [
      {
        arn: ROLE,
        account: MEMBER,
        trusted: [`arn:aws:iam::${PAYER}:user/daemon`],
        externalId: 'shared-word',
        policies: [READ_ONLY],
      },
    ],
    buckets: [{ name: BUCKET, owner: MEMBER }],
    ...setup,
  });
}

/** A client that tries once. Path style comes of itself: the endpoint is an address. */
export function clientOf(
  cloud: WholeCloud,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
): S3Client {
  return new S3Client({ endpoint: cloud.url, region: 'us-east-1', maxAttempts: 1, credentials });
}

export function textObject(key: string, text: string): CloudObject {
  return {
    bucket: BUCKET,
    key,
    body: Buffer.from(text),
    metadata: new Map(),
    contentType: 'text/plain',
    contentEncoding: null,
  };
}
