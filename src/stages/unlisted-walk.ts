/** Captured files beside the archive: which of them were never proven, and which are proven by now. */
import type { Inspection } from '../core/gzip.ts';
import type { Judgement } from '../core/judge.ts';
import { folderOf, LOG_KINDS, parseKey, rootOf } from '../core/key.ts';
import {
  parseQuarantineKey,
  pendingKey,
  quarantineKey,
  type QuarantineName,
  type ReceiptName,
} from '../core/layout.ts';
import { beside } from '../core/work-list.ts';
import type { DigestRef } from '../core/quarantine.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Chain, Place } from '../core/source.ts';
import type { ArchiveStore, Inspector, ListedObject, ObjectReader, StoredObject } from '../ports.ts';

/** Where the archive is read; a copy of it in a folder will do. */
export interface ArchiveShelf<Archive extends ObjectReader = ObjectReader> {
  readonly archive: Archive;
  readonly place: Place & { readonly owner: string };
}

/** Captured bytes that no digest names. */
export interface UnnamedFile {
  readonly origin: { readonly bucket: string; readonly key: string };
  readonly verdict: Judgement<'log-unlisted'>;
  readonly object: Omit<StoredObject, 'etag' | 'lastModified'> & {
    readonly etag: string | null;
    readonly lastModified: number | null;
  };
  readonly inspection: Inspection;
  readonly expected: null;
  readonly via: 'pending';
}

export interface UnlistedPorts extends ArchiveShelf<ArchiveStore> {
  readonly inspector: Inspector;
  readonly maxBytes: number;
  readonly maxInflated: number;
  /** Runs one transfer when there is room. */
  readonly slot: <Value>(transfer: () => Promise<Value>) => Promise<Value>;
  readonly readReceipt: (name: ReceiptName) => Promise<Receipt>;
  readonly keepApart: (file: UnnamedFile) => Promise<string>;
  readonly release: (
    entry: QuarantineName,
    proof: { readonly digest: DigestRef; readonly contentSha256: string | null },
  ) => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly now: number;
  /** How long a file may go without a digest that names it, in milliseconds. */
  readonly grace: number;
}

/** One captured log file. */
export interface CapturedFile {
  readonly bucket: string;
  /** Its key in the source. */
  readonly key: string;
  /** The minute in its name, epoch ms. */
  readonly time: number;
  /** Archive key of the copy. */
  readonly copy: string;
  /** The entries in quarantine that call it unlisted. */
  readonly entries: readonly UnlistedName[];
}

/** An entry of a file that no digest named, with what was written beside it. */
export interface UnlistedName {
  readonly name: QuarantineName;
  readonly state: 'open' | 'accepted' | 'released';
  /** When it was put there, epoch ms by the archive's clock. */
  readonly since: number;
}

/** What the captured copies of a place came to. */
export interface Walk {
  /** Past the grace and not proven. */
  readonly unproven: readonly CapturedFile[];
  /** Proven, though an entry in quarantine still calls it unlisted. */
  readonly proven: readonly CapturedFile[];
}

/** Captured files of one place that one sweep judges; the others' turn comes with the next ones. */
const MOST_FILES = 20_000;

/** Looks at every captured copy of one place; only those that matter are remembered. */
export async function walkCaptured(chain: Chain, source: Place, ports: UnlistedPorts): Promise<Walk> {
  const { archive, place } = ports;
  const root = `${rootOf({ ...source, org: chain.source.org })}${chain.account}/`;
  const there = await archive.folders({
    bucket: place.bucket,
    owner: place.owner,
    prefix: pendingKey(place.prefix, source.bucket, root),
  });
  const walk = { unproven: new Array<CapturedFile>(), proven: new Array<CapturedFile>() };
  for (const kind of LOG_KINDS.filter((one) => there.includes(`${one}/`))) {
    const folder = folderOf(
      { ...source, org: chain.source.org },
      { account: chain.account, folder: kind, region: chain.region },
    );
    const known = await unlistedEntries({ bucket: source.bucket, folder }, ports);
    for await (const { item, match } of copiesBeside({ source, folder }, ports)) {
      ports.signal.throwIfAborted();
      const file = captured(item, { source, folder, known }, ports);
      if (file === null) continue;
      if (match !== null && file.entries.some(({ state }) => state !== 'released')) walk.proven.push(file);
      if (match === null && file.time < ports.now - ports.grace && walk.unproven.length < MOST_FILES)
        walk.unproven.push(file);
    }
  }
  return walk;
}

type Where = { readonly source: Place; readonly folder: string };

/** The copies of a folder, each with what is proven of that name. */
function copiesBeside(
  { source, folder }: Where,
  { archive, place }: UnlistedPorts,
): ReturnType<typeof beside<ListedObject>> {
  const held = pendingKey(place.prefix, source.bucket, folder);
  const proven = `${place.prefix}${folder.slice(source.prefix.length)}`;
  const where = { bucket: place.bucket, owner: place.owner };
  const day = 'YYYY/MM/DD/'.length;
  return beside(
    archive.list({ ...where, prefix: held }),
    ({ key }) =>
      archive.list({ ...where, prefix: proven, startAfter: `${proven}${key.slice(held.length, held.length + day)}` }),
    { wanted: ({ key }) => key.slice(held.length), other: ({ key }) => key.slice(proven.length) },
  );
}

function captured(
  copy: ListedObject,
  { source, folder, known }: Where & { readonly known: ReadonlyMap<string, readonly UnlistedName[]> },
  { place }: UnlistedPorts,
): CapturedFile | null {
  const key = copy.key.slice(pendingKey(place.prefix, source.bucket, '').length);
  const parsed = parseKey(key);
  if (parsed?.type !== 'log' || !key.startsWith(folder)) return null;
  return { bucket: source.bucket, key, time: parsed.time, copy: copy.key, entries: known.get(key) ?? [] };
}

/** The entries of a folder of the source that are called unlisted, by key of the source. */
export async function unlistedEntries(
  { bucket, folder }: { readonly bucket: string; readonly folder: string },
  { archive, place }: ArchiveShelf,
): Promise<ReadonlyMap<string, readonly UnlistedName[]>> {
  const prefix = quarantineKey(place.prefix, { bucket, key: folder }, 'log-unlisted');
  const entries = new Map<string, { name: QuarantineName; parts: Set<string>; since: number }>();
  for await (const { key, lastModified } of archive.list({ bucket: place.bucket, owner: place.owner, prefix })) {
    const parsed = parseQuarantineKey(place.prefix, key);
    if (parsed === null) continue;
    const id = `${parsed.name.key}/${parsed.name.mark}`;
    const known = entries.get(id) ?? { name: parsed.name, parts: new Set<string>(), since: lastModified };
    known.parts.add(parsed.part);
    entries.set(id, { ...known, since: Math.min(known.since, lastModified) });
  }
  const byKey = new Map<string, UnlistedName[]>();
  for (const { name, parts, since } of entries.values()) {
    // Bytes without a note were left by a process that ended in between: the file is put there again.
    if (!parts.has('note')) continue;
    const state = parts.has('released') ? 'released' : parts.has('accepted') ? 'accepted' : 'open';
    byKey.set(name.key, [...(byKey.get(name.key) ?? []), { name, state, since }]);
  }
  return byKey;
}
