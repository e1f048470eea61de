/** A policy folded to organizations, and accounts that are in none as far as is known. */
import { expect, test } from 'vitest';
import { planBucketPolicy } from '../../src/core/plan/plan-policy.ts';
import { outsideWarning } from '../../src/pipeline/outside-organizations.ts';
import { accountNumber, ORGANIZATION, trails, wantedPolicy } from '../core/plan/wanted-policies.ts';

const COUNT = 1200;
const listed = Array.from({ length: COUNT }, (_, at) => ({ id: accountNumber(at), organization: 'example' }));
const bare = listed.map(({ id }) => ({ id, organization: null }));
const planFor = (organizations: readonly string[], count: number) =>
  planBucketPolicy(wantedPolicy({ delivery: trails(count), organizations }), { state: 'absent' });
const codes = (plan: ReturnType<typeof planFor>) => plan.warnings.map(({ code }) => code);

test('an account of the configuration that no organization lists is named: its delivery ended by the fold without a word', () => {
  const plan = planFor([ORGANIZATION], COUNT);
  expect(plan.budget?.form).toBe('organization');
  const warned = outsideWarning(plan, [...bare.slice(0, 5), ...listed.slice(5)]);
  expect(codes(warned)).toEqual(['policy-organization-untried', 'policy-outside-organizations']);
  expect(warned.warnings.at(-1)?.detail).toContain(`${accountNumber(2)} and 2 more`);
});

test('nothing is said where all are listed, where none is, or where the policy names the accounts', () => {
  const folded = planFor([ORGANIZATION], COUNT);
  expect([outsideWarning(folded, listed), outsideWarning(folded, bare)]).toEqual([folded, folded]);
  const merged = planFor([ORGANIZATION], 3);
  expect(outsideWarning(merged, [...bare.slice(0, 1), ...listed.slice(1, 3)])).toEqual(merged);
});
