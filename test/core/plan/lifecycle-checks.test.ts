/** Each rule that AWS has for one lifecycle rule, broken, and the refusal that names it. */
import { describe, expect, test } from 'vitest';
import { STORAGE_CLASSES, type LifecycleWish, type StorageClass } from '../../../src/core/plan/wanted.ts';
import type { LIFECYCLE_REFUSALS } from '../../../src/core/plan/lifecycle-problem.ts';
import { codesOf, ONE, planned, textOf, wish } from './lifecycle-world.ts';

type Refusal = (typeof LIFECYCLE_REFUSALS)[number];

function expectRefused(code: Refusal, fields: Partial<LifecycleWish>): string {
  const plan = planned([wish('it', { of: 'quarantine', ...fields })]);
  expect(plan.change).toBeNull();
  expect(codesOf(plan.refusals)).toEqual([code]);
  return textOf(plan.refusals, code);
}

function expectTaken(fields: Partial<LifecycleWish>): void {
  const plan = planned([wish('it', { of: 'quarantine', ...fields })]);
  expect(plan.refusals).toEqual([]);
  expect(plan.change).not.toBeNull();
}

const moves = (...steps: readonly (readonly [number, StorageClass])[]): LifecycleWish['transitions'] =>
  steps.map(([days, name]) => ({ days, class: name }));

describe('days and sizes', () => {
  test.each([
    { expireDays: 0 },
    { expireDays: 1.5 },
    { expireDays: -1 },
    { expireDays: 2 ** 31 },
    { expireDays: Number.NaN },
    { noncurrentDays: 0 },
    { abortUploadsDays: 0 },
    { transitions: moves([-1, 'GLACIER']) },
    { transitions: moves([0.5, 'GLACIER']) },
  ])('%j: S3 counts whole days', (fields) => {
    expect(expectRefused('lifecycle-days', fields)).toContain('midnight UTC');
  });

  test('an expiry of one day and an archive at once are taken', () => {
    expectTaken({ expireDays: 1, noncurrentDays: 1, abortUploadsDays: 1 });
    expectTaken({ transitions: moves([0, 'GLACIER']) });
  });

  test.each([
    { largerThanBytes: 5, smallerThanBytes: 5 },
    { largerThanBytes: -1 },
    { smallerThanBytes: 0 },
    { largerThanBytes: 1.5 },
  ])('%j: sizes that no object has', (sizes) => {
    expect(expectRefused('lifecycle-sizes', { expireDays: 1, ...sizes })).toContain('no object is');
  });

  test('a rule that does nothing', () => {
    expect(expectRefused('lifecycle-empty', {})).toContain('no rule without an action');
  });
});

describe('storage classes', () => {
  test('go downwards only, and from ONEZONE_IA and GLACIER_IR to the archives alone', () => {
    const onTo: Readonly<Record<StorageClass, readonly StorageClass[]>> = {
      STANDARD_IA: ['INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
      INTELLIGENT_TIERING: ['ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'],
      ONEZONE_IA: ['GLACIER', 'DEEP_ARCHIVE'],
      GLACIER_IR: ['GLACIER', 'DEEP_ARCHIVE'],
      GLACIER: ['DEEP_ARCHIVE'],
      DEEP_ARCHIVE: [],
    };
    for (const from of STORAGE_CLASSES) {
      for (const to of STORAGE_CLASSES.filter((one) => one !== from)) {
        const transitions = moves([30, from], [400, to]);
        if (onTo[from].includes(to)) expectTaken({ transitions });
        else expect(expectRefused('lifecycle-class-order', { transitions })).toContain(`from ${from}`);
      }
    }
  });

  test('are judged in the order of their days, not of the list', () => {
    expectTaken({ transitions: moves([200, 'DEEP_ARCHIVE'], [30, 'STANDARD_IA']) });
    expectRefused('lifecycle-class-order', { transitions: moves([200, 'STANDARD_IA'], [30, 'DEEP_ARCHIVE']) });
  });

  test('stand once in a rule', () => {
    expect(expectRefused('lifecycle-class-twice', { transitions: moves([1, 'GLACIER'], [100, 'GLACIER']) })).toContain(
      'GLACIER',
    );
  });

  test.each(['STANDARD_IA', 'ONEZONE_IA'] as const)('%s is not before 30 days', (name) => {
    expect(expectRefused('lifecycle-too-soon', { transitions: moves([29, name]) })).toContain('30 days');
    expectTaken({ transitions: moves([30, name]) });
  });

  test.each([
    ['STANDARD_IA', 30, 'GLACIER', 60],
    ['ONEZONE_IA', 30, 'GLACIER', 60],
    ['GLACIER_IR', 4, 'DEEP_ARCHIVE', 94],
    ['GLACIER', 0, 'DEEP_ARCHIVE', 90],
    ['INTELLIGENT_TIERING', 0, 'GLACIER', 1],
  ] as const)('%s at %i days: %s not before %i', (from, days, to, least) => {
    const refusal = expectRefused('lifecycle-minimum-stay', { transitions: moves([days, from], [least - 1, to]) });
    expect(refusal).toContain(`set ${to} to ${least} days`);
    expectTaken({ transitions: moves([days, from], [least, to]) });
  });

  test('an expiry comes after the last transition', () => {
    const transitions = moves([90, 'GLACIER_IR']);
    expect(expectRefused('lifecycle-expiry-before-move', { transitions, expireDays: 90 })).toContain('above 90');
    expectTaken({ transitions, expireDays: 91 });
  });
});

describe('areas', () => {
  test('keys of captures and quarantine begin with a bucket, not an account', () => {
    expectRefused('lifecycle-area-accounts', { of: 'quarantine', accounts: [ONE], expireDays: 30 });
    expectRefused('lifecycle-area-accounts', { of: 'pending', accounts: [ONE], expireDays: 30 });
  });

  test('receipts never go', () => {
    expectRefused('lifecycle-receipts-kept', { of: 'receipts', expireDays: 3650 });
    expectRefused('lifecycle-receipts-kept', { of: 'receipts', noncurrentDays: 3650 });
    expectTaken({ of: 'receipts', transitions: moves([90, 'GLACIER_IR']) });
  });

  test('two rules never carry one id', () => {
    const twice = planned([wish('a', { expireDays: 9 }), wish('a', { of: 'pending', expireDays: 9 })]);
    expect(textOf(twice.refusals, 'lifecycle-name-twice')).toContain('called a,');
    const met = planned([
      wish('a', { of: 'digests', accounts: [ONE], transitions: moves([90, 'GLACIER_IR']) }),
      wish(`a-${ONE}`, { of: 'pending', expireDays: 9 }),
    ]);
    expect(textOf(met.refusals, 'lifecycle-name-twice')).toContain(`orgtrail-a-${ONE}`);
    const account = planned([wish('a', { expireDays: 9, accounts: [ONE, ONE] })]);
    expect(codesOf(account.refusals)).toEqual(['lifecycle-name-twice']);
  });

  test('a rule for uploads may be named after the one beside it: an id counted that no rule would carry', () => {
    const uploads = wish('captured-uploads', { of: 'quarantine', abortUploadsDays: 7 });
    expect(planned([wish('captured', { of: 'pending', expireDays: 30 }), uploads]).refusals).toEqual([]);
    const both = planned([wish('captured', { of: 'pending', expireDays: 30, abortUploadsDays: 7 }), uploads]);
    expect(textOf(both.refusals, 'lifecycle-name-twice')).toContain('orgtrail-captured-uploads');
  });
});
