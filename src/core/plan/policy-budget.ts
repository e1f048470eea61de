/** AWS's limits on the bytes of a policy, and the first of several forms that stays below. */
import type { Json } from '../json.ts';
import type { Budget } from './document.ts';
import { policyBytes, type PolicyDocument, type Statement, VERSION_WITH_VARIABLES, withStatements } from './policy.ts';

/** Bytes of a whole document: S3's 20 KB, KMS's 32 KB, SNS's 30 KB. */
export const MOST_BYTES = { bucket: 20_480, key: 32_768, topic: 30_720 } as const;

/** One way to say what is wanted. The statements are made only when it is tried. */
export interface Candidate {
  readonly form: string;
  /** What is given up by it, in sentences. */
  readonly givesUp: readonly string[];
  readonly statements: () => readonly Statement[];
}

/** A whole document, foreign statements and all. `value` null: nothing is left to be said. */
export interface Weighed {
  readonly value: Json;
  readonly budget: Budget;
}

/**
 * The first candidate that stays within `most` bytes. `fits` false: none does, and this is the smallest. Null: every
 * candidate needs variables, and the document is of a version that takes them for text.
 */
export function firstFitting(
  actual: PolicyDocument | null,
  candidates: readonly Candidate[],
  most: number,
): (Weighed & { readonly fits: boolean }) | null {
  let smallest: Weighed | null = null;
  for (const candidate of candidates) {
    const weighed = weigh(actual, candidate, most);
    if (weighed === null) continue;
    if (weighed.budget.bytes <= most) return { ...weighed, fits: true };
    if (smallest === null || weighed.budget.bytes < smallest.budget.bytes) smallest = weighed;
  }
  return smallest === null ? null : { ...smallest, fits: false };
}

function weigh(actual: PolicyDocument | null, candidate: Candidate, most: number): Weighed | null {
  const { form, givesUp } = candidate;
  const ours = candidate.statements();
  if (actual !== null && actual.version !== VERSION_WITH_VARIABLES && JSON.stringify(ours).includes('${')) return null;
  const value = withStatements(actual, ours);
  return { value, budget: { bytes: value === null ? 0 : policyBytes(value), most, form, givesUp } };
}
