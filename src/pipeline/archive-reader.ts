/** The archive as the source that one digest was judged in: what lay there is read from where it was put since. */
import { hash } from 'node:crypto';
import { parseKey } from '../core/key.ts';
import { parseReceiptKey, provenKey, quarantineKey, receiptFolder } from '../core/layout.ts';
import { newestReceipts, originMark } from '../core/layout.ts';
import { parseDigest } from '../core/digest.ts';
import { parseStrictJson } from '../core/json.ts';
import { decodeReceipt, type LogReceipt, type Receipt } from '../core/receipt.ts';
import { placeFault } from '../core/receipt-place.ts';
import { formatCompact, formatDay } from '../core/time.ts';
import { isBlockedCode } from '../core/verdict.ts';
import { OperatingError } from '../errors.ts';
import type { ObjectReader, ObjectRef, StoredObject } from '../ports.ts';
import { nameOf, readSmall, type ChainIndex, type Filed, type FiledReceipt, type Shelf } from './archive-index.ts';

/** An object that a judgement read, by the file it stands for. */
export interface Served {
  readonly archiveKey: string;
  /** Null when nothing is there. */
  readonly object: {
    readonly etag: string;
    readonly size: number;
    readonly lastModified: number;
    readonly storedSha256: string;
  } | null;
}

/** One digest's evidence in the archive. */
export interface Reading {
  readonly objects: ObjectReader;
  /** By `bucket/key` of the source. */
  readonly served: ReadonlyMap<string, Served>;
}

type Get = ObjectReader['get'];
type Options = Parameters<Get>[1];
type Lines = ReadonlyMap<string, LogReceipt>;

const MAX_RECEIPT_BYTES = 256 * 1024 * 1024;
const MAX_NOTE_BYTES = 1024 * 1024;

/** The digest's receipt; the sentence says what is wrong with it. Null when it has none. */
export async function receiptOf(
  receipt: FiledReceipt | null,
  shelf: Shelf,
): Promise<{ readonly receipt: Receipt } | { readonly problem: string } | null> {
  if (receipt === null) return null;
  const object = await readSmall(shelf, receipt.listed.key, MAX_RECEIPT_BYTES);
  const decoded =
    object === null ? { problem: 'it is gone, or too large to be one' } : decodeReceipt(object.bytes, receipt.name);
  if ('problem' in decoded) return decoded;
  const fault = placeFault(decoded.receipt, shelf.place.prefix);
  return fault === null ? decoded : { problem: fault };
}

/** What is read for this digest: itself, the one before it, and the log files it names. */
export function readingOf(filed: Filed, receipt: Receipt | null, stand: { index: ChainIndex; shelf: Shelf }): Reading {
  const { shelf } = stand;
  const served = new Map<string, Served>();
  const lines: Lines = new Map((receipt?.logs ?? []).map((line) => [nameOf(line.origin), line]));
  const keep = (ref: ObjectRef, archiveKey: string, object: StoredObject | null): StoredObject | null => {
    const told = object === null ? null : { ...object, storedSha256: hash('sha256', object.bytes) };
    if (told !== null) Reflect.deleteProperty(told, 'bytes');
    served.set(nameOf(ref), { archiveKey, object: told });
    return object;
  };
  const get: Get = async (ref, options) => {
    const key = parseKey(ref.key);
    if (key?.type === 'digest') {
      const own = nameOf(ref) === nameOf({ bucket: filed.bucket, key: filed.rawKey });
      const found = own ? { filed, receipt } : await recordedOf(ref, stand);
      const [archiveKey, object] = await digestObject(found, stand, options);
      return keep(ref, archiveKey, object);
    }
    const archiveKey = logPlace(ref, lines.get(nameOf(ref)) ?? null, shelf);
    return keep(ref, archiveKey, await read(archiveKey, shelf, options));
  };
  return { objects: { list: asked, folders: asked, get, head: asked }, served };
}

function asked(): never {
  throw new Error('judging one digest lists nothing');
}

type Recorded = { readonly filed: Filed; readonly receipt: Receipt | null };

/** Another digest of the chain by where the source held it, also when it lies before the window. */
async function recordedOf(ref: ObjectRef, { index, shelf }: { index: ChainIndex; shelf: Shelf }): Promise<Recorded> {
  const filed = index.digests.get(nameOf(ref)) ?? (await filedAlone(ref, index, shelf));
  const name = filed.receipt?.name ?? null;
  // A proven digest lies at its own place: only a copy without metadata needs the receipt for the signature.
  const needed = shelf.plain || (name !== null && (name.state === 'failed' || name.state === 'blocked'));
  const found = needed ? await receiptOf(filed.receipt, shelf) : null;
  return { filed, receipt: found !== null && 'receipt' in found ? found.receipt : null };
}

async function filedAlone(ref: ObjectRef, { chain }: ChainIndex, shelf: Shelf): Promise<Filed> {
  const key = parseKey(ref.key);
  if (key?.type !== 'digest') throw new Error('a predecessor is looked for by its key');
  const { bucket, prefix, owner } = shelf.place;
  const { account, region, source } = chain;
  const folder = receiptFolder(prefix, { account, region, trail: source.trail, kind: key.kind });
  const below = `${folder}${formatDay(key.end)}/${formatCompact(key.end)}_`;
  const found = new Map<FiledReceipt['name'], FiledReceipt>();
  const mark = originMark(ref.bucket, ref.key);
  for await (const listed of shelf.objects.list({ bucket, owner, prefix: below })) {
    const name = parseReceiptKey(prefix, listed.key);
    if (name?.mark === mark && name.homeRegion === source.homeRegion) found.set(name, { name, listed });
  }
  const [newest] = newestReceipts(found.keys());
  const receipt = newest === undefined ? null : (found.get(newest) ?? null);
  return { bucket: ref.bucket, rawKey: ref.key, key, receipt, proven: null, apart: [] };
}

/** The digest's bytes with the metadata that prove them, and where they were looked for. */
async function digestObject(
  { filed, receipt }: Recorded,
  stand: { readonly index: ChainIndex; readonly shelf: Shelf },
  options: Options,
): Promise<readonly [string, StoredObject | null]> {
  const { shelf } = stand;
  const usual = provenKey(shelf.place.prefix, filed.rawKey);
  const line = receipt?.digest ?? null;
  if (line !== null && line.place === null) refuseAsRecorded(line.verdict, line.detail);
  const apart = filed.proven === null && receipt === null ? (filed.apart[0] ?? usual) : usual;
  const archiveKey = line?.place ?? apart;
  const object = await read(archiveKey, shelf, options);
  if (object === null || !shelf.plain) return [archiveKey, object];
  return [archiveKey, { ...object, metadata: await metadataOf(archiveKey, { filed, receipt }, stand) }];
}

/** A plain copy has no metadata. Whatever is put in its place is no evidence by itself: the signature proves it. */
async function metadataOf(
  archiveKey: string,
  { filed, receipt }: Recorded,
  stand: { readonly index: ChainIndex; readonly shelf: Shelf },
): Promise<ReadonlyMap<string, string>> {
  const note = archiveKey.replace(/\/bytes-([0-9a-f]{16})$/, '/note-$1.json');
  if (note !== archiveKey) return notedMetadata(note, stand.shelf);
  const signature = receipt?.digest.signature ?? (await signatureByNext(filed, stand));
  if (signature === null) return new Map();
  const generated = receipt?.digest.generated ?? null;
  return new Map([
    ['signature', signature],
    ['signature-algorithm', 'SHA256withRSA'],
    ...(generated === null ? [] : [['backfill-generation-timestamp', generated] as const]),
  ]);
}

async function notedMetadata(note: string, shelf: Shelf): Promise<ReadonlyMap<string, string>> {
  const object = await readSmall(shelf, note, MAX_NOTE_BYTES);
  const json = object === null ? null : parseStrictJson(object.bytes);
  if (json === null || 'problem' in json || json.value === null || typeof json.value !== 'object') return new Map();
  const { metadata } = json.value as { readonly metadata?: unknown };
  if (metadata === null || typeof metadata !== 'object') return new Map();
  return new Map(Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The digest that follows names the signature of this one: without a receipt that still proves it. */
async function signatureByNext(
  filed: Filed,
  { index, shelf }: { readonly index: ChainIndex; readonly shelf: Shelf },
): Promise<string | null> {
  const later = [...index.digests.values()]
    .filter((one) => one.proven !== null && one.key.kind === filed.key.kind && one.key.end > filed.key.end)
    .toSorted((a, b) => a.key.end - b.key.end)[0];
  if (later === undefined) return null;
  const object = await readSmall(shelf, provenKey(shelf.place.prefix, later.rawKey), shelf.maxBytes);
  if (object === null) return null;
  const options = { maxInflated: shelf.maxInflated, keepContent: true };
  const [inspection] = await shelf.inspector.inspect([object.bytes], options);
  const parsed = inspection?.ok === true && inspection.content !== null ? parseDigest(inspection.content) : null;
  const previous = parsed !== null && 'digest' in parsed ? parsed.digest.previous : null;
  return previous?.bucket === filed.bucket && previous.key === filed.rawKey ? previous.signature : null;
}

/** Where a named log file was put. What the receipt says of it alone stands: nobody can look at the source again. */
function logPlace(ref: ObjectRef, line: LogReceipt | null, shelf: Shelf): string {
  const { prefix } = shelf.place;
  const usual = provenKey(prefix, ref.key);
  if (line === null) return usual;
  if (line.place === null) {
    refuseAsRecorded(line.verdict, line.detail);
    return usual;
  }
  const apart = `${quarantineKey(prefix, { bucket: ref.bucket, key: ref.key }, line.verdict)}/bytes-`;
  return line.place.startsWith(apart) ? line.place : usual;
}

/** Throws what the collector was told when it could not read the file, or found it too large to be one. */
function refuseAsRecorded(code: string, detail: string): void {
  const fields = { message: detail, hint: 'it was recorded so: run `orgtrail collect` once the cause is gone' };
  if (isBlockedCode(code)) throw new OperatingError({ code, ...fields });
  if (code.endsWith('-malformed')) throw new OperatingError({ code: 'object-too-large', ...fields });
}

function read(key: string, { objects, place }: Shelf, options: Options): Promise<StoredObject | null> {
  return objects.get({ bucket: place.bucket, key, owner: place.owner }, options);
}
