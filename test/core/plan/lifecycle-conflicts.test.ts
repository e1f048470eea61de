/** What of the bucket, the duty to keep and the other rules stands against a rule: broken one by one. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { DocumentState } from '../../../src/core/plan/document.ts';
import { planLifecycle } from '../../../src/core/plan/lifecycle.ts';
import type { LifecycleWish, WantedLifecycle } from '../../../src/core/plan/wanted.ts';
import {
  ABSENT,
  codesOf,
  facts,
  foreignRule,
  ONE,
  ORG,
  planned,
  present,
  rulesAfter,
  textOf,
  TWO,
  wanted,
  wish,
} from './lifecycle-world.ts';

const unread: DocumentState = { state: 'unreadable', problem: { code: 'x', detail: 'denied', hint: 'allow it' } };
const lock = (retention: Json): DocumentState =>
  present({ ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: retention } });
const move = { transitions: [{ days: 90, class: 'GLACIER_IR' }] } as const;

describe("the bucket's settings", () => {
  test('MFA delete allows no lifecycle at all', () => {
    const versioning = present({ Status: 'Enabled', MFADelete: 'Enabled' });
    const plan = planned([wish('m', { of: 'proven', ...move })], { versioning });
    expect(textOf(plan.refusals, 'lifecycle-mfa-delete')).toContain('root');
    expect(plan.change).toBeNull();
    expect(planned([], { versioning }).refusals).toEqual([]);
    const off = present({ Status: 'Enabled', MFADelete: 'Disabled' });
    expect(planned([wish('m', { of: 'proven', ...move })], { versioning: off }).refusals).toEqual([]);
  });

  test('what could not be read is no permission', () => {
    const rules = [wish('m', { of: 'proven', ...move })];
    expect(textOf(planned(rules, { versioning: unread }).refusals, 'lifecycle-versioning-unread')).toContain(
      'allow it',
    );
    expect(planned(rules, { objectLock: unread }).refusals).toEqual([]);
    const expiring = planned([wish('old', { expireDays: 400 })], { objectLock: unread });
    expect(textOf(expiring.refusals, 'lifecycle-lock-unread')).toContain('allow it');
  });

  test.each([
    [{ Mode: 'COMPLIANCE', Days: 400 }, 400],
    [{ Mode: 'GOVERNANCE', Years: 2 }, 730],
  ])('Object Lock %j: nothing expires sooner, it would only be hidden', (retention, days) => {
    const objectLock = lock(retention);
    const early = planned([wish('old', { expireDays: days - 1 })], { objectLock });
    expect(textOf(early.refusals, 'lifecycle-locked')).toContain('hidden by a delete marker');
    const captures = planned([wish('p', { of: 'pending', expireDays: 30 })], { objectLock });
    expect(codesOf(captures.refusals)).toEqual(['lifecycle-locked']);
    expect(planned([wish('old', { expireDays: days })], { objectLock }).refusals).toEqual([]);
    expect(
      planned([wish('old', { expireDays: 1 })], { objectLock: present({ ObjectLockEnabled: 'Enabled' }) }).refusals,
    ).toEqual([]);
  });

  test('versions stay where something expires without noncurrentDays', () => {
    const rules = [wish('old', { expireDays: 400 })];
    for (const Status of ['Enabled', 'Suspended'])
      expect(codesOf(planned(rules, { versioning: present({ Status }) }).warnings)).toEqual([
        'lifecycle-versions-stay',
      ]);
    expect(planned(rules, { versioning: ABSENT }).warnings).toEqual([]);
    expect(planned([wish('old', { expireDays: 400, noncurrentDays: 1 })]).warnings).toEqual([]);
  });

  test('noncurrentDays without versions does nothing', () => {
    const plan = planned([wish('old', { noncurrentDays: 1 })], { versioning: present({}) });
    expect(codesOf(plan.warnings)).toEqual(['lifecycle-unversioned']);
  });
});

describe('the duty to keep', () => {
  const kept = (fields: Partial<LifecycleWish>, more: Partial<WantedLifecycle> = {}): ReturnType<typeof planned> =>
    planLifecycle(wanted([wish('old', { accounts: [ONE], ...fields })], { retentionDays: 365, ...more }), facts());

  test('refuses what expires proven files sooner', () => {
    expect(textOf(kept({ expireDays: 364 }).refusals, 'lifecycle-retention')).toContain('365');
    expect(codesOf(kept({ of: 'digests', expireDays: 364 }).refusals)).toContain('lifecycle-retention');
    expect(kept({ expireDays: 365 }).refusals).toEqual([]);
    expect(kept({ of: 'pending', accounts: [], expireDays: 30 }).refusals).toEqual([]);
    expect(kept({ expireDays: 1 }, { retentionDays: null }).refusals).toEqual([]);
  });

  test('warns where a deleted version may go sooner', () => {
    expect(codesOf(kept({ expireDays: 400, noncurrentDays: 30 }).warnings)).toEqual(['lifecycle-versions-retention']);
    expect(kept({ expireDays: 400, noncurrentDays: 365 }).warnings).toEqual([]);
  });
});

describe('digests outlive the logs they prove', () => {
  const together = (...rules: readonly LifecycleWish[]): readonly string[] => codesOf(planned(rules).refusals);
  const logs = (expireDays: number, fields: Partial<LifecycleWish> = {}): LifecycleWish =>
    wish('logs', { expireDays, ...fields });
  const digests = (expireDays: number, fields: Partial<LifecycleWish> = {}): LifecycleWish =>
    wish('digests', { of: 'digests', expireDays, ...fields });
  const REFUSED = ['lifecycle-digests-with-logs'];

  test('not before, not with them, not while the logs stay', () => {
    expect(together(logs(400), digests(399))).toEqual(REFUSED);
    expect(together(logs(400), digests(400))).toEqual(REFUSED);
    expect(together(digests(4000))).toEqual(REFUSED);
    expect(together(logs(400), digests(401))).toEqual([]);
    expect(together(logs(400))).toEqual([]);
  });

  test('account by account', () => {
    expect(together(logs(400, { accounts: [ONE] }), digests(500))).toEqual(REFUSED);
    expect(together(logs(400, { accounts: [ONE] }), digests(500, { accounts: [ONE] }))).toEqual([]);
    expect(together(logs(400), digests(500), digests(300, { name: 'early', accounts: [TWO] }))).toEqual(REFUSED);
    expect(textOf(planned([logs(400, { accounts: [ONE] }), digests(500)]).refusals, REFUSED[0] as never)).toContain(
      TWO,
    );
  });

  test('logs that a size filter leaves out stay', () => {
    expect(together(logs(400, { largerThanBytes: 1 }), digests(500))).toEqual(REFUSED);
  });

  test('proven takes both: only after all logs of accounts that are named', () => {
    const proven = (fields: Partial<LifecycleWish>): LifecycleWish =>
      wish('p', { of: 'proven', expireDays: 500, ...fields });
    expect(together(proven({}))).toEqual(REFUSED);
    expect(together(logs(400), proven({}))).toEqual(REFUSED);
    expect(together(proven({ accounts: [ONE] }))).toEqual(REFUSED);
    expect(together(logs(400), proven({ accounts: [ONE] }))).toEqual([]);
    const after = planned([logs(400), proven({ accounts: [ONE] })], { organizations: [ORG] });
    expect(rulesAfter(after).map((rule) => rule['Filter'])).toContainEqual({ Prefix: `trail/AWSLogs/${ORG}/${ONE}/` });
  });
});

describe('how many rules there are', () => {
  const accounts = Array.from({ length: 250 }, (_, index) => String(100_000_000_000 + index));

  test('a thousand, foreign ones among them', () => {
    const rules = [wish('old', { expireDays: 400 })];
    expect(planned(rules, { accounts }).refusals).toEqual([]);
    const plan = planned(rules, { accounts, state: present({ Rules: [foreignRule('f')] }) });
    const text = textOf(plan.refusals, 'lifecycle-too-many-rules');
    expect(text).toContain('1001 rules are needed (1000 of ours: old 1000; 1 foreign), and S3 takes 1000');
    expect(text).toContain('proven');
    expect(plan.change).toBeNull();
  });

  test('ten thousand accounts move by one rule, and are refused an expiry without delay', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => String(100_000_000_000 + index));
    expect(rulesAfter(planned([wish('m', { of: 'proven', ...move })], { accounts: many }))).toHaveLength(1);
    const began = performance.now();
    expect(codesOf(planned([wish('old', { expireDays: 9 })], { accounts: many }).refusals)).toEqual([
      'lifecycle-too-many-rules',
    ]);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('a refused plan', () => {
  test('says that rules of before go on removing', () => {
    const before = present({ Rules: rulesAfter(planned([wish('old', { expireDays: 400, accounts: [ONE] })])) });
    const plan = planned([wish('old', { expireDays: 0 })], { state: before });
    expect(textOf(plan.findings, 'lifecycle-still-in-force')).toContain(`orgtrail-old-${ONE}`);
    expect(codesOf(planned([wish('old', { expireDays: 9 })], { state: before }).findings)).toEqual([]);
  });
});
