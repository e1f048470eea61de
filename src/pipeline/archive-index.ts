/** One chain as the archive knows it: every digest that a receipt speaks of, that was proven, or that was put apart. */
import type { Finding } from '../core/coverage.ts';
import { parseDigest } from '../core/digest.ts';
import { folderOf, formatKey, parseKey, placesOf, type DigestKey } from '../core/key.ts';
import {
  newestReceipts,
  originMark,
  parseReceiptKey,
  provenKey,
  quarantineKey,
  receiptFolder,
  type ReceiptName,
} from '../core/layout.ts';
import { decodeReceipt } from '../core/receipt.ts';
import type { Chain, ChainKind, Place } from '../core/source.ts';
import { formatDay, HOUR } from '../core/time.ts';
import { DIGEST_CODES } from '../core/verdict.ts';
import { OperatingError } from '../errors.ts';
import type { Inspector, ListedObject, ObjectReader, StoredObject } from '../ports.ts';

/** Where the archive is read: the bucket, or a copy of it in a folder. */
export interface Shelf {
  readonly objects: ObjectReader;
  readonly place: Place & { readonly owner: string };
  /** A plain copy has lost the user metadata, where the signatures are. */
  readonly plain: boolean;
  readonly inspector: Inspector;
  readonly maxBytes: number;
  readonly maxInflated: number;
}

/** A receipt's name with its line in the listing. */
export interface FiledReceipt {
  readonly name: ReceiptName;
  readonly listed: ListedObject;
}

/** The object; null also when it is larger than such an object is: whoever swells one must not end the run. */
export async function readSmall(
  { objects, place }: Pick<Shelf, 'objects' | 'place'>,
  key: string,
  maxBytes: number,
): Promise<StoredObject | null> {
  try {
    return await objects.get({ bucket: place.bucket, key, owner: place.owner }, { maxBytes });
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'object-too-large') return null;
    throw error;
  }
}

/** One digest: where its source held it, and what the archive has of it. */
export interface Filed {
  readonly bucket: string;
  readonly rawKey: string;
  readonly key: DigestKey;
  /** The newest revision; null when nothing was recorded, or it is gone. */
  readonly receipt: FiledReceipt | null;
  /** What lies where a proven digest of this key belongs. */
  readonly proven: ListedObject | null;
  /** Bytes put apart under this origin, for a digest whose receipt is gone. */
  readonly apart: readonly string[];
}

export interface ChainIndex {
  readonly chain: Chain;
  /** By `bucket/key` of the source. */
  readonly digests: ReadonlyMap<string, Filed>;
  /** What lies among the receipts and is none. */
  readonly findings: readonly Finding[];
}

type Window = { readonly from: number | null; readonly to: number | null };
type Found = { readonly bucket: string; readonly rawKey: string };

/** A digest of the window may rest on one that ended before it. */
const BEFORE = 25 * HOUR;

/** Puts together what there is of one chain; the digests of the day before the window come along. */
export async function indexChain(chain: Chain, shelf: Shelf, window: Window): Promise<ChainIndex> {
  const since = window.from === null ? null : window.from - BEFORE;
  const findings: Finding[] = [];
  const filed = new Map<string, Filed>();
  const proven = await provenDigests(chain, shelf, since);
  const add = (found: Found, receipt: FiledReceipt | null, apart: readonly string[] = []): void => {
    const key = parseKey(found.rawKey);
    if (key?.type !== 'digest') return;
    const known = filed.get(`${found.bucket}/${found.rawKey}`);
    const at = proven.get(provenKey(shelf.place.prefix, found.rawKey)) ?? null;
    filed.set(`${found.bucket}/${found.rawKey}`, {
      ...found,
      key,
      receipt: receipt ?? known?.receipt ?? null,
      proven: at,
      apart: [...(known?.apart ?? []), ...apart],
    });
  };
  for (const receipt of await receiptsOf(chain, shelf, { since, findings })) {
    const origin = placed(chain, receipt.name) ?? (await told(receipt, shelf));
    if (origin === null) findings.push(conflict(chain, { shelf, key: receipt.listed.key }, UNREADABLE));
    else add(origin, receipt);
  }
  for (const one of await putApart(chain, shelf, since)) add(one, null, [one.archiveKey]);
  const spokenFor = new Set([...filed.values()].map((one) => provenKey(shelf.place.prefix, one.rawKey)));
  for (const key of proven.keys()) if (!spokenFor.has(key)) add(await signedPlace(chain, key, shelf), null);
  return { chain, digests: filed, findings };
}

/** True for the digests that a window takes (as `verify --source` takes them from a listing). */
export function isWithin({ key }: Pick<Filed, 'key'>, { from, to }: Window): boolean {
  return (to === null || key.end - HOUR < to) && (from === null || key.end > from);
}

const UNREADABLE = 'it lies among the receipts and cannot be read as one';

type ConflictAt = Pick<Chain, 'account' | 'region'> & { readonly source: { readonly trail: string } };

/** A finding about an object of the archive itself. */
export function conflict(
  { account, region, source }: ConflictAt,
  where: { readonly shelf: Shelf; readonly key: string },
  detail: string,
): Finding {
  const { bucket } = where.shelf.place;
  const hint = "look at the object's versions in the archive for who wrote or deleted them, and restore the first one";
  const spot = { account, region, trail: source.trail, bucket, key: where.key, from: null, to: null };
  return { code: 'archive-conflict', ...spot, detail, hint };
}

async function provenDigests(
  chain: Chain,
  shelf: Shelf,
  since: number | null,
): Promise<ReadonlyMap<string, ListedObject>> {
  const { account, region, source } = chain;
  const root = { prefix: shelf.place.prefix, org: source.org };
  const prefix = folderOf(root, { account, folder: 'CloudTrail-Digest', region });
  const found = new Map<string, ListedObject>();
  for await (const listed of below(shelf, prefix, since)) {
    const key = parseKey(listed.key);
    if (key?.type === 'digest' && key.trail === source.trail && key.homeRegion === source.homeRegion)
      found.set(listed.key, listed);
  }
  return found;
}

function below(shelf: Shelf, prefix: string, since: number | null): AsyncIterable<ListedObject> {
  const { bucket, owner } = shelf.place;
  const start = since === null ? {} : { startAfter: `${prefix}${formatDay(since)}/` };
  return shelf.objects.list({ bucket, owner, prefix, ...start });
}

/** The newest revision of every receipt; what has no receipt's name is a finding: it might hide one. */
async function receiptsOf(
  chain: Chain,
  shelf: Shelf,
  { since, findings }: { readonly since: number | null; readonly findings: Finding[] },
): Promise<readonly FiledReceipt[]> {
  const all: FiledReceipt[] = [];
  for (const kind of ['standard', 'backfill'] as const) {
    const lines = new Map<ReceiptName, ListedObject>();
    for await (const listed of below(shelf, folderOfReceipts(chain, shelf, kind), since)) {
      const name = parseReceiptKey(shelf.place.prefix, listed.key);
      if (name === null) findings.push(conflict(chain, { shelf, key: listed.key }, UNREADABLE));
      else if (name.homeRegion === chain.source.homeRegion) lines.set(name, listed);
    }
    for (const name of newestReceipts(lines.keys())) {
      const listed = lines.get(name);
      if (listed !== undefined) all.push({ name, listed });
    }
  }
  return all;
}

function folderOfReceipts({ account, region, source }: Chain, shelf: Shelf, kind: ChainKind): string {
  return receiptFolder(shelf.place.prefix, { account, region, trail: source.trail, kind });
}

/** Where a receipt's digest was read, when that is a configured place of the chain: the name's mark tells. */
function placed({ account, region, source }: Chain, name: ReceiptName): Found | null {
  const { trail, homeRegion, end, kind, mark } = name;
  for (const { bucket, prefix } of placesOf(source)) {
    const parts = { type: 'digest', prefix, org: source.org, account, region, trail, homeRegion, end, kind } as const;
    const rawKey = formatKey(parts);
    if (originMark(bucket, rawKey) === mark) return { bucket, rawKey };
  }
  return null;
}

/** Where the receipt itself says that it was read: a former place that is configured no more. */
async function told({ name, listed }: FiledReceipt, shelf: Shelf): Promise<Found | null> {
  const object = await readSmall(shelf, listed.key, shelf.maxBytes);
  const decoded = object === null ? null : decodeReceipt(object.bytes, name);
  if (decoded === null || 'problem' in decoded) return null;
  const { origin } = decoded.receipt.digest;
  return parseKey(origin.key)?.type === 'digest' ? { bucket: origin.bucket, rawKey: origin.key } : null;
}

/** Digests that failed, by where they were put apart: a receipt that is gone must not take the forgery with it. */
async function putApart(
  chain: Chain,
  shelf: Shelf,
  since: number | null,
): Promise<readonly (Found & { readonly archiveKey: string })[]> {
  const { bucket, prefix, owner } = shelf.place;
  const there = await shelf.objects.folders({ bucket, owner, prefix: `${prefix}orgtrail/quarantine/` });
  const { account, region, source } = chain;
  const found: (Found & { readonly archiveKey: string })[] = [];
  for (const code of DIGEST_CODES.filter((one) => there.includes(`${one}/`))) {
    for (const place of placesOf(source)) {
      const folder = folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
      const base = quarantineKey(prefix, { bucket: place.bucket, key: '' }, code);
      for await (const { key: archiveKey } of below(shelf, `${base}${folder}`, since)) {
        const rawKey = archiveKey.slice(base.length).replace(/\/bytes-[0-9a-f]{16}$/, '');
        const key = parseKey(rawKey);
        if (key?.type === 'digest' && key.trail === source.trail && key.homeRegion === source.homeRegion)
          found.push({ bucket: place.bucket, rawKey, archiveKey });
      }
    }
  }
  return found;
}

/** A proven digest without a receipt is taken where it says that it lay: that is signed, so it is judged then. */
async function signedPlace(chain: Chain, archiveKey: string, shelf: Shelf): Promise<Found> {
  const { prefix } = shelf.place;
  const { source } = chain;
  const usual = { bucket: source.bucket, rawKey: `${source.prefix}${archiveKey.slice(prefix.length)}` };
  const object = await readSmall(shelf, archiveKey, shelf.maxBytes);
  if (object === null) return usual;
  const { maxInflated } = shelf;
  const [inspection] = await shelf.inspector.inspect([object.bytes], { maxInflated, keepContent: true });
  const parsed = inspection?.ok === true && inspection.content !== null ? parseDigest(inspection.content) : null;
  if (parsed === null || 'problem' in parsed) return usual;
  const { digest } = parsed;
  const own = placesOf(source).some((place) => `${place.prefix}${archiveKey.slice(prefix.length)}` === digest.key);
  return own ? { bucket: digest.bucket, rawKey: digest.key } : usual;
}

/** How a file of a source is called among others. */
export function nameOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}
