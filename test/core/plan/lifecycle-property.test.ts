/** What holds for every wish list, every bucket and every state of the accounts. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { DocumentState } from '../../../src/core/plan/document.ts';
import type { LifecycleFacts } from '../../../src/core/plan/lifecycle-facts.ts';
import { daysIn, isOurRule, scopeOf, type Rule } from '../../../src/core/plan/lifecycle-rules.ts';
import { planLifecycle } from '../../../src/core/plan/lifecycle.ts';
import {
  LIFECYCLE_AREAS,
  STORAGE_CLASSES,
  type LifecycleWish,
  type WantedLifecycle,
} from '../../../src/core/plan/wanted.ts';
import { ABSENT, facts, ONE, ORG, present, rulesIn, TWO, wanted, wish } from './lifecycle-world.ts';

const RUNS = { numRuns: 400 };
const days = fc.option(fc.constantFrom(1, 30, 90, 180, 400, 401, 500, 1000), { nil: null });
const accounts = fc.subarray([ONE, TWO, '333333333333'], { maxLength: 3 });
const transition = fc.record({
  days: fc.constantFrom(0, 30, 90, 200, 380),
  class: fc.constantFrom(...STORAGE_CLASSES),
});

const wishes = fc
  .array(
    fc.record({
      of: fc.constantFrom(...LIFECYCLE_AREAS),
      accounts: fc.oneof(fc.constant([]), accounts),
      transitions: fc.oneof(fc.constant([]), fc.array(transition, { maxLength: 2 })),
      expireDays: days,
      noncurrentDays: days,
      abortUploadsDays: days,
      largerThanBytes: fc.option(fc.constantFrom(0, 131_071), { nil: null, freq: 1 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) => list.map((fields, index) => wish(`w${index}`, fields)));

const foreign = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'z'), { maxLength: 3 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({ prefix: fc.constantFrom('', 'trail/AWSLogs/', 'tmp/'), old: fc.boolean() })
        .map(({ prefix, old }): Rule => ({
          ID: id,
          Status: 'Enabled',
          ...(old ? { Prefix: prefix } : { Filter: { Prefix: prefix } }),
          Expiration: { Days: 5 },
        })),
    ),
  ),
);

const problem = { code: 'late', detail: 'a cell is late', hint: 'wait' };
const world = fc.record({
  unproven: accounts.map((list) => new Map(list.map((account) => [account, problem]))),
  unprovenUnknown: fc.option(fc.constant(problem), { nil: null, freq: 8 }),
  openQuarantine: fc.option(fc.constant(problem), { nil: null }),
  organizations: fc.constantFrom([], [ORG]),
});

function stateOf(rules: readonly Rule[]): DocumentState {
  return rules.length === 0 ? ABSENT : present({ Rules: rules });
}

/** What would be in force after applying: the change, or what was there. */
function result(
  wished: WantedLifecycle,
  known: LifecycleFacts,
): { readonly plan: ReturnType<typeof planLifecycle>; readonly after: Json | null } {
  const plan = planLifecycle(wished, known);
  const before = known.state.state === 'present' ? known.state.value : null;
  return { plan, after: plan.change === null ? before : plan.change.after };
}

/** Our enabled rules that remove current or former versions. */
function removers(after: Json | null): readonly Rule[] {
  return rulesIn(after).filter((rule) => {
    const removes = rule['Expiration'] !== undefined || rule['NoncurrentVersionExpiration'] !== undefined;
    return isOurRule(rule) && rule['Status'] === 'Enabled' && removes;
  });
}

/** Whether the rule's filter takes an object; a filter of size is taken to. */
function takes(rule: Rule, key: string, tags: ReadonlyMap<string, string> = new Map()): boolean {
  const scope = scopeOf(rule);
  if (scope === null) throw new Error('a rule of ours whose filter cannot be read');
  return key.startsWith(scope.prefix) && [...scope.tags].every(([name, value]) => tags.get(name) === value);
}

function expectOfEveryPlan(check: (wished: WantedLifecycle, known: LifecycleFacts) => void): void {
  fc.assert(
    fc.property(wishes, foreign, world, (rules, theirs, state) => {
      check(wanted(rules), facts({ ...state, state: stateOf(theirs) }));
    }),
    RUNS,
  );
}

const keyOf = (account: string, kind: string, org = ''): string =>
  `trail/AWSLogs/${org}${account}/${kind}/us-east-1/2026/x`;

describe('for every wish list', () => {
  test('some plans are refused and some change, or nothing here is tried', () => {
    const seen = { refused: 0, changed: 0, expiring: 0 };
    expectOfEveryPlan((wished, known) => {
      const { plan, after } = result(wished, known);
      if (plan.refusals.length > 0) seen.refused += 1;
      else if (plan.change !== null) seen.changed += 1;
      if (removers(after).length > 0) seen.expiring += 1;
    });
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(RUNS.numRuns / 40);
  });

  test('planning the result again changes nothing, and a refusal means no change', () => {
    expectOfEveryPlan((wished, known) => {
      const { plan, after } = result(wished, known);
      if (plan.refusals.length > 0) expect(plan.change).toBeNull();
      else
        expect(planLifecycle(wished, { ...known, state: after === null ? ABSENT : present(after) }).change).toBeNull();
    });
  });

  test('foreign rules survive, in their order', () => {
    expectOfEveryPlan((wished, known) => {
      const before = known.state.state === 'present' ? rulesIn(known.state.value) : [];
      const left = rulesIn(result(wished, known).after).filter((rule) => !isOurRule(rule));
      expect(left.map((rule) => [rule['ID'], scopeOf(rule), rule['Expiration'], rule['Status']])).toEqual(
        before.map((rule) => [rule['ID'], scopeOf(rule), rule['Expiration'], rule['Status']]),
      );
    });
  });

  test('no rule of ours removes captures that are not promoted, receipts, keys or what is remembered', () => {
    const kept = ['pending/b/k', 'receipts/1/k', 'keys/r/k', 'trails/k', 'trail-changes/k', 'changes/k', 'verified/k'];
    expectOfEveryPlan((wished, known) => {
      for (const rule of removers(result(wished, known).after))
        expect(kept.filter((key) => takes(rule, `trail/orgtrail/${key}`))).toEqual([]);
    });
  });

  test('nothing of an account with a cell that is not verified, of strangers, or of open quarantine is removed', () => {
    expectOfEveryPlan((wished, known) => {
      const unsure =
        known.unprovenUnknown === null ? [...known.unproven.keys(), '333333333333'] : [ONE, TWO, '333333333333'];
      const named = unsure.filter((one) => one !== '333333333333' || !isWide(wished.rules));
      for (const rule of removers(result(wished, known).after)) {
        for (const account of named)
          for (const kind of ['CloudTrail', 'CloudTrail-Insight', 'CloudTrail-Digest'])
            for (const org of ['', `${ORG}/`]) expect(takes(rule, keyOf(account, kind, org))).toBe(false);
        if (known.openQuarantine !== null) expect(takes(rule, 'trail/orgtrail/quarantine/x')).toBe(false);
      }
    });
  });

  test('digests go never before the logs they prove, nor with them', () => {
    expectOfEveryPlan((wished, known) => {
      const rules = removers(result(wished, known).after);
      const first = (key: string): number =>
        Math.min(
          Infinity,
          ...rules.filter((rule) => takes(rule, key)).map((rule) => daysIn(rule, 'Expiration', 'Days') ?? Infinity),
        );
      for (const account of [ONE, TWO]) {
        const digest = first(keyOf(account, 'CloudTrail-Digest'));
        if (Number.isFinite(digest)) expect(first(keyOf(account, 'CloudTrail'))).toBeLessThan(digest);
      }
    });
  });

  test('S3 would take it: one action at least, uploads without tag or size, whole days, ids apart', () => {
    expectOfEveryPlan((wished, known) => {
      const ours = rulesIn(result(wished, known).after).filter(isOurRule);
      expect(new Set(ours.map((rule) => rule['ID'])).size).toBe(ours.length);
      for (const rule of ours) {
        expect(Object.keys(rule).length).toBeGreaterThan(3);
        const scope = scopeOf(rule);
        if (rule['AbortIncompleteMultipartUpload'] !== undefined)
          expect([scope?.tags.size, scope?.larger, scope?.smaller]).toEqual([0, null, null]);
      }
    });
  });
});

/** Superseded versions below the whole of AWSLogs/ belong to nobody in particular. */
function isWide(rules: readonly LifecycleWish[]): boolean {
  return rules.some((one) => one.of === 'proven' && one.accounts.length === 0 && one.noncurrentDays !== null);
}
