/** Putting the archive's documents back into their wanted state unasked: never a member's, and never in a fight. */
import { recentChanges } from '../stages/change-records.ts';
import type { Change, DocumentPlan, DocumentRef } from '../core/plan/document.ts';
import { fightOver, FIGHT_MS, type Fight } from '../core/plan/drift.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import { applyPlan } from './apply.ts';
import { fightProblem, nameOf, notAppliedProblem } from './drift-problems.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import type { ArchivePlan } from './plan.ts';
import { holdsDocument } from './same-document.ts';

/** Who is recorded: nobody asked for it. */
const WHO = 'orgtrail run';
/** What passes by itself, so that the job is tried again. */
const PASSING = ['plan-stale', 'blocked-throttled', 'blocked-unreachable'] as const;

export interface Reapplied {
  readonly done: readonly Change[];
  /** Fights and failures; what was not written is told as a difference by the caller. */
  readonly problems: readonly Problem[];
  /** The documents of the fights. */
  readonly fought: readonly DocumentRef[];
  /** The first failure that may pass; null when none does. */
  readonly passing: OperatingError | null;
}

const NOTHING: Reapplied = { done: [], problems: [], fought: [], passing: null };

/** Writes what differs. Throws OperatingError where the records of before cannot be read: then nothing is written. */
export async function reapply(plan: ArchivePlan, parts: PipelineParts, signal: AbortSignal): Promise<Reapplied> {
  const own = plan.documents.filter(({ ref }) => ref.kind !== 'member-policy');
  // As in `apply`, one refusal stops all of them; it is told as what it is.
  if (own.every(({ change }) => change === null) || own.some(({ refusals }) => refusals.length > 0)) return NOTHING;
  const fights = await fightsOver(own, parts);
  const peaceful = own.filter(({ ref }) => !fights.has(ref));
  const { done, failed } = await applyPlan({ ...plan, documents: peaceful }, parts, {
    who: WHO,
    by: 'reconcile',
    signal,
    onStep: () => undefined,
  });
  const fought = own.flatMap(({ ref, change }) => {
    const fight = fights.get(ref);
    return fight === undefined || change === null ? [] : [fightProblem(change, fight)];
  });
  const failures = failed.map(({ ref, problem }) => notAppliedProblem(nameOf({ ref }), problem));
  return {
    done,
    problems: [...fought, ...failures],
    fought: [...fights.keys()],
    passing: failed.map(({ problem }) => passingOf(problem)).find((error) => error !== null) ?? null,
  };
}

function passingOf({ code: text, detail: message, hint }: Problem): OperatingError | null {
  const code = PASSING.find((one) => one === text);
  return code === undefined ? null : new OperatingError({ code, message, hint, retryable: true });
}

async function fightsOver(
  plans: readonly DocumentPlan[],
  parts: PipelineParts,
): Promise<ReadonlyMap<DocumentRef, Fight>> {
  const now = parts.clock.now();
  const shelf = { archive: parts.archive, place: archivePlace(parts.config) };
  const records = await recentChanges(shelf, now - FIGHT_MS);
  const fights = new Map<DocumentRef, Fight>();
  for (const { ref, change } of plans) {
    if (change === null) continue;
    const holds = (found: Change['before'], written: Change['after']): boolean =>
      holdsDocument(ref.kind, found, written);
    const fight = fightOver(records, { ref, found: change.before, now, holds });
    if (fight !== null) fights.set(ref, fight);
  }
  return fights;
}
