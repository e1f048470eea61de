/** What S3 takes and a person may not expect: said before the yes, once for each reason. */
import { describe, expect, test } from 'vitest';
import type { LifecycleEstimate } from '../../../src/core/plan/lifecycle-estimate.ts';
import { planLifecycle } from '../../../src/core/plan/lifecycle.ts';
import type { LifecycleWish, StorageClass, WantedLifecycle } from '../../../src/core/plan/wanted.ts';
import { codesOf, facts, ONE, planned, textOf, wanted, wish } from './lifecycle-world.ts';

const to = (days: number, name: StorageClass): Partial<LifecycleWish> => ({ transitions: [{ days, class: name }] });

function warned(
  fields: Partial<LifecycleWish>,
  minimumSize: WantedLifecycle['minimumSize'] = 'all-128K',
): ReturnType<typeof planned>['warnings'] {
  const plan = planLifecycle(wanted([wish('it', { of: 'proven', ...fields })], { minimumSize }), facts());
  expect(plan.refusals).toEqual([]);
  expect(plan.change).not.toBeNull();
  return plan.warnings;
}

describe('small objects', () => {
  test('do not move by default, and nearly all of them are small', () => {
    expect(textOf(warned(to(30, 'STANDARD_IA')), 'lifecycle-small-objects')).toContain('128 KB');
    expect(codesOf(warned({ ...to(30, 'STANDARD_IA'), largerThanBytes: 131_071 }))).toEqual([]);
  });

  test('are counted where an estimate is there, and no number is named without', () => {
    const step = { rule: 'it', of: 'proven', account: ONE, into: 'STANDARD_IA', days: 30 } as const;
    const numbers = { objects: 3, bytes: 9, bytesOf128: 9, extrapolated: 0, heldBack: 997 };
    const estimate: LifecycleEstimate = { steps: [{ ...step, ...numbers }], unknown: [] };
    const wishes = [wish('it', { of: 'proven', ...to(30, 'STANDARD_IA') })];
    expect(textOf(planned(wishes, { estimate }).warnings, 'lifecycle-small-objects')).toContain(
      'of about 1000 objects of that age 997 stay',
    );
    expect(textOf(planned(wishes).warnings, 'lifecycle-small-objects')).not.toContain('about');
  });

  test('go to the archives alone under varies, at 40 KB more each', () => {
    const archive = warned(to(90, 'DEEP_ARCHIVE'), 'varies');
    expect(codesOf(archive)).toEqual(['lifecycle-overhead', 'lifecycle-archived']);
    expect(textOf(archive, 'lifecycle-overhead')).toContain('40 KB');
    expect(textOf(warned(to(90, 'GLACIER_IR'), 'varies'), 'lifecycle-small-objects')).toContain('to GLACIER_IR');
    expect(codesOf(warned(to(90, 'DEEP_ARCHIVE')))).not.toContain('lifecycle-overhead');
  });

  test('a filter of the rule lets them move, and they are billed as 128 KB or with 40 KB more', () => {
    const small = { smallerThanBytes: 131_072 };
    expect(textOf(warned({ ...to(30, 'STANDARD_IA'), ...small }), 'lifecycle-billed-size')).toContain('STANDARD_IA');
    expect(codesOf(warned({ ...to(30, 'GLACIER'), ...small }))).toContain('lifecycle-overhead');
    expect(codesOf(warned({ ...to(30, 'GLACIER'), largerThanBytes: 131_071 }))).toEqual(['lifecycle-archived']);
  });
});

describe('time', () => {
  test("an expiry within the class's billed minimum", () => {
    const early = { ...to(30, 'GLACIER_IR'), of: 'quarantine', noncurrentDays: 1, largerThanBytes: 131_071 } as const;
    expect(textOf(warned({ ...early, expireDays: 119 }), 'lifecycle-short-stay')).toContain('until day 120');
    expect(codesOf(warned({ ...early, expireDays: 120 }))).toEqual([]);
  });

  test.each(['proven', 'logs', 'digests', 'receipts', 'quarantine'] as const)(
    '%s in an archive class cannot be verified',
    (of) => {
      const text = textOf(warned({ of, ...to(90, 'GLACIER') }), 'lifecycle-archived');
      expect(text).toContain('blocked-archived');
      expect(text.includes('receipts, which status')).toBe(of === 'receipts');
      expect(codesOf(warned({ of, ...to(90, 'GLACIER_IR') }))).not.toContain('lifecycle-archived');
    },
  );
});

describe('two rules', () => {
  const ia = to(30, 'STANDARD_IA');
  const overlap = (one: Partial<LifecycleWish>, two: Partial<LifecycleWish>): boolean =>
    codesOf(planned([wish('one', one), wish('two', two)]).warnings).includes('lifecycle-overlap');

  test('of the same files are told', () => {
    expect(overlap({ of: 'proven', ...ia }, { of: 'logs', ...ia })).toBe(true);
    expect(overlap({ of: 'digests', accounts: [ONE], ...ia }, { of: 'proven', ...ia })).toBe(true);
    expect(overlap({ accounts: [ONE], ...ia }, { accounts: [ONE], ...to(90, 'GLACIER_IR') })).toBe(true);
    expect(overlap({ expireDays: 9 }, { accounts: [ONE], expireDays: 99 })).toBe(true);
  });

  test('of others, or with other actions, are not', () => {
    expect(overlap({ of: 'digests', ...ia }, { of: 'logs', ...ia })).toBe(false);
    expect(overlap({ accounts: ['222222222222'], ...ia }, { accounts: [ONE], ...ia })).toBe(false);
    expect(overlap({ ...ia }, { expireDays: 99 })).toBe(false);
  });
});
