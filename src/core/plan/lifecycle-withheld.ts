/** Nothing expires whose cells are not verified: which expiry is wanted, and not written. */
import type { Problem } from '../source.ts';
import { isProvenArea, type Target } from './lifecycle-areas.ts';
import type { LifecycleFacts, Withheld } from './lifecycle-facts.ts';
import { accountsText, lifecycleProblem } from './lifecycle-problem.ts';
import type { LifecycleWish } from './wanted.ts';

/** Why the target's rule is written without what removes objects; null when it may be written whole. */
export function withheldFor(
  wish: LifecycleWish,
  target: Target,
  { facts, known }: { readonly facts: LifecycleFacts; readonly known: ReadonlySet<string> },
): Problem | null {
  if (wish.expireDays === null && wish.noncurrentDays === null) return null;
  if (wish.of === 'quarantine') return facts.openQuarantine;
  if (!isProvenArea(wish.of)) return null;
  if (facts.unprovenUnknown !== null) return facts.unprovenUnknown;
  const [first] = facts.unproven.values();
  if (target.account === null) return first ?? null;
  return facts.unproven.get(target.account) ?? (known.has(target.account) ? null : stranger(target));
}

/** Nobody looks at such an account, so nobody knows whether its cells are verified. */
function stranger({ account }: Target): Problem {
  return lifecycleProblem(
    'lifecycle-account-unknown',
    `account ${account} is gathered by nobody, so that its cells are not known to be verified`,
    'Correct the account id, or add the account to the configuration.',
  );
}

/** One warning for each rule and reason, naming the accounts. */
export function withheldWarnings(withheld: readonly Withheld[]): readonly Problem[] {
  const groups = new Map<string, { readonly first: Withheld; readonly accounts: string[] }>();
  for (const one of withheld) {
    const key = JSON.stringify([one.rule, one.problem.detail]);
    const group = groups.get(key) ?? { first: one, accounts: [] };
    if (one.account !== null) group.accounts.push(one.account);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ first: { rule, problem }, accounts }) => {
    const whose = accounts.length === 0 ? '' : ` of ${accountsText(accounts)}`;
    const text = `rule ${rule} removes nothing${whose} for now, not even what it removed before: ${problem.detail}`;
    return lifecycleProblem('lifecycle-withheld', text, problem.hint);
  });
}
