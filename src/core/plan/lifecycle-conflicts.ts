/** What stands against the rules besides themselves: Object Lock, versioning, MFA delete, the duty to keep, other rules of ours. */
import type { Json } from '../json.ts';
import type { Problem } from '../source.ts';
import type { DocumentState } from './document.ts';
import { isProvenArea } from './lifecycle-areas.ts';
import { lifecycleProblem, wishProblem } from './lifecycle-problem.ts';
import { isRecord } from './policy-element.ts';
import type { WantedLifecycle } from './wanted.ts';

interface Settings {
  readonly versioning: DocumentState;
  readonly objectLock: DocumentState;
}

/** What of the bucket's settings and of the duty to keep forbids the rules. */
export function bucketRefusals(wanted: WantedLifecycle, settings: Settings): readonly Problem[] {
  if (wanted.rules.length === 0) return [];
  return [
    ...versioningRefusals(wanted, settings.versioning),
    ...lockRefusals(wanted, settings.objectLock),
    ...retentionRefusals(wanted),
  ];
}

/** AWS: lifecycle configurations are not supported on buckets with MFA delete. */
function versioningRefusals(wanted: WantedLifecycle, versioning: DocumentState): readonly Problem[] {
  if (versioning.state === 'unreadable')
    return [
      lifecycleProblem(
        'lifecycle-versioning-unread',
        `whether ${wanted.bucket} has MFA delete could not be read: ${versioning.problem.detail}`,
        versioning.problem.hint,
      ),
    ];
  if (field(versioning, 'MFADelete') !== 'Enabled') return [];
  return [
    lifecycleProblem(
      'lifecycle-mfa-delete',
      `${wanted.bucket} has MFA delete on, and S3 takes no lifecycle rules then`,
      'Set lifecycle.rules to [], or let the account owner (root, with the device) switch MFA delete off.',
    ),
  ];
}

/**
 * Reliability row 154: on a locked version an expiry only sets a delete marker. It hides what is proven, and removes
 * nothing.
 */
function lockRefusals(wanted: WantedLifecycle, objectLock: DocumentState): readonly Problem[] {
  const expiring = wanted.rules.filter((wish) => wish.expireDays !== null);
  if (expiring.length === 0) return [];
  if (objectLock.state === 'unreadable')
    return [
      lifecycleProblem(
        'lifecycle-lock-unread',
        `how long ${wanted.bucket} locks objects could not be read, and rules expire some: ${objectLock.problem.detail}`,
        objectLock.problem.hint,
      ),
    ];
  const days = lockedDays(objectLock);
  if (days === 0) return [];
  return expiring
    .filter((wish) => wish.expireDays !== null && wish.expireDays < days)
    .map((wish) =>
      wishProblem('lifecycle-locked', wish, [
        `it expires objects after ${wish.expireDays} days that Object Lock keeps for ${days}: they would only be hidden by a delete marker`,
        `Set expireDays to ${days} or more, or none.`,
      ]),
    );
}

/** Days of the bucket's default retention; 0 without one. AWS counts a year as 365 days. */
function lockedDays(objectLock: DocumentState): number {
  const rule = field(objectLock, 'Rule');
  const retention = isRecord(rule) ? (rule['DefaultRetention'] ?? null) : null;
  if (!isRecord(retention)) return 0;
  const { Days: days = null, Years: years = null } = retention;
  return typeof days === 'number' ? days : typeof years === 'number' ? years * 365 : 0;
}

function retentionRefusals({ rules, retentionDays }: WantedLifecycle): readonly Problem[] {
  if (retentionDays === null) return [];
  return rules
    .filter((wish) => isProvenArea(wish.of) && wish.expireDays !== null && wish.expireDays < retentionDays)
    .map((wish) =>
      wishProblem('lifecycle-retention', wish, [
        `it expires after ${wish.expireDays} days what lifecycle.retentionDays keeps for ${retentionDays}`,
        `Set expireDays to ${retentionDays} or more, or lower lifecycle.retentionDays.`,
      ]),
    );
}

/** What versions make of the rules. */
export function versionAdvice(wanted: WantedLifecycle, versioning: DocumentState): readonly Problem[] {
  const { rules, retentionDays } = wanted;
  const status = field(versioning, 'Status');
  const kept = status === 'Enabled' || status === 'Suspended';
  const stay = kept ? rules.filter((wish) => wish.expireDays !== null && wish.noncurrentDays === null) : [];
  const idle = kept || versioning.state === 'unreadable' ? [] : rules.filter((wish) => wish.noncurrentDays !== null);
  const early = rules.filter(({ of, noncurrentDays }) => {
    return isProvenArea(of) && retentionDays !== null && noncurrentDays !== null && noncurrentDays < retentionDays;
  });
  return [
    ...stay.map((wish) =>
      wishProblem('lifecycle-versions-stay', wish, [
        'the bucket keeps versions, so that what expires is hidden by a delete marker, stays, and costs',
        'Set noncurrentDays too, so that expired versions go.',
      ]),
    ),
    ...idle.map((wish) =>
      wishProblem('lifecycle-unversioned', wish, [
        'noncurrentDays does nothing: the bucket keeps no versions',
        'Switch versioning on (posture.versioning), or leave noncurrentDays out.',
      ]),
    ),
    ...early.map((wish) =>
      wishProblem('lifecycle-versions-retention', wish, [
        `what somebody deletes or overwrites is gone for good ${wish.noncurrentDays} days later, which may be before lifecycle.retentionDays (${retentionDays})`,
        'Set noncurrentDays to retentionDays, or hold the time by Object Lock (posture.objectLock).',
      ]),
    ),
  ];
}

function field(state: DocumentState, name: string): Json {
  return state.state === 'present' && isRecord(state.value) ? (state.value[name] ?? null) : null;
}
