/** What lies in the buckets of a test's cloud, read past HTTP: the archive is judged by its bytes, not by the program's words. */
import { hash } from 'node:crypto';
import { newestReceipts, parseReceiptKey, provenKey, type ReceiptName } from '../../src/core/layout.ts';
import type { Receipt } from '../../src/core/receipt.ts';
import { currentObject, deleteKey, type StoredVersion } from '../cloud/s3/bucket.ts';
import { sortedKeys, versionsOf } from '../cloud/s3/keyindex.ts';
import type { JournalEntry } from '../cloud/journal.ts';
import { ARCHIVE, type Organization } from './organization.ts';

type Ground = Pick<Organization, 'cloud' | 'world'>;

/** The current object, or a test that names what is not there is wrong. */
export function objectAt({ cloud }: Pick<Organization, 'cloud'>, bucket: string, key: string): StoredVersion {
  const held = cloud.state.buckets.get(bucket);
  const object = held === undefined ? null : currentObject(held, key);
  if (object === null) throw new Error(`nothing at s3://${bucket}/${key}`);
  return object;
}

/** Every current key of a bucket that has this in it. */
export function keysWith({ cloud }: Pick<Organization, 'cloud'>, bucket: string, part: string): readonly string[] {
  const held = cloud.state.buckets.get(bucket);
  if (held === undefined) throw new Error(`no bucket ${bucket}`);
  return sortedKeys(held.index).filter((key) => key.includes(part) && currentObject(held, key) !== null);
}

/** Removes an object from a member bucket, as somebody with rights there would. */
export function remove({ cloud }: Pick<Organization, 'cloud'>, bucket: string, key: string): void {
  const held = cloud.state.buckets.get(bucket);
  if (held === undefined) throw new Error(`no bucket ${bucket}`);
  deleteKey(held, key, Date.now());
}

/** Puts other bytes over an object and leaves the rest of it; returns them. */
export function overwrite({ cloud }: Pick<Organization, 'cloud'>, bucket: string, key: string, body: Uint8Array): void {
  const { metadata, contentType, contentEncoding } = objectAt({ cloud }, bucket, key);
  cloud.put({ bucket, key, body, metadata, contentType, contentEncoding });
}

/** Nobody may read this object (`*` at its end: those that begin so) until the answer is called. */
export function denyRead({ cloud }: Pick<Organization, 'cloud'>, bucket: string, key: string): () => void {
  const held = cloud.state.buckets.get(bucket);
  if (held === undefined) throw new Error(`no bucket ${bucket}`);
  const statement = {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/${key}`,
  };
  held.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return () => {
    held.policy = null;
  };
}

/** Every object of the member buckets by `bucket/key`. */
export function sourceObjects({ cloud, world }: Ground): ReadonlyMap<string, StoredVersion> {
  const found = new Map<string, StoredVersion>();
  for (const { name } of world.buckets)
    for (const key of keysWith({ cloud }, name, 'AWSLogs/'))
      found.set(`${name}/${key}`, objectAt({ cloud }, name, key));
  return found;
}

/**
 * Holds the archive against what the sources held: which objects are not archived with their very bytes and metadata,
 * and which archived ones no source ever held. Both empty: nothing lost, nothing made up.
 */
export function compareArchive(
  organization: Ground,
  truth: ReadonlyMap<string, StoredVersion>,
): { readonly lost: readonly string[]; readonly foreign: readonly string[] } {
  const wanted = new Map([...truth.values()].map((object) => [provenKey('', object.key), object]));
  const held = new Set(keysWith(organization, ARCHIVE, 'AWSLogs/').filter((key) => key.startsWith('AWSLogs/')));
  const lost = [...wanted].filter(
    ([key, object]) => !held.has(key) || !same(objectAt(organization, ARCHIVE, key), object),
  );
  return { lost: lost.map(([key]) => key), foreign: [...held].filter((key) => !wanted.has(key)) };
}

function same(a: StoredVersion, b: StoredVersion): boolean {
  const told = (one: StoredVersion): string =>
    JSON.stringify([hash('sha256', one.body), one.contentType, one.contentEncoding, metadataOf(one)]);
  return told(a) === told(b);
}

function metadataOf({ metadata }: StoredVersion): readonly string[] {
  return [...metadata].map(([name, value]) => `${name}: ${value}`).toSorted();
}

export interface Recorded {
  readonly name: ReceiptName;
  readonly receipt: Receipt;
}

/** Every receipt, every revision, in order of time. */
export function allReceipts(organization: Pick<Organization, 'cloud'>): readonly Recorded[] {
  return keysWith(organization, ARCHIVE, 'orgtrail/receipts/').map((key) => {
    const name = parseReceiptKey('', key);
    if (name === null) throw new Error(`no name of a receipt: ${key}`);
    const text = Buffer.from(objectAt(organization, ARCHIVE, key).body).toString('utf8');
    return { name, receipt: JSON.parse(text) as Receipt };
  });
}

/** The newest revision of each digest's receipt. */
export function receipts(organization: Pick<Organization, 'cloud'>): readonly Recorded[] {
  const all = allReceipts(organization);
  const chainOf = ({ account, region, trail, kind }: ReceiptName): string => [account, region, trail, kind].join('/');
  return [...Map.groupBy(all, ({ name }) => chainOf(name)).values()].flatMap((chain) => {
    const newest = new Set(newestReceipts(chain.map(({ name }) => name)));
    return chain.filter(({ name }) => newest.has(name));
  });
}

/** The newest revision of every receipt by its state: `r0.linked`. */
export function receiptStates(organization: Pick<Organization, 'cloud'>): readonly string[] {
  return receipts(organization).map(({ name }) => `r${name.revision}.${name.state}`);
}

/** A mark of every object version in the archive: equal marks mean that not one byte was written in between. */
export function archiveMark({ cloud }: Pick<Organization, 'cloud'>): string {
  const held = cloud.state.buckets.get(ARCHIVE);
  if (held === undefined) throw new Error('no archive');
  const versions = sortedKeys(held.index).flatMap((key) =>
    versionsOf(held.index, key).map((one) => `${key} ${one.versionId} ${[...one.tags].join()}`),
  );
  return hash('sha256', versions.join('\n'));
}

/** The archive's content without what names a moment: equal for two runs that recorded the same. */
export function archiveContent({ cloud }: Pick<Organization, 'cloud'>): ReadonlyMap<string, string> {
  const keys = keysWith({ cloud }, ARCHIVE, '').filter((key) => !/orgtrail\/(?:inventory|keys|probe|trails)/.test(key));
  return new Map(keys.map((key) => [key, hash('sha256', objectAt({ cloud }, ARCHIVE, key).body)]));
}

/** What may never happen, whatever the faults: a write to a member, an S3 call without owner, an unconditional write. */
export function forbidden({ cloud }: Pick<Organization, 'cloud'>): readonly JournalEntry[] {
  if (cloud.requests.dropped > 0) throw new Error('the journal has lost entries');
  const s3 = cloud.requests.entries.filter((entry) => entry.service === 's3');
  if (s3.length === 0) throw new Error('no S3 call was made');
  return s3.filter(
    (entry) =>
      entry.expectedOwner === null ||
      (entry.mutating && entry.bucket !== ARCHIVE) ||
      (entry.mutating && entry.operation !== 'PutObjectTagging' && entry.condition !== 'if-none-match: *'),
  );
}

/** Objects of the archive that have more than one version: nothing is ever overwritten. */
export function rewritten({ cloud }: Pick<Organization, 'cloud'>): readonly string[] {
  const held = cloud.state.buckets.get(ARCHIVE);
  return held === undefined ? [] : sortedKeys(held.index).filter((key) => versionsOf(held.index, key).length > 1);
}
