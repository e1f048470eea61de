/** What was proven before and is unchanged by the listing is taken as proven: day by day, so that little is held at once. */
import { jsonObject } from '../core/json-object.ts';
import { hash } from 'node:crypto';
import { parseKey } from '../core/key.ts';
import { provenKey } from '../core/layout.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { formatDay } from '../core/time.ts';
import {
  decodeMemory,
  encodeMemory,
  memoryDay,
  memoryFolder,
  type MemoryPlace,
  type ProvenDigest,
  type Stood,
} from '../core/verified-memory.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ListedObject } from '../ports.ts';
import { nameOf, readSmall, type Filed, type Shelf } from './archive-index.ts';

/** What a run may take as proven, and where it is remembered. */
export interface Remembering {
  readonly archive: ArchiveStore;
  /** False: everything is read anew; what is proven is remembered all the same. */
  readonly reuse: boolean;
  /** The fraction of what could be reused that is read anew all the same. */
  readonly sample: number;
  /** Epoch milliseconds; also chooses the sample. */
  readonly now: number;
  /** Told what is wrong with the memory; the run goes on without it. */
  readonly onTrouble: (sentence: string) => void;
}

/** The memory of one chain, standard or backfill. */
export interface ChainMemory {
  /** The digests of one day that may be taken as proven, by `bucket/key` of the source. */
  recall(day: string, filed: readonly Filed[]): Promise<ReadonlyMap<string, ProvenDigest>>;
  /** Writes the day unless it says what is there; `looked` are the digests that were looked at. */
  keep(day: string, proven: readonly ProvenDigest[], looked: ReadonlySet<string>): Promise<void>;
}

const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const MOST_OBJECTS = 3;
/** Folders of log files whose listing is held: a digest's files lie in its own day and the one before. */
const HELD_FOLDERS = 8;

/** Lists what is remembered of the chain; days are read as they are asked for. */
export async function openMemory(
  chain: Chain,
  kind: ChainKind,
  work: { readonly shelf: Shelf; readonly remembering: Remembering },
): Promise<ChainMemory> {
  const { shelf, remembering } = work;
  const { account, region, source } = chain;
  const about = { account, region, trail: source.trail, homeRegion: source.homeRegion, kind };
  const newest = await newestDays(about, shelf);
  const folders = openFolders(shelf);
  const held = new Map<string, readonly ProvenDigest[]>();
  const load = async (day: string): Promise<readonly ProvenDigest[]> => {
    const digests = await readable(newest.get(day) ?? [], { place: { ...about, day }, shelf, remembering });
    held.clear();
    held.set(day, digests);
    return digests;
  };
  return {
    recall: async (day, filed) => {
      const remembered = Map.groupBy(await load(day), nameOf);
      const reusable = new Map<string, ProvenDigest>();
      if (!remembering.reuse) return reusable;
      for (const one of filed) {
        const name = nameOf({ bucket: one.bucket, key: one.rawKey });
        if (isSampled(name, remembering)) continue;
        for (const proven of remembered.get(name) ?? []) {
          if (!(await isUnchanged(proven, one, { folders, prefix: shelf.place.prefix }))) continue;
          reusable.set(name, proven);
          break;
        }
      }
      return reusable;
    },
    keep: async (day, proven, looked) => {
      const others = Map.groupBy(held.get(day) ?? [], nameOf);
      const unasked = [...others].flatMap(([name, [one]]) => (one === undefined || looked.has(name) ? [] : [one]));
      const { key, bytes } = encodeMemory(shelf.place.prefix, { ...about, day }, [...unasked, ...proven]);
      if (proven.length === 0 || newest.get(day)?.includes(key) === true) return;
      await write(key, bytes, { shelf, remembering });
    },
  };
}

/** The keys of each day, newest first. */
async function newestDays(
  about: Omit<MemoryPlace, 'day'>,
  { objects, place }: Shelf,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = memoryFolder(place.prefix, about);
  const days = new Map<string, ListedObject[]>();
  for await (const listed of objects.list({ bucket: place.bucket, owner: place.owner, prefix: folder })) {
    const day = memoryDay(folder, listed.key);
    if (day !== null) days.set(day, [...(days.get(day) ?? []), listed]);
  }
  const newestFirst = (lines: ListedObject[]): readonly string[] =>
    lines.toSorted((a, b) => b.lastModified - a.lastModified || (a.key < b.key ? 1 : -1)).map(({ key }) => key);
  return new Map([...days].map(([day, lines]) => [day, newestFirst(lines)]));
}

/**
 * What the newest objects of a day remember, newest first. More than one: two runs may end within one second, a day may
 * be again as it was before, and two trails of one name share the folder.
 */
async function readable(
  keys: readonly string[],
  about: { readonly place: MemoryPlace; readonly shelf: Shelf; readonly remembering: Remembering },
): Promise<readonly ProvenDigest[]> {
  const { place, shelf, remembering } = about;
  const { prefix } = shelf.place;
  const digests: ProvenDigest[] = [];
  for (const key of keys.slice(0, MOST_OBJECTS)) {
    const object = await readSmall(shelf, key, MAX_MEMORY_BYTES);
    const decoded =
      object === null
        ? { problem: 'it is gone, or too large to be one' }
        : decodeMemory(object.bytes, { prefix, key, place });
    if ('digests' in decoded) digests.push(...decoded.digests);
    else remembering.onTrouble(`${key} is not used, what it tells is read anew: ${decoded.problem}`);
  }
  return digests;
}

async function write(
  key: string,
  bytes: Uint8Array,
  { shelf, remembering }: { readonly shelf: Shelf; readonly remembering: Remembering },
): Promise<void> {
  const { bucket, owner } = shelf.place;
  const object = jsonObject(bytes);
  try {
    await remembering.archive.putIfAbsent({ bucket, key, owner }, object);
  } catch (error) {
    // Whoever may only read the archive verifies it as well; the next run reads everything again.
    if (!(error instanceof OperatingError)) throw error;
    remembering.onTrouble(`what was proven is not remembered: ${error.message}`);
  }
}

function isSampled(name: string, { sample, now }: Remembering): boolean {
  if (sample <= 0) return false;
  const drawn = Number.parseInt(hash('sha256', `${now}|${name}`).slice(0, 12), 16) / 16 ** 12;
  return drawn < sample;
}

type Folders = (folder: string) => Promise<ReadonlyMap<string, ListedObject>>;

/** Listings of whole folders, the last ones used held. */
function openFolders({ objects, place }: Shelf): Folders {
  const held = new Map<string, Promise<ReadonlyMap<string, ListedObject>>>();
  const list = async (prefix: string): Promise<ReadonlyMap<string, ListedObject>> => {
    const found = new Map<string, ListedObject>();
    for await (const one of objects.list({ bucket: place.bucket, owner: place.owner, prefix })) found.set(one.key, one);
    return found;
  };
  return (folder) => {
    const listing = held.get(folder) ?? list(folder);
    held.delete(folder);
    held.set(folder, listing);
    const [oldest] = held.keys();
    if (held.size > HELD_FOLDERS && oldest !== undefined) held.delete(oldest);
    return listing;
  };
}

/** True when every object that the proof rests on is listed as it was, the newest receipt among them. */
async function isUnchanged(
  proven: ProvenDigest,
  filed: Filed,
  look: { readonly folders: Folders; readonly prefix: string },
): Promise<boolean> {
  const receipt = filed.receipt?.listed.key ?? null;
  if (receipt === null || !proven.rests.some(({ key }) => key === receipt)) return false;
  const logs = proven.logs.map((log) => ({ ...log, key: provenKey(look.prefix, log.key) }));
  for (const stood of [...proven.rests, ...logs]) {
    const listed = (await look.folders(stood.key.slice(0, stood.key.lastIndexOf('/') + 1))).get(stood.key);
    if (listed === undefined || !isSame(stood, listed)) return false;
  }
  return true;
}

/** What went to cold storage since is looked at again, and told as blocked: its content cannot be read any more. */
function isSame(stood: Stood, listed: ListedObject): boolean {
  if (listed.cold === true) return false;
  return stood.etag === listed.etag && stood.size === listed.size && stood.lastModified === listed.lastModified;
}

/** The day whose memory holds a digest. */
export function dayOf({ rawKey }: Pick<Filed, 'rawKey'>): string {
  const key = parseKey(rawKey);
  if (key?.type !== 'digest') throw new Error(`not a digest key: ${JSON.stringify(rawKey)}`);
  return formatDay(key.end);
}
