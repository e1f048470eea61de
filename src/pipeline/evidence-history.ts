/** What happened to an account's trails: what records of them say one after another, and the calls that changed them. */
import { HOUR, formatIso } from '../core/time.ts';
import { trailRecordKey, type TrailRecordName } from '../core/layout.ts';
import type { Problem } from '../core/source.ts';
import type { TrailChange } from '../core/trail-change.ts';
import type { TrailRecord } from '../core/trail-record.ts';
import { differences, firstSighting } from '../core/trail-words.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { newestChangeKeys, readChange } from '../stages/changes.ts';
import { recordedTrails, type RecordedTrail } from '../stages/trails-history.ts';
import { readRecord } from '../stages/trails.ts';
import type { HistoryPage } from '../web/contract/accounts.ts';
import type { EvidenceParts } from './evidence-names.ts';
import { archivePlace } from './parts.ts';

type Entry = HistoryPage['entries'][number];

const MOST_ENTRIES = 200;
/** Records follow AWS's delivery times, about one an hour: a month of one trail, less of more trails, two months at most. */
const RECORDS_SINCE = 60 * 24 * HOUR;
const MOST_RECORDS = 720;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_TRAILS = 20;
const READ_AT_ONCE = 8;
const MOST_PROBLEMS = 20;
const MOST_TEXT = 2000;

interface Reading {
  readonly parts: EvidenceParts;
  readonly problems: Problem[];
}

/** Newest first. Records that are damaged are problems, and nothing is said of what was before them. */
export async function historyOf(account: string, parts: EvidenceParts): Promise<Omit<HistoryPage, 'readAt'>> {
  if (!/^\d{12}$/.test(account)) throw noAccount();
  const reading: Reading = { parts, problems: [] };
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const since = parts.clock.now() - RECORDS_SINCE;
  const bounds = { since, most: MOST_RECORDS, mostBytes: MOST_BYTES, mostTrails: MOST_TRAILS };
  const { trails, more } = await recordedTrails(account, bounds, ports);
  const entries: Entry[] = [];
  for (const trail of trails) entries.push(...(await seen(trail, reading)));
  const calls: Entry[] = [];
  for (const region of new Set(trails.map(({ homeRegion }) => homeRegion)))
    calls.push(...(await called({ account, region }, reading)));
  const all = [...entries, ...calls].toSorted((a, b) => (a.at < b.at ? 1 : -1));
  return {
    entries: all.slice(0, MOST_ENTRIES),
    problems: reading.problems.slice(0, MOST_PROBLEMS),
    more: more || all.length > MOST_ENTRIES || trails.some(({ first }) => first !== null),
  };
}

/** One trail's records, each beside the one before it. */
async function seen({ names, first }: RecordedTrail, reading: Reading): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let before: TrailRecord | null = null;
  const opening = first ?? names[0];
  if (first !== null) {
    const [record] = await readAll([first], reading);
    if (record !== null && record !== undefined) entries.push(firstEntry(first, record, reading));
  }
  for (let at = 0; at < names.length; at += READ_AT_ONCE) {
    const batch = names.slice(at, at + READ_AT_ONCE);
    const records = await readAll(batch, reading);
    for (const [index, name] of batch.entries()) {
      const record = records[index] ?? null;
      if (record !== null && name === opening) entries.push(firstEntry(name, record, reading));
      else if (record !== null && before !== null) entries.push(...changedEntry(name, [before, record], reading));
      before = record;
    }
  }
  return entries;
}

/** Null for a record that is damaged: then its neighbours are compared with nothing. */
async function readAll(
  names: readonly TrailRecordName[],
  { parts, problems }: Reading,
): Promise<readonly (TrailRecord | null)[]> {
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  return Promise.all(names.map((name) => readRecord(name, ports).catch((error: unknown) => damage(error, problems))));
}

function damage(error: unknown, problems: Problem[]): null {
  if (!(error instanceof OperatingError) || error.code !== 'archive-changed') throw error;
  problems.push(problemOf(error));
  return null;
}

function firstEntry(name: TrailRecordName, record: TrailRecord, reading: Reading): Entry {
  return { ...entryOf(name, reading), kind: 'trail-seen', title: 'First seen', detail: cut(firstSighting(record)) };
}

function changedEntry(
  name: TrailRecordName,
  [before, after]: readonly [TrailRecord, TrailRecord],
  reading: Reading,
): readonly Entry[] {
  const [first, ...rest] = differences(before, after);
  if (first === undefined) return [];
  const title = rest.length === 0 ? first.title : `${first.title}, and ${rest.length} more`;
  const detail =
    rest.length === 0 ? first.detail : [first, ...rest].map((one) => `${one.title}: ${one.detail}`).join('; ');
  return [{ ...entryOf(name, reading), kind: 'trail-changed', title, detail: cut(detail) }];
}

function entryOf(name: TrailRecordName, { parts }: Reading): Pick<Entry, 'at' | 'trail' | 'region' | 'key'> {
  const key = trailRecordKey(archivePlace(parts.config).prefix, name);
  return { at: formatIso(name.seen), trail: name.trail, region: name.homeRegion, key };
}

/** The kept calls of the trails of one home region. */
async function called(
  of: { readonly account: string; readonly region: string },
  { parts, problems }: Reading,
): Promise<readonly Entry[]> {
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const keys = await newestChangeKeys(of, MOST_ENTRIES + 1, ports);
  const entries: Entry[] = [];
  for (let at = 0; at < keys.length; at += READ_AT_ONCE) {
    const batch = keys.slice(at, at + READ_AT_ONCE);
    const read = batch.map(({ key }) => readChange(key, ports).catch((error: unknown) => damage(error, problems)));
    for (const [index, change] of (await Promise.all(read)).entries())
      if (change !== null) entries.push(callEntry(change, batch[index]?.key ?? ''));
  }
  return entries;
}

function callEntry({ name, time, trail, region, actor, effect }: TrailChange, key: string): Entry {
  const by = actor === null ? 'CloudTrail does not say by whom' : `by ${actor}`;
  return {
    at: formatIso(time),
    kind: 'trail-call',
    trail: trail.slice(0, 300),
    region,
    title: name,
    detail: cut(`${by}; ${EFFECTS[effect]}`),
    key,
  };
}

const EFFECTS: Readonly<Record<TrailChange['effect'], string>> = {
  stops: 'it ends the delivery of proof',
  starts: 'it begins the delivery of proof',
  either: 'it says nothing of validation',
  none: 'it changes what is recorded',
};

function cut(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}

function noAccount(): OperatingError {
  return new OperatingError({
    code: 'usage',
    message: 'an account has twelve digits',
    hint: 'open the account from the list of accounts',
  });
}
