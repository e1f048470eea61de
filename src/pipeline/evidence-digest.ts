/** One digest opened: its receipt, the files it names, its link, its key, what stands beside it, and its own text. */
import pLimit from 'p-limit';
import type { ChainCover } from '../core/board/cover.ts';
import { peerOf } from '../core/board/peer.ts';
import { hintFor } from '../core/hint.ts';
import { parseKey } from '../core/key.ts';
import {
  newestReceipts,
  originMark,
  publicKeyKey,
  quarantineKey,
  quarantinePartKey,
  receiptKey,
} from '../core/layout.ts';
import { placeFault } from '../core/receipt-place.ts';
import type { LogReceipt, Receipt } from '../core/receipt.ts';
import { formatIso } from '../core/time.ts';
import type { DigestCode, LinkCode } from '../core/verdict.ts';
import { OperatingError } from '../errors.ts';
import { readKept } from '../stages/keys.ts';
import { listEntries } from '../stages/quarantine.ts';
import { readReceipt } from '../stages/record.ts';
import type { DigestPage } from '../web/contract/chains.ts';
import { lineOf } from './evidence-digests.ts';
import { logViews, MOST_LOGS, originOf, sizeOf } from './evidence-logs.ts';
import {
  digestId,
  nextOf,
  parseDigestId,
  revisionsOf,
  type ChainNames,
  type EvidenceParts,
  type ListedReceipt,
} from './evidence-names.ts';
import { textOf } from './evidence-raw.ts';
import { archivePlace } from './parts.ts';

/** Forty thousand files take less; parsing more at once would hold up everybody who looks at a page. */
const MAX_RECEIPT = 32 * 1024 * 1024;
/** How many files with other bytes in the source are looked up in quarantine. */
const MOST_DEFENDED = 20;
const MOST_QUARANTINED = 1000;
const READ_AT_ONCE = 8;

export interface OpenedReceipt {
  readonly name: ListedReceipt;
  readonly receipt: Receipt;
  /** Oldest first. */
  readonly revisions: readonly ListedReceipt[];
}

/**
 * The newest receipt of the digest that the id names; null: the archive holds none. Throws `archive-changed` for one that
 * is damaged, or leads to bytes that are kept for another file.
 */
export async function openReceipt(chain: ChainNames, id: string, parts: EvidenceParts): Promise<OpenedReceipt | null> {
  const wanted = parseDigestId(id);
  if (wanted === null) return null;
  const revisions = await revisionsOf(chain, wanted, parts);
  const [name] = newestReceipts(revisions);
  if (name === undefined || revisions.every(({ start }) => start !== wanted.start)) return null;
  const place = archivePlace(parts.config);
  if (name.size > MAX_RECEIPT) throw tooLong(name, place);
  const receipt = await readReceipt(name, { archive: parts.archive, place });
  const fault = placeFault(receipt, place.prefix);
  if (fault !== null) throw unfit(name, place, fault);
  return { name, receipt, revisions };
}

type Shelf = Pick<ReturnType<typeof archivePlace>, 'bucket' | 'prefix'>;

function unfit(name: ListedReceipt, { bucket, prefix }: Shelf, fault: string): OperatingError {
  return new OperatingError({
    code: 'archive-changed',
    message: `the receipt s3://${bucket}/${receiptKey(prefix, name)} is not what was recorded: ${fault}`,
    hint: "look at the object's versions for who changed it; receipts are never rewritten by orgtrail",
  });
}

function tooLong(name: ListedReceipt, { bucket, prefix }: Shelf): OperatingError {
  return new OperatingError({
    code: 'object-too-large',
    message: `the receipt s3://${bucket}/${receiptKey(prefix, name)} is ${name.size} bytes long, more than a page opens`,
    hint: 'read it from the archive with `aws s3 cp`, and have `orgtrail verify --archive` judge it',
  });
}

/** The page of one digest. */
export async function digestPageOf(
  chain: ChainCover,
  opened: OpenedReceipt,
  parts: EvidenceParts,
): Promise<Omit<DigestPage, 'readAt'>> {
  const { name, receipt, revisions } = opened;
  const { digest, link, logs, counts } = receipt;
  const { bucket, prefix } = archivePlace(parts.config);
  const next = await nextOf(chain, name, parts);
  return {
    line: lineOf(name, prefix),
    archive: bucket,
    verdict: digest.verdict,
    detail: digest.detail,
    hint: hintOf(digest.verdict, digest.notes ?? []),
    link: { verdict: link.verdict, detail: link.detail, hint: hintOf(link.verdict, []) },
    origin: originOf(digest.origin),
    place: digest.place,
    previous: await previousOf(chain, receipt, parts),
    nextId: next === null ? null : digestId(next),
    key: await keyOf(chain, receipt, parts),
    signature: digest.signature,
    contentSha256: digest.contentSha256,
    storedSha256: digest.storedSha256,
    size: sizeOf(digest.size),
    notes: [...(digest.notes ?? [])],
    counts: { ...counts },
    logs: [...logViews(logs)],
    moreLogs: Math.max(0, logs.length - MOST_LOGS),
    revisions: revisions.map((one) => ({
      revision: one.revision,
      state: one.state,
      receipt: receiptKey(prefix, one),
    })),
    quarantine: [...(await quarantined(receipt, parts))],
    peer:
      peerOf(digest.verdict, { detail: digest.detail, notes: digest.notes ?? [] }) ??
      peerOf(link.verdict, { detail: link.detail }),
    ...(await textOf(receipt, parts)),
  };
}

function hintOf(code: DigestCode | LinkCode, notes: readonly string[]): string | null {
  if (code === 'linked' || code === 'chain-start') return null;
  if (code !== 'valid') return hintFor(code);
  return notes.includes('gzip-header-data') ? hintFor('gzip-header-data') : null;
}

/** The digest that this one points at; with its id where the archive holds a receipt of it, in this very chain. */
async function previousOf(
  chain: ChainNames,
  { digest: { previous } }: Receipt,
  parts: EvidenceParts,
): Promise<DigestPage['previous']> {
  if (previous === null) return null;
  const { bucket, key, sha256 } = previous;
  const parsed = parseKey(key);
  const own =
    parsed?.type === 'digest' &&
    parsed.account === chain.account &&
    parsed.region === chain.region &&
    parsed.trail === chain.trail;
  if (!own) return { bucket, key, sha256, id: null };
  const { end, kind, homeRegion } = parsed;
  const [found] = newestReceipts(
    await revisionsOf(chain, { end, kind, homeRegion, mark: originMark(bucket, key) }, parts),
  );
  return { bucket, key, sha256, id: found === undefined ? null : digestId(found) };
}

/** The public key that the digest names, as it is kept in the archive; a kept one that is damaged counts as none. */
async function keyOf(
  { region }: ChainNames,
  { digest: { fingerprint } }: Receipt,
  parts: EvidenceParts,
): Promise<DigestPage['key']> {
  if (fingerprint === null) return null;
  const unknown = { fingerprint, kept: null, from: null, to: null };
  if (!/^[0-9a-f]{32}$/.test(fingerprint)) return unknown;
  const place = archivePlace(parts.config);
  const key = await readKept({ region, fingerprint }, { archive: parts.archive, place });
  if (key === null) return unknown;
  const kept = publicKeyKey(place.prefix, region, fingerprint);
  return { fingerprint, kept, from: formatIso(key.validFrom), to: formatIso(key.validTo) };
}

/** Where what failed is kept: named by the receipt, or looked up where a file was proven from a copy. */
async function quarantined({ digest, logs }: Receipt, parts: EvidenceParts): Promise<readonly string[]> {
  const failed = [digest, ...logs].flatMap(({ verdict, place }) => (verdict === 'valid' ? [] : (place ?? [])));
  const defended = logs.filter(({ source }) => source !== null).slice(0, MOST_DEFENDED);
  const limit = pLimit(READ_AT_ONCE);
  const beside = await Promise.all(defended.map((log) => limit(() => besideOf(log, parts))));
  return [...new Set([...failed, ...beside.flat()])].slice(0, MOST_QUARANTINED);
}

/** The bytes that the source held instead of the proven ones. */
async function besideOf({ origin, source }: LogReceipt, parts: EvidenceParts): Promise<readonly string[]> {
  if (source === null || parseKey(origin.key) === null) return [];
  const place = archivePlace(parts.config);
  const folder = `${quarantineKey(place.prefix, origin, source.verdict)}/`;
  const found: string[] = [];
  for await (const { name } of listEntries({ folder }, { archive: parts.archive, place })) {
    found.push(quarantinePartKey(place.prefix, name, 'bytes'));
    if (found.length === MOST_DEFENDED) break;
  }
  return found;
}
