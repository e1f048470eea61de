/**
 * Change records: one before a document is written, one when it was read back. A first one without a second says that
 * whoever wrote it was ended in between. Written once like everything else, and named by the hash of what they say.
 */
import { hash } from 'node:crypto';
import { parseStrictJson, type Json, type Unreadable } from '../json.ts';
import { formatCompact, formatDay, formatIso, parseCompact, parseIso } from '../time.ts';
import { DOCUMENT_KINDS, type DocumentKind, type DocumentRef } from './document.ts';

const CHANGE_SCHEMA = 'orgtrail.change/1';
export const CHANGE_PHASES = ['begun', 'done'] as const;
export type ChangePhase = (typeof CHANGE_PHASES)[number];

/**
 * What became of a change: `written` and read back; `not-written`: the document was found as it was before;
 * `moved`: found as neither, so somebody else has written since; `unknown`: it could not be read.
 */
export const CHANGE_OUTCOMES = ['written', 'not-written', 'moved', 'unknown'] as const;
export type ChangeOutcome = (typeof CHANGE_OUTCOMES)[number];

/** What is about to be written, why and by whom. */
export interface ChangeNote {
  readonly ref: DocumentRef;
  /** The ARN or the name of who changes it. */
  readonly who: string;
  readonly by: 'apply' | 'reconcile';
  /** Epoch milliseconds, whole seconds. */
  readonly at: number;
  readonly before: Json | null;
  readonly after: Json | null;
  readonly reasons: readonly string[];
  readonly breaks: readonly string[];
}

/** How it ended. `at`: epoch milliseconds, whole seconds. */
export interface ChangeEnd {
  readonly at: number;
  readonly outcome: ChangeOutcome;
}

/** What the key of a change record says. */
export interface ChangeRecordName {
  /** When it was begun, epoch milliseconds. */
  readonly at: number;
  readonly kind: DocumentKind;
  /** Sixteen hex digits of the hash of the first record's bytes. */
  readonly mark: string;
}

/** The folder of all change records, ending in `/`; days lie below it. */
export function changeRecordFolder(prefix: string): string {
  return `${prefix}orgtrail/changes/`;
}

/** The key of one record. */
export function changeRecordKey(prefix: string, name: ChangeRecordName, phase: ChangePhase): string {
  const { at, kind, mark } = name;
  return `${changeRecordFolder(prefix)}${formatDay(at)}/${formatCompact(at)}_${kind}_${mark}.${phase}.json`;
}

const RECORD =
  /^orgtrail\/changes\/\d{4}\/\d\d\/\d\d\/(\d{8}T\d{6}Z)_([a-z-]{1,40})_([0-9a-f]{16})\.(begun|done)\.json$/;

/** What a record's key says; null when it is none of ours. */
export function parseChangeRecordKey(
  prefix: string,
  key: string,
): { readonly name: ChangeRecordName; readonly phase: ChangePhase } | null {
  const match = key.startsWith(prefix) ? RECORD.exec(key.slice(prefix.length)) : null;
  if (match === null) return null;
  const [, time = '', kindText = '', mark = '', phaseText = ''] = match;
  const at = parseCompact(time);
  const kind = DOCUMENT_KINDS.find((one) => one === kindText);
  const phase = CHANGE_PHASES.find((one) => one === phaseText);
  if (at === null || kind === undefined || phase === undefined) return null;
  const name = { at, kind, mark };
  return changeRecordKey(prefix, name, phase) === key ? { name, phase } : null;
}

/** The name that a note's records have. */
export function changeRecordName(note: ChangeNote): ChangeRecordName {
  return { at: note.at, kind: note.ref.kind, mark: hash('sha256', encodeBegun(note)).slice(0, 16) };
}

/** The bytes of the record before the write. */
export function encodeBegun(note: ChangeNote): Uint8Array {
  return encoded({ schema: CHANGE_SCHEMA, phase: 'begun', ...written(note) });
}

/** The bytes of the record after it: all that the first says, and how it ended. */
export function encodeDone(note: ChangeNote, end: ChangeEnd): Uint8Array {
  const ending = { outcome: end.outcome, ended: formatIso(end.at) };
  return encoded({ schema: CHANGE_SCHEMA, phase: 'done', ...written(note), ...ending });
}

/** A record read back; `end` null: it is the one before the write. */
export interface ChangeRecord {
  readonly note: ChangeNote;
  readonly end: ChangeEnd | null;
}

/** Reads a record and holds it against its name: the mark is the hash of what it says, so an altered one is none. */
export function decodeChangeRecord(
  bytes: Uint8Array,
  { name, phase }: { readonly name: ChangeRecordName; readonly phase: ChangePhase },
): ChangeRecord | Unreadable {
  const json = parseStrictJson(bytes);
  if ('problem' in json) return json;
  if (!isObject(json.value) || json.value['schema'] !== CHANGE_SCHEMA)
    return { problem: `not of schema ${CHANGE_SCHEMA}` };
  if (json.value['phase'] !== phase) return { problem: 'it is not of the phase that its name says' };
  const note = noteIn(json.value);
  if (note === null) return { problem: 'parts of it are missing' };
  const told = changeRecordName(note);
  if (told.at !== name.at || told.kind !== name.kind || told.mark !== name.mark)
    return { problem: 'it is not what its name is the hash of' };
  const end = endIn(json.value);
  if ((end === null) !== (phase === 'begun')) return { problem: 'how it ended is missing' };
  return { note, end };
}

function written({ ref, who, by, at, before, after, reasons, breaks }: ChangeNote): Fields {
  const { kind, account, target } = ref;
  return { kind, account, target, who, by, at: formatIso(at), before, after, reasons, breaks };
}

type Fields = { readonly [name: string]: Json };

function encoded(record: Fields): Uint8Array {
  return Buffer.from(`${JSON.stringify(record, null, 1)}\n`, 'utf8');
}

function noteIn(fields: Fields): ChangeNote | null {
  const { account, target, who, by, before, after, reasons, breaks } = fields;
  const kind = DOCUMENT_KINDS.find((one) => one === fields['kind']);
  const at = timeIn(fields['at']);
  if (kind === undefined || at === null || before === undefined || after === undefined) return null;
  if (typeof account !== 'string' || typeof target !== 'string' || typeof who !== 'string') return null;
  if ((by !== 'apply' && by !== 'reconcile') || !isTexts(reasons) || !isTexts(breaks)) return null;
  return { ref: { kind, account, target }, who, by, at, before, after, reasons, breaks };
}

function endIn({ outcome: text, ended }: Fields): ChangeEnd | null {
  const outcome = CHANGE_OUTCOMES.find((one) => one === text);
  const at = timeIn(ended);
  return outcome === undefined || at === null ? null : { at, outcome };
}

function timeIn(json: Json | undefined): number | null {
  return typeof json === 'string' ? parseIso(json) : null;
}

function isTexts(json: Json | undefined): json is readonly string[] {
  return Array.isArray(json) && json.every((one) => typeof one === 'string');
}

function isObject(json: Json): json is Fields {
  return json !== null && typeof json === 'object' && !Array.isArray(json);
}
