/** Steps of a bucket's or key's policy for the safety tests: what is there by others, and ours beside it. */
import { archiveStatements } from '../../../src/core/plan/archive-policy.ts';
import { readPolicy, withStatements, type PolicyDocument, type Statement } from '../../../src/core/plan/policy.ts';
import { policySafety } from '../../../src/core/plan/safety.ts';
import type { SafetyVerdict } from '../../../src/core/plan/safety-verdict.ts';
import type { WantedPolicy } from '../../../src/core/plan/wanted.ts';

/** A policy of these statements. */
export function policyOf(...statements: readonly Statement[]): PolicyDocument {
  return { version: '2012-10-17', id: null, statements };
}

/** Our statements of the archive bucket, in their narrowest form. */
export function ourStatements(wanted: WantedPolicy): readonly Statement[] {
  return archiveStatements(wanted, { delivery: 'merged', readers: 'listed' });
}

/** What safety says when ours come beside these statements of others. */
export function besides(wanted: WantedPolicy, ...theirs: readonly Statement[]): SafetyVerdict {
  const before = policyOf(...theirs);
  const after = readPolicy(withStatements(before, ourStatements(wanted)));
  if ('problem' in after) throw new Error(after.problem);
  return policySafety(after, before, wanted);
}

/** Each problem as where it went and its code. */
export function codesOf({ refusals, findings, warnings }: SafetyVerdict): readonly string[] {
  return [
    ...refusals.map(({ code }) => `refused ${code}`),
    ...findings.map(({ code }) => `found ${code}`),
    ...warnings.map(({ code }) => `warned ${code}`),
  ].toSorted();
}
