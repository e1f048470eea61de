/** The one rule of a setting that AWS keeps as a list. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import {
  AS_WANTED,
  onlyRule,
  postureProblem,
  POSTURE_FINDINGS,
  POSTURE_REFUSALS,
  POSTURE_WARNINGS,
} from '../../../src/core/plan/posture-outcome.ts';

describe('the only rule', () => {
  test.each<readonly [string, Record<string, Json>, Record<string, Json>]>([
    ['of an absent setting is empty', {}, {}],
    ['of an empty list is empty', { Rules: [] }, {}],
    ['is the one that is there', { Rules: [{ A: 1 }] }, { A: 1 }],
  ])('%s', (_name, before, rule) => {
    expect(onlyRule(before)?.rule).toEqual(rule);
  });

  test.each<readonly [string, Record<string, Json>]>([
    ['two rules', { Rules: [{ A: 1 }, { B: 2 }] }],
    ['no list', { Rules: { A: 1 } }],
    ['no rule', { Rules: ['A'] }],
    ['a list as a rule', { Rules: [['A']] }],
    ['null as a rule', { Rules: [null] }],
  ])('is not understood of %s', (_name, before) => {
    expect(onlyRule(before)).toBeNull();
  });

  test('is replaced with everything else kept', () => {
    expect(onlyRule({ Rules: [{ A: 1 }], More: 'kept' })?.with({ B: 2 })).toEqual({ Rules: [{ B: 2 }], More: 'kept' });
  });
});

test('every code stands in one list', () => {
  const all = [...POSTURE_REFUSALS, ...POSTURE_FINDINGS, ...POSTURE_WARNINGS];
  expect(new Set(all).size).toBe(all.length);
  for (const code of all) expect(code).toMatch(/^posture-[a-z-]+$/);
});

test('what is as wanted has nothing to say', () => {
  const { after, ...lists } = AS_WANTED;
  expect(after).toBeNull();
  expect(lists).toEqual({ reasons: [], breaks: [], refusals: [], findings: [], warnings: [] });
});

test('a problem says what is wrong and what to do', () => {
  expect(postureProblem('posture-mfa-delete', 'what', 'then')).toEqual({
    code: 'posture-mfa-delete',
    detail: 'what',
    hint: 'then',
  });
});
