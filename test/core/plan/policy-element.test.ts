/** Answers that may be missing, joined; scalars and lists, told apart. */
import { describe, expect, test } from 'vitest';
import {
  allOf,
  anyOf,
  isList,
  isRecord,
  listOf,
  not,
  textsOf,
  truth,
  type Truth,
} from '../../../src/core/plan/policy-element.ts';

describe('answers', () => {
  test.each<[readonly Truth[], Truth, Truth]>([
    [[], 'yes', 'no'],
    [['yes'], 'yes', 'yes'],
    [['no'], 'no', 'no'],
    [['unsure'], 'unsure', 'unsure'],
    [['yes', 'unsure'], 'unsure', 'yes'],
    [['unsure', 'no'], 'no', 'unsure'],
    [['yes', 'no'], 'no', 'yes'],
    [['no', 'unsure', 'yes'], 'no', 'yes'],
  ])('%j: all %s, any %s', (values, all, any) => {
    expect([allOf(values), anyOf(values)]).toEqual([all, any]);
  });
  test('turned round, and made of a boolean', () => {
    expect((['yes', 'no', 'unsure'] as const).map(not)).toEqual(['no', 'yes', 'unsure']);
    expect([truth(true), truth(false)]).toEqual(['yes', 'no']);
  });
});

test('objects, lists and everything else', () => {
  expect([{}, [], null, 'x', 1, undefined].map(isRecord)).toEqual([true, false, false, false, false, false]);
  expect([{}, [], null, 'x', 1, undefined].map(isList)).toEqual([false, true, false, false, false, false]);
  expect([listOf('a'), listOf(['a']), listOf(null)]).toEqual([['a'], ['a'], [null]]);
});

test('texts, one or several; anything else is none', () => {
  expect([textsOf('a'), textsOf(['a', 'b'])]).toEqual([['a'], ['a', 'b']]);
  expect([textsOf([]), textsOf(['a', 1]), textsOf(null), textsOf({}), textsOf(true)]).toEqual(Array(5).fill(null));
});
