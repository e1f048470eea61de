/** Object Lock: from nothing to something, from weak to strong, and never back. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { DocumentKind, DocumentState } from '../../../src/core/plan/document.ts';
import { planPosture, postureKinds } from '../../../src/core/plan/posture.ts';
import { ABSENT, codes, onlyPlan, present, unknown, WANTED } from './posture-states.ts';

type Lock = NonNullable<typeof WANTED.objectLock>;

const YEAR: Lock = { mode: 'GOVERNANCE', days: 365 };

function locked(retention: Json | null, more: Record<string, Json> = {}): DocumentState {
  const rule = retention === null ? {} : { Rule: { DefaultRetention: retention } };
  return present({ ObjectLockEnabled: 'Enabled', ...rule, ...more });
}

describe('switched on', () => {
  test('with its retention, and said to be for ever', () => {
    const plan = onlyPlan('object-lock', ABSENT);
    expect(plan.change?.after).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
    });
    expect(plan.change?.reasons).toEqual([
      'Object Lock is off: whoever may delete can remove what is proven from archive-bucket.',
      'No default retention is set: new objects are not locked by themselves.',
    ]);
    expect(codes(plan, 'warnings')).toEqual(['posture-lock-forever']);
  });

  test('in COMPLIANCE mode, with what that means for everybody', () => {
    const plan = onlyPlan('object-lock', ABSENT, { objectLock: { mode: 'COMPLIANCE', days: 30 } });
    expect(codes(plan, 'warnings')).toEqual(['posture-lock-forever', 'posture-lock-compliance']);
    expect(plan.warnings[0]?.detail).toBe(
      'Object Lock cannot be switched off again, and versioning can then not be suspended',
    );
    expect(plan.warnings[0]?.hint).toContain('Leave posture.objectLock null');
    expect(plan.warnings[1]?.detail).toContain('for 30 days: captured and quarantined files too');
    expect(plan.warnings[1]?.hint).toContain('Use GOVERNANCE');
  });

  test('already, without a retention', () => {
    const plan = onlyPlan('object-lock', locked(null));
    expect(plan.change?.reasons).toEqual(['No default retention is set: new objects are not locked by themselves.']);
    expect(plan.warnings).toEqual([]);
  });
});

describe('a retention that is there', () => {
  test.each<readonly [string, Json, Lock]>([
    ['the same', { Mode: 'GOVERNANCE', Days: 365 }, YEAR],
    ['a year of 365 days', { Mode: 'GOVERNANCE', Years: 1 }, YEAR],
    ['two years', { Mode: 'COMPLIANCE', Years: 2 }, { mode: 'COMPLIANCE', days: 730 }],
  ])('%s is left as it is', (_name, retention, lock) => {
    const plan = onlyPlan('object-lock', locked(retention), { objectLock: lock });
    expect(plan).toMatchObject({ change: null, refusals: [], findings: [], warnings: [] });
  });

  test.each<readonly [string, Json, Lock]>([
    ['shorter', { Mode: 'GOVERNANCE', Days: 366 }, YEAR],
    ['shorter by a day than years', { Mode: 'GOVERNANCE', Years: 2 }, { mode: 'GOVERNANCE', days: 729 }],
    ['milder', { Mode: 'COMPLIANCE', Days: 365 }, YEAR],
    ['milder and longer', { Mode: 'COMPLIANCE', Days: 1 }, YEAR],
    ['stricter and shorter', { Mode: 'GOVERNANCE', Days: 366 }, { mode: 'COMPLIANCE', days: 365 }],
  ])('%s is refused', (_name, retention, lock) => {
    const plan = onlyPlan('object-lock', locked(retention), { objectLock: lock });
    expect(plan.change).toBeNull();
    expect(codes(plan, 'refusals')).toEqual(['posture-lock-weaker']);
  });

  test('is refused with the least that would do', () => {
    const plan = onlyPlan('object-lock', locked({ Mode: 'COMPLIANCE', Days: 30 }));
    expect(plan.refusals[0]?.hint).toContain('{ mode: COMPLIANCE, days: 365 }');
    expect(plan.refusals[0]?.detail).toContain('COMPLIANCE of 30 days, and GOVERNANCE of 365 days would be weaker');
    const milder = onlyPlan('object-lock', locked({ Mode: 'GOVERNANCE', Days: 366 }));
    expect(milder.refusals[0]?.hint).toContain('{ mode: GOVERNANCE, days: 366 }');
    const stricter = { objectLock: { mode: 'COMPLIANCE', days: 365 } } as const;
    const shorter = onlyPlan('object-lock', locked({ Mode: 'GOVERNANCE', Days: 366 }), stricter);
    expect(shorter.refusals[0]?.hint).toContain('{ mode: COMPLIANCE, days: 366 }');
    const next = { objectLock: { mode: 'COMPLIANCE', days: 365 } } as const;
    expect(onlyPlan('object-lock', locked({ Mode: 'COMPLIANCE', Days: 30 }), next).change).not.toBeNull();
  });

  test('is made longer and stricter, years become days, other fields stay', () => {
    const before = locked({ Mode: 'GOVERNANCE', Years: 1, DefaultEventHold: 'On' }, { Note: 'kept' });
    const plan = onlyPlan('object-lock', before, { objectLock: { mode: 'COMPLIANCE', days: 400 } });
    expect(plan.change?.after).toEqual({
      ObjectLockEnabled: 'Enabled',
      Note: 'kept',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400, DefaultEventHold: 'On' } },
    });
    expect(plan.change?.reasons).toEqual([
      "The default retention's mode is GOVERNANCE, not COMPLIANCE.",
      'The default retention is 365 days, shorter than 400 days.',
    ]);
    expect(codes(plan, 'warnings')).toEqual(['posture-lock-compliance']);
  });
});

describe('what is not understood is not written over', () => {
  test.each<readonly [string, Json]>([
    ['another state', { ObjectLockEnabled: 'Perhaps' }],
    ['a rule that is none', { ObjectLockEnabled: 'Enabled', Rule: 'always' }],
    ['a rule of null', { ObjectLockEnabled: 'Enabled', Rule: null }],
  ])('%s', (_name, value) => {
    expect(onlyPlan('object-lock', present(value))).toMatchObject(unknown('object-lock'));
  });

  test.each<readonly [string, Json]>([
    ['that is none', 'COMPLIANCE'],
    ['of null', null],
    ['of another mode', { Mode: 'FOREVER', Days: 1 }],
    ['without a mode', { Days: 1 }],
    ['in years without a mode', { Years: 1 }],
    ['without a length', { Mode: 'COMPLIANCE' }],
    ['of a half day', { Mode: 'COMPLIANCE', Days: 1.5 }],
    ['of no days', { Mode: 'COMPLIANCE', Days: 0 }],
    ['of days in words', { Mode: 'COMPLIANCE', Days: '400' }],
    ['of years in words', { Mode: 'COMPLIANCE', Years: '2' }],
  ])('a retention %s', (_name, value) => {
    const state = present({ ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: value } });
    expect(onlyPlan('object-lock', state)).toMatchObject(unknown('object-lock'));
  });
});

describe('versioning comes first', () => {
  const plan = (versioning: DocumentState, lock: DocumentState, wanted = WANTED) => {
    const states = new Map<DocumentKind, DocumentState>([
      ['versioning', versioning],
      ['object-lock', lock],
    ]);
    const found = planPosture(wanted, states).find(({ ref }) => ref.kind === 'object-lock');
    return { change: found?.change ?? null, codes: found?.findings.map(({ code }) => code) };
  };
  const unread: DocumentState = { state: 'unreadable', problem: { code: 'x', detail: 'x', hint: 'x' } };

  test('planned together with it, in the order of writing', () => {
    expect(plan(ABSENT, ABSENT)).toMatchObject({ change: {}, codes: [] });
    expect(plan(present({ Status: 'Enabled' }), ABSENT)).toMatchObject({ change: {}, codes: [] });
    const order = planPosture(
      WANTED,
      new Map([
        ['versioning', ABSENT],
        ['object-lock', ABSENT],
      ]),
    );
    expect(order.flatMap(({ change }) => (change === null ? [] : [change.ref.kind]))).toEqual([
      'versioning',
      'object-lock',
    ]);
  });

  test.each<readonly [string, DocumentState]>([
    ['unread', unread],
    ['under MFA delete', present({ Status: 'Suspended', MFADelete: 'Enabled' })],
  ])('withheld while versioning is %s', (_name, versioning) => {
    expect(plan(versioning, ABSENT)).toEqual({ change: null, codes: ['posture-lock-unversioned'] });
    // A lock that is on says that versioning is.
    expect(plan(versioning, locked(null))).toMatchObject({ change: {}, codes: [] });
  });

  test('withheld while versioning is not wanted', () => {
    const states = new Map(postureKinds(WANTED).map((kind) => [kind, ABSENT] as const));
    const plans = planPosture({ ...WANTED, versioning: false }, states);
    const lock = plans.find(({ ref }) => ref.kind === 'object-lock');
    expect(lock).toMatchObject({ change: null, findings: [{ code: 'posture-lock-unversioned' }] });
  });

  test('withheld also where only a retention is there, which switches nothing on', () => {
    const rule = present({ Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } });
    expect(plan(unread, rule).codes).toEqual(['posture-lock-unversioned']);
  });
});
