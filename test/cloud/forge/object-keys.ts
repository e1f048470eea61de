/** Object keys exactly as CloudTrail makes them (cloudtrail.md 1.1). */
import { compactMinutes, compactSeconds, dateFolder } from './times.ts';

/** The top folder of each family of log files, which is also the word in their names. */
export type LogKind = 'CloudTrail' | 'CloudTrail-Insight' | 'CloudTrail-NetworkActivity' | 'CloudTrail-Aggregated';

/** Where a chain's objects go. `prefix` without a trailing slash. */
export interface Destination {
  readonly bucket: string;
  readonly prefix: string | null;
  readonly organization: string | null;
}

/** Whose events, and where they happened. */
export interface Origin {
  readonly account: string;
  readonly region: string;
}

/** `{P}AWSLogs/{O}{A}/` */
function accountFolder(to: Destination, account: string): string {
  const prefix = to.prefix === null ? '' : `${to.prefix}/`;
  const organization = to.organization === null ? '' : `${to.organization}/`;
  return `${prefix}AWSLogs/${organization}${account}/`;
}

/** A log file's key. Its `minute` is a multiple of five; only `unique` tells two files of one minute apart. */
export function logKey(
  to: Destination,
  origin: Origin,
  file: { readonly kind: LogKind; readonly minute: number; readonly unique: string },
): string {
  const { account, region } = origin;
  const name = `${account}_${file.kind}_${region}_${compactMinutes(file.minute)}_${file.unique}.json.gz`;
  return `${accountFolder(to, account)}${file.kind}/${region}/${dateFolder(file.minute)}/${name}`;
}

/** A digest file's key; `end` is its digestEndTime. */
export function digestKey(
  to: Destination,
  origin: Origin,
  file: { readonly trail: string; readonly home: string; readonly end: number; readonly backfill: boolean },
): string {
  const { account, region } = origin;
  const tail = file.backfill ? '_backfill' : '';
  const name = `${account}_CloudTrail-Digest_${region}_${file.trail}_${file.home}_${compactSeconds(file.end)}${tail}.json.gz`;
  return `${accountFolder(to, account)}CloudTrail-Digest/${region}/${dateFolder(file.end)}/${name}`;
}
