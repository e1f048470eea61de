/** Changes that were begun and never ended: what was cut off, and whether the write had happened. */
import { formatIso, HOUR } from '../core/time.ts';
import type { ChangeNote, ChangeOutcome } from '../core/plan/change-record.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { keepDone, openChanges } from '../stages/change-records.ts';
import { storeOf, type MemberEntries } from './document-store.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { holdsDocument, sameDocument, valueOf } from './same-document.ts';

/** A cut-off change, and how the document was found. */
export interface InterruptedChange {
  readonly note: ChangeNote;
  readonly outcome: ChangeOutcome;
  /** One sentence. */
  readonly detail: string;
}

export interface Interrupted {
  readonly changes: readonly InterruptedChange[];
  /** Why they could not be told; empty when they could. */
  readonly problems: readonly Problem[];
}

const LOOKED_BACK_DAYS = 400;
/** A change that was begun so recently is still being written by somebody. */
const UNDER_WAY_MS = 10 * 60_000;

/** Reads the open records, and each one's document as it is now. */
export async function interruptedChanges(parts: PipelineParts, members: MemberEntries): Promise<Interrupted> {
  const shelf = { archive: parts.archive, place: archivePlace(parts.config) };
  try {
    const open = await openChanges(shelf, parts.clock.now() - LOOKED_BACK_DAYS * 24 * HOUR);
    const changes: InterruptedChange[] = [];
    for (const { note } of open) changes.push(await judge(note, parts, members));
    return { changes, problems: [] };
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return { changes: [], problems: [problemOf(error)] };
  }
}

async function judge(note: ChangeNote, parts: PipelineParts, members: MemberEntries): Promise<InterruptedChange> {
  const { ref, who, at } = note;
  const outcome = await outcomeOf(note, parts, members);
  const begun = `${who} began to write the ${ref.kind} of ${ref.target} at ${formatIso(at)} and did not end it`;
  return { note, outcome, detail: `${begun}: ${SENTENCES[outcome]}` };
}

const SENTENCES: Readonly<Record<ChangeOutcome, string>> = {
  written: 'the write had happened',
  'not-written': 'the write had not happened',
  moved: 'it is neither as it was nor as it was to be, so somebody else has written since',
  unknown: 'it cannot be read now',
};

async function outcomeOf(note: ChangeNote, parts: PipelineParts, members: MemberEntries): Promise<ChangeOutcome> {
  const { ref, before, after } = note;
  try {
    const state = await (await storeOf(ref, parts, members)).read(ref);
    if (state.state === 'unreadable') return 'unknown';
    const found = valueOf(state);
    if (holdsDocument(ref.kind, found, after)) return 'written';
    return sameDocument(ref.kind, found, before) ? 'not-written' : 'moved';
  } catch (error) {
    if (error instanceof OperatingError) return 'unknown';
    throw error;
  }
}

/** Those whose end nobody will record any more: one that was begun just now is still being written by somebody. */
export function cutOff(changes: readonly InterruptedChange[], now: number): readonly InterruptedChange[] {
  return changes.filter(({ note }) => now - note.at > UNDER_WAY_MS);
}

/** Writes how each of them ended, so that it is told once. */
export async function settleInterrupted(changes: readonly InterruptedChange[], parts: PipelineParts): Promise<void> {
  const shelf = { archive: parts.archive, place: archivePlace(parts.config) };
  for (const { note, outcome } of changes) await keepDone(note, { at: seconds(parts.clock.now()), outcome }, shelf);
}

/** Whole seconds, as records have them. */
export function seconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}
