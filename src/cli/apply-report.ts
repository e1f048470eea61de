/** What apply did, as `--json` tells it and as people read it. */
import type { DocumentRef } from '../core/plan/document.ts';
import { formatIso } from '../core/time.ts';
import type { Applied } from '../pipeline/apply.ts';
import {
  toldChange,
  verdictBeside,
  type PlanReport,
  type Told,
  type ToldChange,
  type ToldInterruption,
} from './plan-report.ts';
import { problemsText, type Paint } from './plan-text.ts';
import { clean } from './text.ts';

const APPLY_SCHEMA = 'orgtrail.apply/1';

/** Worst first. `declined`: somebody was asked and said no, so the changes are pending as before. */
export const APPLY_EXITS = {
  interrupted: 130,
  refused: 1,
  failed: 1,
  declined: 6,
  findings: 3,
  blocked: 5,
  applied: 0,
  none: 0,
} as const;
export type ApplyVerdict = keyof typeof APPLY_EXITS;

export interface Outcome {
  readonly applied: Applied;
  readonly declined?: boolean;
}

export interface ApplyReport extends Pick<PlanReport, 'archive' | 'refusals' | 'findings' | 'warnings' | 'problems'> {
  readonly schema: typeof APPLY_SCHEMA;
  readonly at: string;
  readonly who: string;
  readonly verdict: ApplyVerdict;
  /** Written, read back and recorded. */
  readonly written: readonly ToldChange[];
  readonly failed: readonly Told[];
  /** Planned, and not tried any more. */
  readonly left: readonly DocumentRef[];
  /** Cut off before; recorded now as what they were found to be. */
  readonly interrupted: readonly ToldInterruption[];
}

export function applyReport(
  plan: PlanReport,
  { outcome, who, now }: { readonly outcome: Outcome; readonly who: string; readonly now: number },
): ApplyReport {
  const { archive, refusals, findings, warnings, problems, interrupted } = plan;
  const { done, failed, left } = outcome.applied;
  return {
    schema: APPLY_SCHEMA,
    at: formatIso(now),
    archive,
    who,
    verdict: verdictOf(plan, outcome),
    written: done.map(toldChange),
    failed: failed.map(({ ref, problem }) => ({ ...ref, ...problem })),
    left: left.map(({ ref }) => ref),
    interrupted,
    refusals,
    findings,
    warnings,
    problems,
  };
}

function verdictOf(plan: PlanReport, { applied, declined = false }: Outcome): ApplyVerdict {
  if (applied.interrupted) return 'interrupted';
  if (plan.refusals.length > 0) return 'refused';
  if (applied.failed.length > 0 || applied.left.length > 0) return 'failed';
  if (declined) return 'declined';
  const rest = verdictBeside(plan.findings, plan.problems);
  return rest === 'none' && applied.done.length > 0 ? 'applied' : rest;
}

/** What was written and what was not, then one line. */
export function appliedText(report: ApplyReport, paint: Paint): string {
  const { written, failed, left } = report;
  return [
    ...written.map(({ kind, target }) => `${paint('green', 'written')}  ${clean(`${kind} of ${target}`)}\n`),
    problemsText('not written', failed, (head) => paint('red', head)),
    ...left.map(({ kind, target }) => `${paint('yellow', 'left')}     ${clean(`${kind} of ${target}`)}\n`),
    `${paint('bold', `apply: ${sentence(report)}`)}\n`,
  ].join('');
}

function sentence({ verdict, written, failed, left, who }: ApplyReport): string {
  const done = `${written.length} written by ${clean(who)}`;
  switch (verdict) {
    case 'none':
      return 'nothing was to be written';
    case 'declined':
      return 'nothing was written: the answer was not yes';
    case 'refused':
      return `${written.length === 0 ? 'nothing was written' : done}: see what is refused above`;
    case 'interrupted':
      return `interrupted: ${done}, ${left.length} left; apply again to go on`;
    case 'failed':
      return `${done}, ${failed.length} failed, ${left.length} left; plan again to see what is there now`;
    case 'applied':
    case 'findings':
    case 'blocked':
      return written.length === 0
        ? 'nothing was to be written'
        : `${done}, each read back and recorded below orgtrail/changes/`;
  }
}
