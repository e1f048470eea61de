/** A plan as the pages show it: every document that is held, with its state, its diff and what a person must know. */
import { MOST_DIFF, type PlannedDocument, type PlanRecord } from '../core/board/plan.ts';
import { planId } from '../core/board/plan-id.ts';
import type { DocumentPlan } from '../core/plan/document.ts';
import { costLine } from '../core/plan/lifecycle-cost.ts';
import { estimateTotals } from '../core/plan/lifecycle-estimate.ts';
import type { Prices } from '../core/plan/wanted.ts';
import type { Problem } from '../core/source.ts';
import { cutDiff, documentDiff } from './document-diff.ts';
import { boundedProblems, harmless, moreProblem } from './drift-problems.ts';
import type { PipelineParts } from './parts.ts';
import { makePlan, type ArchivePlan } from './plan.ts';

/** An organization of ten thousand members has as many documents; the archive has a dozen. */
const MOST_DOCUMENTS = 1000;
/** All diffs together: the record is kept in Redis and read whole. */
const MOST_DIFFS = 2_000_000;
/** What is said of one document; a sentence about each of ten thousand principals is no sentence. */
const MOST_SAID = 100;
const MOST_SENTENCE = 4000;
const MOST_REASON = 1000;

/** When the plan was made, and what storage costs. */
interface Made {
  readonly now: number;
  readonly prices: Prices | null;
}

/**
 * The plan with its estimate, for which receipts are read. Nothing is written. Throws OperatingError where the archive
 * itself cannot be reached.
 */
export async function makePlanRecord(parts: PipelineParts, signal: AbortSignal): Promise<PlanRecord> {
  const planned = await makePlan(parts, { caller: null, signal, onStep: () => undefined });
  return planRecord(planned, { now: parts.clock.now(), prices: parts.config.lifecycle?.prices ?? null });
}

/** Texts in it hold what others wrote into policies: control characters are written out, everything is bounded. */
export function planRecord(plan: ArchivePlan, { now, prices }: Made): PlanRecord {
  const { estimate } = plan;
  const { kept, left } = keptOf(plan.documents);
  const more = left === 0 ? [] : [moreProblem(left, 'documents of members')];
  return {
    at: now,
    configured: plan.configured,
    id: planId(changesOf(plan)),
    accounts: plan.accounts,
    documents: withinAll(kept.map(plannedDocument)),
    estimate:
      estimate === null
        ? null
        : {
            steps: estimateTotals(estimate),
            unknown: estimate.unknown.length,
            cost: costLine(estimate, prices),
            at: now,
          },
    interrupted: plan.interrupted.slice(0, MOST_SAID).map(({ note: { ref, who, at }, outcome }) => ({
      ...ref,
      who: said(who, 256),
      begun: at,
      outcome,
    })),
    problems: [...boundedProblems(plan.problems).map(clean), ...more],
  };
}

/** Of a configuration that holds nothing. */
export function emptyRecord(now: number): PlanRecord {
  const nothing = { accounts: 0, documents: [], estimate: null, interrupted: [], problems: [] };
  return { at: now, configured: false, id: planId([]), ...nothing };
}

/** Everything that differs and could be written, members included: what apply is asked for must be what was seen. */
export function changesOf({ documents }: ArchivePlan): Parameters<typeof planId>[0] {
  return documents.flatMap(({ change }) => (change === null ? [] : [change]));
}

/** The archive's documents, then those of members: what is not as wanted before what is. */
function keptOf(documents: readonly DocumentPlan[]): {
  readonly kept: readonly DocumentPlan[];
  readonly left: number;
} {
  const rank = (one: DocumentPlan): number => {
    if (one.ref.kind !== 'member-policy') return 0;
    return stateOf(one) === 'as-wanted' ? 2 : 1;
  };
  const sorted = documents.toSorted((a, b) => rank(a) - rank(b));
  return { kept: sorted.slice(0, MOST_DOCUMENTS), left: Math.max(0, sorted.length - MOST_DOCUMENTS) };
}

function plannedDocument(plan: DocumentPlan): PlannedDocument {
  const { ref, change, budget } = plan;
  return {
    ...ref,
    state: stateOf(plan),
    diff: change === null ? '' : cutDiff(harmless(documentDiff(change)), MOST_DIFF),
    reasons: sentences(change?.reasons ?? []),
    breaks: sentences(change?.breaks ?? []),
    refusals: plan.refusals.slice(0, MOST_SAID).map(clean),
    findings: plan.findings.slice(0, MOST_SAID).map(clean),
    warnings: plan.warnings.slice(0, MOST_SAID).map(clean),
    budget: budget === null ? null : { ...budget, givesUp: sentences(budget.givesUp) },
  };
}

/** What says no more than that a document could not be read, or not be understood. */
const UNSEEN = /^(?:policy-unreadable|lifecycle-unreadable|posture-[a-z-]+-unknown)$/;

/** What no change mends differs all the same: a document is as wanted only where nothing speaks against it. */
function stateOf({ change, refusals, findings }: DocumentPlan): PlannedDocument['state'] {
  const against = [...refusals, ...findings];
  if (against.length > 0 && against.every(({ code }) => UNSEEN.test(code)) && change === null) return 'unknown';
  if (refusals.length > 0) return 'refused';
  return against.length > 0 || change !== null ? 'differs' : 'as-wanted';
}

/** Once all diffs together are too long, later ones are left out, and said to be. */
function withinAll(documents: readonly PlannedDocument[]): readonly PlannedDocument[] {
  let room = MOST_DIFFS;
  return documents.map((one) => {
    room -= one.diff.length;
    return room >= 0 || one.diff === '' ? one : { ...one, diff: '… its diff is not kept here: see orgtrail plan\n' };
  });
}

function clean({ code, detail, hint }: Problem): Problem {
  return { code, detail: said(detail), hint: said(hint) };
}

function sentences(all: readonly string[]): readonly string[] {
  return all.slice(0, MOST_SAID).map((one) => said(one, MOST_REASON));
}

function said(text: string, most = MOST_SENTENCE): string {
  const all = harmless(text);
  return all.length <= most ? all : `${all.slice(0, most - 1)}…`;
}
