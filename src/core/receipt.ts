/** What is recorded for one digest. Deterministic: the same evidence gives the same bytes, whoever records it and when. */
import type { PreviousDigest } from './digest.ts';
import { parseStrictJson, type Json } from './json.ts';
import { originMark, type ReceiptName, type ReceiptState } from './layout.ts';
import type { ChainKind } from './source.ts';
import { typeFault } from './receipt-types.ts';
import { formatIso } from './time.ts';
import {
  isBlockedCode,
  LOG_CODES,
  tallyOf,
  type DigestCode,
  type LinkCode,
  type LogCode,
  type NoteCode,
  type Tally,
} from './verdict.ts';

export const RECEIPT_SCHEMA = 'orgtrail.receipt/1';

/** Where bytes were read, and as which version. */
export interface Origin {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly etag: string | null;
}

export interface LogReceipt {
  readonly origin: Origin;
  readonly verdict: LogCode;
  readonly detail: string;
  /** Where the bytes that were judged came from; null when there were none. */
  readonly via: 'source' | 'pending' | 'archive' | null;
  /** Key in the archive bucket: proven place or quarantine; null when nothing was kept. */
  readonly place: string | null;
  readonly expectedSha256: string;
  readonly contentSha256: string | null;
  readonly storedSha256: string | null;
  readonly size: number | null;
  readonly notes: readonly NoteCode[];
  /** What the source held when the bytes were proven from another copy; null when they came from the source. */
  readonly source: { readonly verdict: LogCode; readonly detail: string } | null;
}

export interface DigestReceipt {
  readonly origin: Origin;
  readonly verdict: DigestCode;
  readonly detail: string;
  readonly place: string | null;
  readonly start: string | null;
  readonly end: string;
  readonly previous: PreviousDigest | null;
  readonly fingerprint: string | null;
  readonly signature: string | null;
  readonly contentSha256: string | null;
  /** Null, as the size, when the digest could not be read. */
  readonly storedSha256: string | null;
  readonly size: number | null;
  /** When a backfill digest says it was made, as its metadata has it: a plain copy of the archive loses that. */
  readonly generated?: string | null;
  /** Absent where there is nothing to note. */
  readonly notes?: readonly NoteCode[];
}

export type Counts = Readonly<Record<'named' | Tally, number>>;

export interface Receipt {
  readonly schema: typeof RECEIPT_SCHEMA;
  readonly revision: number;
  readonly chain: {
    readonly account: string;
    readonly region: string;
    readonly trail: string;
    readonly trailArn: string;
    readonly homeRegion: string;
    readonly kind: ChainKind;
  };
  readonly digest: DigestReceipt;
  readonly link: { readonly verdict: LinkCode; readonly detail: string };
  readonly logs: readonly LogReceipt[];
  /** named = valid + invalid + missing + blocked, derived from the list. */
  readonly counts: Counts;
}

/** The conservation law's numbers, counted from the list. */
export function countLogs(logs: readonly LogReceipt[]): Counts {
  const counts = { named: logs.length, valid: 0, invalid: 0, missing: 0, blocked: 0 };
  for (const log of logs) counts[tallyOf(log.verdict)] += 1;
  return counts;
}

/** What the receipt's name says: proven, proven from a copy, waiting for its predecessor, failed or blocked. */
export function receiptState(parts: {
  readonly digest: DigestCode;
  readonly link: LinkCode;
  readonly logs: readonly LogCode[];
  /** `isDefended`: there is more to be said than that all is proven, so readers must open the receipt. */
  readonly defended?: boolean;
}): ReceiptState {
  const codes = [parts.digest, ...parts.logs];
  const failed = codes.some((code) => code !== 'valid' && !isBlockedCode(code));
  if (failed || isBrokenLink(parts.link)) return 'failed';
  if (codes.some((code) => isBlockedCode(code)) || isBlockedCode(parts.link)) return 'blocked';
  if (parts.link === 'digest-missing') return 'unlinked';
  if (parts.defended === true) return 'defended';
  return parts.link === 'chain-start' ? 'start' : 'linked';
}

/** True when a log was proven although the source does not hold its bytes any more, or a file carries unsigned bytes. */
export function isDefended(
  logs: readonly Pick<LogReceipt, 'verdict' | 'source' | 'notes'>[],
  ofDigest: readonly NoteCode[] = [],
): boolean {
  // Asked of receipts whose fields are still to be checked, too.
  const carries = (notes: unknown): boolean => Array.isArray(notes) && notes.includes('gzip-header-data');
  if (carries(ofDigest)) return true;
  return logs.some((log) => log.verdict === 'valid' && (log.source !== null || carries(log.notes)));
}

/** True for links that are evidence of a fault; a predecessor that is not there yet may still come. */
export function isBrokenLink(link: LinkCode): boolean {
  return !isBlockedCode(link) && link !== 'linked' && link !== 'chain-start' && link !== 'digest-missing';
}

/** The receipt's bytes: indented JSON in a fixed order. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return Buffer.from(`${JSON.stringify(receipt, null, 1)}\n`, 'utf8');
}

/**
 * True when two receipts say the same of the evidence. The revision number is not evidence, nor is how a digest of the
 * same content is stored: delivered anew, compressed or encrypted anew, it proves what it proved.
 */
export function sameEvidence(a: Receipt, b: Receipt): boolean {
  return JSON.stringify(evidenceIn(a)) === JSON.stringify(evidenceIn(b));
}

function evidenceIn(receipt: Receipt): Receipt {
  const { digest } = receipt;
  if (digest.contentSha256 === null) return { ...receipt, revision: 0 };
  const origin = { ...digest.origin, versionId: null, etag: null };
  return { ...receipt, revision: 0, digest: { ...digest, origin, storedSha256: null, size: null } };
}

/**
 * Reads a receipt back and holds it against its name: a receipt under another's name proves nothing.
 * @returns the receipt, or what is wrong with it
 */
export function decodeReceipt(
  bytes: Uint8Array,
  name: ReceiptName,
): { readonly receipt: Receipt } | { readonly problem: string } {
  const json = parseStrictJson(bytes);
  if ('problem' in json) return json;
  const stored = json.value as unknown as Receipt;
  if (!isObject(json.value) || stored.schema !== RECEIPT_SCHEMA) return { problem: `not of schema ${RECEIPT_SCHEMA}` };
  if (
    !isObject(stored.chain) ||
    !isObject(stored.digest as unknown as Json) ||
    !isObject(stored.link) ||
    !isList(stored.logs)
  )
    return { problem: 'parts of it are missing' };
  // Receipts of before the field was recorded say nothing of the source.
  const receipt: Receipt = { ...stored, logs: stored.logs.map((log) => ({ ...log, source: log.source ?? null })) };
  const { digest } = receipt;
  const [told, named] = [toldBy(receipt), namedBy(name)];
  if (told !== named) return { problem: `it speaks of ${told}, its name of ${named}` };
  const state = receiptState({
    digest: digest.verdict,
    link: receipt.link.verdict,
    logs: receipt.logs.map((log) => log.verdict),
    defended: isDefended(receipt.logs, receipt.digest.notes),
  });
  if (state !== name.state) return { problem: `its verdicts make it ${state}, its name says ${name.state}` };
  if (JSON.stringify(countLogs(receipt.logs)) !== JSON.stringify(receipt.counts))
    return { problem: 'its counts are not those of its list' };
  const fault = typeFault(receipt);
  return fault === null ? { receipt } : { problem: fault };
}

/** What the name binds, as text: compared with their types, so that nothing but a string passes for one. */
function toldBy({ chain, digest, revision }: Receipt): string {
  const origin: { readonly bucket?: unknown; readonly key?: unknown } | null | undefined = digest.origin;
  const { bucket, key } = origin ?? {};
  const mark = typeof bucket === 'string' && typeof key === 'string' ? originMark(bucket, key) : null;
  const { account, region, trail, homeRegion, kind } = chain;
  return JSON.stringify([account, region, trail, homeRegion, kind, digest.start, digest.end, mark, revision]);
}

function namedBy({ account, region, trail, homeRegion, kind, start, end, mark, revision }: ReceiptName): string {
  const began = start === null ? null : formatIso(start);
  return JSON.stringify([account, region, trail, homeRegion, kind, began, formatIso(end), mark, revision]);
}

function isList(logs: unknown): boolean {
  return (
    Array.isArray(logs) &&
    logs.every((log: Json) => isObject(log) && hasOrigin(log as { readonly origin?: Json }) && saysSource(log))
  );
}

function saysSource(log: Json): boolean {
  const { source = null } = log as { readonly source?: Json };
  if (source === null) return true;
  if (!isObject(source)) return false;
  const { verdict, detail } = source as { readonly verdict?: Json; readonly detail?: Json };
  const known = LOG_CODES.some((code) => code === verdict && code !== 'valid');
  return typeof detail === 'string' && typeof verdict === 'string' && (known || isBlockedCode(verdict));
}

/** Readers name the file by it: without, one flipped bit in a stored receipt would end the program as a bug. */
function hasOrigin({ origin = null }: { readonly origin?: Json }): boolean {
  if (!isObject(origin)) return false;
  const { bucket, key } = origin as { readonly bucket?: Json; readonly key?: Json };
  return typeof bucket === 'string' && typeof key === 'string';
}

function isObject(json: Json): boolean {
  return json !== null && typeof json === 'object' && !Array.isArray(json);
}
