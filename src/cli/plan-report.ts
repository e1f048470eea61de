/** A plan as `--json` tells it, and the exit status that it comes to. */
import type { AccountCheck } from '../core/board/account.ts';
import { costLine, type CostLine } from '../core/plan/lifecycle-cost.ts';
import { estimateTotals, type StepTotal } from '../core/plan/lifecycle-estimate.ts';
import type { ChangeOutcome } from '../core/plan/change-record.ts';
import type { Budget, Change, DocumentPlan, DocumentRef } from '../core/plan/document.ts';
import type { Prices } from '../core/plan/wanted.ts';
import type { Json } from '../core/json.ts';
import type { Problem } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import type { ArchivePlan } from '../pipeline/plan.ts';
import { preflightProblems } from '../pipeline/preflight.ts';

const PLAN_SCHEMA = 'orgtrail.plan/1';

/** Worst first; `changes` is told by plan alone. */
export const PLAN_EXITS = { refused: 1, changes: 6, findings: 3, blocked: 5, none: 0 } as const;
export type PlanVerdict = keyof typeof PLAN_EXITS;

/** Something that is said of one document. */
export type Told = DocumentRef & Problem;
export type ToldChange = DocumentRef & Pick<Change, 'before' | 'after' | 'reasons' | 'breaks'>;

export interface ToldInterruption extends DocumentRef {
  readonly who: string;
  readonly by: 'apply' | 'reconcile';
  readonly begun: string;
  readonly outcome: ChangeOutcome;
  readonly detail: string;
  readonly before: Json | null;
  readonly after: Json | null;
}

export interface PlanReport {
  readonly schema: typeof PLAN_SCHEMA;
  readonly at: string;
  readonly archive: string;
  /** Who plans, as AWS says; null where it does not. */
  readonly caller: string | null;
  /** How many accounts are gathered. */
  readonly accounts: number;
  /** False: the configuration holds nothing, so nothing was planned. */
  readonly configured: boolean;
  readonly verdict: PlanVerdict;
  readonly changes: readonly ToldChange[];
  readonly refusals: readonly Told[];
  readonly findings: readonly Told[];
  readonly warnings: readonly Told[];
  readonly budgets: readonly (DocumentRef & Budget)[];
  readonly estimates: {
    readonly steps: readonly StepTotal[];
    /** What could not be counted. */
    readonly unknown: number;
    readonly cost: CostLine | null;
  } | null;
  readonly interrupted: readonly ToldInterruption[];
  /** What could not be looked at. */
  readonly problems: readonly Problem[];
  /** Null: it was not asked for. */
  readonly preflight: readonly AccountCheck[] | null;
}

export interface PlanContext {
  readonly archive: string;
  readonly caller: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly prices: Prices | null;
  readonly preflight: readonly AccountCheck[] | null;
}

export function planReport(plan: ArchivePlan, context: PlanContext): PlanReport {
  const { documents, estimate } = plan;
  const told = {
    changes: documents.flatMap((one) =>
      one.change === null || one.refusals.length > 0 ? [] : [toldChange(one.change)],
    ),
    refusals: documents.flatMap((one) => tell(one, 'refusals')),
    findings: documents.flatMap((one) => tell(one, 'findings')),
    warnings: documents.flatMap((one) => tell(one, 'warnings')),
  };
  const needed = preflightProblems(context.preflight ?? []).needed;
  return {
    schema: PLAN_SCHEMA,
    at: formatIso(context.now),
    archive: context.archive,
    caller: context.caller,
    accounts: plan.accounts,
    configured: plan.configured,
    verdict: verdictOf({ ...told, blocked: [...plan.problems, ...needed] }),
    ...told,
    budgets: documents.flatMap(({ ref, budget }) => (budget === null ? [] : [{ ...ref, ...budget }])),
    estimates:
      estimate === null
        ? null
        : {
            steps: estimateTotals(estimate),
            unknown: estimate.unknown.length,
            cost: costLine(estimate, context.prices),
          },
    interrupted: plan.interrupted.map(({ note, outcome, detail }) => {
      const { ref, who, by, at, before, after } = note;
      return { ...ref, who, by, begun: formatIso(at), outcome, detail, before, after };
    }),
    problems: plan.problems,
    preflight: context.preflight,
  };
}

function verdictOf(told: {
  readonly refusals: readonly Told[];
  readonly changes: readonly ToldChange[];
  readonly findings: readonly Told[];
  readonly blocked: readonly Problem[];
}): PlanVerdict {
  if (told.refusals.length > 0) return 'refused';
  return told.changes.length > 0 ? 'changes' : verdictBeside(told.findings, told.blocked);
}

/** Findings that say no more than that a document could not be read, or not be understood. */
const UNSEEN = /^(?:lifecycle-unreadable|posture-[a-z-]+-unknown)$/;

/** What is left to be said where no document changes: could not look is neither a finding nor fine. */
export function verdictBeside(
  findings: readonly Problem[],
  blocked: readonly Problem[],
): 'findings' | 'blocked' | 'none' {
  const unseen = findings.filter(({ code }) => UNSEEN.test(code));
  if (unseen.length < findings.length) return 'findings';
  return unseen.length + blocked.length > 0 ? 'blocked' : 'none';
}

export function toldChange({ ref, before, after, reasons, breaks }: Change): ToldChange {
  return { ...ref, before, after, reasons, breaks };
}

function tell(plan: DocumentPlan, part: 'refusals' | 'findings' | 'warnings'): readonly Told[] {
  return plan[part].map((problem) => ({ ...plan.ref, ...problem }));
}
