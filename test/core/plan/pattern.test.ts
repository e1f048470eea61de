/** Wildcards, variables, and what of them cannot be judged. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, matchesArn, UNKNOWN, type Lookup } from '../../../src/core/plan/pattern.ts';
import type { Truth } from '../../../src/core/plan/policy-element.ts';

const known: Lookup = (key) =>
  key === 'aws:principalaccount' ? '111111111111' : key === 'aws:star' ? 'a*b' : key === 'aws:what' ? UNKNOWN : null;
const wild = (pattern: string, text: string, variables: Lookup | null = known): Truth =>
  matches(pattern, text, { variables, wildcards: true });

describe('wildcards', () => {
  test.each<[string, string, Truth]>([
    ['abc', 'abc', 'yes'],
    ['abc', 'abcd', 'no'],
    ['abc', 'Abc', 'no'],
    ['', '', 'yes'],
    ['', 'a', 'no'],
    ['*', '', 'yes'],
    ['*', 'any/thing:at\nall', 'yes'],
    ['?', '', 'no'],
    ['a?c', 'abc', 'yes'],
    ['a?c', 'ac', 'no'],
    ['a*c', 'ac', 'yes'],
    ['a*c', 'acb', 'no'],
    ['a*b*c', 'a-b-b-c', 'yes'],
    ['a*bb*c', 'a-b-c', 'no'],
    ['ab*ba', 'aba', 'no'],
    ['ab*ba', 'abba', 'yes'],
    ['*a*a', 'a', 'no'],
    ['*?', 'a', 'yes'],
    ['a**b', 'ab', 'yes'],
    ['a.c', 'abc', 'no'],
  ])('%j of %j: %s', (pattern, text, expected) => {
    expect(wild(pattern, text)).toBe(expected);
  });
  test('mean themselves where none are read', () => {
    const plain = (pattern: string, text: string): Truth =>
      matches(pattern, text, { variables: known, wildcards: false });
    expect([plain('a*', 'a*'), plain('a*', 'ab'), plain('a?', 'ab')]).toEqual(['yes', 'no', 'no']);
    expect(plain('${aws:PrincipalAccount}', '111111111111')).toBe('yes');
  });
  test('agree with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(wild(pattern, text)).toBe(expression.test(text) ? 'yes' : 'no');
      }),
    );
  });
  test('take no time that grows out of bounds', () => {
    const started = performance.now();
    expect(wild(`${'*a'.repeat(500)}b`, 'a'.repeat(2000))).toBe('no');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('variables', () => {
  test.each<[string, string, Truth]>([
    ['x/${aws:PrincipalAccount}/*', 'x/111111111111/y', 'yes'],
    ['x/${AWS:principalaccount}/*', 'x/111111111111/y', 'yes'],
    ['x/${aws:PrincipalAccount}/*', 'x/222222222222/y', 'no'],
    ['${aws:Absent}', '', 'no'],
    ["${aws:Absent, 'else'}", 'else', 'yes'],
    ["${aws:PrincipalAccount, 'else'}", 'else', 'no'],
    ['${aws:What}', 'x', 'unsure'],
    ['x${aws:What}', 'xy', 'unsure'],
    ['y${aws:What}', 'x', 'unsure'],
    ['${aws:Star}', 'a*b', 'yes'],
    ['${aws:Star}', 'axb', 'no'],
    ['${*}${?}${$}', '*?$', 'yes'],
    ['${*}', 'x', 'no'],
    ['a${', 'a${', 'yes'],
    ['a$b', 'a$b', 'yes'],
  ])('%s of %j: %s', (pattern, text, expected) => {
    expect(wild(pattern, text)).toBe(expected);
  });
  test('are text where the version knows none', () => {
    expect(wild('${aws:PrincipalAccount}', '111111111111', null)).toBe('no');
    expect(wild('${aws:PrincipalAccount}', '${aws:PrincipalAccount}', null)).toBe('yes');
    expect(wild('${*}', '${abc}', null)).toBe('yes');
  });
});

describe('ARNs', () => {
  const arn = 'arn:aws:cloudtrail:us-east-1:111111111111:trail/a:b';
  test.each<[string, Truth]>([
    [arn, 'yes'],
    ['arn:aws:cloudtrail:*:111111111111:trail/*', 'yes'],
    ['arn:*:*:*:*:*', 'yes'],
    ['arn:aws:cloudtrail:*:trail/a:b', 'no'],
    ['arn:aws:cloudtrail:*', 'unsure'],
    ['*', 'unsure'],
    ['arn:aws:s3*', 'no'],
    ['arn:aws:cloudtrail:${aws:What}:111111111111:trail/*', 'unsure'],
    ['arn:aws:cloudtrail:${aws:Absent}:111111111111:trail/*', 'no'],
    ['arn:aws:cloudtrail:us-east-1:222222222222:trail/*', 'no'],
  ])('%s: %s', (pattern, expected) => {
    expect(matchesArn(pattern, arn, { variables: known, wildcards: true })).toBe(expected);
  });
  test('are matched part by part', () => {
    const reading = { variables: null, wildcards: true };
    expect(matchesArn('arn:aws:s3:::a*', 'arn:aws:s3:::a:b', reading)).toBe('yes');
    expect(matchesArn('arn:aws:*:a', 'arn:aws:s3:::a', reading)).toBe('unsure');
    expect(matchesArn('arn:aws:s3:*::a', 'arn:aws:s3:::b:a', reading)).toBe('no');
  });
});
