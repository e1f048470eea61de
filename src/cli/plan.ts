/** `orgtrail plan`: what would be written to bring the archive and its members to the wanted state. Nothing is written. */
import { errorText, OperatingError } from '../errors.ts';
import { makePlan } from '../pipeline/plan.ts';
import { preflight } from '../pipeline/preflight.ts';
import { openParts, type OpenAws } from './open.ts';
import { PLAN_EXITS, planReport } from './plan-report.ts';
import { paintFor, planText } from './plan-text.ts';
import type { Answer, Request } from './request.ts';
import { showSteps } from './steps.ts';

/** What plan and apply are asked. */
export type PlanRequest = Pick<Request, 'config' | 'clock' | 'screen' | 'json' | 'signal'>;

export async function plan(request: PlanRequest & { readonly preflight: boolean }): Promise<Answer> {
  const { config, clock, screen, signal } = request;
  const open = openParts(config, clock);
  const steps = showSteps(screen, clock);
  try {
    const caller = await callerOrNull(open);
    const made = await makePlan(open.parts, { caller, signal, onStep: steps.say });
    const checks = request.preflight ? await preflight(open.parts, made.known, { signal, onStep: steps.say }) : null;
    const prices = config.lifecycle?.prices ?? null;
    const now = clock.now();
    const report = planReport(made, { archive: config.archive.bucket, caller, now, prices, preflight: checks });
    const text = request.json ? `${JSON.stringify(report)}\n` : planText(report, paintFor(process.stdout));
    return { exitCode: PLAN_EXITS[report.verdict], stdout: text };
  } finally {
    steps.end();
    await open.close();
  }
}

/** Null where AWS does not say: the plan is made all the same, and tells that it is not known. */
async function callerOrNull(open: OpenAws): Promise<string | null> {
  try {
    return await open.caller();
  } catch (error) {
    if (error instanceof OperatingError) return null;
    throw error;
  }
}

/** The ARN that AWS knows the caller by, with the name that was given; that name alone where AWS does not say. */
export async function whoApplies(
  open: OpenAws,
  by: string | null,
): Promise<{ readonly caller: string | null; readonly who: string }> {
  try {
    const caller = await open.caller();
    return { caller, who: by === null ? caller : `${by} (${caller})` };
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    if (by !== null) return { caller: null, who: by };
    throw new OperatingError({
      code: 'usage',
      message: `AWS does not say who applies (${errorText(error)}): give your name with --by`,
      hint: 'see `orgtrail apply --help`',
    });
  }
}
