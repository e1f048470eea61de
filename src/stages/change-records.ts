/** Change records in the archive: what was written to policies and settings, by whom, and what was cut off in between. */
import {
  changeRecordFolder,
  changeRecordKey,
  changeRecordName,
  decodeChangeRecord,
  encodeBegun,
  encodeDone,
  parseChangeRecordKey,
  type ChangeEnd,
  type ChangeNote,
  type ChangePhase,
  type ChangeRecord,
  type ChangeRecordName,
} from '../core/plan/change-record.ts';
import type { DocumentKind } from '../core/plan/document.ts';
import { jsonObject } from '../core/json-object.ts';
import type { Place } from '../core/source.ts';
import { formatCompact, formatDay } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ObjectReader } from '../ports.ts';

export interface RecordShelf<Archive extends ObjectReader = ObjectReader> {
  readonly archive: Archive;
  readonly place: Place & { readonly owner: string };
}

/** A lifecycle document of a thousand rules, before and after, with its reasons, stays below this. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** More changes than any window holds that is asked for: the newest are read. */
const MOST_CHANGES = 5000;
const READ_AT_ONCE = 8;
const SECOND_MS = 1000;

/** One change as recorded; `end` null: it was cut off, or is being written now. */
export interface RecordedChange extends ChangeRecord {
  readonly name: ChangeRecordName;
}

/**
 * Writes that a change begins, and answers with what is recorded. A record that is there says the same, since its name
 * is the hash of what it says: a lost answer, or the same once more within one second. Where that one has ended, this
 * one is told of the next second, or its end would be taken for the other's.
 */
export async function keepBegun(note: ChangeNote, shelf: RecordShelf<ArchiveStore>): Promise<ChangeNote> {
  const name = changeRecordName(note);
  const begun = await shelf.archive.putIfAbsent(refOf(name, 'begun', shelf), jsonObject(encodeBegun(note)));
  if (begun === 'created' || (await shelf.archive.head(refOf(name, 'done', shelf))) === null) return note;
  return keepBegun({ ...note, at: note.at + SECOND_MS }, shelf);
}

/** Writes how a change ended. Throws `plan-stale` when somebody else has recorded another end meanwhile. */
export async function keepDone(note: ChangeNote, end: ChangeEnd, shelf: RecordShelf<ArchiveStore>): Promise<void> {
  const name = changeRecordName(note);
  const outcome = await shelf.archive.putIfAbsent(refOf(name, 'done', shelf), jsonObject(encodeDone(note, end)));
  if (outcome === 'created') return;
  const stored = await readChange({ name, ended: true }, shelf);
  if (stored.end?.outcome === end.outcome) return;
  throw new OperatingError({
    code: 'plan-stale',
    message: `the change of the ${note.ref.kind} of ${note.ref.target} ended as ${end.outcome}, and is recorded as ${stored.end?.outcome ?? 'open'} by somebody who applies at this moment`,
    hint: 'wait for the other one to end, and plan again',
  });
}

/**
 * The changes begun since a time, oldest first, each with its end where it has one.
 * @param since epoch milliseconds
 * @param without a kind that is left out: members are many, and would crowd out the rest
 * Throws `archive-changed` for a record that is not what was recorded.
 */
export async function recentChanges(
  shelf: RecordShelf,
  since: number,
  without: DocumentKind | null = null,
): Promise<readonly RecordedChange[]> {
  return readAll(await changeNames(shelf, { since, without, open: false }), shelf);
}

/** Those of them that have no end. Only these are read. */
export async function openChanges(shelf: RecordShelf, since: number): Promise<readonly RecordedChange[]> {
  return readAll(await changeNames(shelf, { since, without: null, open: true }), shelf);
}

/** Which change comes first in a list, as text: by time, then by kind and mark. */
function changeMark({ at, kind, mark }: ChangeRecordName): string {
  return `${formatCompact(at)}_${kind}_${mark}`;
}

/**
 * One page of all changes, newest first: each read, or why it could not be believed.
 * @param page `before`: a `changeMark`; null: from the newest on
 */
export async function changesBefore(
  page: { readonly before: string | null; readonly limit: number },
  shelf: RecordShelf,
): Promise<{ readonly changes: readonly (RecordedChange | OperatingError)[]; readonly next: string | null }> {
  const { before, limit } = page;
  const names = (await changeNames(shelf, { since: 0, without: null, open: false }))
    .map((listed) => ({ listed, mark: changeMark(listed.name) }))
    .filter(({ mark }) => before === null || mark < before)
    .toSorted((a, b) => (a.mark < b.mark ? 1 : -1));
  const shown = names.slice(0, limit);
  const changes: (RecordedChange | OperatingError)[] = [];
  for (const { listed } of shown) changes.push(await readChange(listed, shelf).catch(damage));
  return { changes, next: names.length > limit ? (shown.at(-1)?.mark ?? null) : null };
}

function damage(error: unknown): OperatingError {
  if (error instanceof OperatingError && error.code === 'archive-changed') return error;
  throw error;
}

type Listed = { readonly name: ChangeRecordName; readonly ended: boolean };

/** What is asked for. `open`: what has ended is forgotten at once, since its end is listed right behind its beginning. */
type Question = { readonly since: number; readonly without: DocumentKind | null; readonly open: boolean };

async function changeNames(shelf: RecordShelf, { since, without, open }: Question): Promise<readonly Listed[]> {
  const { archive, place } = shelf;
  const prefix = changeRecordFolder(place.prefix);
  const found = new Map<string, Listed>();
  const request = { bucket: place.bucket, owner: place.owner, prefix, startAfter: `${prefix}${formatDay(since)}/` };
  for await (const { key } of archive.list(request)) {
    const parsed = parseChangeRecordKey(place.prefix, key);
    if (parsed === null || parsed.name.at < since || parsed.name.kind === without) continue;
    const { name, phase } = parsed;
    const id = changeRecordKey('', name, 'begun');
    if (open && phase === 'done') found.delete(id);
    else found.set(id, { name, ended: phase === 'done' || found.get(id)?.ended === true });
    if (found.size > MOST_CHANGES) found.delete(found.keys().next().value ?? '');
  }
  return [...found.values()].toSorted((a, b) => a.name.at - b.name.at);
}

async function readAll(names: readonly Listed[], shelf: RecordShelf): Promise<readonly RecordedChange[]> {
  const found: RecordedChange[] = [];
  for (let at = 0; at < names.length; at += READ_AT_ONCE) {
    const batch = names.slice(at, at + READ_AT_ONCE);
    found.push(...(await Promise.all(batch.map((listed) => readChange(listed, shelf)))));
  }
  return found;
}

async function readChange({ name, ended }: Listed, shelf: RecordShelf): Promise<RecordedChange> {
  const phase = ended ? 'done' : 'begun';
  const ref = refOf(name, phase, shelf);
  const object = await shelf.archive.get(ref, { maxBytes: MAX_RECORD_BYTES });
  const decoded = object === null ? { problem: 'it is gone' } : decodeChangeRecord(object.bytes, { name, phase });
  if (!('problem' in decoded)) return { ...decoded, name };
  throw new OperatingError({
    code: 'archive-changed',
    message: `the change record s3://${ref.bucket}/${ref.key} is not what was recorded: ${decoded.problem}`,
    hint: "look at the object's versions for who changed it; change records are never rewritten by orgtrail",
  });
}

function refOf(name: ChangeRecordName, phase: ChangePhase, { place }: RecordShelf) {
  return { bucket: place.bucket, key: changeRecordKey(place.prefix, name, phase), owner: place.owner };
}
