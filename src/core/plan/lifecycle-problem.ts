/** What a plan of lifecycle rules can say, spelled once: refusals, findings and warnings carry these codes. */
import type { Problem } from '../source.ts';
import type { LifecycleWish } from './wanted.ts';

/** Nothing is written while one of these stands. */
export const LIFECYCLE_REFUSALS = [
  'lifecycle-days',
  'lifecycle-sizes',
  'lifecycle-empty',
  'lifecycle-class-twice',
  'lifecycle-class-order',
  'lifecycle-too-soon',
  'lifecycle-minimum-stay',
  'lifecycle-expiry-before-move',
  'lifecycle-name-twice',
  'lifecycle-area-accounts',
  'lifecycle-receipts-kept',
  'lifecycle-digests-with-logs',
  'lifecycle-retention',
  'lifecycle-locked',
  'lifecycle-lock-unread',
  'lifecycle-mfa-delete',
  'lifecycle-versioning-unread',
  'lifecycle-too-many-rules',
] as const;

/** What differs, and no change of ours mends. */
export const LIFECYCLE_FINDINGS = [
  'lifecycle-unreadable',
  'lifecycle-account-unknown',
  'lifecycle-still-in-force',
  'lifecycle-foreign-expires',
  'lifecycle-foreign-moves',
] as const;

/** What one should know before saying yes. */
export const LIFECYCLE_WARNINGS = [
  'lifecycle-withheld',
  'lifecycle-short-stay',
  'lifecycle-small-objects',
  'lifecycle-overhead',
  'lifecycle-billed-size',
  'lifecycle-archived',
  'lifecycle-overlap',
  'lifecycle-versions-stay',
  'lifecycle-versions-retention',
  'lifecycle-unversioned',
  'lifecycle-foreign-form',
  'lifecycle-foreign-minimum',
] as const;

export type LifecycleCode =
  | (typeof LIFECYCLE_REFUSALS)[number]
  | (typeof LIFECYCLE_FINDINGS)[number]
  | (typeof LIFECYCLE_WARNINGS)[number];

export function lifecycleProblem(code: LifecycleCode, detail: string, hint: string): Problem {
  return { code, detail, hint };
}

/** A problem of one configured rule: its name and area lead the sentence. */
export function wishProblem(code: LifecycleCode, wish: LifecycleWish, text: readonly [string, string]): Problem {
  return lifecycleProblem(code, `rule ${wish.name} (${wish.of}): ${text[0]}`, text[1]);
}

/** Accounts in words: the first three and how many more there are. */
export function accountsText(accounts: readonly string[]): string {
  const more = accounts.length - 3;
  return `${accounts.slice(0, 3).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
