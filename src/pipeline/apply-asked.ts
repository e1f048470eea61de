/**
 * An apply that an administrator asked for on the pages: the plan is made anew, and written only if it is the one that was
 * looked at. The archive's documents alone: members' buckets are written by the command line.
 */
import { planId } from '../core/board/plan-id.ts';
import type { DocumentPlan, DocumentRef } from '../core/plan/document.ts';
import type { ApplyOutcome } from '../daemon/work.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { applyPlan, type Applied } from './apply.ts';
import { harmless } from './drift-problems.ts';
import { cutOff } from './interrupted.ts';
import { recordedApply } from '../stages/audit.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { changesOf } from './plan-record.ts';
import { makePlan, type ArchivePlan } from './plan.ts';

/** What was looked at, by `planId`. Who asks is read from the audit record, not from the job. */
export interface ApplyRequest {
  readonly plan: string;
}

const MOST_NAME = 200;
const MOST_TEXT = 2000;
const NOTHING = 'nothing was written: ';

/**
 * Never throws for what can go wrong outside: the sentence says it, and nobody tries again unasked. The job comes from
 * Redis, so whether pages may apply at all is looked up in the configuration.
 */
export async function applyAsked(
  parts: PipelineParts,
  request: ApplyRequest,
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const { ok, text } = await outcomeOf(parts, request, signal).catch((error: unknown) => {
    if (!(error instanceof OperatingError) || signal.aborted) throw error;
    return refused(sentence(error));
  });
  return { ok, text: harmless(text).slice(0, MOST_TEXT) };
}

async function outcomeOf(parts: PipelineParts, request: ApplyRequest, signal: AbortSignal): Promise<ApplyOutcome> {
  if (!parts.config.http.apply) return refused('http.apply leaves it to `orgtrail apply`');
  // Whoever writes to Redis can queue this under any name; the record in the archive says who really asked.
  const shelf = { archive: parts.archive, place: archivePlace(parts.config) };
  const record = await recordedApply(request.plan, parts.clock.now(), shelf);
  if (record === null) return refused('nobody is on record in the archive for having asked for this plan');
  const plan = await makePlan(parts, { caller: null, signal, onStep: () => undefined, estimate: false });
  const own = plan.documents.filter(({ ref }) => ref.kind !== 'member-policy');
  const why = objection(plan, own, request.plan);
  if (why !== null) return why;
  const applied = await applyPlan(
    { ...plan, documents: own, interrupted: cutOff(plan.interrupted, parts.clock.now()) },
    parts,
    { who: `${nameOf(record.by)} by the pages`, by: 'apply', signal, onStep: () => undefined },
  );
  const { ok, text } = told(applied);
  return { ok, text: `${text}${ofMembers(plan)}` };
}

/** Why nothing is written; null: go on. */
function objection(plan: ArchivePlan, own: readonly DocumentPlan[], seen: string): ApplyOutcome | null {
  const refusals = own.flatMap(({ ref, refusals: [first] }) => (first === undefined ? [] : [{ ref, first }]));
  const [refusal] = refusals;
  if (planId(changesOf(plan)) !== seen) {
    return nothingDiffers(own)
      ? settled(plan)
      : refused('the plan is not the one that was looked at any more: somebody or something has changed since');
  }
  if (refusal !== undefined) {
    const { ref, first } = refusal;
    const more = refusals.length > 1 ? `; ${refusals.length - 1} more documents are refused too` : '';
    return refused(`the ${ref.kind} of ${ref.target} is refused: ${first.detail} (${first.hint})${more}`);
  }
  return nothingDiffers(own) ? settled(plan) : null;
}

function nothingDiffers(own: readonly DocumentPlan[]): boolean {
  return own.every(({ change, refusals }) => change === null && refusals.length === 0);
}

/** As after a worker that ended between writing and saying so. */
function settled(plan: ArchivePlan): ApplyOutcome {
  return { ok: true, text: `there was nothing to write: no change of the archive is left${ofMembers(plan)}` };
}

function refused(why: string): ApplyOutcome {
  return { ok: false, text: `${NOTHING}${why}` };
}

function told({ done, failed, left, interrupted }: Applied): ApplyOutcome {
  const written = done.length === 0 ? 'nothing was written' : `written and read back: ${list(done)}`;
  const [first] = failed;
  if (first === undefined && left.length === 0) return { ok: true, text: written };
  const trouble =
    first === undefined
      ? ''
      : `; not written, or not seen to be: the ${first.ref.kind} of ${first.ref.target}: ${sentence(first.problem)}`;
  const cut = interrupted ? '; it was cut short' : '';
  const rest = left.length === 0 ? '' : `; not tried any more: ${list(left)}`;
  return { ok: false, text: `${written}${trouble}${cut}${rest}` };
}

function list(changes: readonly { readonly ref: DocumentRef }[]): string {
  return changes.map(({ ref }) => `the ${ref.kind} of ${ref.target}`).join(', ');
}

function sentence(error: OperatingError | Applied['failed'][number]['problem']): string {
  const { code, detail, hint } = error instanceof OperatingError ? problemOf(error) : error;
  return `${code}: ${detail} (${hint})`;
}

function ofMembers({ documents }: ArchivePlan): string {
  const members = documents.filter(({ ref, change }) => ref.kind === 'member-policy' && change !== null).length;
  return members === 0 ? '' : `; ${members} policies of members differ, which \`orgtrail apply\` alone writes`;
}

/** One line, bounded: it goes into the records. */
function nameOf(who: string): string {
  const name = harmless(who.replaceAll(/\s+/g, ' ').trim()).slice(0, MOST_NAME);
  return name === '' ? 'somebody' : name;
}
