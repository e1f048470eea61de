/** Settings of the archive bucket: what each state of them is planned to become, and what is never written. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { DocumentKind, DocumentState } from '../../../src/core/plan/document.ts';
import { planPosture, postureKinds } from '../../../src/core/plan/posture.ts';
import type { WantedPosture } from '../../../src/core/plan/wanted.ts';
import { ABSENT, NOTHING, onlyPlan, present, WANTED } from './posture-states.ts';

describe('what is not wanted', () => {
  test('is neither read nor planned', () => {
    expect(postureKinds(NOTHING)).toEqual([]);
    expect(planPosture(NOTHING, new Map([['versioning', ABSENT]]))).toEqual([]);
    expect(postureKinds(WANTED)).toEqual([
      'versioning',
      'ownership',
      'public-access',
      'encryption',
      'object-lock',
      'access-logging',
    ]);
  });
});

describe('what is wanted', () => {
  test.each<readonly [DocumentKind, Partial<WantedPosture>]>([
    ['versioning', { versioning: true }],
    ['ownership', { ownership: 'BucketOwnerPreferred' }],
    ['public-access', { publicAccessBlocked: true }],
    ['encryption', { encryption: { kmsKey: null, bucketKey: false } }],
    ['object-lock', { objectLock: { mode: 'GOVERNANCE', days: 1 } }],
    ['access-logging', { accessLogging: { bucket: 'access-logs', prefix: '' } }],
  ])('%s is planned alone', (kind, wish) => {
    const wanted = { ...NOTHING, ...wish };
    expect(postureKinds(wanted)).toEqual([kind]);
    const states = new Map<DocumentKind, DocumentState>([[kind, ABSENT]]);
    expect(planPosture(wanted, states).map(({ ref }) => ref.kind)).toEqual([kind]);
  });

  test('is planned also beside what cannot be', () => {
    const states = new Map<DocumentKind, DocumentState>([
      ['versioning', present({ Status: 'Suspended', MFADelete: 'Enabled' })],
      ...postureKinds(WANTED)
        .slice(1)
        .map((kind) => [kind, ABSENT] as const),
    ]);
    const plans = planPosture(WANTED, states);
    expect(plans.flatMap(({ change }) => (change === null ? [] : [change.ref.kind]))).toEqual([
      'ownership',
      'public-access',
      'encryption',
      'access-logging',
    ]);
    expect(plans.find(({ ref }) => ref.kind === 'object-lock')).toMatchObject({
      warnings: [],
      findings: [
        {
          code: 'posture-lock-unversioned',
          detail: 'Object Lock needs versioning, and archive-bucket is not sure to have it',
          hint: expect.stringContaining('Settle what is said of versioning first'),
        },
      ],
    });
  });
});

describe('what could not be read', () => {
  const denied = { code: 'blocked-access', detail: 'may not read it', hint: 'Allow s3:GetBucketX.' };

  test.each(postureKinds(WANTED))('%s is a finding with the missing permission, and no write', (kind) => {
    const plan = onlyPlan(kind, { state: 'unreadable', problem: denied });
    expect(plan.change).toBeNull();
    expect(plan.findings[0]).toEqual({ ...denied, code: `posture-${kind}-unknown` });
    expect(plan.ref).toEqual({ kind, account: '111111111111', target: 'archive-bucket' });
  });

  test('also where nobody asked', () => {
    const plans = planPosture(WANTED, new Map());
    expect(plans.map(({ change }) => change)).toEqual(postureKinds(WANTED).map(() => null));
    for (const { ref, findings } of plans) {
      const [first] = findings;
      expect(first?.code).toBe(`posture-${ref.kind}-unknown`);
      expect(first?.detail).toBe(`the bucket's ${ref.kind} was not read`);
      expect(first?.hint).toBe('Run the plan again.');
    }
  });

  test.each<readonly [DocumentKind, Json]>([
    ['versioning', ['Enabled']],
    ['versioning', { Status: 'Paused' }],
    ['public-access', 'open'],
    ['access-logging', 1],
  ])('%s as %j is not written over', (kind, value) => {
    const plan = onlyPlan(kind, present(value));
    expect(plan.change).toBeNull();
    expect(plan.findings).toEqual([
      {
        code: `posture-${kind}-unknown`,
        detail: `the ${kind} of archive-bucket is set in a way that orgtrail does not know, so it is not written over`,
        hint: 'Look at it in the console, and set it by hand.',
      },
    ]);
  });
});
