/**
 * The settings of the archive bucket: what differs from the wanted state and how it gets there. What is not wanted is
 * left alone, nothing is made weaker, and what could not be read is not written.
 */
import type { Json } from '../json.ts';
import {
  DOCUMENT_KINDS,
  type DocumentKind,
  type DocumentPlan,
  type DocumentRef,
  type DocumentState,
} from './document.ts';
import { isRecord } from './policy-element.ts';
import { planEncryption } from './posture-encryption.ts';
import { planLock } from './posture-lock.ts';
import { AS_WANTED, type Fields, type Outcome, postureProblem } from './posture-outcome.ts';
import { planAccessLogging, planOwnership, planPublicAccess, planVersioning } from './posture-settings.ts';
import type { WantedPosture } from './wanted.ts';

/** The kinds that are settings of the bucket. */
const POSTURE_KINDS = [
  'versioning',
  'ownership',
  'public-access',
  'encryption',
  'object-lock',
  'access-logging',
] as const satisfies readonly DocumentKind[];
export type PostureKind = (typeof POSTURE_KINDS)[number];

/** The documents to be read for a plan, in the order of their writing. */
export function postureKinds(wanted: WantedPosture): readonly PostureKind[] {
  return DOCUMENT_KINDS.flatMap((kind) => POSTURE_KINDS.filter((one) => one === kind && isWanted(wanted, one)));
}

/** A plan for each wanted setting, in the order of their writing. One that `states` does not have counts as unread. */
export function planPosture(
  wanted: WantedPosture,
  states: ReadonlyMap<DocumentKind, DocumentState>,
): readonly DocumentPlan[] {
  const plans = postureKinds(wanted).map((kind) => planOne(wanted, kind, states.get(kind)));
  return plans.map((plan) => (plan.ref.kind === 'object-lock' ? afterVersioning(plan, plans) : plan));
}

function isWanted(wanted: WantedPosture, kind: PostureKind): boolean {
  switch (kind) {
    case 'versioning':
      return wanted.versioning;
    case 'ownership':
      return wanted.ownership !== null;
    case 'public-access':
      return wanted.publicAccessBlocked;
    case 'encryption':
      return wanted.encryption !== null;
    case 'object-lock':
      return wanted.objectLock !== null;
    case 'access-logging':
      return wanted.accessLogging !== null;
  }
}

function planOne(wanted: WantedPosture, kind: PostureKind, state: DocumentState | undefined): DocumentPlan {
  const ref = { kind, account: wanted.owner, target: wanted.bucket };
  if (state === undefined || state.state === 'unreadable') return planOf(ref, null, unknown(kind, state));
  const before = state.state === 'present' ? state.value : null;
  const fields = before === null ? {} : before;
  const outcome = isRecord(fields) ? judge(wanted, kind, fields) : null;
  return planOf(ref, before, outcome ?? notUnderstood(wanted, kind));
}

/** Null: what is there is not understood. */
function judge(wanted: WantedPosture, kind: PostureKind, before: Fields): Outcome | null {
  const { bucket, owner, objectLock, encryption, ownership, accessLogging } = wanted;
  switch (kind) {
    case 'versioning':
      return planVersioning(before, bucket);
    case 'ownership':
      return ownership === null ? AS_WANTED : planOwnership(ownership, before);
    case 'public-access':
      return planPublicAccess(before);
    case 'encryption':
      return encryption === null ? AS_WANTED : planEncryption({ ...encryption, owner }, before);
    case 'object-lock':
      return objectLock === null ? AS_WANTED : planLock(objectLock, before, bucket);
    case 'access-logging':
      return accessLogging === null ? AS_WANTED : planAccessLogging(accessLogging, before);
  }
}

function planOf(ref: DocumentRef, before: Json | null, outcome: Outcome): DocumentPlan {
  const { after, reasons, breaks, refusals, findings, warnings } = outcome;
  const change = after === null ? null : { ref, before, after, reasons, breaks };
  return { ref, change, refusals, findings, warnings, budget: null };
}

function unknown(kind: PostureKind, state: Extract<DocumentState, { state: 'unreadable' }> | undefined): Outcome {
  const code = `posture-${kind}-unknown` as const;
  const detail = state?.problem.detail ?? `the bucket's ${kind} was not read`;
  const hint = state?.problem.hint ?? 'Run the plan again.';
  return { ...AS_WANTED, findings: [postureProblem(code, detail, hint)] };
}

function notUnderstood(wanted: WantedPosture, kind: PostureKind): Outcome {
  const code = `posture-${kind}-unknown` as const;
  const detail = `the ${kind} of ${wanted.bucket} is set in a way that orgtrail does not know, so it is not written over`;
  return { ...AS_WANTED, findings: [postureProblem(code, detail, 'Look at it in the console, and set it by hand.')] };
}

/**
 * S3 refuses to switch a lock on while versioning is off; the plan for versioning is the one before. A lock that is on
 * says that versioning is.
 */
function afterVersioning(lock: DocumentPlan, plans: readonly DocumentPlan[]): DocumentPlan {
  const { change } = lock;
  if (change === null || isLocked(change.before)) return lock;
  const versioning = plans.find(({ ref }) => ref.kind === 'versioning');
  if (versioning !== undefined && versioning.findings.length === 0) return lock;
  const detail = `Object Lock needs versioning, and ${lock.ref.target} is not sure to have it`;
  const hint = 'Settle what is said of versioning first; posture.versioning has to be true.';
  const finding = postureProblem('posture-lock-unversioned', detail, hint);
  return { ...lock, change: null, warnings: [], findings: [...lock.findings, finding] };
}

function isLocked(before: Json): boolean {
  return isRecord(before) && before['ObjectLockEnabled'] === 'Enabled';
}
