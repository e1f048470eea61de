/** One collected archive for all tests of a file: every test damages it with these hands, and finds it whole again. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { changeKey } from '../../src/core/layout.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import type { Bucket, StoredVersion } from '../cloud/s3/bucket.ts';
import { addVersion, createKeyIndex, dropVersion, sortedKeys, versionsOf } from '../cloud/s3/keyindex.ts';
import { keysWith, objectAt, overwrite } from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';
import { pass } from './pass.ts';

const HOUR = 3_600_000;
/** When it is collected and verified. */
export const NOW = Date.now();
const START = Math.floor((NOW - 8 * HOUR) / 1000) * 1000;

let organization: Organization;
let kept: readonly StoredVersion[];

/** One collected archive, its objects some hours old; every test damages it and finds it whole again. */
beforeAll(async () => {
  organization = await openOrganization({
    seed: 'damage',
    start: START,
    hours: 6,
    accounts: 1,
    regions: ['us-east-1'],
  });
  expect((await pass(organization, NOW)).exitCode).toBe(0);
  const { index } = archive();
  kept = sortedKeys(index)
    .flatMap((key) => versionsOf(index, key))
    .map((one) => ({ ...one, lastModified: one.lastModified - 4 * HOUR }));
});
beforeEach(() => {
  const { index } = archive();
  Object.assign(index, createKeyIndex());
  for (const version of kept) addVersion(index, { ...version });
});
afterAll(() => organization.close());

/** The organization whose archive it is. */
export const ground = (): Organization => organization;

function archive(): Bucket {
  const held = organization.cloud.state.buckets.get(ARCHIVE);
  if (held === undefined) throw new Error('no archive');
  return held;
}

/** One of the keys that have this in them; a negative index counts from the end. */
export function keyOf(part: string, at: number): string {
  const key = keysWith(organization, ARCHIVE, part).at(at);
  if (key === undefined) throw new Error(`no ${at} of ${part}`);
  return key;
}

/** Removes an object with all its versions. */
export function erase(key: string): void {
  const { index } = archive();
  for (const version of versionsOf(index, key).slice()) dropVersion(index, version);
}

/** Some log file, digest and receipt from the middle of the chain, and its newest digest. */
export const log = (): string => keyOf('/CloudTrail/', 4);
export const digest = (): string => keyOf('/CloudTrail-Digest/', 2);
export const newest = (): string => keyOf('/CloudTrail-Digest/', -1);
export const receipt = (at = 2): string => keyOf('orgtrail/receipts/', at);
/** Of all that were kept, the key that the digests are signed with. */
export function publicKey(): string {
  const one = kept.find(({ key }) => key.startsWith('orgtrail/receipts/'));
  const { digest: told } = JSON.parse(Buffer.from(one?.body ?? '').toString('utf8')) as Receipt;
  return `orgtrail/keys/us-east-1/${told.fingerprint}.json`;
}
export const body = (key: string): Buffer => Buffer.from(objectAt(organization, ARCHIVE, key).body);
/** Puts a new version over an object. */
export const put = (key: string, bytes: Uint8Array): void => overwrite(organization, ARCHIVE, key, bytes);

/** Puts other fields into a receipt. */
export function rewriteReceipt(at: number, change: (stored: Receipt) => unknown): void {
  const key = receipt(at);
  const stored = JSON.parse(body(key).toString('utf8')) as Receipt;
  put(key, Buffer.from(`${JSON.stringify({ ...stored, ...(change(stored) as object) }, null, 1)}\n`));
}

/** The name that orgtrail would keep a StopLogging of the first hour under. */
export function event(): string {
  const [, account = ''] = /receipts\/(\d{12})\//.exec(receipt()) ?? [];
  return changeKey('', { account, region: 'us-east-1', time: START + HOUR, name: 'StopLogging', eventId: 'e-1' });
}

/** Puts an object where there is none, or a version with other metadata over one. */
export function plant(key: string, bytes: Uint8Array, metadata: ReadonlyMap<string, string> = new Map()): void {
  organization.cloud.put({
    bucket: ARCHIVE,
    key,
    body: bytes,
    metadata: new Map(metadata),
    contentType: 'x/y',
    contentEncoding: null,
  });
}

/** A name among the log files that no digest ever had. */
export function planted(): string {
  return log().replace(/_[^_]{16}\.json\.gz$/, '_Planted0Planted0.json.gz');
}
