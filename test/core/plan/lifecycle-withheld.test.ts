/** Nothing expires whose cells are not verified, and what is in force already is taken back. */
import { describe, expect, test } from 'vitest';
import { ruleId } from '../../../src/core/plan/lifecycle-rules.ts';
import {
  codesOf,
  ONE,
  planned,
  present,
  ruleNamed,
  rulesAfter,
  rulesIn,
  textOf,
  TWO,
  wish,
} from './lifecycle-world.ts';

const move = { transitions: [{ days: 90, class: 'GLACIER_IR' }] } as const;
const late = { code: 'late', detail: `${ONE} us-east-1 main: the digest of 3 May is late`, hint: 'orgtrail collect' };
const unproven = new Map([[ONE, late]]);
const old = wish('old', { ...move, expireDays: 400, noncurrentDays: 9 });
const bare = ['ID', 'Status', 'Filter', 'Transitions'];

describe('an account with a cell that is not verified', () => {
  test('keeps its transitions and expires nothing; other accounts do', () => {
    const plan = planned([old], { unproven });
    const rules = rulesAfter(plan);
    for (const rule of rules.filter((one) => ruleId(one).includes(ONE))) expect(Object.keys(rule)).toEqual(bare);
    expect(ruleNamed(rules, `orgtrail-old-${TWO}`)).toMatchObject({ Expiration: { Days: 400 } });
    expect(plan.withheld).toEqual([{ rule: 'old', account: ONE, problem: late }]);
    const text = textOf(plan.warnings, 'lifecycle-withheld');
    expect(text).toContain(`rule old removes nothing of ${ONE} for now`);
    expect(text).toContain('the digest of 3 May is late | orgtrail collect');
  });

  test('has the rule that is in force taken back', () => {
    const before = planned([old]).change?.after ?? null;
    expect(ruleNamed(rulesIn(before), `orgtrail-old-${ONE}`)).toMatchObject({ Expiration: { Days: 400 } });
    const plan = planned([old], { unproven, state: present(before) });
    expect(Object.keys(ruleNamed(rulesAfter(plan), `orgtrail-old-${ONE}`))).toEqual(bare);
    expect(plan.change?.breaks).toEqual([]);
  });

  test('loses a rule that would have nothing left to do: S3 takes none without an action', () => {
    const plan = planned([wish('old', { expireDays: 400, noncurrentDays: 9 })], { unproven });
    expect(
      rulesAfter(plan)
        .map(ruleId)
        .filter((id) => id.includes(ONE)),
    ).toEqual([]);
    expect(rulesAfter(plan)).not.toEqual([]);
  });

  test('keeps digests too, and superseded versions below proven', () => {
    const plan = planned(
      [
        wish('logs', { expireDays: 400 }),
        wish('digests', { of: 'digests', expireDays: 500 }),
        wish('all', { of: 'proven', ...move, noncurrentDays: 9 }),
      ],
      { unproven },
    );
    expect(rulesAfter(plan).map(ruleId)).not.toContain(`orgtrail-digests-${ONE}`);
    expect(rulesAfter(plan).map(ruleId)).toContain(`orgtrail-digests-${TWO}`);
    expect(Object.keys(ruleNamed(rulesAfter(plan), 'orgtrail-all'))).toEqual(bare);
    expect(plan.withheld.map(({ rule, account }) => [rule, account])).toEqual([
      ['logs', ONE],
      ['digests', ONE],
      ['all', null],
    ]);
  });

  test('does not hold promoted captures back: they are proven themselves', () => {
    const plan = planned([wish('p', { of: 'pending', expireDays: 30, noncurrentDays: 1 })], { unproven });
    expect([plan.withheld, rulesAfter(plan).length]).toEqual([[], 1]);
  });
});

test('where it could not be established what is proven, nothing proven expires', () => {
  const unprovenUnknown = { code: 'blocked-access', detail: 'receipts could not be listed', hint: 'allow it' };
  const plan = planned([old, wish('p', { of: 'pending', expireDays: 30, noncurrentDays: 1 })], { unprovenUnknown });
  expect(
    rulesAfter(plan)
      .filter((rule) => rule['Expiration'] !== undefined)
      .map(ruleId),
  ).toEqual(['orgtrail-p']);
  expect(textOf(plan.warnings, 'lifecycle-withheld')).toContain(`of ${ONE}, ${TWO} for now`);
});

test('quarantine that nobody has looked at stays', () => {
  const bad = wish('bad', { of: 'quarantine', ...move, expireDays: 400, noncurrentDays: 9 });
  const openQuarantine = { code: 'x', detail: '3 in quarantine are open', hint: 'orgtrail quarantine list' };
  const plan = planned([bad], { openQuarantine });
  expect(Object.keys(ruleNamed(rulesAfter(plan), 'orgtrail-bad'))).toEqual(bare);
  expect(textOf(plan.warnings, 'lifecycle-withheld')).toContain('3 in quarantine are open');
  expect(planned([bad]).withheld).toEqual([]);
  expect(planned([old], { openQuarantine }).withheld).toEqual([]);
});

test('an account that nobody gathers is a finding, and nothing of it expires: nobody looks at its cells', () => {
  const stranger = '333333333333';
  const plan = planned([wish('old', { ...move, expireDays: 400, noncurrentDays: 1, accounts: [ONE, stranger] })]);
  expect(textOf(plan.findings, 'lifecycle-account-unknown')).toContain(stranger);
  expect(Object.keys(ruleNamed(rulesAfter(plan), `orgtrail-old-${stranger}`))).toEqual(bare);
  expect(ruleNamed(rulesAfter(plan), `orgtrail-old-${ONE}`)).toMatchObject({ Expiration: { Days: 400 } });
  expect(codesOf(plan.warnings)).toContain('lifecycle-withheld');
});
