/** Apply: writes what was planned, one document at a time, and only where the world is still as it was planned on. */
import pLimit from 'p-limit';
import type { ChangeNote } from '../core/plan/change-record.ts';
import type { Change, DocumentPlan, DocumentRef } from '../core/plan/document.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { keepBegun, keepDone } from '../stages/change-records.ts';
import { storeOf } from './document-store.ts';
import { readBack } from './read-back.ts';
import { seconds, settleInterrupted } from './interrupted.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import type { ArchivePlan } from './plan.ts';
import { sameDocument, valueOf } from './same-document.ts';

export interface ApplyOptions {
  /** Who is recorded as having changed it: an ARN, or the name that was given. */
  readonly who: string;
  readonly by: 'apply' | 'reconcile';
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
}

export interface Applied {
  /** Written, read back and recorded. */
  readonly done: readonly Change[];
  /** Tried, or refused by the plan (members alone), and why it was not written or not seen to be. */
  readonly failed: readonly { readonly ref: DocumentRef; readonly problem: Problem }[];
  /** Not tried any more, after a failure or an interruption. */
  readonly left: readonly Change[];
  /** True when the signal came before the end; what was begun was ended. */
  readonly interrupted: boolean;
}

type Work = ApplyOptions & { readonly plan: ArchivePlan; readonly parts: PipelineParts };
type Tried = { readonly ref: DocumentRef; readonly problem: Problem | null; readonly change: Change };

/**
 * Writes every change of the plan, the archive's first and one after the other: the first trouble stops them. Members
 * follow, a few at once, each for itself. Throws `plan-refused` when a document of the archive is refused.
 */
export async function applyPlan(plan: ArchivePlan, parts: PipelineParts, options: ApplyOptions): Promise<Applied> {
  const own = plan.documents.filter(({ ref }) => ref.kind !== 'member-policy');
  const members = plan.documents.filter(({ ref }) => ref.kind === 'member-policy');
  refuse(own);
  const work: Work = { ...options, plan, parts };
  await settleInterrupted(plan.interrupted, parts);
  const first = await inTurn(changesOf(own), work);
  const failed = first.filter(({ problem }) => problem !== null);
  const rest = failed.length > 0 ? [] : await sideBySide(changesOf(members), work);
  const tried = [...first, ...rest];
  const looked = new Set(tried.map(({ change }) => change));
  const left = [...changesOf(own), ...changesOf(members)].filter((change) => !looked.has(change));
  return {
    done: tried.flatMap(({ change, problem }) => (problem === null ? [change] : [])),
    failed: [
      ...tried.flatMap(({ ref, problem }) => (problem === null ? [] : [{ ref, problem }])),
      ...members.flatMap(({ ref, refusals }) => refusals.slice(0, 1).map((problem) => ({ ref, problem }))),
    ],
    left,
    interrupted: options.signal.aborted && left.length > 0,
  };
}

function changesOf(plans: readonly DocumentPlan[]): readonly Change[] {
  return plans.flatMap(({ change, refusals }) => (change === null || refusals.length > 0 ? [] : [change]));
}

function refuse(plans: readonly DocumentPlan[]): void {
  const refused = plans.filter(({ refusals }) => refusals.length > 0);
  const [first] = refused;
  const [why] = first?.refusals ?? [];
  if (first === undefined || why === undefined) return;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more documents are refused)` : '';
  throw new OperatingError({
    code: 'plan-refused',
    message: `nothing is written: the ${first.ref.kind} of ${first.ref.target} is refused: ${why.detail}${more}`,
    hint: why.hint,
  });
}

async function inTurn(changes: readonly Change[], work: Work): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  for (const change of changes) {
    if (work.signal.aborted || tried.at(-1)?.problem) break;
    tried.push(await attempt(change, work));
  }
  return tried;
}

async function sideBySide(changes: readonly Change[], work: Work): Promise<readonly Tried[]> {
  const limit = pLimit(work.parts.config.limits.accountConcurrency);
  const all = await Promise.all(
    changes.map((change) => limit(async () => (work.signal.aborted ? null : attempt(change, work)))),
  );
  return all.filter((one) => one !== null);
}

async function attempt(change: Change, work: Work): Promise<Tried> {
  const { ref } = change;
  try {
    await write(change, work);
    work.onStep(`${ref.kind} of ${ref.target} written and read back`);
    return { ref, change, problem: null };
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return { ref, change, problem: problemOf(error) };
  }
}

/** Re-read, begun, written, read back, done: in this order, so that a record without an end says what may have happened. */
async function write(change: Change, { plan, parts, who, by, onStep }: Work): Promise<void> {
  const { ref, before, after, reasons, breaks } = change;
  const store = await storeOf(ref, parts, plan.members);
  const state = await store.read(ref);
  if (state.state === 'unreadable' || !sameDocument(ref.kind, valueOf(state), before)) throw stale(ref);
  const shelf = { archive: parts.archive, place: archivePlace(parts.config) };
  const at = seconds(parts.clock.now());
  const planned: ChangeNote = { ref, who, by, at, before, after, reasons, breaks };
  onStep(`${ref.kind} of ${ref.target} is written`);
  const note = await keepBegun(planned, shelf);
  try {
    await store.write(ref, after);
  } catch (error) {
    // AWS has said that it does not take it. Whether a lost answer was a success is told by the next plan.
    if (error instanceof OperatingError && NOT_TAKEN.has(error.code))
      await keepDone(note, { at: seconds(parts.clock.now()), outcome: 'not-written' }, shelf);
    throw error;
  }
  await readBack(change, store);
  await keepDone(note, { at: seconds(parts.clock.now()), outcome: 'written' }, shelf);
}

const NOT_TAKEN: ReadonlySet<string> = new Set(['document-refused', 'blocked-access']);

function stale({ kind, target, account }: DocumentRef): OperatingError {
  return new OperatingError({
    code: 'plan-stale',
    message: `the ${kind} of ${target} in account ${account} is not what was planned on: somebody has changed it since`,
    hint: 'plan again, and look at the difference before you apply',
  });
}
