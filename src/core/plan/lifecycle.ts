/**
 * The lifecycle of the archive bucket: the configured rules against what is there. Ours carry our mark; foreign rules
 * stay as they are and in their order. Removing evidence is the one thing that cannot be taken back, so that every doubt
 * (an unread setting, a cell that is not verified) keeps an expiry from being written.
 */
import type { Json } from '../json.ts';
import type { Problem } from '../source.ts';
import type { Change } from './document.ts';
import { targetsOf } from './lifecycle-areas.ts';
import { lifecycleBreaks, lifecycleReasons } from './lifecycle-changes.ts';
import { checkWish } from './lifecycle-checks.ts';
import { bucketRefusals } from './lifecycle-conflicts.ts';
import type { LifecycleFacts, LifecyclePlan, Withheld } from './lifecycle-facts.ts';
import { digestRefusals } from './lifecycle-outlive.ts';
import { accountsText, lifecycleProblem, wishProblem } from './lifecycle-problem.ts';
import { findingsOf, warningsOf, type Built } from './lifecycle-remarks.ts';
import {
  isOurRule,
  minimumOf,
  readLifecycle,
  ruleId,
  rulesFor,
  withFilter,
  type LifecycleDocument,
  type Rule,
} from './lifecycle-rules.ts';
import { sameLifecycle } from './lifecycle-same.ts';
import { withheldFor } from './lifecycle-withheld.ts';
import type { WantedLifecycle } from './wanted.ts';

const MOST_RULES = 1000; // S3's limit for one bucket

/** Plans the one write that brings the bucket's lifecycle to what is wanted; no change where it says so already. */
export function planLifecycle(wanted: WantedLifecycle, facts: LifecycleFacts): LifecyclePlan {
  const plan = {
    ref: { kind: 'lifecycle' as const, account: wanted.owner, target: wanted.bucket },
    change: null,
    refusals: [],
    findings: [],
    warnings: [],
    budget: null,
    withheld: [],
  };
  const before = presentLifecycle(facts);
  if ('problem' in before) return { ...plan, findings: [unreadable(wanted, before.problem)] };
  const built = buildRules(wanted, facts);
  const after = afterOf(wanted, built.rules, before.document);
  const refusals = refusalsOf(wanted, facts, after);
  const change = refusals.length > 0 ? null : changeOf(plan.ref, { before: before.value, after }, wanted);
  return {
    ...plan,
    change,
    refusals,
    findings: findingsOf({ wanted, facts, built, before: before.document, refused: refusals.length > 0 }),
    warnings: warningsOf({ wanted, facts, built, before: before.document }),
    withheld: built.withheld,
    withholds: built.withheld.length > 0,
  };
}

interface Present {
  readonly value: Json | null;
  readonly document: LifecycleDocument | null;
}

function presentLifecycle({ state }: LifecycleFacts): Present | { readonly problem: Problem } {
  if (state.state === 'absent') return { value: null, document: null };
  if (state.state === 'unreadable') return { problem: state.problem };
  const document = readLifecycle(state.value);
  if (!('problem' in document)) return { value: state.value, document };
  const hint =
    'Look at it with aws s3api get-bucket-lifecycle-configuration: orgtrail replaces nothing it cannot read.';
  return { problem: lifecycleProblem('lifecycle-unreadable', document.problem, hint) };
}

function unreadable(wanted: WantedLifecycle, problem: Problem): Problem {
  return lifecycleProblem('lifecycle-unreadable', `the lifecycle of ${wanted.bucket}: ${problem.detail}`, problem.hint);
}

/** Our rules as they may stand now. A rule that is left with nothing to do is left out: S3 takes none. */
function buildRules(wanted: WantedLifecycle, facts: LifecycleFacts): Built {
  const rules: Rule[] = [];
  const withheld = new Map<string, Withheld>();
  const known = new Set(facts.accounts);
  for (const wish of wanted.rules) {
    for (const target of targetsOf(wish, { ...facts, prefix: wanted.prefix })) {
      const problem = withheldFor(wish, target, { facts, known });
      rules.push(...rulesFor(wish, target, problem !== null));
      const { account } = target;
      if (problem !== null) withheld.set(`${wish.name} ${account}`, { rule: wish.name, account, problem });
    }
  }
  return { rules, withheld: [...withheld.values()] };
}

/** Foreign rules first, then ours; null where none is left. */
function afterOf(wanted: WantedLifecycle, ours: readonly Rule[], before: LifecycleDocument | null): Json | null {
  const foreign = (before?.rules ?? []).filter((rule) => !isOurRule(rule));
  const rules = [...foreign.map(withFilter), ...ours];
  if (rules.length === 0) return null;
  const moving = ours.some((rule) => rule['Transitions'] !== undefined);
  const minimum = moving ? minimumOf(wanted) : (before?.minimumSize ?? null);
  return { Rules: rules, ...(minimum === null ? {} : { TransitionDefaultMinimumObjectSize: minimum }) };
}

function changeOf(
  ref: Change['ref'],
  { before, after }: Pick<Change, 'before' | 'after'>,
  wanted: WantedLifecycle,
): Change | null {
  if (sameLifecycle(before, after)) return null;
  const sides = { before, after };
  return { ref, ...sides, reasons: lifecycleReasons(sides), breaks: lifecycleBreaks(sides, wanted) };
}

function refusalsOf(wanted: WantedLifecycle, facts: LifecycleFacts, after: Json | null): readonly Problem[] {
  return [
    ...wanted.rules.flatMap(checkWish),
    ...namedTwice(wanted, facts),
    ...bucketRefusals(wanted, facts),
    ...digestRefusals(wanted.rules, facts.accounts),
    ...tooMany(wanted, facts, after),
  ];
}

/** Ids tell S3's rules apart; those of two names meet as well when one name ends in the other's account. */
function namedTwice(wanted: WantedLifecycle, facts: LifecycleFacts): readonly Problem[] {
  const seen = new Set<string>();
  return wanted.rules.flatMap((wish) => {
    const targets = targetsOf(wish, { ...facts, prefix: wanted.prefix });
    const ids = [wish.name, ...targets.flatMap((target) => rulesFor(wish, target, false).map(ruleId))];
    let twice: string | null = null;
    for (const id of ids) {
      if (seen.has(id)) twice ??= id;
      seen.add(id);
    }
    if (twice === null) return [];
    const text = `two rules would be called ${twice}, and S3 takes each id once`;
    return [
      wishProblem('lifecycle-name-twice', wish, [text, 'Give each rule its own name, and name each account once.']),
    ];
  });
}

function tooMany(wanted: WantedLifecycle, facts: LifecycleFacts, after: Json | null): readonly Problem[] {
  const document = after === null ? null : readLifecycle(after);
  if (document === null || 'problem' in document || document.rules.length <= MOST_RULES) return [];
  const ours = document.rules.filter(isOurRule).length;
  const foreign = document.rules.length - ours;
  const areas = wanted.rules.map(
    (wish) => `${wish.name} ${targetsOf(wish, { ...facts, prefix: wanted.prefix }).length}`,
  );
  return [
    lifecycleProblem(
      'lifecycle-too-many-rules',
      `${document.rules.length} rules are needed (${ours} of ours: ${accountsText(areas)}; ${foreign} foreign), and S3 takes ${MOST_RULES} in a bucket`,
      'Move by proven, which takes one rule for everybody; name fewer accounts where logs or digests expire; or divide the accounts over several archives.',
    ),
  ];
}
