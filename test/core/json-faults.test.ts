/** What is said of a text that is refused: the right reason, and never more of the text than a line can hold. */
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../src/core/json.ts';

const problemOf = (text: string | Uint8Array): string => {
  const result = parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
  return 'problem' in result ? result.problem : 'none';
};

describe('the reason', () => {
  test('tells bytes that are no text from text that is no JSON', () => {
    expect(problemOf(Buffer.of(0x22, 0xff, 0x22))).toBe('not valid UTF-8');
    expect(problemOf('undefined')).toMatch(/^not JSON: /);
    expect(problemOf('\ufeff{}')).toMatch(/^not JSON: /);
  });
  test('tells names that stand twice from lists that only look like objects', () => {
    expect(problemOf('["a":1,"a":2]')).toMatch(/^not JSON: /);
    expect(problemOf('{"a":1,"a":2}')).toBe('the name "a" stands twice in one object');
  });
  test('is short, however far away the fault is', () => {
    expect(problemOf(`{"a":1,${' '.repeat(1_000_000)}}`).length).toBeLessThanOrEqual('not JSON: '.length + 80);
  });
  test('is short, however long the name is', () => {
    const name = 'n'.repeat(10_000);
    const problem = problemOf(`{"${name}":1,"${name}":2}`);
    expect(problem).toMatch(/stands twice in one object$/);
    expect(problem.length).toBeLessThan(120);
  });
});

describe('names with escapes that are none', () => {
  test('are compared as they are written', () => {
    expect(problemOf(String.raw`{"\x":1,"\y":2}`)).toMatch(/^not JSON: /);
    expect(problemOf(String.raw`{"\x":1,"\x":2}`)).toMatch(/stands twice/);
  });
});
