/** Whatever stands in the file: it is a configuration or a ConfigError, and nothing leaks into prototypes. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseConfig } from '../src/config.ts';
import { ConfigError } from '../src/config/problem.ts';
import { inputSchema } from '../src/config/schema.ts';
import { FILE, GOOD } from './config/refusal.ts';

const KEYS = [
  ...Object.keys(inputSchema().properties ?? {}),
  'bucket',
  'id',
  'trails',
  'url',
  'tls',
  'prefix',
  '__proto__',
  'constructor',
  'toString',
  'x',
];
const WORDS = [
  '',
  'null',
  '012345678901',
  '"222222222222"',
  '${HOME}',
  '${HOME:-x}',
  '*a',
  '&a',
  '!!str',
  '|',
  '>',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '\t',
  '\n',
  '\n  ',
  '# ',
  '---\n',
  '<<',
  '\u0000',
  '"',
  "'",
  '%',
];

function outcome(text: string): 'good' | ConfigError {
  try {
    parseConfig(text, FILE, { HOME: 'home' });
    return 'good';
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function expectSane(text: string): void {
  const result = outcome(text);
  if (result !== 'good') {
    expect(result.problems.length).toBeGreaterThan(0);
    const end = text.split(/\r\n|\r|\n/).length + 1;
    for (const { position } of result.problems) {
      if (position === null) continue;
      expect(position.line).toBeGreaterThan(0);
      expect(position.line).toBeLessThanOrEqual(end);
      expect(position.column).toBeGreaterThan(0);
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['bucket']).toBeUndefined();
}

test('any text', () =>
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), expectSane), { numRuns: 400 }));

test('any heap of YAML pieces', () => {
  const pieces = fc
    .array(fc.constantFrom(...KEYS.map((key) => `${key}: `), ...WORDS), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(fc.property(pieces, expectSane), { numRuns: 600 });
});

test('any value at any known key', () => {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1.5,
        '',
        'x',
        '222222222222',
        '${HOME}',
        '${',
        'arn:aws:iam::222222222222:role/x',
      ),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...KEYS), tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => expectSane(stringify(value))),
    { numRuns: 500 },
  );
});

test('a good file with one character changed', () => {
  const text = `${GOOD}accounts:\n  - id: "222222222222"\n    role: arn:aws:iam::222222222222:role/x\nlimits: { hashThreads: 2 }\n`;
  expect(outcome(text)).toBe('good');
  const change = fc.tuple(
    fc.nat(text.length - 1),
    fc.constantFrom('', ':', '"', '\n', '\t', ' ', '0', '{', '&', '*', '-', '#', '\u0000'),
  );
  fc.assert(
    fc.property(change, ([at, character]) => expectSane(text.slice(0, at) + character + text.slice(at + 1))),
    { numRuns: 500 },
  );
});
