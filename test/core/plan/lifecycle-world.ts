/** A bucket, its accounts and wishes for the tests of lifecycle rules: healthy unless a test says otherwise. */
import type { Json } from '../../../src/core/json.ts';
import type { DocumentState } from '../../../src/core/plan/document.ts';
import type { LifecycleFacts, LifecyclePlan } from '../../../src/core/plan/lifecycle-facts.ts';
import type { LifecycleCode } from '../../../src/core/plan/lifecycle-problem.ts';
import { ruleId, type Rule } from '../../../src/core/plan/lifecycle-rules.ts';
import { planLifecycle } from '../../../src/core/plan/lifecycle.ts';
import type { LifecycleWish, WantedLifecycle } from '../../../src/core/plan/wanted.ts';
import type { Problem } from '../../../src/core/source.ts';

export const ONE = '111111111111';
export const TWO = '222222222222';
export const ORG = 'o-exampleorg';

export function wish(name: string, fields: Partial<LifecycleWish> = {}): LifecycleWish {
  return {
    name,
    of: 'logs',
    accounts: [],
    transitions: [],
    expireDays: null,
    noncurrentDays: null,
    abortUploadsDays: null,
    largerThanBytes: null,
    smallerThanBytes: null,
    ...fields,
  };
}

export function wanted(rules: readonly LifecycleWish[], fields: Partial<WantedLifecycle> = {}): WantedLifecycle {
  return {
    bucket: 'archive',
    owner: '999999999999',
    prefix: 'trail/',
    rules,
    minimumSize: 'all-128K',
    retentionDays: null,
    prices: null,
    ...fields,
  };
}

export const present = (value: Json): DocumentState => ({ state: 'present', value });
export const ABSENT: DocumentState = { state: 'absent' };

export function facts(fields: Partial<LifecycleFacts> = {}): LifecycleFacts {
  return {
    state: ABSENT,
    versioning: present({ Status: 'Enabled' }),
    objectLock: ABSENT,
    unproven: new Map(),
    unprovenUnknown: null,
    openQuarantine: null,
    accounts: [ONE, TWO],
    organizations: [],
    ...fields,
  };
}

/** Some foreign rules: nothing of theirs is about the archive. */
export function foreignRule(id: string, fields: Rule = {}): Rule {
  return { ID: id, Status: 'Enabled', Filter: { Prefix: 'elsewhere/' }, Expiration: { Days: 7 }, ...fields };
}

export function planned(rules: readonly LifecycleWish[], fields: Partial<LifecycleFacts> = {}): LifecyclePlan {
  return planLifecycle(wanted(rules), facts(fields));
}

/** The rules that the plan's change would leave; none without a change. */
export function rulesAfter({ change }: LifecyclePlan): readonly Rule[] {
  return rulesIn(change?.after ?? null);
}

export function rulesIn(document: Json | null): readonly Rule[] {
  return (document as { readonly Rules: readonly Rule[] } | null)?.Rules ?? [];
}

export function ruleNamed(rules: readonly Rule[], id: string): Rule {
  const found = rules.find((rule) => ruleId(rule) === id);
  if (found === undefined) throw new Error(`no rule ${id} among ${rules.map(ruleId).join(', ')}`);
  return found;
}

export function codesOf(problems: readonly Problem[]): readonly string[] {
  return problems.map(({ code }) => code);
}

/** The text of the only problem of that code. */
export function textOf(problems: readonly Problem[], code: LifecycleCode): string {
  const found = problems.filter((problem) => problem.code === code);
  if (found.length !== 1) throw new Error(`${found.length} problems ${code} among ${codesOf(problems).join(', ')}`);
  return `${found[0]?.detail} | ${found[0]?.hint}`;
}
