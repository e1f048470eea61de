/** The archive bucket's layout (design, section 3): every key orgtrail writes is made here. */
import { hash } from 'node:crypto';
import { parseKey } from './key.ts';
import type { ChainKind } from './source.ts';
import { formatCompact, formatDay, parseCompact } from './time.ts';

/** What a receipt's name says of it, so that a listing alone tells the state of a chain. */
export const RECEIPT_STATES = ['linked', 'start', 'defended', 'unlinked', 'failed', 'blocked'] as const;
/**
 * `linked`/`start`: digest, every log and the link (or the starting digest) are proven. `defended`: proven too, but a
 * log only from the copy that the archive holds, since the source lost or altered it, or a file carries bytes beside
 * its content that nobody signed. `unlinked`: all but the predecessor, which is not there yet. `failed`, `blocked`: as
 * the receipt says.
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

/** On a captured copy whose file is proven: a lifecycle rule may remove what carries it, and nothing else. */
export const PROMOTED_TAG: ReadonlyMap<string, string> = new Map([['orgtrail', 'promoted']]);

/** Where captured copies lie, ending in `/`; below it source buckets and original keys. */
export function pendingRoot(prefix: string): string {
  return `${prefix}orgtrail/pending/`;
}

/** Where a captured, not yet proven file lies. */
export function pendingKey(prefix: string, bucket: string, originalKey: string): string {
  return `${pendingRoot(prefix)}${bucket}/${originalKey}`;
}

/** Where everything that failed lies, ending in `/`; below it verdicts, source buckets and original keys. */
export function quarantineRoot(prefix: string): string {
  return `${prefix}orgtrail/quarantine/`;
}

/** The folder of one file that failed in one way: `bytes-{mark}`, `note-{mark}.json` and its history lie in it. */
export function quarantineKey(
  prefix: string,
  origin: { readonly bucket: string; readonly key: string },
  verdict: string,
): string {
  return `${quarantineRoot(prefix)}${verdict}/${origin.bucket}/${origin.key}`;
}

/** What lies in quarantine for one content: as received, why, what proved the file later, who has looked at it. */
export const QUARANTINE_PARTS = ['bytes', 'note', 'released', 'accepted'] as const;
export type QuarantinePart = (typeof QUARANTINE_PARTS)[number];

/** One entry: a content that failed under a key. `mark`: sixteen hex digits of the hash of the stored bytes. */
export interface QuarantineName {
  readonly verdict: string;
  readonly bucket: string;
  readonly key: string;
  readonly mark: string;
}

/** The key of one part of an entry. */
export function quarantinePartKey(prefix: string, name: QuarantineName, part: QuarantinePart): string {
  return `${quarantineKey(prefix, name, name.verdict)}/${part}-${name.mark}${part === 'bytes' ? '' : '.json'}`;
}

const QUARANTINE =
  /^orgtrail\/quarantine\/([a-z-]{1,40})\/([^/]{3,255})\/(.+)\/(bytes|note|released|accepted)-([0-9a-f]{16})(?:\.json)?$/;

/** What a key in quarantine says; null when it is none of ours. */
export function parseQuarantineKey(
  prefix: string,
  key: string,
): { readonly name: QuarantineName; readonly part: QuarantinePart } | null {
  const match = key.startsWith(prefix) ? QUARANTINE.exec(key.slice(prefix.length)) : null;
  if (match === null) return null;
  const [, verdict = '', bucket = '', original = '', kind = '', mark = ''] = match;
  const part = QUARANTINE_PARTS.find((one) => one === kind);
  if (part === undefined || parseKey(original) === null) return null;
  const name = { verdict, bucket, key: original, mark };
  return quarantinePartKey(prefix, name, part) === key ? { name, part } : null;
}

/** Where one public key is kept for ever. */
export function publicKeyKey(prefix: string, region: string, fingerprint: string): string {
  return `${prefix}orgtrail/keys/${region}/${fingerprint}.json`;
}

/** Twelve hex digits that tell apart two digests of one trail and time read in different places. */
export function originMark(bucket: string, key: string): string {
  return hash('sha256', `${bucket}\n${key}`).slice(0, 12);
}

/** Where receipts lie, ending in `/`; below it the accounts. */
export function receiptRoot(prefix: string): string {
  return `${prefix}orgtrail/receipts/`;
}

/** The folder of one chain's receipts, ending in `/`. */
export function receiptFolder(
  prefix: string,
  chain: Pick<ReceiptName, 'account' | 'region' | 'trail' | 'kind'>,
): string {
  return `${receiptRoot(prefix)}${chain.account}/${chain.region}/${chain.trail}/${chain.kind}/`;
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

/** What the key of a trail record says. `account` owns the trail. */
export interface TrailRecordName {
  readonly account: string;
  readonly homeRegion: string;
  readonly trail: string;
  /** When this was first seen, epoch milliseconds. */
  readonly seen: number;
  /** Sixteen hex digits of the hash of its bytes. */
  readonly mark: string;
}

/** The folder of an account's trail records, ending in `/`; below it lie home regions and trails. */
export function trailFolder(prefix: string, account: string): string {
  return `${prefix}orgtrail/trails/${account}/`;
}

/** The key of one trail record. */
export function trailRecordKey(prefix: string, name: TrailRecordName): string {
  const { account, homeRegion, trail, seen, mark } = name;
  return `${trailFolder(prefix, account)}${homeRegion}/${trail}/${formatCompact(seen)}-${mark}.json`;
}

const TRAIL_RECORD =
  /^orgtrail\/trails\/(\d{12})\/([a-z0-9-]+)\/([A-Za-z0-9._-]{3,128})\/(\d{8}T\d{6}Z)-([0-9a-f]{16})\.json$/;

/** What a trail record's key says; null when it is none of ours. */
export function parseTrailRecordKey(prefix: string, key: string): TrailRecordName | null {
  const match = key.startsWith(prefix) ? TRAIL_RECORD.exec(key.slice(prefix.length)) : null;
  if (match === null) return null;
  const [, account = '', homeRegion = '', trail = '', seenText = '', mark = ''] = match;
  const seen = parseCompact(seenText);
  if (seen === null) return null;
  const name = { account, homeRegion, trail, seen, mark };
  return trailRecordKey(prefix, name) === key ? name : null;
}

/** What the key of a kept trail change says. `account` and `region`: the trail's owner and home region. */
export interface ChangeName {
  readonly account: string;
  readonly region: string;
  /** The event's time, epoch milliseconds. */
  readonly time: number;
  readonly name: string;
  readonly eventId: string;
}

/** The folder of the kept changes of one account's trails of one home region, ending in `/`; days lie below it. */
export function changeFolder(prefix: string, { account, region }: Pick<ChangeName, 'account' | 'region'>): string {
  return `${prefix}orgtrail/trail-changes/${account}/${region}/`;
}

/** The key of one kept change. */
export function changeKey(prefix: string, change: ChangeName): string {
  const { time, name, eventId } = change;
  return `${changeFolder(prefix, change)}${formatDay(time)}/${formatCompact(time)}_${name}_${eventId}.json`;
}

const CHANGE =
  /^orgtrail\/trail-changes\/(\d{12})\/([a-z0-9-]+)\/\d{4}\/\d\d\/\d\d\/(\d{8}T\d{6}Z)_([A-Za-z]+)_([0-9A-Za-z-]{1,64})\.json$/;

/** What a kept change's key says; null when it is none of ours. */
export function parseChangeKey(prefix: string, key: string): ChangeName | null {
  const match = key.startsWith(prefix) ? CHANGE.exec(key.slice(prefix.length)) : null;
  if (match === null) return null;
  const [, account = '', region = '', timeText = '', name = '', eventId = ''] = match;
  const time = parseCompact(timeText);
  if (time === null) return null;
  const change = { account, region, time, name, eventId };
  return changeKey(prefix, change) === key ? change : null;
}

/** The newest revision of each digest's receipt; of two equal revisions (two workers at once) the proven one stands. */
export function newestReceipts<Name extends ReceiptName>(names: Iterable<Name>): readonly Name[] {
  const newest = new Map<string, Name>();
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
