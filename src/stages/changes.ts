/**
 * Kept changes: the calls that changed a trail, as CloudTrail recorded them, one object an event, written once. The
 * event history forgets after 90 days and a log file may expire; what explains a gap in a chain must not.
 */
import { jsonObject } from '../core/json-object.ts';
import { changeFolder, changeKey, parseChangeKey, type ChangeName } from '../core/layout.ts';
import type { Place, Source } from '../core/source.ts';
import { formatDay } from '../core/time.ts';
import { changeOf, ownerOf, type TrailChange } from '../core/trail-change.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ObjectReader } from '../ports.ts';

export interface ChangePorts<Archive extends ObjectReader = ArchiveStore> {
  readonly archive: Archive;
  readonly place: Place & { readonly owner: string };
}

const MAX_CHANGE_BYTES = 1024 * 1024;
/** More changes of one account's trails in a window than anybody makes by hand: the newest are read. */
const MOST_CHANGES = 5000;
const READ_AT_ONCE = 8;

/** Keeps each change; one that is there already is the same event. Returns how many were written. */
export async function keepChanges(changes: readonly TrailChange[], { archive, place }: ChangePorts): Promise<number> {
  let written = 0;
  for (const change of changes) {
    if (change.record === '') continue;
    const ref = { bucket: place.bucket, key: changeKey(place.prefix, change), owner: place.owner };
    const bytes = new TextEncoder().encode(`${change.record}\n`);
    const outcome = await archive.putIfAbsent(ref, jsonObject(bytes));
    if (outcome === 'created') written += 1;
  }
  return written;
}

/**
 * The kept changes of the trails of a source's owner and home region, of any of its trails.
 * @param window epoch milliseconds; null for no bound
 */
export async function listChanges(
  source: Pick<Source, 'trailArn' | 'reader' | 'homeRegion'>,
  window: { readonly from: number | null; readonly to: number | null },
  ports: ChangePorts<ObjectReader>,
): Promise<readonly TrailChange[]> {
  const { archive, place } = ports;
  const prefix = changeFolder(place.prefix, { account: ownerOf(source), region: source.homeRegion });
  const start = window.from === null ? {} : { startAfter: `${prefix}${formatDay(window.from)}/` };
  const keys: string[] = [];
  for await (const { key } of archive.list({ bucket: place.bucket, owner: place.owner, prefix, ...start })) {
    const name = parseChangeKey(place.prefix, key);
    if (name === null || name.time < (window.from ?? name.time) || name.time > (window.to ?? name.time)) continue;
    keys.push(key);
    if (keys.length > MOST_CHANGES) keys.shift();
  }
  const found: TrailChange[] = [];
  for (let at = 0; at < keys.length; at += READ_AT_ONCE)
    found.push(...(await Promise.all(keys.slice(at, at + READ_AT_ONCE).map((key) => readChange(key, ports)))));
  return found;
}

/** The newest changes of the trails of one account and home region, by key, oldest first. */
export async function newestChangeKeys(
  of: Pick<ChangeName, 'account' | 'region'>,
  most: number,
  { archive, place }: ChangePorts<ObjectReader>,
): Promise<readonly { readonly key: string; readonly time: number }[]> {
  const keys: { readonly key: string; readonly time: number }[] = [];
  for await (const { key } of archive.list({ ...placeOf(place), prefix: changeFolder(place.prefix, of) })) {
    const name = parseChangeKey(place.prefix, key);
    if (name === null) continue;
    keys.push({ key, time: name.time });
    if (keys.length > most) keys.shift();
  }
  return keys;
}

function placeOf({ bucket, owner }: ChangePorts['place']): { readonly bucket: string; readonly owner: string } {
  return { bucket, owner };
}

/**
 * One kept change by its key. Throws `archive-changed` for one that is not what was recorded: under another's name it
 * would explain what it does not.
 */
export async function readChange(key: string, { archive, place }: ChangePorts<ObjectReader>): Promise<TrailChange> {
  const object = await archive.get({ bucket: place.bucket, key, owner: place.owner }, { maxBytes: MAX_CHANGE_BYTES });
  const change = object === null ? null : changeOf(new TextDecoder().decode(object.bytes), 'log');
  if (change !== null && changeKey(place.prefix, change) === key) return change;
  throw new OperatingError({
    code: 'archive-changed',
    message: `the kept event s3://${place.bucket}/${key} is not what was recorded`,
    hint: "look at the object's versions for who changed it; kept events are never rewritten by orgtrail",
  });
}
