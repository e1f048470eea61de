/** Which needs a policy fails, by which statement, and whether that was so before and is somebody else's. */
import type { Problem } from '../source.ts';
import { canonicalStatement } from './policy-canonical.ts';
import { decide } from './decision.ts';
import { isOurs, statementName, type PolicyDocument, type Statement } from './policy.ts';
import type { Need } from './safety-needs.ts';

/** What safety says. Refusals keep a change from being made; findings were there before it; warnings may be nothing. */
export interface SafetyVerdict {
  readonly refusals: readonly Problem[];
  readonly findings: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export const NOTHING: SafetyVerdict = { refusals: [], findings: [], warnings: [] };

/** One need that fails. `statement` null: no statement allows it. */
export interface Failure {
  readonly need: Need;
  readonly certain: boolean;
  readonly statement: string | null;
  /** A statement of others that stood there before does it: no change of ours is the cause. */
  readonly foreign: boolean;
}

/** The new policy, and which of its statements (by index) are others' and stood in the old one already. */
export interface Step {
  readonly after: PolicyDocument;
  readonly foreign: ReadonlySet<number>;
}

export function stepOf(after: PolicyDocument, before: PolicyDocument | null): Step {
  const old = new Set(before?.statements.map(canonicalStatement));
  const foreign = after.statements.flatMap((one, index) =>
    !isOurs(one) && old.has(canonicalStatement(one)) ? [index] : [],
  );
  return { after, foreign: new Set(foreign) };
}

/** Every need that fails after the step, in order. */
export function failuresOf(needs: readonly Need[], step: Step): readonly Failure[] {
  return needs.flatMap((need) => failureOf(need, step) ?? []);
}

function failureOf(need: Need, { after, foreign }: Step): Failure | null {
  const { effect, index } = decide(after, need.request);
  if (effect === 'allow' || (effect === 'none' && !need.mustAllow)) return null;
  const statement = index === null ? undefined : after.statements[index];
  if (statement === undefined || index === null) return { need, certain: true, statement: null, foreign: false };
  const name = statementName(statement, index);
  if (statement['Effect'] !== 'Allow')
    return { need, certain: effect === 'deny', statement: name, foreign: foreign.has(index) };
  // An allow that cannot be judged takes nothing away where none is needed; where one is, granting it is our own matter.
  return need.mustAllow ? { need, certain: false, statement: null, foreign: false } : null;
}

/** How failures are told. `hint` says what to change: in another's statement, or in the configuration. */
export interface Telling {
  readonly code: string;
  /** What it comes to, a clause that ends the detail. */
  readonly harm: string;
  readonly hint: (failure: Failure) => string;
  /** Where a doubt about another's statement goes. */
  readonly doubts: 'findings' | 'warnings';
}

/** The failures as problems: one for each statement, whoever and whatever is hit by it. */
export function verdictOn(failures: readonly Failure[], telling: Telling): SafetyVerdict {
  const groups = new Map<string, Failure[]>();
  for (const failure of failures) {
    const key = JSON.stringify([failure.statement, failure.certain, failure.foreign]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [failure]);
    else group.push(failure);
  }
  return joined([...groups.values()].map((group) => verdictOnGroup(group, telling)));
}

/** The first failure of each, where nobody is left without one. */
export function everybodyFails(people: readonly (readonly Failure[])[]): readonly Failure[] {
  const failures = people.flatMap((one) => one.slice(0, 1));
  return failures.length === people.length ? failures : [];
}

/** Several verdicts as one. */
export function joined(verdicts: readonly SafetyVerdict[]): SafetyVerdict {
  return {
    refusals: verdicts.flatMap((one) => one.refusals),
    findings: verdicts.flatMap((one) => one.findings),
    warnings: verdicts.flatMap((one) => one.warnings),
  };
}

function verdictOnGroup(group: readonly Failure[], telling: Telling): SafetyVerdict {
  const [first] = group;
  if (first === undefined) return NOTHING;
  const problem = {
    code: telling.code,
    detail: `${sentence(first, group)}: ${telling.harm}`,
    hint: telling.hint(first),
  };
  if (!first.foreign) return { ...NOTHING, refusals: [problem] };
  return { ...NOTHING, [first.certain ? 'findings' : telling.doubts]: [problem] };
}

function sentence(first: Failure, group: readonly Failure[]): string {
  const { action, resource } = first.need.request;
  const names = new Set(group.map(({ need }) => need.name));
  const others = names.size === 1 ? '' : ` and ${names.size - 1} more`;
  const actions = [...new Set(group.map(({ need }) => need.request.action))].filter((one) => one !== action);
  const besides = actions.length === 0 ? '' : `, and ${listed(actions)}`;
  const what = `${action} on ${resource} to ${first.need.name}${others}${besides}`;
  if (first.statement === null) return `no statement${first.certain ? '' : ' surely'} allows ${what}`;
  if (first.certain) return `statement ${first.statement} denies ${what}`;
  return `statement ${first.statement} may deny ${what}, which depends on what is not known beforehand`;
}

/** Actions that are named beside the first; the rest is counted. */
const MOST_ACTIONS = 3;

function listed(actions: readonly string[]): string {
  const rest = actions.length - MOST_ACTIONS;
  return `${actions.slice(0, MOST_ACTIONS).join(', ')}${rest > 0 ? ` and ${rest} more actions` : ''}`;
}

/** What is amiss with single statements: of ours it is a refusal, of somebody else's a finding. */
export function verdictOnEach(
  step: Step,
  problemsOf: (statement: Statement, name: string) => readonly Problem[],
): SafetyVerdict {
  const verdicts = step.after.statements.map((statement, index) => {
    const problems = problemsOf(statement, statementName(statement, index));
    return step.foreign.has(index) ? { ...NOTHING, findings: problems } : { ...NOTHING, refusals: problems };
  });
  return joined(verdicts);
}

/** The words for a public grant. */
export function grantsToEverybody(name: string): string {
  return `statement ${name} grants to everybody, and no condition narrows it to fixed values`;
}
