/** Object Lock: switched on and made stronger, never weaker. What is locked today was locked in trust of it. */
import { isRecord } from './policy-element.ts';
import { AS_WANTED, type Fields, type Outcome, postureProblem } from './posture-outcome.ts';
import type { WantedPosture } from './wanted.ts';

type Lock = NonNullable<WantedPosture['objectLock']>;

const DAYS_A_YEAR = 365; // as S3 counts a retention's years

/** Null: the setting that is there is not understood. `bucket` names it in sentences. */
export function planLock(wanted: Lock, before: Fields, bucket: string): Outcome | null {
  const found = retentionOf(before);
  if (found === null) return null;
  const { retention, enabled } = found;
  if (retention !== 'none' && isWeaker(wanted, retention)) return weaker(wanted, retention);
  const reasons = [
    ...(enabled ? [] : [`Object Lock is off: whoever may delete can remove what is proven from ${bucket}.`]),
    ...(retention === 'none' ? ['No default retention is set: new objects are not locked by themselves.'] : []),
    ...(retention === 'none' ? [] : differences(wanted, retention)),
  ];
  if (reasons.length === 0) return AS_WANTED;
  return { ...AS_WANTED, after: withRetention(before, wanted), reasons, warnings: warningsOf(wanted, found) };
}

interface Found {
  readonly enabled: boolean;
  readonly retention: Lock | 'none';
}

function retentionOf(before: Fields): Found | null {
  const { ObjectLockEnabled: state, Rule: rule = {} } = before;
  if (state !== undefined && state !== 'Enabled') return null;
  const enabled = state === 'Enabled';
  if (!isRecord(rule)) return null;
  const { DefaultRetention: value = {} } = rule;
  if (!isRecord(value)) return null;
  const { Mode: mode, Days: days, Years: years } = value;
  if (mode === undefined && days === undefined && years === undefined) return { enabled, retention: 'none' };
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') return null;
  const length = days ?? (typeof years === 'number' ? years * DAYS_A_YEAR : null);
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 1) return null;
  return { enabled, retention: { mode, days: length } };
}

function isWeaker(wanted: Lock, found: Lock): boolean {
  return wanted.days < found.days || (wanted.mode === 'GOVERNANCE' && found.mode === 'COMPLIANCE');
}

function weaker(wanted: Lock, found: Lock): Outcome {
  const mode = found.mode === 'COMPLIANCE' ? found.mode : wanted.mode;
  const days = Math.max(wanted.days, found.days);
  const detail = `the bucket's default retention is ${show(found)}, and ${show(wanted)} would be weaker: objects could be deleted earlier, or by more people`;
  const hint = `Set posture.objectLock to { mode: ${mode}, days: ${days} } or more, or to null to leave it as it is.`;
  return { ...AS_WANTED, refusals: [postureProblem('posture-lock-weaker', detail, hint)] };
}

function differences(wanted: Lock, found: Lock): readonly string[] {
  return [
    ...(wanted.mode === found.mode ? [] : [`The default retention's mode is ${found.mode}, not ${wanted.mode}.`]),
    ...(wanted.days === found.days
      ? []
      : [`The default retention is ${found.days} days, shorter than ${wanted.days} days.`]),
  ];
}

/** S3 takes days or years, never both. Fields that are not ours stay. */
function withRetention(before: Fields, wanted: Lock): Fields {
  const rule = isRecord(before['Rule']) ? before['Rule'] : {};
  const { Years: _years, ...retention } = isRecord(rule['DefaultRetention']) ? rule['DefaultRetention'] : {};
  return {
    ...before,
    ObjectLockEnabled: 'Enabled',
    Rule: { ...rule, DefaultRetention: { ...retention, Mode: wanted.mode, Days: wanted.days } },
  };
}

function warningsOf(wanted: Lock, found: Found): Outcome['warnings'] {
  const forever = postureProblem(
    'posture-lock-forever',
    'Object Lock cannot be switched off again, and versioning can then not be suspended',
    'Leave posture.objectLock null until that is wanted for this bucket for good.',
  );
  const compliance = postureProblem(
    'posture-lock-compliance',
    `in COMPLIANCE mode nobody, the root user included, can delete a new object or shorten its retention for ${wanted.days} days: captured and quarantined files too are kept and paid for that long`,
    'Use GOVERNANCE where break-glass principals must be able to delete.',
  );
  return [...(found.enabled ? [] : [forever]), ...(wanted.mode === 'COMPLIANCE' ? [compliance] : [])];
}

function show(lock: Lock): string {
  return `${lock.mode} of ${lock.days} days`;
}
