/**
 * Record: one receipt a digest, written once, after everything it names is in place. Later evidence adds a revision
 * beside it; the same evidence writes nothing, so a second run leaves the archive as it is.
 */
import { jsonObject } from '../core/json-object.ts';
import {
  newestReceipts,
  originMark,
  parseReceiptKey,
  receiptFolder,
  receiptKey,
  type ReceiptName,
} from '../core/layout.ts';
import {
  countLogs,
  decodeReceipt,
  encodeReceipt,
  isDefended,
  receiptState,
  RECEIPT_SCHEMA,
  sameEvidence,
  type Receipt,
} from '../core/receipt.ts';
import type { Place } from '../core/source.ts';
import { formatCompact, formatDay } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore } from '../ports.ts';

export interface RecordPorts {
  readonly archive: ArchiveStore;
  readonly place: Place & { readonly owner: string };
}

/** A receipt's evidence, before it has a revision. */
export type Evidence = Omit<Receipt, 'schema' | 'revision' | 'counts'>;

const MAX_RECEIPT_BYTES = 256 * 1024 * 1024;
/** Two workers with different evidence at one moment: the loser takes the next number. */
const MAX_TRIES = 5;

/** Writes the receipt unless the newest one says the same. */
export async function record(
  evidence: Evidence,
  when: { readonly end: number; readonly start: number | null },
  ports: RecordPorts,
): Promise<{ readonly written: boolean; readonly name: ReceiptName }> {
  const state = receiptState({
    digest: evidence.digest.verdict,
    link: evidence.link.verdict,
    logs: evidence.logs.map((log) => log.verdict),
    defended: isDefended(evidence.logs, evidence.digest.notes),
  });
  const { account, region, trail, homeRegion, kind } = evidence.chain;
  const mark = originMark(evidence.digest.origin.bucket, evidence.digest.origin.key);
  const base = { account, region, trail, homeRegion, kind, end: when.end, start: when.start, mark, state };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const newest = await newestOf(base, ports);
    const before = newest === null ? null : await readReceipt(newest, ports);
    const receipt: Receipt = {
      schema: RECEIPT_SCHEMA,
      revision: newest === null ? 0 : newest.revision + 1,
      ...evidence,
      counts: countLogs(evidence.logs),
    };
    if (newest !== null && before !== null && sameEvidence(before, receipt)) return { written: false, name: newest };
    const name = { ...base, revision: receipt.revision };
    const ref = { bucket: ports.place.bucket, key: receiptKey(ports.place.prefix, name), owner: ports.place.owner };
    const bytes = encodeReceipt(receipt);
    const outcome = await ports.archive.putIfAbsent(ref, jsonObject(bytes));
    if (outcome === 'created') return { written: true, name };
  }
  throw new OperatingError({
    code: 'archive-changed',
    message: `the receipt of ${account} ${region} ${trail} ${formatCompact(when.end)} changes under every attempt to write it`,
    hint: 'look for a second program that writes below orgtrail/receipts/ in the archive',
    retryable: true,
  });
}

async function newestOf(
  name: Omit<ReceiptName, 'revision'>,
  { archive, place }: RecordPorts,
): Promise<ReceiptName | null> {
  const prefix = `${receiptFolder(place.prefix, name)}${formatDay(name.end)}/${formatCompact(name.end)}_`;
  const names: ReceiptName[] = [];
  for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix })) {
    const found = parseReceiptKey(place.prefix, key);
    if (found?.mark === name.mark && found.homeRegion === name.homeRegion) names.push(found);
  }
  return newestReceipts(names)[0] ?? null;
}

/** One receipt by its name. Throws `archive-changed` when it is gone or not what its name says. */
export async function readReceipt(name: ReceiptName, { archive, place }: RecordPorts): Promise<Receipt> {
  const key = receiptKey(place.prefix, name);
  const object = await archive.get({ bucket: place.bucket, key, owner: place.owner }, { maxBytes: MAX_RECEIPT_BYTES });
  const decoded = object === null ? { problem: 'it is not there' } : decodeReceipt(object.bytes, name);
  if ('receipt' in decoded) return decoded.receipt;
  throw new OperatingError({
    code: 'archive-changed',
    message: `the receipt s3://${place.bucket}/${key} is not what was recorded: ${decoded.problem}`,
    hint: "look at the object's versions for who changed it; receipts are never rewritten by orgtrail",
  });
}
