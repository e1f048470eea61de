/** What a reconcile says of documents: each difference with its diff, each fight, and what could not be looked at. */
import { isBlockedCode } from '../core/verdict.ts';
import type { Change, DocumentKind } from '../core/plan/document.ts';
import type { Fight } from '../core/plan/drift.ts';
import type { Problem } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import { OperatingError, problemOf } from '../errors.ts';
import { cutDiff, documentDiff } from './document-diff.ts';
import type { InterruptedChange } from './interrupted.ts';

/** What reconciling itself says; a difference is `drift-` and the document's kind. */
export const DRIFT_CODES = [
  'drift-fight',
  'drift-delivery-stopped',
  'drift-unknown',
  'drift-not-applied',
  'drift-interrupted',
  'drift-more',
] as const;
export type DriftCode = (typeof DRIFT_CODES)[number] | `drift-${DocumentKind}`;

/** Problems are kept in Redis and shown whole, so a diff is cut; `orgtrail plan` shows all of it. */
const MOST_DIFF_CHARACTERS = 2000;
/** An organization of ten thousand members may differ in each of them. */
const MOST_TOLD = 100;
/** Control and direction characters of what others wrote in a policy, but for the ends of lines. */
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const HINT = 'look at it with `orgtrail plan`, then `orgtrail apply`';

/** A document that is not as it is configured. */
export function driftProblem(change: Change): Problem {
  const why = change.reasons.join(' ');
  return driftSaid(
    `drift-${change.ref.kind}`,
    `${nameOf(change)} is not as it is configured. ${why}\n${diffOf(change)}`,
    HINT,
  );
}

/** A document that is not put back a third time. */
export function fightProblem(change: Change, fight: Fight): Problem {
  const times = fight.reversions.map(formatIso).join(' and ');
  const detail = `somebody else writes ${nameOf(change)}: it was put back at ${times}, and undone each time. It is left alone until ${formatIso(fight.until)}\n${diffOf(change)}`;
  const hint =
    'CloudTrail says who undid it: stop that controller, or take the document out of the configuration; then `orgtrail apply` settles it';
  return driftSaid('drift-fight', detail, hint);
}

/** A change that was cut off and that nobody settled. */
export function interruptedProblem({ detail }: InterruptedChange): Problem {
  return driftSaid('drift-interrupted', detail, HINT);
}

/** What was not looked at, so that nothing is known of it; its own code would say that the archive cannot be used. */
export function unknownProblem({ code, detail, hint }: Problem): Problem {
  if (!isBlockedCode(code)) return { code, detail: harmless(detail), hint };
  return driftSaid('drift-unknown', `${code}: ${detail}`, hint);
}

/** A document that was to be put back and was not, or was not seen to be. */
export function notAppliedProblem(name: string, { code, detail, hint }: Problem): Problem {
  if (!isBlockedCode(code)) return { code, detail: harmless(detail), hint };
  return driftSaid('drift-not-applied', `${name} was not put back: ${code}: ${detail}`, hint);
}

/** What there is no room to list. `what`: things that the sentence counts. */
export function moreProblem(rest: number, what: string): Problem {
  return driftSaid('drift-more', `${rest} more ${what} are not listed`, HINT);
}

/** As many as can be kept; the rest is counted. */
export function boundedProblems(problems: readonly Problem[]): readonly Problem[] {
  const rest = problems.length - MOST_TOLD;
  if (rest <= 0) return problems;
  return [...problems.slice(0, MOST_TOLD), moreProblem(rest, 'problems of documents')];
}

/** The problem that an operating error is. */
export function problemOfError(error: unknown): Problem {
  if (!(error instanceof OperatingError)) throw error;
  return problemOf(error);
}

/** The document as people know it. */
export function nameOf({ ref }: Pick<Change, 'ref'>): string {
  return `the ${ref.kind} of ${ref.target} in account ${ref.account}`;
}

function diffOf(change: Change): string {
  return cutDiff(documentDiff(change), MOST_DIFF_CHARACTERS).trimEnd();
}

function driftSaid(code: DriftCode, detail: string, hint: string): Problem {
  return { code, detail: harmless(detail), hint };
}

/** The text with what would move, hide or turn it round written out; ends of lines stay. */
export function harmless(text: string): string {
  return text.replace(CONTROL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
