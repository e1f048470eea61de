/** Lifecycle rules that S3 does not take, and why; taken are those that are right at the edge. */
import { type LifecycleRule, PutBucketLifecycleConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WholeCloud } from './cloud.ts';
import { BUCKET, clientOf, MEMBER_KEYS, startOurs } from './contract/ours.ts';

type Part = Partial<LifecycleRule>;
const to = (StorageClass: NonNullable<LifecycleRule['Transitions']>[number]['StorageClass'], Days: number) => ({
  StorageClass,
  Days,
});

const TAKEN: readonly (readonly [string, Part])[] = [
  ['IA after 30 days, GLACIER 30 later', { Transitions: [to('STANDARD_IA', 30), to('GLACIER', 60)] }],
  ['GLACIER at once', { Transitions: [to('GLACIER', 0)], Expiration: { Days: 1 } }],
  ['a date at midnight', { Expiration: { Date: new Date('2031-01-01T00:00:00Z') } }],
  ['uploads of a prefix', { Filter: { Prefix: 'a/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
  ['sizes between', { Filter: { And: { ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 2 } }, Expiration: { Days: 1 } }],
];

const REFUSED: readonly (readonly [string, Part, string])[] = [
  ['IA before 30 days', { Transitions: [to('STANDARD_IA', 29)] }, 'greater than or equal to 30'],
  ['GLACIER too soon after IA', { Transitions: [to('STANDARD_IA', 30), to('GLACIER', 59)] }, '30 days more'],
  ['a warmer class after a colder one', { Transitions: [to('DEEP_ARCHIVE', 1), to('GLACIER', 90)] }, 'days more'],
  ['one class twice', { Transitions: [to('GLACIER', 1), to('GLACIER', 9)] }, 'must be different'],
  ['expiry on the day of a move', { Transitions: [to('GLACIER', 9)], Expiration: { Days: 9 } }, 'must be greater than'],
  ['expiry at once', { Expiration: { Days: 0 } }, 'positive integer'],
  ['days and a date', { Transitions: [to('GLACIER', 9)], Expiration: { Date: new Date('2031-01-01') } }, 'mixed'],
  ['a date at noon', { Expiration: { Date: new Date('2031-01-01T12:00:00Z') } }, 'midnight'],
  [
    'noncurrent IA before 30 days',
    { NoncurrentVersionTransitions: [{ NoncurrentDays: 3, StorageClass: 'ONEZONE_IA' }] },
    'greater than or equal to 30',
  ],
  [
    'uploads with a tag',
    { Filter: { Tag: { Key: 'k', Value: 'v' } }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    'cannot be specified with Tags',
  ],
  [
    'sizes that hold nothing',
    { Filter: { And: { ObjectSizeGreaterThan: 2, ObjectSizeLessThan: 2 } }, Expiration: { Days: 1 } },
    'has to be a value greater',
  ],
];

describe('a lifecycle rule', () => {
  let cloud: WholeCloud, client: S3Client;
  beforeAll(async () => {
    cloud = await startOurs();
    client = clientOf(cloud, MEMBER_KEYS);
  });
  afterAll(async () => {
    client.destroy();
    await cloud.close();
  });

  const said = (part: Part): Promise<string> => {
    const Rules: LifecycleRule[] = [{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, ...part }];
    const command = new PutBucketLifecycleConfigurationCommand({ Bucket: BUCKET, LifecycleConfiguration: { Rules } });
    return client.send(command).then(
      () => 'taken',
      (error: unknown) => (error instanceof Error ? error.message : 'strange'),
    );
  };

  it.each(TAKEN)('is taken: %s', async (_, part) => {
    expect(await said(part)).toBe('taken');
  });
  it.each(REFUSED)('is refused: %s', async (_, part, why) => {
    expect(await said(part)).toContain(why);
  });
});
