/**
 * CloudTrail's object keys (cloudtrail.md 1.1), parsed by a grammar anchored at both ends. A key that does not match
 * is never fetched, copied or named in a path: that stops `..`, `%2F`, control characters and look-alike trail names.
 */
import type { ChainKind, Place, Source } from './source.ts';
import { formatCompact, formatDay, parseCompact } from './time.ts';

export const LOG_KINDS = [
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
  'CloudTrail-Aggregated',
] as const;
export type LogKind = (typeof LOG_KINDS)[number];
export type Folder = LogKind | 'CloudTrail-Digest';

interface KeyParts {
  readonly prefix: string;
  readonly org: string | null;
  readonly account: string;
  readonly region: string;
}

/** `time` is the delivery time in the name, epoch milliseconds, minute precision. */
export interface LogKey extends KeyParts {
  readonly type: 'log';
  readonly kind: LogKind;
  readonly time: number;
  /** Tells apart the files of one minute; with the underscore before it, which names of 2014 have not. */
  readonly unique: string;
}

/** `end` is digestEndTime, epoch milliseconds. */
export interface DigestKey extends KeyParts {
  readonly type: 'digest';
  readonly trail: string;
  readonly homeRegion: string;
  readonly end: number;
  readonly kind: ChainKind;
}

const REGION = String.raw`[a-z]{2,4}(?:-[a-z]+)+-\d`;
const HEAD = String.raw`^(?<prefix>(?:[^\x00-\x1f\x7f]{1,200}/)?)AWSLogs/(?:(?<org>o-[a-z0-9]{10,32})/)?(?<account>\d{12})/`;
/** CloudTrail's unique string has 16 characters (15 in 2014). Any length is read: one more must not hide a planted file. */
const LOG = new RegExp(
  String.raw`${HEAD}(?<kind>CloudTrail(?:-Insight|-NetworkActivity|-Aggregated)?)/(?<region>${REGION})/(?<day>\d{4}/\d\d/\d\d)/` +
    String.raw`\k<account>_\k<kind>_\k<region>_(?<time>\d{8}T\d{4}Z)(?<unique>_?[A-Za-z0-9]{1,64})\.json\.gz$`,
);
const DIGEST = new RegExp(
  String.raw`${HEAD}CloudTrail-Digest/(?<region>${REGION})/(?<day>\d{4}/\d\d/\d\d)/\k<account>_CloudTrail-Digest_\k<region>_` +
    String.raw`(?<trail>[A-Za-z0-9._-]{3,128})_(?<home>${REGION})_(?<end>\d{8}T\d{6}Z)(?<backfill>_backfill)?\.json\.gz$`,
);
/** What S3 allows, in UTF-8. */
const MAX_KEY_BYTES = 1024;

/** The key's parts, or null when it is no log or digest key. */
export function parseKey(key: string): LogKey | DigestKey | null {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES || hasDotSegment(key)) return null;
  return parseLogKey(key) ?? parseDigestKey(key);
}

function parseLogKey(key: string): LogKey | null {
  const groups = LOG.exec(key)?.groups;
  if (groups === undefined) return null;
  const time = parseCompact(groups['time'] ?? '');
  if (time === null || formatDay(time) !== groups['day']) return null;
  const kind = LOG_KINDS.find((one) => one === groups['kind']);
  return kind === undefined ? null : { type: 'log', ...partsOf(groups), kind, time, unique: groups['unique'] ?? '' };
}

function parseDigestKey(key: string): DigestKey | null {
  const groups = DIGEST.exec(key)?.groups;
  if (groups === undefined) return null;
  const end = parseCompact(groups['end'] ?? '');
  if (end === null || formatDay(end) !== groups['day']) return null;
  const kind = groups['backfill'] === undefined ? 'standard' : 'backfill';
  return {
    type: 'digest',
    ...partsOf(groups),
    trail: groups['trail'] ?? '',
    homeRegion: groups['home'] ?? '',
    end,
    kind,
  };
}

function partsOf(groups: Record<string, string | undefined>): KeyParts {
  return {
    prefix: groups['prefix'] ?? '',
    org: groups['org'] ?? null,
    account: groups['account'] ?? '',
    region: groups['region'] ?? '',
  };
}

function hasDotSegment(key: string): boolean {
  return key.split('/').some((part) => part === '.' || part === '..');
}

/** The key that CloudTrail would write for these parts. */
export function formatKey(key: LogKey | DigestKey): string {
  const folder = key.type === 'log' ? key.kind : 'CloudTrail-Digest';
  const head = folderOf({ prefix: key.prefix, org: key.org }, { account: key.account, folder, region: key.region });
  if (key.type === 'log') {
    const time = `${formatCompact(key.time).slice(0, 13)}Z`;
    return `${head}${formatDay(key.time)}/${key.account}_${key.kind}_${key.region}_${time}${key.unique}.json.gz`;
  }
  const suffix = key.kind === 'backfill' ? '_backfill' : '';
  const name = `${key.account}_CloudTrail-Digest_${key.region}_${key.trail}_${key.homeRegion}_${formatCompact(key.end)}${suffix}`;
  return `${head}${formatDay(key.end)}/${name}.json.gz`;
}

/** `{prefix}AWSLogs/[o-…/]`: below it lie the accounts. */
export function rootOf(place: { readonly prefix: string; readonly org: string | null }): string {
  return `${place.prefix}AWSLogs/${place.org === null ? '' : `${place.org}/`}`;
}

/** The folder of one kind of file of one account and region, ending in `/`. */
export function folderOf(
  place: { readonly prefix: string; readonly org: string | null },
  where: { readonly account: string; readonly folder: Folder; readonly region: string },
): string {
  return `${rootOf(place)}${where.account}/${where.folder}/${where.region}/`;
}

/** Where the chain may lie: the trail's bucket now and the configured former ones. Nothing else is ever read for it. */
export function placesOf(source: Source): readonly Place[] {
  return [{ bucket: source.bucket, prefix: source.prefix }, ...source.formerBuckets];
}
