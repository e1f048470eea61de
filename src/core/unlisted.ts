/** Log files that no digest names (reliability.md V4): the listing minus everything any digest of the folder names. */
import type { Chain } from './source.ts';
import { folderOf, type LogKey } from './key.ts';
import { MINUTE } from './time.ts';

/** The folders that chains of one account and region share: log keys do not tell which trail a file belongs to. */
export function sharedFolder(chain: Chain, place: { readonly bucket: string; readonly prefix: string }): string {
  const where = { account: chain.account, folder: 'CloudTrail', region: chain.region } as const;
  return `${place.bucket}/${folderOf({ ...place, org: chain.source.org }, where)}`;
}

/** The time that the digests of a folder cover. `opens`: it begins with a chain's proven start, so nothing came before. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly opens?: boolean;
}

/** A name's minute and a digest's second may disagree: files this close to an end may belong to the digest outside. */
const EDGE = 15 * MINUTE;

/** True when a file that no digest names ought to have been named by now. */
export function isUnlisted(key: LogKey, span: Span, due: { readonly now: number; readonly grace: number }): boolean {
  const before = span.opens === true ? MINUTE : EDGE;
  return key.time > span.from + before && key.time < span.to - EDGE && key.time < due.now - due.grace;
}
