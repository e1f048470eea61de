/** Putting the archive's documents back into their wanted state unasked: never a member's, and never in a fight. */
import { recentChanges } from '../stages/change-records.ts';
import type { Change, DocumentPlan, DocumentRef } from '../core/plan/document.ts';
import { fightOver, FIGHT_MS, type Fight } from '../core/plan/drift.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import { applyPlan, type Applied } from './apply.ts';
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
  const turns = turnsOf(own);
  if (turns.flat().every(({ change }) => change === null)) return NOTHING;
  const fights = await fightsOver(own, parts);
  const applied: Applied[] = [];
  for (const documents of turns) {
    const peaceful = documents.filter(({ ref }) => !fights.has(ref));
    const interrupted = applied.length === 0 ? plan.interrupted : [];
    const options = { who: WHO, by: 'reconcile' as const, signal, onStep: () => undefined };
    applied.push(await applyPlan({ ...plan, interrupted, documents: peaceful }, parts, options));
  }
  const failed = applied.flatMap((one) => one.failed);
  const fought = turns.flat().flatMap(({ ref, change }) => {
    const fight = fights.get(ref);
    return fight === undefined || change === null ? [] : [fightProblem(change, fight)];
  });
  const failures = failed.map(({ ref, problem }) => notAppliedProblem(nameOf({ ref }), problem));
  return {
    done: applied.flatMap(({ done }) => done),
    problems: [...fought, ...failures],
    fought: [...fights.keys()],
    passing: failed.map(({ problem }) => passingOf(problem)).find((error) => error !== null) ?? null,
  };
}

/**
 * What keeps evidence from expiring comes first and waits for no other document: S3 would go on removing it every day. As
 * in `apply`, one refusal stops all the others; it is told as what it is.
 */
function turnsOf(own: readonly DocumentPlan[]): readonly (readonly DocumentPlan[])[] {
  const isUrgent = ({ change, withholds, refusals }: DocumentPlan): boolean =>
    change !== null && withholds === true && refusals.length === 0;
  const urgent = own.filter(isUrgent);
  const refused = own.some(({ refusals }) => refusals.length > 0);
  return [urgent, refused ? [] : own.filter((one) => !isUrgent(one))].filter((turn) => turn.length > 0);
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
  const records = await recentChanges(shelf, now - FIGHT_MS, 'member-policy');
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
