/**
 * Whether somebody else writes a document against us: what was put back was undone, and undone again. Decided from the
 * change records in the archive alone, so that a flushed queue forgets nothing.
 */
import type { Json } from '../json.ts';
import { HOUR } from '../time.ts';
import type { ChangeRecord } from './change-record.ts';
import type { DocumentRef } from './document.ts';

/** Reversions are counted over this time, and after it one is tried again. */
export const FIGHT_MS = HOUR;
/** So many reversions that were undone are a fight. */
const MOST_REVERSIONS = 2;

/** The document that differs again, as it is now. */
export interface FightQuestion {
  readonly ref: DocumentRef;
  /** Null: it is not set. */
  readonly found: Json | null;
  /** Epoch milliseconds. */
  readonly now: number;
  /** True when a reading holds all that was written. */
  readonly holds: (found: Json | null, written: Json | null) => boolean;
}

/** Times in epoch milliseconds. */
export interface Fight {
  /** When it was put back and did not stay so, oldest first. */
  readonly reversions: readonly number[];
  /** Until when it is left alone, unless a person applies before. */
  readonly until: number;
}

/**
 * Null: it may be put back. A change of the wanted state between two reversions is no fight, since nobody undid the
 * first; a person's `apply` settles what was before it.
 */
export function fightOver(records: readonly ChangeRecord[], question: FightQuestion): Fight | null {
  const { now } = question;
  // Another machine's clock may run ahead; a time further off is none of this fight, and may settle none.
  const own = records.filter(({ note }) => isOf(note.ref, question.ref) && Math.abs(now - note.at) < FIGHT_MS);
  const sorted = own.toSorted((a, b) => a.note.at - b.note.at);
  const settled = sorted.findLastIndex(({ note, end }) => note.by === 'apply' && end?.outcome === 'written');
  const since = sorted.slice(settled + 1);
  const undone = since.filter((record, at) => wasUndone(record, since[at + 1], question));
  const reversions = undone.map(({ note }) => note.at);
  // With the oldest of the newest two an hour old, fewer than two are left within the hour.
  const last = reversions.at(-MOST_REVERSIONS);
  return last === undefined ? null : { reversions, until: last + FIGHT_MS };
}

function isOf(one: DocumentRef, other: DocumentRef): boolean {
  return one.kind === other.kind && one.account === other.account && one.target === other.target;
}

/** One that was cut off may have written, so it counts: a reconcile that dies at each attempt must not write for ever. */
function wasUndone(
  { note, end }: ChangeRecord,
  next: ChangeRecord | undefined,
  { found, holds }: FightQuestion,
): boolean {
  if (note.by !== 'reconcile' || end?.outcome === 'not-written') return false;
  return !holds(next === undefined ? found : next.note.before, note.after);
}
