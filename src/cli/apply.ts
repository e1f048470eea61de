/** `orgtrail apply`: plans, asks, writes one document after the other, reads each back, and records it in the archive. */
import { OperatingError } from '../errors.ts';
import { applyPlan, type Applied } from '../pipeline/apply.ts';
import { makePlan, type ArchivePlan } from '../pipeline/plan.ts';
import { appliedText, applyReport, APPLY_EXITS, type Outcome } from './apply-report.ts';
import { canAsk, isConfirmed } from './confirm.ts';
import { openParts, type OpenAws } from './open.ts';
import { planReport, type PlanReport } from './plan-report.ts';
import { paintFor, planText } from './plan-text.ts';
import { whoApplies, type PlanRequest } from './plan.ts';
import type { Answer } from './request.ts';
import { showSteps, type Steps } from './steps.ts';

const MOST_NAME = 200;

export interface ApplyRequest extends PlanRequest {
  /** Nobody is asked. */
  readonly yes: boolean;
  /** The name of who applies, where AWS does not say it; null: as AWS says. */
  readonly by: string | null;
}

/** Everything that is written is told, also when something stops it half-way. */
export async function apply(request: ApplyRequest): Promise<Answer> {
  const by = request.by?.trim() ?? '';
  if (by.length > MOST_NAME) throw usage(`--by takes a name of at most ${MOST_NAME} characters`);
  if (!request.yes && !canAsk())
    throw usage('there is no terminal to ask on: look at `orgtrail plan`, then give --yes');
  const open = openParts(request.config, request.clock);
  const steps = showSteps(request.screen, request.clock);
  try {
    return await applied(request, { open, steps, by: by === '' ? null : by });
  } finally {
    steps.end();
    await open.close();
  }
}

type Work = { readonly open: OpenAws; readonly steps: Steps; readonly by: string | null };

async function applied(request: ApplyRequest, { open, steps, by }: Work): Promise<Answer> {
  const { config, clock, signal } = request;
  const { caller, who } = await whoApplies(open, by);
  const made = await makePlan(open.parts, { caller, signal, onStep: steps.say });
  steps.end();
  const prices = config.lifecycle?.prices ?? null;
  const context = { archive: config.archive.bucket, caller, now: clock.now(), prices, preflight: null };
  const report = planReport(made, context);
  const shown = await shownPlan(request, report);
  const outcome = shown.go ? await carriedOut(made, { request, open, steps, who }) : shown.outcome;
  const told = applyReport(report, { outcome, who, now: clock.now() });
  const text = request.json
    ? `${JSON.stringify(told)}\n`
    : `${shown.text}${appliedText(told, paintFor(process.stdout))}`;
  return { exitCode: APPLY_EXITS[told.verdict], stdout: text };
}

const NOTHING: Applied = { done: [], failed: [], left: [], interrupted: false };

type Shown = { readonly go: boolean; readonly text: string; readonly outcome: Outcome };

/** Whoever is asked has seen the diff before; where nobody is, it stands before the result. */
async function shownPlan({ yes, json, screen, signal }: ApplyRequest, report: PlanReport): Promise<Shown> {
  const nothing = report.changes.length === 0 && report.interrupted.length === 0;
  const said = { text: json ? '' : planText(report, paintFor(process.stdout)), outcome: { applied: NOTHING } };
  // A member that is refused stops nobody else.
  if (report.refusals.some(({ kind }) => kind !== 'member-policy') || nothing) return { ...said, go: false };
  if (yes) return { ...said, go: true };
  screen.write(planText(report, paintFor(process.stderr)));
  const go = await isConfirmed(`write ${report.changes.length} documents?`, signal);
  return { go, text: '', outcome: { applied: NOTHING, declined: true } };
}

async function carriedOut(
  made: ArchivePlan,
  { request, open, steps, who }: { request: ApplyRequest; open: OpenAws; steps: Steps; who: string },
): Promise<Outcome> {
  const { signal } = request;
  return { applied: await applyPlan(made, open.parts, { who, by: 'apply', signal, onStep: steps.say }) };
}

function usage(message: string): OperatingError {
  return new OperatingError({ code: 'usage', message, hint: 'see `orgtrail apply --help`' });
}
