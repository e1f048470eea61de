/** Trails: what was recorded of them in the archive, read back and kept; and what receipts tell of trails without a record. */
import { jsonObject } from '../core/json-object.ts';
import { parseKey } from '../core/key.ts';
import {
  parseReceiptKey,
  parseTrailRecordKey,
  receiptFolder,
  receiptRoot,
  trailFolder,
  trailRecordKey,
  type TrailRecordName,
} from '../core/layout.ts';
import { decodeReceipt } from '../core/receipt.ts';
import type { Place, Source } from '../core/source.ts';
import { formatCompact, HOUR, MINUTE } from '../core/time.ts';
import { withForgotten } from '../core/trail-memory.ts';
import { decodeTrailRecord, encodeTrailRecord, trailRecordName, type TrailRecord } from '../core/trail-record.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ObjectReader, ObjectRef } from '../ports.ts';

/** Where the archive is, and who owns it. */
export interface TrailPlace extends Place {
  readonly owner: string;
}

export interface TrailPorts {
  readonly place: TrailPlace;
  readonly archive: ObjectReader;
  /** Records read before, by key: what lies under a key never changes, and damage shows when it is read first. */
  readonly read?: Map<string, TrailRecord>;
}

/** Five hundred conditions, twenty places and ten thousand accounts in thirty regions stay below this. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const MAX_RECEIPT_BYTES = 256 * 1024 * 1024;
const MAX_READ = 20_000;
/** Receipts that are tried for one that can be read. */
const MAX_TRIED = 10;
/** Two processes that write at one moment do not know of each other's: records so near to the newest are read with it. */
const TOGETHER = 10 * MINUTE;
const MOST_TOGETHER = 3;
/** A bit that flipped on the way is no damage. */
const MOST_READINGS = 3;
/** Records are made at least as often as AWS says that digests were delivered: the newest ones are found in the last days. */
const RECENT = 72 * HOUR;

type TrailName = Pick<TrailRecordName, 'account' | 'homeRegion' | 'trail'>;

/** What newest records an account's trails have; those that cannot be believed are told apart. */
export interface KnownTrails {
  readonly records: readonly TrailRecord[];
  readonly damaged: readonly (TrailName & { readonly error: OperatingError })[];
}

/**
 * The newest record of each of an account's trails, together with what records of the same moment know beside it.
 * @param now epoch milliseconds: the last days are looked at first
 */
export async function newestRecords(account: string, now: number, ports: TrailPorts): Promise<KnownTrails> {
  const records: TrailRecord[] = [];
  const damaged: (TrailName & { readonly error: OperatingError })[] = [];
  const folder = trailFolder(ports.place.prefix, account);
  for (const homeRegion of await namesBelow(ports, folder)) {
    for (const trail of await namesBelow(ports, `${folder}${homeRegion}/`)) {
      const name = { account, homeRegion, trail };
      try {
        const newest = await newestRecord(name, now, ports);
        if (newest !== null) records.push(newest);
      } catch (error) {
        if (!(error instanceof OperatingError) || error.code !== 'archive-changed') throw error;
        damaged.push({ ...name, error });
      }
    }
  }
  return { records, damaged };
}

/** The newest record of one trail; null when there is none. */
export async function newestRecord(trail: TrailName, now: number, ports: TrailPorts): Promise<TrailRecord | null> {
  const recent = await recordNames(trail, now - RECENT, ports);
  const names = recent.length > 0 ? recent : await recordNames(trail, null, ports);
  const end = names.at(-1)?.seen ?? 0;
  const last: TrailRecord[] = [];
  for (const name of names.slice(-MOST_TOGETHER))
    if (name.seen >= end - TOGETHER) last.push(await readRecord(name, ports));
  const newest = last.pop();
  return newest === undefined ? null : withForgotten(newest, last);
}

/** Names in the order of their time. */
async function recordNames(
  trail: TrailName,
  from: number | null,
  ports: TrailPorts,
): Promise<readonly TrailRecordName[]> {
  const { place, archive } = ports;
  const prefix = `${trailFolder(place.prefix, trail.account)}${trail.homeRegion}/${trail.trail}/`;
  const start = from === null ? {} : { startAfter: `${prefix}${formatCompact(from - 1000)}` };
  const names: TrailRecordName[] = [];
  for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix, ...start })) {
    const name = parseTrailRecordKey(place.prefix, key);
    if (name !== null && (from === null || name.seen >= from)) names.push(name);
  }
  return names;
}

/** One record by its name. Throws `archive-changed` for one that is not what its name says, read more than once. */
export async function readRecord(name: TrailRecordName, { place, archive, read }: TrailPorts): Promise<TrailRecord> {
  const key = trailRecordKey(place.prefix, name);
  const known = read?.get(key);
  if (known !== undefined) return known;
  const { record, problem } = await readings(name, { bucket: place.bucket, key, owner: place.owner }, archive);
  if (record === null)
    throw new OperatingError({
      code: 'archive-changed',
      message: `the trail record s3://${place.bucket}/${key} is not what was recorded: ${problem}`,
      hint: "look at the object's versions for who changed it; trail records are never rewritten by orgtrail",
    });
  if (read !== undefined && read.size >= MAX_READ) read.clear();
  read?.set(key, record);
  return record;
}

type Reading = { readonly record: TrailRecord | null; readonly problem: string };

async function readings(name: TrailRecordName, ref: ObjectRef, archive: ObjectReader): Promise<Reading> {
  let problem = '';
  for (let reading = 0; reading < MOST_READINGS; reading += 1) {
    const object = await archive.get(ref, { maxBytes: MAX_RECORD_BYTES });
    const decoded = object === null ? { problem: 'it is not there' } : decodeTrailRecord(object.bytes, name);
    if ('record' in decoded) return { record: decoded.record, problem: '' };
    ({ problem } = decoded);
  }
  return { record: null, problem };
}

/** Writes a record under its own name; one that is there already is the same, since its name tells its content. */
export async function keepTrailRecord(
  record: TrailRecord,
  { place, archive }: { readonly place: TrailPlace; readonly archive: ArchiveStore },
): Promise<void> {
  const key = trailRecordKey(place.prefix, trailRecordName(record));
  // A trail with a name that AWS does not give out has no keys in our grammar either, so there is nothing to remember.
  if (parseTrailRecordKey(place.prefix, key) === null) return;
  await archive.putIfAbsent({ bucket: place.bucket, key, owner: place.owner }, jsonObject(encodeTrailRecord(record)));
}

/** The regions that an account has receipts from, by the name of the trail. */
export async function trailsInReceipts(
  account: string,
  ports: TrailPorts,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  const folder = `${receiptRoot(ports.place.prefix)}${account}/`;
  for (const region of await namesBelow(ports, folder))
    for (const trail of await namesBelow(ports, `${folder}${region}/`))
      found.set(trail, [...(found.get(trail) ?? []), region]);
  return found;
}

/** The accounts that have receipts. */
export async function accountsInReceipts(ports: TrailPorts): Promise<readonly string[]> {
  return namesBelow(ports, receiptRoot(ports.place.prefix));
}

/** True when a chain has a receipt. Trails of one name and another home region have theirs in the same folder. */
export async function hasReceipt(
  chain: { readonly account: string; readonly region: string; readonly trail: string; readonly homeRegion: string },
  { place, archive }: TrailPorts,
): Promise<boolean> {
  const prefix = receiptFolder(place.prefix, { ...chain, kind: 'standard' });
  for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix }))
    if (parseReceiptKey(place.prefix, key)?.homeRegion === chain.homeRegion) return true;
  return false;
}

/**
 * A source made of one receipt, for a trail of which nothing else is left: AWS does not describe it, and it was gone
 * before records were kept. Null when the trail is another account's, or there is no receipt to read.
 */
export async function sourceInReceipts(
  chain: { readonly account: string; readonly region: string; readonly trail: string },
  { place, archive }: TrailPorts,
): Promise<Source | null> {
  const folder = receiptFolder(place.prefix, { ...chain, kind: 'standard' });
  let tried = 0;
  for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix: folder })) {
    const name = parseReceiptKey(place.prefix, key);
    if (name === null) continue;
    tried += 1;
    if (tried > MAX_TRIED) break;
    const ref = { bucket: place.bucket, key, owner: place.owner };
    const object = await archive.get(ref, { maxBytes: MAX_RECEIPT_BYTES });
    const decoded = object === null ? null : decodeReceipt(object.bytes, name);
    // A receipt that is not what it was is found where receipts are read for what they prove.
    if (decoded === null || 'problem' in decoded) continue;
    const { digest, chain: told } = decoded.receipt;
    const parsed = parseKey(digest.origin.key);
    if (parsed === null) continue;
    if (told.trailArn.split(':')[4] !== chain.account) return null;
    const { bucket } = digest.origin;
    return goneSource({ ...chain, ...told }, { bucket, prefix: parsed.prefix, org: parsed.org });
  }
  return null;
}

function goneSource(
  told: { readonly account: string; readonly trail: string; readonly trailArn: string; readonly homeRegion: string },
  place: Place & Pick<Source, 'org'>,
): Source {
  return {
    ...place,
    reader: told.account,
    trailArn: told.trailArn,
    trail: told.trail,
    homeRegion: told.homeRegion,
    bucketOwner: told.account,
    multiRegion: true,
    regions: null,
    regionsFrom: 'seen',
    formerBuckets: [],
    validation: true,
    status: null,
    selectors: null,
    narrowed: null,
    gone: true,
  };
}

/** The names of the folders below a prefix, without their slashes. */
export async function namesBelow({ place, archive }: TrailPorts, prefix: string): Promise<readonly string[]> {
  const names = await archive.folders({ bucket: place.bucket, owner: place.owner, prefix });
  return names.map((name) => name.replace(/\/$/, ''));
}
