/** Log files that no digest names (reliability.md V4): the listing minus everything any digest of the folder names. */
import type { Chain } from './source.ts';
import { folderOf, type LogKey } from './key.ts';
import { MINUTE } from './time.ts';

/** The folders that chains of one account and region share: log keys do not tell which trail a file belongs to. */
export function sharedFolder(chain: Chain, place: { readonly bucket: string; readonly prefix: string }): string {
  const where = { account: chain.account, folder: 'CloudTrail', region: chain.region } as const;
  return `${place.bucket}/${folderOf({ ...place, org: chain.source.org }, where)}`;
}

/** Epoch milliseconds, `to` exclusive. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The time that the digests of a folder cover. */
export interface Span extends Interval {
  /** It begins with a chain's proven start: no digest before it names anything. */
  readonly opens?: boolean;
  /** Where digests could not be looked at, merged: whether they name a file nobody knows. */
  readonly unread?: readonly Interval[];
}

/** A name's minute and a digest's second may disagree: files this close to an end may belong to the digest outside. */
const EDGE = 15 * MINUTE;

/** True when a file that no digest names ought to have been named by now. */
export function isUnlisted(key: LogKey, span: Span, due: { readonly now: number; readonly grace: number }): boolean {
  const { time } = key;
  const before = span.opens === true ? MINUTE : EDGE;
  if (time <= span.from + before || time >= span.to - EDGE || time >= due.now - due.grace) return false;
  return !(span.unread ?? []).some(({ from, to }) => time > from - EDGE && time < to + EDGE);
}

/** The same time in as few intervals as there are: a year of unread hours in a row is one. */
export function merged(intervals: readonly Interval[]): readonly Interval[] {
  const all: Interval[] = [];
  for (const one of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && one.from <= last.to) all[all.length - 1] = { ...last, to: Math.max(last.to, one.to) };
    else all.push(one);
  }
  return all;
}
