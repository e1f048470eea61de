/**
 * What `verify --archive` remembers of a day of one chain: the digests it proved and every archive object they rest on,
 * as the listing showed it. Unchanged objects are not downloaded again. It is no evidence: whoever can forge it can
 * forge a receipt, and `--full` ignores it.
 */
import { hash } from 'node:crypto';
import { parseStrictJson } from './json.ts';
import { parseKey } from './key.ts';
import type { ChainKind } from './source.ts';
import { formatDay } from './time.ts';

const SCHEMA = 'orgtrail.verified/1';

/** An object as a listing shows it: another version has another time. `lastModified` in epoch milliseconds. */
export interface Stood {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly lastModified: number;
}

/** A log file by where its source held it, and the archive's object as it stood. */
export interface StoodLog extends Stood {
  readonly bucket: string;
}

/** One digest that was proven with everything it names. Times in epoch milliseconds. */
export interface ProvenDigest {
  readonly bucket: string;
  readonly key: string;
  readonly start: number;
  readonly link: 'linked' | 'chain-start';
  readonly previousKey: string | null;
  /** Its own object, its receipt, its public key and the digest before it, by archive key. */
  readonly rests: readonly Stood[];
  /** `key` is the source's. */
  readonly logs: readonly StoodLog[];
  /** The calls that its log files tell of and that changed a trail, each as its own JSON text. */
  readonly changes: readonly string[];
}

/** Which chain and day (`YYYY/MM/DD`, of the digests' ends). */
export interface MemoryPlace {
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
  readonly kind: ChainKind;
  readonly day: string;
}

type Line = readonly [string, string, number, number];

/** The folder of one chain's memory, ending in `/`. */
export function memoryFolder(prefix: string, { account, region, trail, kind }: Omit<MemoryPlace, 'day'>): string {
  return `${prefix}orgtrail/verified/${account}/${region}/${trail}/${kind}/`;
}

/** The object's bytes, the same for the same digests whatever their order, and the key that tells them. */
export function encodeMemory(
  prefix: string,
  place: MemoryPlace,
  digests: readonly ProvenDigest[],
): { readonly key: string; readonly bytes: Uint8Array } {
  const lines = digests.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).map((one) => written(one));
  const { account, region, trail, homeRegion, kind, day } = place;
  const said = { schema: SCHEMA, account, region, trail, homeRegion, kind, day, digests: lines };
  const bytes = Buffer.from(`${JSON.stringify(said)}\n`, 'utf8');
  return { key: `${memoryFolder(prefix, place)}${day}-${markOf(bytes)}.json`, bytes };
}

/** The day that a key of this folder remembers; null when the key is none of ours. */
export function memoryDay(folder: string, key: string): string | null {
  return /^(\d{4}\/\d\d\/\d\d)-[0-9a-f]{16}\.json$/.exec(key.slice(folder.length))?.[1] ?? null;
}

/** The digests in it, or what is wrong with it. Never throws, whatever the bytes are. */
export function decodeMemory(
  bytes: Uint8Array,
  where: { readonly prefix: string; readonly key: string; readonly place: MemoryPlace },
): { readonly digests: readonly ProvenDigest[] } | { readonly problem: string } {
  const { prefix, key, place } = where;
  if (key !== `${memoryFolder(prefix, place)}${place.day}-${markOf(bytes)}.json`)
    return { problem: 'its bytes are not those its name tells of' };
  const json = parseStrictJson(bytes);
  if ('problem' in json) return json;
  const said = json.value as Readonly<Record<string, unknown>> | null;
  if (said?.['schema'] !== SCHEMA) return { problem: `not of schema ${SCHEMA}` };
  const { account, region, trail, homeRegion, kind, day } = place;
  const told = [said['account'], said['region'], said['trail'], said['homeRegion'], said['kind'], said['day']];
  if (JSON.stringify(told) !== JSON.stringify([account, region, trail, homeRegion, kind, day]))
    return { problem: 'it speaks of another chain or day' };
  const lines: unknown = said['digests'];
  const digests = Array.isArray(lines) ? lines.map((line: unknown) => read(line, place)) : [null];
  const whole = digests.filter((one) => one !== null);
  return whole.length === digests.length ? { digests: whole } : { problem: 'a digest in it is not as it was written' };
}

function written(one: ProvenDigest): unknown {
  const { bucket, key, start, link, previousKey, rests, logs, changes } = one;
  const line = (stood: Stood): Line => [stood.key, stood.etag, stood.size, stood.lastModified];
  const kept = logs.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).map((log) => [log.bucket, ...line(log)]);
  return { bucket, key, start, link, previousKey, rests: rests.map(line), logs: kept, changes };
}

function read(value: unknown, place: MemoryPlace): ProvenDigest | null {
  if (value === null || typeof value !== 'object') return null;
  const { bucket, key, start, link, previousKey, rests, logs, changes } = value as Readonly<Record<string, unknown>>;
  if (typeof bucket !== 'string' || typeof key !== 'string' || !Number.isSafeInteger(start)) return null;
  if ((link !== 'linked' && link !== 'chain-start') || (previousKey !== null && typeof previousKey !== 'string'))
    return null;
  const parsed = parseKey(key);
  if (parsed?.type !== 'digest' || formatDay(parsed.end) !== place.day || parsed.kind !== place.kind) return null;
  if (!Array.isArray(rests) || !Array.isArray(logs) || !Array.isArray(changes)) return null;
  const stood = rests.map((line: unknown) => readLine(line));
  const held = logs.map((line: unknown) => readLog(line));
  const texts = changes.filter((one): one is string => typeof one === 'string');
  if (stood.includes(null) || held.includes(null) || texts.length !== changes.length) return null;
  return {
    bucket,
    key,
    start: Number(start),
    link,
    previousKey,
    rests: stood.filter((one) => one !== null),
    logs: held.filter((one) => one !== null),
    changes: texts,
  };
}

function readLine(line: unknown): Stood | null {
  const [key, etag, size, lastModified] = Array.isArray(line) && line.length === 4 ? (line as readonly unknown[]) : [];
  if (typeof key !== 'string' || typeof etag !== 'string') return null;
  return typeof size === 'number' && typeof lastModified === 'number' ? { key, etag, size, lastModified } : null;
}

function readLog(line: unknown): StoodLog | null {
  if (!Array.isArray(line)) return null;
  const [bucket, ...rest] = line as readonly unknown[];
  const stood = readLine(rest);
  // Its archive key is made of it: what is no log file's key has none.
  const own = stood !== null && parseKey(stood.key)?.type === 'log';
  return typeof bucket === 'string' && own ? { bucket, ...stood } : null;
}

function nameOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

function markOf(bytes: Uint8Array): string {
  return hash('sha256', bytes).slice(0, 16);
}
