/** The archive bucket's layout (design, section 3): every key orgtrail writes is made here. */
import { hash } from 'node:crypto';
import { parseKey } from './key.ts';
import type { ChainKind } from './source.ts';
import { formatCompact, formatDay, parseCompact } from './time.ts';

/** What a receipt's name says of it, so that a listing alone tells the state of a chain. */
export const RECEIPT_STATES = ['linked', 'start', 'unlinked', 'failed', 'blocked'] as const;
/**
 * `linked`/`start`: digest, every log and the link (or the starting digest) are proven. `unlinked`: all but the
 * predecessor, which is not there yet. `failed`, `blocked`: as the receipt says.
 */
export type ReceiptState = (typeof RECEIPT_STATES)[number];

export interface ReceiptName {
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
  readonly kind: ChainKind;
  /** digestEndTime, epoch milliseconds. */
  readonly end: number;
  /** digestStartTime; null when the digest could not be read. */
  readonly start: number | null;
  /** `originMark` of where the digest was read. */
  readonly mark: string;
  readonly revision: number;
  readonly state: ReceiptState;
}

/** The archive key of a proven file: its original key below the source prefix. Throws on a key outside the grammar. */
export function provenKey(prefix: string, originalKey: string): string {
  const parsed = parseKey(originalKey);
  if (parsed === null) throw new Error(`not a CloudTrail key: ${JSON.stringify(originalKey)}`);
  return `${prefix}${originalKey.slice(parsed.prefix.length)}`;
}

/** Where a captured, not yet proven file lies. */
export function pendingKey(prefix: string, bucket: string, originalKey: string): string {
  return `${prefix}orgtrail/pending/${bucket}/${originalKey}`;
}

/** Where bytes that failed are kept: `…/bytes-{sha}` as received and `…/note-{sha}.json` beside it. */
export function quarantineKey(
  prefix: string,
  origin: { readonly bucket: string; readonly key: string },
  verdict: string,
): string {
  return `${prefix}orgtrail/quarantine/${verdict}/${origin.bucket}/${origin.key}`;
}

/** Where one public key is kept for ever. */
export function publicKeyKey(prefix: string, region: string, fingerprint: string): string {
  return `${prefix}orgtrail/keys/${region}/${fingerprint}.json`;
}

/** Twelve hex digits that tell apart two digests of one trail and time read in different places. */
export function originMark(bucket: string, key: string): string {
  return hash('sha256', `${bucket}\n${key}`).slice(0, 12);
}

/** The folder of one chain's receipts, ending in `/`. */
export function receiptFolder(
  prefix: string,
  chain: Pick<ReceiptName, 'account' | 'region' | 'trail' | 'kind'>,
): string {
  return `${prefix}orgtrail/receipts/${chain.account}/${chain.region}/${chain.trail}/${chain.kind}/`;
}

/** The key of one receipt. */
export function receiptKey(prefix: string, name: ReceiptName): string {
  const times = `${formatCompact(name.end)}_${name.start === null ? 'unread' : formatCompact(name.start)}`;
  const revision = `r${String(name.revision).padStart(4, '0')}`;
  return `${receiptFolder(prefix, name)}${formatDay(name.end)}/${times}_${name.homeRegion}_${name.mark}.${revision}.${name.state}.json`;
}

const RECEIPT =
  /^orgtrail\/receipts\/(\d{12})\/([a-z0-9-]+)\/([A-Za-z0-9._-]{3,128})\/(standard|backfill)\/\d{4}\/\d\d\/\d\d\/(\d{8}T\d{6}Z)_(unread|\d{8}T\d{6}Z)_([a-z0-9-]+)_([0-9a-f]{12})\.r(\d{4,9})\.([a-z]+)\.json$/;

/** What a receipt's key says; null when it is no receipt of ours. */
export function parseReceiptKey(prefix: string, key: string): ReceiptName | null {
  const match = key.startsWith(prefix) ? RECEIPT.exec(key.slice(prefix.length)) : null;
  if (match === null) return null;
  const [, account = '', region = '', trail = '', kind = '', endText = '', startText = '', homeRegion = '', mark = ''] =
    match;
  const end = parseCompact(endText);
  const start = startText === 'unread' ? null : parseCompact(startText);
  const state = RECEIPT_STATES.find((one) => one === match[10]);
  if (end === null || state === undefined || (start === null && startText !== 'unread')) return null;
  const revision = Number(match[9]);
  const name: ReceiptName = {
    account,
    region,
    trail,
    homeRegion,
    kind: kind === 'backfill' ? 'backfill' : 'standard',
    end,
    start,
    mark,
    revision,
    state,
  };
  return receiptKey(prefix, name) === key ? name : null;
}

/** The newest revision of each digest's receipt; of two equal revisions (two workers at once) the proven one stands. */
export function newestReceipts(names: Iterable<ReceiptName>): readonly ReceiptName[] {
  const newest = new Map<string, ReceiptName>();
  for (const name of names) {
    const id = `${name.end}_${name.homeRegion}_${name.mark}`;
    const known = newest.get(id);
    if (known === undefined || supersedes(name, known)) newest.set(id, name);
  }
  return [...newest.values()].toSorted((a, b) => a.end - b.end);
}

function supersedes(name: ReceiptName, known: ReceiptName): boolean {
  if (name.revision !== known.revision) return name.revision > known.revision;
  return RECEIPT_STATES.indexOf(name.state) < RECEIPT_STATES.indexOf(known.state);
}
