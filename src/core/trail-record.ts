/**
 * What is remembered of one trail: an object each time that something else was seen, never rewritten, the newest
 * stands. It says which chains ought to exist when the account, its trail or its bucket say nothing any more, and it
 * holds what judging the archive needs without asking the account.
 */
import { hash } from 'node:crypto';
import { parseStrictJson } from './json.ts';
import type { TrailRecordName } from './layout.ts';
import { readSelectors, type EventSelectors } from './selectors.ts';
import type { Place, Source, TrailStatus } from './source.ts';
import { formatIso } from './time.ts';

export const TRAIL_SCHEMA = 'orgtrail.trail/1';

/** An account that the trail has written for. Times in epoch milliseconds. */
export interface RecordedAccount {
  readonly account: string;
  /** When it was first seen; null: from the first record on. */
  readonly since: number | null;
}

/** A region that the trail has written from, or ought to. Times in epoch milliseconds. */
export interface RecordedRegion {
  readonly region: string;
  /** When it was first seen switched on; null: from the first record on. */
  readonly since: number | null;
  /** The last time it was seen switched on, when it is not any more. */
  readonly until: number | null;
  /** The accounts it was seen in; null: it is on in every account. */
  readonly accounts: readonly string[] | null;
}

export interface TrailRecord {
  readonly schema: typeof TRAIL_SCHEMA;
  /** When this was first seen, epoch milliseconds, whole seconds. */
  readonly seen: number;
  /** As it was seen; what could not be read that time stands as it was known before. */
  readonly source: Source;
  /** What was recorded before it was narrowed; null when it never was. */
  readonly wider: EventSelectors | null;
  /** The buckets have been listed for accounts and regions, and what they showed is among these. */
  readonly listed: boolean;
  readonly accounts: readonly RecordedAccount[];
  readonly regions: readonly RecordedRegion[];
}

/** The record's bytes: a fixed order, so that what is the same is the same bytes. */
export function encodeTrailRecord(record: TrailRecord): Uint8Array {
  const { schema, seen, source, wider, listed, accounts, regions } = record;
  const inOrder = { schema, seen: formatIso(seen), source: sourceInOrder(source), wider, listed, accounts, regions };
  return Buffer.from(`${JSON.stringify(inOrder, null, 1)}\n`, 'utf8');
}

function sourceInOrder(source: Source): Source {
  const { reader, trailArn, trail, homeRegion, bucket, prefix, bucketOwner, org, multiRegion } = source;
  const { regions, regionsFrom, formerBuckets, validation, status, selectors, narrowed, gone } = source;
  const place = { reader, trailArn, trail, homeRegion, bucket, prefix, bucketOwner, org, multiRegion };
  const former = formerBuckets.map((one) => ({ bucket: one.bucket, prefix: one.prefix }));
  const state = { validation, status: statusInOrder(status), selectors, narrowed, gone };
  return { ...place, regions, regionsFrom, formerBuckets: former, ...state };
}

function statusInOrder(status: TrailStatus | null): TrailStatus | null {
  if (status === null) return null;
  const { logging, latestDigestDelivery, latestDigestError, startedLogging, stoppedLogging } = status;
  return { logging, latestDigestDelivery, latestDigestError, startedLogging, stoppedLogging };
}

/** The name that the record is kept under. */
export function trailRecordName(record: TrailRecord): TrailRecordName {
  const { trailArn, trail, homeRegion, reader } = record.source;
  const account = /:(\d{12}):trail\//.exec(trailArn)?.[1] ?? reader;
  return { account, homeRegion, trail, seen: record.seen, mark: markOf(encodeTrailRecord(record)) };
}

function markOf(bytes: Uint8Array): string {
  return hash('sha256', bytes).slice(0, 16);
}

/**
 * Reads a record back and holds it against its name: one under another's name, or with one bit changed, tells nothing.
 * @returns the record, or what is wrong with it
 */
export function decodeTrailRecord(
  bytes: Uint8Array,
  name: TrailRecordName,
): { readonly record: TrailRecord } | { readonly problem: string } {
  if (markOf(bytes) !== name.mark) return { problem: 'its bytes are not those its name tells of' };
  const json = parseStrictJson(bytes);
  if ('problem' in json) return json;
  const value = json.value as unknown as (Omit<TrailRecord, 'seen'> & { readonly seen?: unknown }) | null;
  if (value?.schema !== TRAIL_SCHEMA) return { problem: `not of schema ${TRAIL_SCHEMA}` };
  if (value.seen !== formatIso(name.seen)) return { problem: 'it was not seen at the time its name tells of' };
  const { schema, source, wider, listed, accounts, regions } = value;
  const record: TrailRecord = { schema, seen: name.seen, source, wider, listed, accounts, regions };
  if (!isTrail(source)) return { problem: 'parts of its trail are missing' };
  if (!areChains(record)) return { problem: 'its chains are missing' };
  const told = trailRecordName(record);
  if (told.account !== name.account || told.homeRegion !== name.homeRegion || told.trail !== name.trail)
    return { problem: `it speaks of ${told.account} ${told.homeRegion} ${told.trail}` };
  return { record };
}

/** Its hash says that the bytes are ours; this only keeps a record of another version from ending the program as a bug. */
function isTrail(source: Source): boolean {
  if (!isObject(source)) return false;
  const { reader, trailArn, trail, homeRegion, bucket, prefix, bucketOwner, regionsFrom } = source;
  const { validation, gone, multiRegion, regions, formerBuckets, selectors, narrowed, status } = source;
  return (
    [reader, trailArn, trail, homeRegion, bucket, prefix, bucketOwner, regionsFrom].every(isText) &&
    [validation, gone, multiRegion].every((one) => typeof one === 'boolean') &&
    (source.org === null || isText(source.org)) &&
    (regions === null || isListOf(regions, isText)) &&
    isListOf(formerBuckets, (one) => isText((one as Place).bucket) && isText((one as Place).prefix)) &&
    (selectors === null || readSelectors(selectors) !== null) &&
    (narrowed === null || (isObject(narrowed) && isTime(narrowed.at) && isText(narrowed.detail))) &&
    (status === null || (isObject(status) && isStatus(status)))
  );
}

function isStatus(status: TrailStatus): boolean {
  const { logging, latestDigestDelivery, latestDigestError, startedLogging, stoppedLogging } = status;
  const times = [latestDigestDelivery, startedLogging, stoppedLogging];
  return (
    typeof logging === 'boolean' &&
    times.every((one) => one === null || isTime(one)) &&
    (latestDigestError === null || isText(latestDigestError))
  );
}

function areChains({ wider, listed, accounts, regions }: TrailRecord): boolean {
  const isSince = (one: { readonly since: unknown }): boolean => one.since === null || isTime(one.since);
  return (
    (wider === null || readSelectors(wider) !== null) &&
    typeof listed === 'boolean' &&
    isListOf(accounts, (one) => isText((one as RecordedAccount).account) && isSince(one as RecordedAccount)) &&
    isListOf(regions, (one) => {
      const { region, until, accounts: among } = one as RecordedRegion;
      const bounded = isSince(one as RecordedRegion) && (until === null || isTime(until));
      return isText(region) && bounded && (among === null || isListOf(among, isText));
    })
  );
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((one) => one !== null && is(one));
}
