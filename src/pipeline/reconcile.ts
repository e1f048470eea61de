/**
 * Reconcile: is the archive bucket fit, and are the documents as they are configured? Differences are told; they are put
 * back only where the configuration says so.
 */
import { wantedPosture } from '../config/wanted.ts';
import type { Config } from '../config.ts';
import type { DocumentRef } from '../core/plan/document.ts';
import { postureKinds, type PostureKind } from '../core/plan/posture.ts';
import type { Problem } from '../core/source.ts';
import type { Reconciled } from '../daemon/work.ts';
import { OperatingError } from '../errors.ts';
import type { BucketPosture } from '../ports.ts';
import { reconcileArchive } from '../stages/reconcile.ts';
import { deliveryStopped } from './delivery-now.ts';
import { boundedProblems, driftProblem, interruptedProblem, problemOfError, unknownProblem } from './drift-problems.ts';
import { cutOff } from './interrupted.ts';
import { archivePlace, type PipelineParts } from './parts.ts';
import { holdsAnything } from './plan-documents.ts';
import { emptyRecord, planRecord } from './plan-record.ts';
import { hasLeft, makePlan, type ArchivePlan } from './plan.ts';
import { reapply } from './reapply.ts';

const PARTS: ReadonlyMap<PostureKind, keyof BucketPosture> = new Map([
  ['versioning', 'versioning'],
  ['object-lock', 'objectLock'],
  ['encryption', 'encrypted'],
  ['public-access', 'publicAccessBlocked'],
]);

/** Looks at the archive and at every document that the configuration holds. Operating trouble is among the problems. */
export async function reconcile(parts: PipelineParts, signal: AbortSignal): Promise<Reconciled> {
  const { config, archive } = parts;
  const look = await reconcileArchive(archive, archivePlace(config), heldParts(config));
  if (!holdsAnything(config))
    return { problems: look.problems, reapplied: [], plan: emptyRecord(parts.clock.now()), passing: null };
  const drift = await judge(parts, { write: look.fit && config.reconcile.apply, signal });
  return { ...drift, problems: [...look.problems, ...boundedProblems(drift.problems)] };
}

/** As it stands now: what was put back is as it is wanted. */
function afterwards(planned: ArchivePlan, reapplied: readonly DocumentRef[]): ArchivePlan {
  const documents = planned.documents.map((one) => (reapplied.includes(one.ref) ? { ...one, change: null } : one));
  return { ...planned, documents };
}

type How = { readonly write: boolean; readonly signal: AbortSignal };

async function judge(parts: PipelineParts, how: How): Promise<Reconciled> {
  const { config, clock } = parts;
  const planned = await makePlan(parts, {
    caller: null,
    signal: how.signal,
    onStep: () => undefined,
    estimate: false,
  }).catch(caught);
  if ('trouble' in planned) return onlyTrouble(planned.trouble);
  const drift = await mended(planned, parts, how);
  const gathered = planned.known.filter((account) => !hasLeft(account)).map(({ id }) => id);
  const stopped = await deliveryStopped(gathered, parts).catch(caught);
  const last = stopped !== null && 'trouble' in stopped ? onlyTrouble(stopped.trouble) : null;
  return {
    ...drift,
    problems: [
      ...(last?.problems ?? (stopped === null || 'trouble' in stopped ? [] : [stopped])),
      ...drift.problems,
      ...planProblems(planned, clock.now()),
    ],
    plan: planRecord(afterwards(planned, drift.reapplied), {
      now: clock.now(),
      prices: config.lifecycle?.prices ?? null,
    }),
    passing: drift.passing ?? last?.passing ?? null,
  };
}

type Mended = Omit<Reconciled, 'plan'>;

/** The differences, put back where that is asked for. */
async function mended(planned: ArchivePlan, parts: PipelineParts, { write, signal }: How): Promise<Mended> {
  const untouched = differences(planned, []);
  if (!write) return { problems: untouched, reapplied: [], passing: null };
  const interrupted = cutOff(planned.interrupted, parts.clock.now());
  const reapplied = await reapply({ ...planned, interrupted }, parts, signal).catch(caught);
  if ('trouble' in reapplied) {
    const { problems, passing } = onlyTrouble(reapplied.trouble);
    return { problems: [...problems, ...untouched], reapplied: [], passing };
  }
  const done = reapplied.done.map(({ ref }) => ref);
  const open = differences(planned, [...done, ...reapplied.fought]);
  return { problems: [...reapplied.problems, ...open], reapplied: done, passing: reapplied.passing };
}

function differences({ documents }: ArchivePlan, settled: readonly DocumentRef[]): readonly Problem[] {
  const open = documents.filter(({ ref }) => !settled.includes(ref));
  return open.flatMap(({ change }) => (change === null ? [] : [driftProblem(change)]));
}

/** Everything that no change mends. Warnings are for whoever applies. */
function planProblems(planned: ArchivePlan, now: number): readonly Problem[] {
  const { documents, problems } = planned;
  const stale = cutOff(planned.interrupted, now);
  const unmended = documents.flatMap(({ refusals, findings }) => [...refusals, ...findings]);
  return [...[...unmended, ...problems].map(unknownProblem), ...stale.map(interruptedProblem)];
}

/** Settings that the configuration holds are told by the plan, and not a second time by the look. */
function heldParts(config: Config): ReadonlySet<keyof BucketPosture> {
  const wanted = wantedPosture(config);
  if (wanted === null) return new Set();
  return new Set(postureKinds(wanted).flatMap((kind) => PARTS.get(kind) ?? []));
}

type Trouble = { readonly trouble: OperatingError };

function caught(error: unknown): Trouble {
  if (error instanceof OperatingError && error.code !== 'interrupted') return { trouble: error };
  throw error;
}

function onlyTrouble(error: OperatingError): Reconciled {
  const problem = problemOfError(error);
  return { problems: [unknownProblem(problem)], reapplied: [], plan: null, passing: error.retryable ? error : null };
}
