/**
 * Which receipts a chain has in a time, by their names alone. Chains come from Redis and ids from a browser: both are held
 * against their grammar before a key is made of them, and what is read comes from the archive's own listing.
 */
import type { ChainCover } from '../core/board/cover.ts';
import { newestReceipts, parseReceiptKey, receiptFolder, type ReceiptName } from '../core/layout.ts';
import type { ChainKind } from '../core/source.ts';
import { formatCompact, formatDay, HOUR, parseCompact } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { PipelineParts } from './parts.ts';
import { archivePlace } from './parts.ts';

/** What evidence is read with. */
export type EvidenceParts = Pick<PipelineParts, 'archive' | 'inspector' | 'clock' | 'config'>;

export type ChainNames = Pick<ChainCover, 'account' | 'region' | 'trail' | 'homeRegion'>;

/** A receipt by its name, and how long it is in bytes. */
export type ListedReceipt = ReceiptName & { readonly size: number };

/** What a digest's id says: its receipt's name without revision and state. Times in epoch milliseconds. */
export type DigestId = Pick<ReceiptName, 'end' | 'start' | 'kind' | 'homeRegion' | 'mark'>;

const DIGEST_ID = /^(\d{8}T\d{6}Z)-(\d{8}T\d{6}Z|unread)-(standard|backfill)-([a-z0-9-]{4,32})-([0-9a-f]{12})$/;
/** Digests span an hour; one that claims more than this is no digest of AWS's (core/judge.ts). */
export const LONGEST_DIGEST = 25 * HOUR;
/** Eight days hold 192 digests; so many revisions of them are somebody's doing. */
const MOST_NAMES = 20_000;
const KINDS: readonly ChainKind[] = ['standard', 'backfill'];

/** The digest's id, as `digestKey` of the API has it. */
export function digestId({ end, start, kind, homeRegion, mark }: DigestId): string {
  return `${formatCompact(end)}-${start === null ? 'unread' : formatCompact(start)}-${kind}-${homeRegion}-${mark}`;
}

/** What an id says; null when it is none. */
export function parseDigestId(text: string): DigestId | null {
  const match = DIGEST_ID.exec(text);
  if (match === null) return null;
  const [, endText = '', startText = '', kind = '', homeRegion = '', mark = ''] = match;
  const end = parseCompact(endText);
  const start = startText === 'unread' ? null : parseCompact(startText);
  if (end === null || (start === null && startText !== 'unread')) return null;
  return { end, start, kind: kind === 'backfill' ? 'backfill' : 'standard', homeRegion, mark };
}

/** Throws `job-refused` for a chain whose names could lead elsewhere: whoever writes to Redis can write one. */
export function checkChain({ account, region, trail, homeRegion }: ChainNames): void {
  const sound =
    /^\d{12}$/.test(account) &&
    /^[A-Za-z0-9._-]{3,128}$/.test(trail) &&
    [region, homeRegion].every((one) => /^[a-z0-9-]{4,32}$/.test(one));
  if (sound) return;
  throw new OperatingError({
    code: 'job-refused',
    message: 'the chain that Redis names has an account, region or trail that AWS gives out to nobody',
    hint: 'nothing of ours writes such a record: find out who else writes to this Redis',
  });
}

/** The newest revision of each receipt whose digest ends after `from` and not after `until`, oldest first. */
export async function namesWithin(
  chain: ChainNames,
  { from, until }: { readonly from: number; readonly until: number },
  parts: EvidenceParts,
): Promise<readonly ListedReceipt[]> {
  const found: ListedReceipt[] = [];
  for (const kind of KINDS) {
    const names: ListedReceipt[] = [];
    for await (const name of below(chain, { kind, after: `${formatDay(from)}/` }, parts)) {
      if (name.end > until) break;
      if (name.end > from) names.push(name);
      if (names.length > MOST_NAMES) throw tooMany(chain);
    }
    found.push(...newestReceipts(names));
  }
  return found.toSorted((a, b) => a.end - b.end);
}

/** Every revision of the receipts that one digest has, oldest first; empty: there is none. */
export async function revisionsOf(
  chain: ChainNames,
  { end, kind, homeRegion, mark }: Omit<DigestId, 'start'>,
  parts: EvidenceParts,
): Promise<readonly ListedReceipt[]> {
  if (homeRegion !== chain.homeRegion) return [];
  const names: ListedReceipt[] = [];
  for await (const name of below(chain, { kind, within: `${formatDay(end)}/${formatCompact(end)}_` }, parts)) {
    if (name.end === end && name.mark === mark) names.push(name);
    if (names.length > MOST_NAMES) throw tooMany(chain);
  }
  return names.toSorted((a, b) => a.revision - b.revision);
}

/** The receipt that comes next in time, of the same kind; null: this one is the newest. */
export async function nextOf(
  chain: ChainNames,
  { end, kind }: Pick<DigestId, 'end' | 'kind'>,
  parts: EvidenceParts,
): Promise<ListedReceipt | null> {
  const after = `${formatDay(end)}/${formatCompact(end)}_~`;
  for await (const name of below(chain, { kind, after }, parts)) if (name.end > end) return name;
  return null;
}

type Where = { readonly kind: ChainKind; readonly after?: string; readonly within?: string };

/** Trails of one name and another home region have their receipts in the same folder. */
async function* below(chain: ChainNames, where: Where, parts: EvidenceParts): AsyncGenerator<ListedReceipt> {
  const { bucket, owner, prefix } = archivePlace(parts.config);
  const { account, region, trail } = chain;
  const folder = receiptFolder(prefix, { account, region, trail, kind: where.kind });
  const request = { bucket, owner, prefix: `${folder}${where.within ?? ''}` };
  const start = where.after === undefined ? {} : { startAfter: `${folder}${where.after}` };
  for await (const { key, size } of parts.archive.list({ ...request, ...start })) {
    const name = parseReceiptKey(prefix, key);
    if (name !== null && name.homeRegion === chain.homeRegion) yield { ...name, size };
  }
}

function tooMany({ account, region, trail }: ChainNames): OperatingError {
  return new OperatingError({
    code: 'archive-changed',
    message: `the archive holds more than ${MOST_NAMES} receipts of ${account} ${region} ${trail} within days`,
    hint: 'look for who else writes below orgtrail/receipts/ in the archive',
  });
}
