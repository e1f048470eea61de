/** What a plan of the lifecycle says beside its change: what it does not mend, and what one should know. */
import type { Problem } from '../source.ts';
import { adviseWish } from './lifecycle-advice.ts';
import { versionAdvice } from './lifecycle-conflicts.ts';
import type { LifecycleFacts, Withheld } from './lifecycle-facts.ts';
import { foreignFindings } from './lifecycle-foreign.ts';
import { overlapAdvice } from './lifecycle-outlive.ts';
import { accountsText, lifecycleProblem, wishProblem } from './lifecycle-problem.ts';
import {
  DEFAULT_MINIMUM,
  isOurRule,
  minimumOf,
  ruleId,
  withFilter,
  type LifecycleDocument,
  type Rule,
} from './lifecycle-rules.ts';
import { withheldWarnings } from './lifecycle-withheld.ts';
import type { WantedLifecycle } from './wanted.ts';

/** Our rules as they may stand now, and what they leave out of what is wanted. */
export interface Built {
  readonly rules: readonly Rule[];
  readonly withheld: readonly Withheld[];
}

interface Seen {
  readonly wanted: WantedLifecycle;
  readonly facts: LifecycleFacts;
  readonly built: Built;
  readonly before: LifecycleDocument | null;
}

/** What differs and is not mended by a change. */
export function findingsOf(seen: Seen & { readonly refused: boolean }): readonly Problem[] {
  const { wanted, facts, built, before, refused } = seen;
  const known = new Set(facts.accounts);
  const strangers = wanted.rules.flatMap((wish) => {
    const unknown = wish.accounts.filter((account) => !known.has(account));
    if (unknown.length === 0) return [];
    const text = `it names accounts that nobody gathers: ${accountsText(unknown)}`;
    return [wishProblem('lifecycle-account-unknown', wish, [text, 'Correct the account ids, or add the accounts.'])];
  });
  const inForce = refused ? (before?.rules ?? []).filter((rule) => isOurRule(rule) && removes(rule)) : [];
  return [
    ...strangers,
    ...(inForce.length === 0 ? [] : [stillInForce(inForce)]),
    ...foreignFindings(before, built.rules, wanted.prefix),
  ];
}

function removes(rule: Rule): boolean {
  return rule['Status'] === 'Enabled' && (rule['Expiration'] ?? rule['NoncurrentVersionExpiration']) !== undefined;
}

/** A refused plan takes nothing back either. */
function stillInForce(rules: readonly Rule[]): Problem {
  return lifecycleProblem(
    'lifecycle-still-in-force',
    `the plan is refused, and rules of before go on removing objects: ${accountsText(rules.map(ruleId))}`,
    'Mend what is refused and apply, or disable these rules in S3 until then.',
  );
}

/** What to know before saying yes. */
export function warningsOf({ wanted, facts, built, before }: Seen): readonly Problem[] {
  const estimate = facts.estimate ?? null;
  const moving = built.rules.some((rule) => rule['Transitions'] !== undefined);
  return [
    ...withheldWarnings(built.withheld),
    ...wanted.rules.flatMap((wish) => adviseWish(wish, wanted.minimumSize, estimate)),
    ...overlapAdvice(wanted.rules),
    ...versionAdvice(wanted, facts.versioning),
    ...formAdvice(before, built.rules.length > 0),
    ...(moving ? minimumAdvice(wanted, before) : []),
  ];
}

function formAdvice(before: LifecycleDocument | null, withOurs: boolean): readonly Problem[] {
  const old = (before?.rules ?? []).filter((rule) => !isOurRule(rule) && withFilter(rule) !== rule).map(ruleId);
  if (old.length === 0 || !withOurs) return [];
  const text = `foreign rules name their prefix in the former way, which S3 does not take beside ours: ${accountsText(old)}`;
  return [
    lifecycleProblem(
      'lifecycle-foreign-form',
      text,
      'They are written with a filter of the same prefix, and mean the same.',
    ),
  ];
}

function minimumAdvice(wanted: WantedLifecycle, before: LifecycleDocument | null): readonly Problem[] {
  const movers = (before?.rules ?? []).filter((rule) => !isOurRule(rule) && rule['Transitions'] !== undefined);
  const [now, then] = [before?.minimumSize ?? DEFAULT_MINIMUM, minimumOf(wanted)];
  if (movers.length === 0 || now === then) return [];
  const text = `the bucket's minimum size becomes ${then} (it is ${now}), which changes what foreign rules move: ${accountsText(movers.map(ruleId))}`;
  return [
    lifecycleProblem(
      'lifecycle-foreign-minimum',
      text,
      'Set lifecycle.minimumSize to what is there, or ask whose rules these are.',
    ),
  ];
}
