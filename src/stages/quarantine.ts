/**
 * Quarantine: bytes as received and a note that says why, written once and named by the bytes' own hash; beside them the
 * digest that proved the file later, and who has looked at it. Nothing here is ever deleted or turned green.
 */
import { jsonObject } from '../core/json-object.ts';
import type { Inspection } from '../core/gzip.ts';
import type { Judgement } from '../core/judge.ts';
import { parseKey } from '../core/key.ts';
import {
  parseQuarantineKey,
  quarantineKey,
  quarantinePartKey,
  quarantineRoot,
  type QuarantineName,
  type QuarantinePart,
} from '../core/layout.ts';
import {
  decodeAcceptance,
  decodeNote,
  decodeRelease,
  encodeAcceptance,
  encodeNote,
  encodeRelease,
  type Acceptance,
  type DigestRef,
  type QuarantineNote,
  type Release,
} from '../core/quarantine.ts';
import type { Place } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import type { ArchiveStore, ListedObject, NewObject, ObjectReader } from '../ports.ts';

export interface QuarantinePorts {
  readonly archive: ArchiveStore;
  readonly place: Place & { readonly owner: string };
}

/** Reading alone: a copy of the archive in a folder will do. */
export interface QuarantineShelf {
  readonly archive: ObjectReader;
  readonly place: Place & { readonly owner: string };
}

/** Bytes that failed, and why. */
export interface FailedFile {
  readonly origin: { readonly bucket: string; readonly key: string };
  readonly verdict: Judgement<string>;
  readonly object: NewObject & {
    readonly versionId: string | null;
    readonly etag: string | null;
    /** Epoch ms, as the source says; null when that is not known. */
    readonly lastModified: number | null;
  };
  readonly inspection: Inspection;
  readonly expected: string | null;
  readonly via: 'source' | 'pending';
  /** The digest that names it, for a digest itself; null when none does. */
  readonly digest: DigestRef | null;
  /** The trail, where the file is known to be of one. */
  readonly trail: string | null;
}

const MAX_RECORD_BYTES = 1024 * 1024;

/**
 * Keeps the bytes as received and a note beside them. Both are named by the bytes' own hash: two different contents
 * never meet in one name, whatever ETag and version the source claims for them.
 * @returns the archive key of the bytes
 */
export async function keepApart(file: FailedFile, ports: QuarantinePorts): Promise<string> {
  const { origin, object, verdict, inspection } = file;
  const { storedSha256 } = inspection;
  const name = { verdict: verdict.code, ...origin, mark: storedSha256.slice(0, 16) };
  const bytesKey = quarantinePartKey(ports.place.prefix, name, 'bytes');
  await ports.archive.putIfAbsent(refOf(bytesKey, ports), object);
  const note = encodeNote({
    verdict: verdict.code,
    detail: verdict.detail,
    origin: { bucket: origin.bucket, key: origin.key, versionId: object.versionId, etag: object.etag },
    via: file.via,
    digest: file.digest,
    expectedSha256: file.expected,
    contentSha256: inspection.ok ? inspection.contentSha256 : null,
    storedSha256,
    size: object.bytes.length,
    modified: object.lastModified === null ? null : formatIso(object.lastModified),
    metadata: Object.fromEntries(object.metadata),
    bytes: bytesKey,
    again: commandFor(origin.key, file.trail),
  });
  await write(name, { part: 'note', bytes: note }, ports);
  return bytesKey;
}

function commandFor(key: string, trail: string | null): string {
  const parsed = parseKey(key);
  const chain = parsed === null ? '' : ` --account ${parsed.account} --region ${parsed.region}`;
  return `orgtrail collect${chain}${trail === null ? '' : ` --trail ${trail}`}`;
}

/** Writes beside an entry that a digest has proven the file; false when that was known. */
export async function release(
  entry: QuarantineName,
  proof: { readonly digest: DigestRef; readonly contentSha256: string | null },
  ports: QuarantinePorts,
): Promise<boolean> {
  const bytes = encodeRelease({ entry: plain(entry), digest: proof.digest, contentSha256: proof.contentSha256 });
  return (await write(entry, { part: 'released', bytes }, ports)) === 'created';
}

/** Writes beside an entry that somebody has looked at it; false when somebody had before. */
export async function acceptEntry(
  entry: QuarantineName,
  said: Pick<Acceptance, 'reason' | 'caller' | 'by' | 'at'>,
  ports: QuarantinePorts,
): Promise<boolean> {
  const { reason, caller, by, at } = said;
  const bytes = encodeAcceptance({ entry: plain(entry), reason, caller, by, at });
  return (await write(entry, { part: 'accepted', bytes }, ports)) === 'created';
}

function plain({ verdict, bucket, key, mark }: QuarantineName): QuarantineName {
  return { verdict, bucket, key, mark };
}

function refOf(key: string, { place }: { readonly place: QuarantinePorts['place'] }) {
  return { bucket: place.bucket, key, owner: place.owner };
}

function write(
  name: QuarantineName,
  { part, bytes }: { readonly part: QuarantinePart; readonly bytes: Uint8Array },
  ports: QuarantinePorts,
): Promise<'created' | 'exists'> {
  const object = jsonObject(bytes);
  return ports.archive.putIfAbsent(refOf(quarantinePartKey(ports.place.prefix, name, part), ports), object);
}

/** One entry as the listing shows it. */
export interface QuarantineEntry {
  readonly name: QuarantineName;
  /** A release outweighs an acceptance. */
  readonly state: 'open' | 'released' | 'accepted';
  readonly parts: ReadonlyMap<QuarantinePart, ListedObject>;
  /** When the first part of it was kept, epoch ms by the archive's clock. */
  readonly since: number;
}

/**
 * The entries below a folder of the archive, in the order of their keys. One file's entries are held at a time.
 * @param where `after`: an archive key; entries of the files behind it alone
 */
export async function* listEntries(
  where: { readonly folder: string; readonly after?: string | null },
  { archive, place }: QuarantineShelf,
): AsyncGenerator<QuarantineEntry> {
  const start = where.after === null || where.after === undefined ? {} : { startAfter: where.after };
  let file = '';
  let found = new Map<string, { name: QuarantineName; parts: Map<QuarantinePart, ListedObject> }>();
  for await (const listed of archive.list({
    bucket: place.bucket,
    owner: place.owner,
    prefix: where.folder,
    ...start,
  })) {
    const parsed = parseQuarantineKey(place.prefix, listed.key);
    if (parsed === null) continue;
    const folder = quarantineKey(place.prefix, parsed.name, parsed.name.verdict);
    if (folder !== file) {
      yield* entriesOf(found.values());
      found = new Map();
      file = folder;
    }
    const entry = found.get(parsed.name.mark) ?? { name: parsed.name, parts: new Map() };
    entry.parts.set(parsed.part, listed);
    found.set(parsed.name.mark, entry);
  }
  yield* entriesOf(found.values());
}

function* entriesOf(
  found: Iterable<{ readonly name: QuarantineName; readonly parts: ReadonlyMap<QuarantinePart, ListedObject> }>,
): Generator<QuarantineEntry> {
  for (const { name, parts } of found) {
    const state = parts.has('released') ? 'released' : parts.has('accepted') ? 'accepted' : 'open';
    const since = [...parts.values()].reduce((least, { lastModified }) => Math.min(least, lastModified), Infinity);
    yield { name, state, parts, since };
  }
}

/** The verdicts of which anything lies in quarantine: none in a healthy estate, for the price of one listing. */
export async function quarantinedVerdicts({ archive, place }: QuarantineShelf): Promise<readonly string[]> {
  const prefix = quarantineRoot(place.prefix);
  const folders = await archive.folders({ bucket: place.bucket, owner: place.owner, prefix });
  return folders.map((folder) => folder.slice(0, -1));
}

/** What is written beside the bytes; `problems` says of each part that is there and cannot be read why. */
export interface EntryRecords {
  readonly note: QuarantineNote | null;
  readonly release: Release | null;
  readonly acceptance: Acceptance | null;
  readonly problems: readonly string[];
}

/** Reads what is written beside an entry's bytes. */
export async function readRecords(entry: QuarantineEntry, shelf: QuarantineShelf): Promise<EntryRecords> {
  const problems: string[] = [];
  const read = async <Value>(part: QuarantinePart, decode: (bytes: Uint8Array) => Decoded<Value>) => {
    if (!entry.parts.has(part)) return null;
    const key = quarantinePartKey(shelf.place.prefix, entry.name, part);
    const object = await shelf.archive.get(refOf(key, shelf), { maxBytes: MAX_RECORD_BYTES });
    const decoded = object === null ? { problem: 'it is gone' } : decode(object.bytes);
    if ('value' in decoded) return decoded.value;
    problems.push(`${key}: ${decoded.problem}`);
    return null;
  };
  const { name } = entry;
  const note = await read('note', (bytes) => renamed(decodeNote(bytes, name), 'note'));
  const released = await read('released', (bytes) => renamed(decodeRelease(bytes, name), 'release'));
  const acceptance = await read('accepted', (bytes) => renamed(decodeAcceptance(bytes, name), 'acceptance'));
  return { note, release: released, acceptance, problems };
}

type Decoded<Value> = { readonly value: Value } | { readonly problem: string };

function renamed<Field extends string, Value>(
  decoded: Readonly<Record<Field, Value>> | { readonly problem: string },
  field: Field,
): Decoded<Value> {
  return 'problem' in decoded ? decoded : { value: decoded[field] };
}
