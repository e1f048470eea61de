/** Planned lifecycle rules on a real store whose day takes ten seconds: what is to go goes, and everything else stays. */
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type LifecycleRule,
  type S3Client,
} from '@aws-sdk/client-s3';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonOf } from '../../src/adapters/aws-documents-json.ts';
import type { Json } from '../../src/core/json.ts';
import type { DocumentState } from '../../src/core/plan/document.ts';
import { planLifecycle } from '../../src/core/plan/lifecycle.ts';
import { facts, foreignRule, ONE, present, rulesIn, TWO, wanted, wish } from '../core/plan/lifecycle-world.ts';
import { startCeph, type CephStack } from '../stack/ceph.ts';
import { CEPH, reasonToSkip } from '../stack/need.ts';

const missing = reasonToSkip('Ceph', CEPH);
const BUCKET = 'lifecycle-archive';
const PATIENCE = 90_000; // longer than any wait inside
const WAIT = 60_000;
const DAY_SECONDS = 10;

const log = (account: string): string => `trail/AWSLogs/${account}/CloudTrail/us-east-1/2026/07/01/log.json.gz`;
const digest = (account: string): string =>
  `trail/AWSLogs/${account}/CloudTrail-Digest/us-east-1/2026/07/01/digest.json.gz`;
const KEYS = {
  log: log(ONE),
  insight: `trail/AWSLogs/${ONE}/CloudTrail-Insight/us-east-1/2026/07/01/log.json.gz`,
  digest: digest(ONE),
  late: log(TWO),
  lateDigest: digest(TWO),
  promoted: 'trail/orgtrail/pending/source/promoted',
  waiting: 'trail/orgtrail/pending/source/waiting',
  receipt: `trail/orgtrail/receipts/${ONE}/us-east-1/receipt.json`,
  key: 'trail/orgtrail/keys/us-east-1/key.json',
  superseded: 'trail/orgtrail/quarantine/log-malformed/source/deleted',
  foreign: 'elsewhere/scratch',
} as const;

const wishes = wanted(
  [
    wish('logs', { transitions: [{ days: 1, class: 'GLACIER' }], expireDays: 3, noncurrentDays: 1 }),
    wish('digests', { of: 'digests', expireDays: 1000, noncurrentDays: 1000 }),
    wish('captures', { of: 'pending', expireDays: 1, noncurrentDays: 1, abortUploadsDays: 1 }),
    wish('bad', { of: 'quarantine', noncurrentDays: 1 }),
  ],
  { bucket: BUCKET },
);
const late = { code: 'late', detail: `${TWO}: a digest is late`, hint: 'orgtrail collect' };

describe.skipIf(missing !== null)('planned lifecycle rules on Ceph', () => {
  let ceph: CephStack, client: S3Client;
  const found = { classes: new Set<string>() };

  beforeAll(async () => {
    ceph = await startCeph({ payer: '999999999999', members: [], secondsPerDay: DAY_SECONDS });
    client = ceph.client(ceph.payer);
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
    await write({ Rules: [foreignRule('theirs', { Expiration: { Days: 1 } })] });
    const untagged = Object.values(KEYS).filter((key) => key !== KEYS.promoted);
    for (const Key of untagged) await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
    const promoted = { Bucket: BUCKET, Key: KEYS.promoted, Body: 'promoted', Tagging: 'orgtrail=promoted' };
    await client.send(new PutObjectCommand(promoted));
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: KEYS.superseded }));
    await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: KEYS.waiting }));
  }, PATIENCE);
  afterAll(async () => {
    client?.destroy();
    await ceph?.stop();
  });

  const read = async (): Promise<DocumentState> => {
    const output = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
    return present(jsonOf({ Rules: output.Rules }));
  };
  /** As the adapter sends it: the document is the SDK's own shape. */
  const write = async (document: Json): Promise<void> => {
    const Rules = rulesIn(document) as unknown as LifecycleRule[];
    await client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: BUCKET, LifecycleConfiguration: { Rules } }),
    );
  };
  /** Null once the current version is gone. */
  const classOf = async (Key: string): Promise<string | null> => {
    try {
      return (await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).StorageClass ?? 'STANDARD';
    } catch (error) {
      if ((error as { name?: string }).name === 'NotFound') return null;
      throw error;
    }
  };
  const versionsOf = async (Prefix: string): Promise<number> =>
    ((await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix }))).Versions ?? []).length;

  const uploads = async (): Promise<number> =>
    ((await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads ?? []).length;

  const expectSoon = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + WAIT;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`waited ${WAIT / 1000} s in vain for ${what}`);
      await wait(500);
    }
  };

  it('are taken, and planned again they are no change', async () => {
    const known = { versioning: present({ Status: 'Enabled' }), unproven: new Map([[TWO, late]]) };
    const plan = planLifecycle(wishes, facts({ ...known, state: await read() }));
    expect(plan.refusals).toEqual([]);
    expect(await uploads()).toBe(1);
    expect(plan.withheld.map(({ rule, account }) => [rule, account])).toEqual([
      ['logs', TWO],
      ['digests', TWO],
    ]);
    await write(plan.change?.after ?? null);
    const again = planLifecycle(wishes, facts({ ...known, state: await read() }));
    expect(again.change).toBeNull();
  });

  it(
    'move logs, then remove them; the foreign rule goes on acting',
    async () => {
      await expectSoon('the log to move', async () => {
        found.classes.add((await classOf(KEYS.log)) ?? 'gone');
        return found.classes.has('GLACIER');
      });
      await expectSoon('the foreign rule to act', async () => (await classOf(KEYS.foreign)) === null);
      await expectSoon(
        'the logs to go',
        async () => (await classOf(KEYS.log)) === null && (await classOf(KEYS.insight)) === null,
      );
    },
    3 * PATIENCE,
  );

  it(
    'remove promoted captures, superseded versions and incomplete uploads for good',
    async () => {
      await expectSoon('the promoted capture to go', async () => (await versionsOf(KEYS.promoted)) === 0);
      await expectSoon('the upload to go', async () => (await uploads()) === 0);
      await expectSoon('the deleted object to go', async () => (await versionsOf(KEYS.superseded)) === 0);
      await expectSoon('the version of the log to go', async () => (await versionsOf(KEYS.log)) === 0);
    },
    3 * PATIENCE,
  );

  it('leave the rest as it was, although it is as old: digests, what is not promoted or proven, receipts, keys', async () => {
    expect([...found.classes]).not.toContain('gone');
    const stay = [KEYS.digest, KEYS.lateDigest, KEYS.waiting, KEYS.receipt, KEYS.key];
    for (const key of stay) expect([key, await classOf(key)]).toEqual([key, 'STANDARD']);
    expect(await classOf(KEYS.late)).toBe('GLACIER');
  });
});
