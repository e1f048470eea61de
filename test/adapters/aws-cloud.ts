/** A payer, two members with a role each, and an archive: the whole cloud of test/cloud under our adapters. */
import { createOrganizations } from '../../src/adapters/aws-accounts.ts';
import { createArchive } from '../../src/adapters/aws-archive.ts';
import type { AwsCall } from '../../src/ports.ts';
import { createSessions } from '../../src/adapters/aws-sessions.ts';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { accountOf, MEMBER, PAYER, READER, roleOf, SECOND, trailOf, userOf } from '../cloud/identity/estate.ts';
import type { CloudObject, CloudPublicKey } from '../cloud/types.ts';
import { transportTo, useCredentials } from './raw-s3.ts';

export const LOGS = 'logs-222222222222';
export const ARCHIVE = 'archive-bucket';
export const EXTERNAL_ID = 'shared-id';
export const MANAGER = `arn:aws:iam::${PAYER}:role/organization-reader`;

export interface Estate extends AsyncDisposable {
  readonly cloud: WholeCloud;
  readonly calls: AwsCall[];
  readonly sessions: ReturnType<typeof createSessions>;
  readonly organizations: ReturnType<typeof createOrganizations>;
  readonly archive: ReturnType<typeof createArchive>;
}

export async function openCloud(publicKeys: readonly CloudPublicKey[] = []): Promise<Estate> {
  const cloud = await createCloud({
    now: Date.now,
    users: [userOf(PAYER)],
    organization: {
      id: 'o-exampleorgid',
      management: PAYER,
      accounts: [
        accountOf(PAYER, { units: ['r-root'] }),
        accountOf(MEMBER, { tags: new Map([['team', 'a&b']]) }),
        accountOf(SECOND, { state: 'SUSPENDED' }),
      ],
    },
    roles: [
      roleOf(READER, { policies: readerPolicies() }),
      roleOf(MANAGER, { policies: [allow('organizations:*', '*')] }),
    ],
    trails: [trailOf(MEMBER, { bucket: LOGS, prefix: 'p' })],
    publicKeys,
    buckets: [
      { name: LOGS, owner: MEMBER, region: 'eu-west-1' },
      { name: ARCHIVE, owner: PAYER, versioning: true, objectLock: true },
    ],
  });
  const calls: AwsCall[] = [];
  const timeouts = { connectMs: 1000, requestMs: 2000, readMs: 8000 };
  const transport = transportTo(cloud.url, { timeouts, maxAttempts: 3, onCall: (call) => calls.push(call) });
  const { accessKeyId, secretAccessKey } = userOf(PAYER);
  useCredentials(accessKeyId, secretAccessKey);
  return {
    cloud,
    calls,
    sessions: createSessions(transport),
    organizations: createOrganizations(transport),
    archive: createArchive(transport, { owner: PAYER, region: 'us-east-1', kmsKey: null }),
    [Symbol.asyncDispose]: async () => {
      transport.close();
      await cloud.close();
    },
  };
}

export function objectAt(key: string, body: string): CloudObject {
  return {
    bucket: LOGS,
    key,
    body: Buffer.from(body),
    metadata: new Map([['signature', 'ab']]),
    contentType: 'application/json',
    contentEncoding: 'gzip',
  };
}

function allow(action: string | readonly string[], resource: string | readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
}

/** What a member's role needs, and no more. */
function readerPolicies(): readonly string[] {
  const bucket = `arn:aws:s3:::${LOGS}`;
  return [
    allow('s3:ListBucket', bucket),
    allow(['s3:GetObject', 's3:GetObjectVersion'], `${bucket}/p/AWSLogs/*`),
    allow(
      [
        'cloudtrail:DescribeTrails',
        'cloudtrail:GetTrailStatus',
        'cloudtrail:GetEventSelectors',
        'cloudtrail:LookupEvents',
        'cloudtrail:ListPublicKeys',
        'organizations:DescribeOrganization',
        'account:ListRegions',
      ],
      '*',
    ),
  ];
}
