/** What the example shows in its comments can be planned on a new bucket as it stands: a start must not begin with a refusal. */
import { describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../src/config.ts';
import { wantedLifecycle, wantedPolicy, wantedPosture } from '../src/config/wanted.ts';
import type { DocumentKind, DocumentPlan, DocumentState } from '../src/core/plan/document.ts';
import type { LifecycleFacts } from '../src/core/plan/lifecycle-facts.ts';
import { planLifecycle } from '../src/core/plan/lifecycle.ts';
import { planBucketPolicy } from '../src/core/plan/plan-policy.ts';
import { planPosture, postureKinds } from '../src/core/plan/posture.ts';
import { COMPANION_ENV, LAYERS, withCompanions } from './config/example.ts';
import { FILE } from './config/refusal.ts';

const ABSENT: DocumentState = { state: 'absent' };
const VERSIONED: DocumentState = { state: 'present', value: { Status: 'Enabled' } };

function plansOf(config: Config): readonly DocumentPlan[] {
  const [policy, posture, lifecycle] = [
    wantedPolicy(config, ['222222222222', '333333333333']),
    wantedPosture(config),
    wantedLifecycle(config),
  ];
  if (policy === null || posture === null || lifecycle === null) throw new Error('a group is missing');
  const states = new Map<DocumentKind, DocumentState>(postureKinds(posture).map((kind) => [kind, ABSENT]));
  const facts: LifecycleFacts = {
    state: ABSENT,
    versioning: VERSIONED,
    objectLock: ABSENT,
    unproven: new Map(),
    unprovenUnknown: null,
    openQuarantine: null,
    accounts: ['222222222222', '333333333333'],
    organizations: [],
  };
  return [...planPosture(posture, states), planBucketPolicy(policy, ABSENT), planLifecycle(lifecycle, facts)];
}

describe.each([
  ['its groups', LAYERS[1] ?? ''],
  ['everything', LAYERS[2] ?? ''],
])('with %s', (_name, text) => {
  const plans = plansOf(parseConfig(withCompanions(text), FILE, COMPANION_ENV));

  test('every document is planned', () => {
    expect(plans.length).toBeGreaterThan(4);
    for (const { ref, change, refusals, findings } of plans) {
      expect([ref.kind, refusals, findings, change === null]).toEqual([ref.kind, [], [], false]);
    }
  });

  test('lifecycle and policy have nothing to warn of', () => {
    const told = plans.filter(({ ref }) => ref.kind === 'lifecycle' || ref.kind === 'bucket-policy');
    expect(told.map(({ warnings }) => warnings)).toEqual([[], []]);
  });
});
