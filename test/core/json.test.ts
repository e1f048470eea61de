/** Strict JSON against JSON.parse: the same on sound text, and a refusal where two readers could differ. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../src/core/json.ts';

const read = (text: string): ReturnType<typeof parseStrictJson> => parseStrictJson(Buffer.from(text, 'utf8'));
const problemOf = (text: string | Uint8Array): string => {
  const result = typeof text === 'string' ? read(text) : parseStrictJson(text);
  return 'problem' in result ? result.problem : 'no problem';
};
/** `{` and `[` that are open at once, counted over a value. */
const depthOf = (value: unknown): number =>
  value === null || typeof value !== 'object' ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));

const VALUE = fc.jsonValue({ maxDepth: 5 }).filter((value) => depthOf(value) <= 32);

/** The letter as itself or as an escape: `a`, `\u0061` and, for digits in hexadecimal, both cases. */
const spelt = (name: string): fc.Arbitrary<string> =>
  fc
    .tuple(...name.split('').map((letter) => fc.constantFrom(letter, ...escapesOf(letter))))
    .map((letters) => `"${letters.join('')}"`);

function escapesOf(letter: string): readonly string[] {
  const hex = letter.charCodeAt(0).toString(16).padStart(4, '0');
  return [`\\u${hex}`, `\\u${hex.toUpperCase()}`, ...(letter === '/' ? ['\\/'] : [])];
}

test('sound text means what JSON.parse says', () => {
  fc.assert(
    fc.property(VALUE, fc.constantFrom(undefined, 1, '\t', '\r\n '), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const result = read(text);
      expect('value' in result ? JSON.stringify(result.value) : result).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 300 },
  );
});

test('text with a fault anywhere is refused exactly where JSON.parse refuses it, or for a repeated name', () => {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(2),
    insert: fc.oneof(fc.constantFrom('"', '\\', '{', ']', ',', ':', '\\u0061', '\u2028'), fc.string({ maxLength: 2 })),
  });
  fc.assert(
    fc.property(VALUE, edit, (value, { at, remove, insert }) => {
      const sound = JSON.stringify(value);
      const place = at % (sound.length + 1);
      const text = sound.slice(0, place) + insert + sound.slice(place + remove);
      const problem = problemOf(text);
      if (problem === 'no problem') expect(() => JSON.parse(Buffer.from(text).toString()) as unknown).not.toThrow();
      else if (!/twice|deeper/.test(problem)) expect(problem).toMatch(/^not (JSON|valid UTF-8)/);
      if (problem.startsWith('not JSON'))
        expect(() => JSON.parse(Buffer.from(text).toString()) as unknown).toThrow(SyntaxError);
    }),
    { numRuns: 1000 },
  );
});

describe('a name that stands twice', () => {
  const NAMES = ['logFiles', 'a', 'digestS3Object', 'x/y', '__proto__', '', '0', 'toString'];
  const shells: readonly (readonly [string, (object: string) => string])[] = [
    ['at the top', (object) => object],
    ['in a list', (object) => `[1,{"b":[]},${object}]`],
    ['in an object', (object) => `{"outer":{"inner":${object}},"last":[{}]}`],
  ];
  test.each(shells)('is refused however it is spelt, %s', (_name, shell) => {
    const twice = fc
      .constantFrom(...NAMES)
      .chain((name) => fc.tuple(spelt(name), spelt(name), fc.constantFrom('', ' ', '\n\t')));
    fc.assert(
      fc.property(twice, ([one, other, gap]) => {
        const text = shell(`{${one}:1,"between":{"k":"v"},${other}${gap}:2}`);
        expect(() => JSON.parse(text) as unknown).not.toThrow();
        expect(problemOf(text)).toContain('stands twice in one object');
      }),
    );
  });
  test('is none in two objects, in a list of texts, or as a value', () => {
    for (const text of [
      '[{"a":1},{"a":2}]',
      '{"a":{"a":{"a":1}}}',
      '["a","a"]',
      '{"a":"a","b":"a"}',
      '{"a":["a",{"a":"a"}]}',
      '{"a\\"":1,"a":2}',
    ])
      expect(problemOf(text), `in ${text}`).toBe('no problem');
  });
  test('is not hidden by quotes, brackets and escapes in other texts', () => {
    for (const text of [
      '{"a":"}","a":1}',
      '{"a":"{\\"","a":1}',
      '{"a":"\\\\","a":1}',
      '{"a":"[[[","a":1}',
      '{"a":"\\u0022","a":1}',
      '{"a":1 , "a"\n: 1}',
    ])
      expect(problemOf(text), `in ${text}`).toContain('stands twice');
  });
});

describe('bytes that are no text', () => {
  test.each<[string, Uint8Array]>([
    ['a byte-order mark', Buffer.from('\ufeff{}')],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['nothing', new Uint8Array()],
    ['a broken letter', Uint8Array.from([0x22, 0xc3, 0x22])],
    ['a letter spelt too long', Uint8Array.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half of a pair', Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('%s', (_name, bytes) => {
    expect(problemOf(bytes)).not.toBe('no problem');
  });
  test('any bytes give a value or a problem, never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(typeof parseStrictJson(bytes)).toBe('object');
      }),
    );
  });
});

describe('hostile sizes', () => {
  test('32 levels are read, 33 are not', () => {
    const nested = (levels: number): string => '[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2);
    expect(problemOf(nested(32))).toBe('no problem');
    expect(problemOf(nested(34))).toContain('deeper than 32');
    expect(problemOf('['.repeat(1_000_000))).toContain('deeper than 32');
  });
  test.each<[string, string]>([
    ['an unclosed text of escaped quotes', `"${'\\"'.repeat(1_000_000)}`],
    ['quotes and nothing else', '"a'.repeat(1_000_001)],
    ['backslashes and nothing else', `"${'\\'.repeat(1_000_001)}`],
  ])('%s takes time in proportion to its length', (_name, text) => {
    const started = performance.now();
    expect(problemOf(text)).toContain('not JSON');
    expect(performance.now() - started).toBeLessThan(10_000);
  });
  test('a text of 30 MB needs no stack', () => {
    expect(problemOf(`{"a":"${'a'.repeat(30_000_000)}"}`)).toBe('no problem');
  });
});
