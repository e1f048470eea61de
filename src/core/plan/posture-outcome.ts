/** What is planned for one setting of the archive bucket, and the codes of everything that can be said of it. */
import type { Json } from '../json.ts';
import type { Problem } from '../source.ts';
import { isList, isRecord } from './policy-element.ts';

/** Why nothing is written: what is asked for would take protection away. */
export const POSTURE_REFUSALS = ['posture-lock-weaker', 'posture-ownership-weaker'] as const;

/** What differs, or may differ, and no change of ours mends. */
export const POSTURE_FINDINGS = [
  'posture-versioning-unknown',
  'posture-ownership-unknown',
  'posture-public-access-unknown',
  'posture-encryption-unknown',
  'posture-object-lock-unknown',
  'posture-access-logging-unknown',
  'posture-mfa-delete',
  'posture-lock-unversioned',
] as const;

/** What one should know before saying yes. */
export const POSTURE_WARNINGS = [
  'posture-versioning-stays',
  'posture-lock-forever',
  'posture-lock-compliance',
  'posture-former-key',
  'posture-logging-target',
] as const;

export type PostureCode =
  | (typeof POSTURE_REFUSALS)[number]
  | (typeof POSTURE_FINDINGS)[number]
  | (typeof POSTURE_WARNINGS)[number];

export type Fields = Readonly<Record<string, Json>>;

/** `after` null: nothing is written. `reasons` has a sentence for each part that differs. */
export interface Outcome {
  readonly after: Fields | null;
  readonly reasons: readonly string[];
  readonly breaks: readonly string[];
  readonly refusals: readonly Problem[];
  readonly findings: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export const AS_WANTED: Outcome = {
  after: null,
  reasons: [],
  breaks: [],
  refusals: [],
  findings: [],
  warnings: [],
};

/** A problem of the bucket's posture. */
export function postureProblem(code: PostureCode, detail: string, hint: string): Problem {
  return { code, detail, hint };
}

/** The single rule of a setting that AWS keeps as a list of rules. */
export interface OnlyRule {
  readonly rule: Fields;
  /** The whole setting with the rule replaced; everything else in it stays. */
  readonly with: (rule: Fields) => Fields;
}

/**
 * AWS takes one rule for encryption and ownership; an absent setting has an empty one. Null for anything else: what
 * is not understood is not written over.
 */
export function onlyRule(before: Fields): OnlyRule | null {
  const { Rules: rules = [] } = before;
  if (!isList(rules) || rules.length > 1) return null;
  const [rule = {}] = rules;
  return isRecord(rule) ? { rule, with: (next) => ({ ...before, Rules: [next] }) } : null;
}
