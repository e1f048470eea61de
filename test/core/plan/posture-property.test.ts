/** Whatever is set and whatever is wanted: a plan ends where it leads to, and takes no protection away. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { DocumentKind, DocumentPlan, DocumentState } from '../../../src/core/plan/document.ts';
import { planPosture, postureKinds } from '../../../src/core/plan/posture.ts';
import type { WantedPosture } from '../../../src/core/plan/wanted.ts';
import { ALL_FLAGS, KEY, WANTED } from './posture-states.ts';

const days = fc.constantFrom(1, 29, 30, 364, 365, 366, 730, 1000);
const mode = fc.constantFrom('GOVERNANCE' as const, 'COMPLIANCE' as const);
const names = fc.constantFrom('access-logs', 'other-logs');

const wantedPosture: fc.Arbitrary<WantedPosture> = fc.record({
  bucket: fc.constant(WANTED.bucket),
  owner: fc.constant(WANTED.owner),
  versioning: fc.boolean(),
  objectLock: fc.option(fc.record({ mode, days })),
  encryption: fc.option(fc.record({ kmsKey: fc.option(fc.constant(KEY)), bucketKey: fc.boolean() })),
  publicAccessBlocked: fc.boolean(),
  ownership: fc.option(fc.constantFrom('BucketOwnerEnforced' as const, 'BucketOwnerPreferred' as const)),
  accessLogging: fc.option(fc.record({ bucket: names, prefix: fc.constantFrom('', 'a/') })),
});

const retention = fc.oneof(
  fc.record({ Mode: mode, Days: days }),
  fc.record({ Mode: mode, Years: fc.constantFrom(1, 2) }),
  fc.constant({}),
);
const keyed = fc.record(
  {
    SSEAlgorithm: fc.constantFrom('AES256', 'aws:kms', 'aws:kms:dsse'),
    KMSMasterKeyID: fc.constantFrom(KEY, '1234', 'alias/other'),
  },
  { requiredKeys: [] },
);
const values: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  versioning: fc.record(
    { Status: fc.constantFrom('Enabled', 'Suspended'), MFADelete: fc.constantFrom('Enabled', 'Disabled') },
    { requiredKeys: ['Status'] },
  ),
  ownership: fc
    .constantFrom('BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter')
    .map((ObjectOwnership) => ({ Rules: [{ ObjectOwnership }] })),
  'public-access': fc
    .subarray(Object.keys(ALL_FLAGS))
    .chain((given) =>
      fc.subarray(given).map((on) => Object.fromEntries(given.map((name) => [name, on.includes(name)]))),
    ),
  encryption: fc
    .record({ ApplyServerSideEncryptionByDefault: keyed, BucketKeyEnabled: fc.boolean() }, { requiredKeys: [] })
    .map((rule) => ({ Rules: [rule] })),
  'object-lock': fc.oneof(
    retention.map((DefaultRetention) => ({ ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } })),
    fc.constant({ ObjectLockEnabled: 'Enabled' }),
  ),
  'access-logging': fc.record(
    {
      TargetBucket: names,
      TargetPrefix: fc.constantFrom('', 'a/'),
      TargetGrants: fc.constant([{ Permission: 'READ' }]),
    },
    { requiredKeys: ['TargetBucket'] },
  ),
};

const unreadable: DocumentState = { state: 'unreadable', problem: { code: 'c', detail: 'd', hint: 'h' } };

const states: fc.Arbitrary<ReadonlyMap<DocumentKind, DocumentState>> = fc
  .tuple(
    ...postureKinds(WANTED).map((kind) =>
      fc
        .oneof(
          {
            weight: 6,
            arbitrary: (values[kind] ?? fc.jsonValue()).map((value): DocumentState => ({
              state: 'present',
              value: value as Json,
            })),
          },
          { weight: 2, arbitrary: fc.constant<DocumentState>({ state: 'absent' }) },
          { weight: 1, arbitrary: fc.constant(unreadable) },
          {
            weight: 1,
            arbitrary: fc.jsonValue().map((value): DocumentState => ({ state: 'present', value: value as Json })),
          },
        )
        .map((state) => [kind, state] as const),
    ),
  )
  .map((pairs) => new Map(pairs));

function applied(before: ReadonlyMap<DocumentKind, DocumentState>, plans: readonly DocumentPlan[]) {
  const after = new Map(before);
  for (const { ref, change } of plans) {
    if (change !== null && change.after !== null) after.set(ref.kind, { state: 'present', value: change.after });
  }
  return after;
}

/** The part of a document behind some names; absent where there is none. */
function at(value: Json | null | undefined, ...path: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const name of path) found = (found as Record<string | number, unknown> | null | undefined)?.[name];
  return found;
}

function rank(order: readonly string[], found: unknown): number {
  return order.findIndex((one) => one === found) + 1;
}

function lockedDays(value: Json | null): number {
  const [inDays = 0, inYears = 0] = ['Days', 'Years'].map((unit) => at(value, 'Rule', 'DefaultRetention', unit));
  return Number(inDays) + Number(inYears) * 365;
}

type Measure = (value: Json | null) => readonly number[];

/** How much each setting protects, part by part; nothing may go down. */
const STRENGTH: ReadonlyMap<DocumentKind, Measure> = new Map<DocumentKind, Measure>([
  ['versioning', (value) => [rank(['Enabled'], at(value, 'Status'))]],
  [
    'ownership',
    (value) => [rank(['BucketOwnerPreferred', 'BucketOwnerEnforced'], at(value, 'Rules', 0, 'ObjectOwnership'))],
  ],
  ['public-access', (value) => Object.keys(ALL_FLAGS).map((flag) => (at(value, flag) === true ? 1 : 0))],
  [
    'encryption',
    (value) => {
      const algorithm = at(value, 'Rules', 0, 'ApplyServerSideEncryptionByDefault', 'SSEAlgorithm');
      return [rank(['AES256', 'aws:kms', 'aws:kms:dsse'], algorithm)];
    },
  ],
  [
    'object-lock',
    (value) => [
      rank(['Enabled'], at(value, 'ObjectLockEnabled')),
      rank(['GOVERNANCE', 'COMPLIANCE'], at(value, 'Rule', 'DefaultRetention', 'Mode')),
      lockedDays(value),
    ],
  ],
  ['access-logging', (value) => [at(value, 'TargetBucket') === undefined ? 0 : 1]],
]);

function strength(kind: DocumentKind, value: Json | null): readonly number[] {
  return STRENGTH.get(kind)?.(value) ?? [];
}

describe('for any settings', () => {
  test('a plan over what a plan leads to has no change', () =>
    fc.assert(
      fc.property(wantedPosture, states, (wanted, before) => {
        const again = planPosture(wanted, applied(before, planPosture(wanted, before)));
        expect(again.map(({ change }) => change)).toEqual(again.map(() => null));
      }),
      { numRuns: 500 },
    ));

  test('nothing becomes weaker, nothing foreign is lost, nothing unread is written', () =>
    fc.assert(
      fc.property(wantedPosture, states, (wanted, before) => {
        for (const { ref, change, refusals, findings } of planPosture(wanted, before)) {
          const state = before.get(ref.kind);
          if (state?.state === 'unreadable') expect(change).toBeNull();
          if (change === null) continue;
          expect(refusals.length + findings.length).toBe(0);
          expect(change.reasons.length).toBeGreaterThan(0);
          expect(change.before).toEqual(state?.state === 'present' ? state.value : null);
          const [old, next] = [strength(ref.kind, change.before), strength(ref.kind, change.after)];
          for (const [index, held] of old.entries()) expect(next[index]).toBeGreaterThanOrEqual(held);
          expect(Object.keys(change.after ?? {})).toEqual(expect.arrayContaining(Object.keys(change.before ?? {})));
        }
      }),
      { numRuns: 500 },
    ));

  test('what is wanted is there after the plan, or said not to be', () =>
    fc.assert(
      fc.property(wantedPosture, states, (wanted, before) => {
        const plans = planPosture(wanted, before);
        expect(plans.map(({ ref }) => ref.kind)).toEqual(postureKinds(wanted));
        const after = applied(before, plans);
        for (const { ref, refusals, findings } of plans) {
          if (refusals.length + findings.length > 0) continue;
          const state = after.get(ref.kind);
          const value = state?.state === 'present' ? state.value : null;
          expect(Math.min(...strength(ref.kind, value))).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    ));
});
