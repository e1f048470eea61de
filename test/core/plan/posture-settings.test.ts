/** Versioning, ownership, public access and access logging: what each becomes, and what it breaks. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { ABSENT, ALL_FLAGS, onlyPlan, present, unknown } from './posture-states.ts';

describe('versioning', () => {
  test('is switched on, and said to stay', () => {
    const plan = onlyPlan('versioning', ABSENT);
    expect(plan.change).toMatchObject({ before: null, after: { Status: 'Enabled' }, breaks: [] });
    expect(plan.change?.reasons).toEqual(['Versioning is not switched on: what is overwritten or deleted is gone.']);
    expect(plan.warnings).toEqual([
      {
        code: 'posture-versioning-stays',
        detail: expect.stringContaining('never be removed, and may take 15 minutes'),
        hint: expect.stringContaining('Stop writers for 15 minutes'),
      },
    ]);
  });

  test('is resumed with its other field, and left alone where it is on', () => {
    const suspended = onlyPlan('versioning', present({ Status: 'Suspended', MFADelete: 'Disabled' }));
    expect(suspended.change?.after).toEqual({ Status: 'Enabled', MFADelete: 'Disabled' });
    expect(suspended.change?.reasons).toEqual(['Versioning is suspended: what is overwritten or deleted is gone.']);
    expect(suspended.warnings).toEqual([]);
    expect(onlyPlan('versioning', present({ Status: 'Enabled', MFADelete: 'Enabled' }))).toMatchObject({
      change: null,
      findings: [],
    });
    expect(onlyPlan('versioning', present({ Status: 'Paused' }))).toMatchObject(unknown('versioning'));
  });

  test('under MFA delete is for the root user', () => {
    const plan = onlyPlan('versioning', present({ Status: 'Suspended', MFADelete: 'Enabled' }));
    expect(plan.change).toBeNull();
    expect(plan.findings).toEqual([
      {
        code: 'posture-mfa-delete',
        detail: expect.stringContaining('versioning of archive-bucket is suspended, and MFA delete'),
        hint: expect.stringContaining('Have the root user'),
      },
    ]);
  });
});

describe('ownership', () => {
  const owned = (value: string): Json => ({ Rules: [{ ObjectOwnership: value }] });

  test.each([
    ['not set', ABSENT],
    ['ObjectWriter', present(owned('ObjectWriter'))],
    ['BucketOwnerPreferred', present(owned('BucketOwnerPreferred'))],
  ])('%s becomes BucketOwnerEnforced, which breaks ACLs', (name, state) => {
    const { change } = onlyPlan('ownership', state);
    expect(change?.after).toEqual(owned('BucketOwnerEnforced'));
    expect(change?.reasons).toEqual([
      `Object ownership is ${name}, not BucketOwnerEnforced: objects that others write may be theirs.`,
    ]);
    expect(change?.breaks).toEqual([
      expect.stringContaining('ACLs stop to count'),
      expect.stringContaining('Writers that send another ACL than bucket-owner-full-control are refused.'),
    ]);
  });

  test('as wanted is left alone, and two rules are not understood', () => {
    for (const wish of ['BucketOwnerEnforced', 'BucketOwnerPreferred'] as const) {
      const plan = onlyPlan('ownership', present(owned(wish)), { ownership: wish });
      expect(plan).toMatchObject({ change: null, refusals: [], findings: [] });
    }
    const two = { Rules: [{ ObjectOwnership: 'ObjectWriter' }, { ObjectOwnership: 'ObjectWriter' }] };
    expect(onlyPlan('ownership', present(two))).toMatchObject(unknown('ownership'));
  });

  test('does not bring ACLs back', () => {
    const plan = onlyPlan('ownership', present(owned('BucketOwnerEnforced')), { ownership: 'BucketOwnerPreferred' });
    expect(plan.change).toBeNull();
    expect(plan.refusals).toEqual([
      {
        code: 'posture-ownership-weaker',
        detail: 'ownership is BucketOwnerEnforced, and BucketOwnerPreferred would let ACLs count again',
        hint: expect.stringContaining('Set posture.ownership to BucketOwnerEnforced'),
      },
    ]);
    const preferred = onlyPlan('ownership', present(owned('ObjectWriter')), { ownership: 'BucketOwnerPreferred' });
    expect(preferred.change).toMatchObject({ after: owned('BucketOwnerPreferred'), breaks: [] });
  });
});

describe('public access', () => {
  test('is blocked four times, with a reason for each block that is off', () => {
    const { change } = onlyPlan('public-access', present({ ...ALL_FLAGS, BlockPublicPolicy: false }));
    expect(change?.after).toEqual(ALL_FLAGS);
    expect(change?.reasons).toEqual(['BlockPublicPolicy is off: A policy that lets everybody in can be set.']);
    expect(change?.breaks.join(' ')).toContain('public policy or a public ACL');
    expect(onlyPlan('public-access', ABSENT).change?.reasons).toHaveLength(4);
    expect(onlyPlan('public-access', present(ALL_FLAGS)).change).toBeNull();
  });
});

describe('access logging', () => {
  const to = (bucket: string, prefix: string, more: Record<string, Json> = {}): Json => ({
    TargetBucket: bucket,
    TargetPrefix: prefix,
    ...more,
  });

  test('is switched on with a warning of what S3 does not say', () => {
    const plan = onlyPlan('access-logging', ABSENT);
    expect(plan.change).toMatchObject({ after: to('access-logs', 'archive/'), breaks: [] });
    expect(plan.change?.reasons).toEqual(['Access logs are not kept.']);
    expect(plan.warnings).toEqual([
      {
        code: 'posture-logging-target',
        detail: expect.stringContaining("access-logs has to be in the archive's account and region"),
        hint: 'Look whether logs arrive in access-logs some hours after the change.',
      },
    ]);
  });

  test('is moved with its grants, and the former place is told', () => {
    const grants = { TargetGrants: [{ Permission: 'READ' }] };
    const { change } = onlyPlan('access-logging', present(to('old-logs', '', grants)));
    expect(change?.after).toEqual(to('access-logs', 'archive/', grants));
    expect(change?.breaks).toEqual(['Access logs no longer arrive at old-logs/.']);
    expect(onlyPlan('access-logging', present(to('access-logs', 'archive/', grants))).change).toBeNull();
    expect(onlyPlan('access-logging', present(to('access-logs', 'other/'))).change?.reasons).toEqual([
      'Access logs go to access-logs/other/, not to access-logs/archive/.',
    ]);
    expect(onlyPlan('access-logging', present(to('old-logs', 'archive/'))).change?.after).toEqual(
      to('access-logs', 'archive/'),
    );
  });

  test('without a prefix is at the top, and a prefix that is no text is not understood', () => {
    const top = { accessLogging: { bucket: 'access-logs', prefix: '' } };
    expect(onlyPlan('access-logging', present({ TargetBucket: 'access-logs' }), top).change).toBeNull();
    const strange = present({ TargetBucket: 'access-logs', TargetPrefix: 1 });
    expect(onlyPlan('access-logging', strange)).toMatchObject(unknown('access-logging'));
  });
});
