/** Selectors by hand: what each form becomes, the words for what is lost, and lists that are none. */
import { describe, expect, test } from 'vitest';
import {
  readSelectors,
  recordsLess,
  selectorsOf,
  type AdvancedSelector,
  type BasicSelector,
  type EventSelectors,
  type FieldCondition,
} from '../../src/core/selectors.ts';

const basic = (...selectors: readonly BasicSelector[]): EventSelectors =>
  selectorsOf({ basic: selectors, advanced: [] });
type Fields = NonNullable<AdvancedSelector['FieldSelectors']>;
const advanced = (...selectors: readonly Fields[]): EventSelectors =>
  selectorsOf({ basic: [], advanced: selectors.map((FieldSelectors) => ({ FieldSelectors })) });
const is = (text: string) => ({ how: 'is', text }) as const;
const starts = (text: string) => ({ how: 'starts', text }) as const;
const ends = (text: string) => ({ how: 'ends', text }) as const;
const any = (field: string, ...patterns: FieldCondition['any']): FieldCondition => ({ field, any: patterns, none: [] });
const none = (field: string, ...patterns: FieldCondition['none']): FieldCondition => ({
  field,
  any: [],
  none: patterns,
});
const MANAGEMENT = any('eventCategory', is('Management'));
const DATA = any('eventCategory', is('Data'));
const OBJECTS = any('resources.type', is('AWS::S3::Object'));
const data = (Values: readonly string[] | undefined, rest: BasicSelector = {}): EventSelectors =>
  basic({ ...rest, IncludeManagementEvents: false, DataResources: [{ Type: 'AWS::S3::Object', Values }] });

describe('a basic selector', () => {
  test('takes all management events, but for what is left out', () => {
    for (const all of [{}, { ReadWriteType: 'All', IncludeManagementEvents: true, ExcludeManagementEventSources: [] }])
      expect(basic(all)).toEqual([[MANAGEMENT]]);
    expect(basic({ IncludeManagementEvents: false })).toEqual([]);
    expect(basic({ ExcludeManagementEventSources: ['b', 'a'] })).toEqual([
      [MANAGEMENT, none('eventSource', is('a'), is('b'))],
    ]);
  });
  test('takes reads or writes', () => {
    expect(basic({ ReadWriteType: 'ReadOnly' })).toEqual([[MANAGEMENT, any('readOnly', is('true'))]]);
    expect(basic({ ReadWriteType: 'WriteOnly' })).toEqual([[MANAGEMENT, any('readOnly', is('false'))]]);
    expect(data(['arn:aws:s3'], { ReadWriteType: 'ReadOnly' })).toEqual([[DATA, any('readOnly', is('true')), OBJECTS]]);
  });
  test('takes data events of the resources that it names, all or by their beginning', () => {
    for (const all of ['arn:aws:s3', 'arn:aws:s3:::', 'arn:aws-us-gov:s3', 'arn:aws:lambda:'])
      expect(data([all])).toEqual([[DATA, OBJECTS]]);
    for (const one of ['arn:aws:s3:::a', 'arn:aws:s3::::', 'xarn:aws:s3', 'arn:aws', 'arn:AWS:s3'])
      expect(data([one])).toEqual([[DATA, any('resources.ARN', starts(one)), OBJECTS]]);
    expect(data(['arn:aws:s3:::a', 'arn:aws:s3'])).toEqual([[DATA, OBJECTS]]);
    expect(data([])).toEqual([]);
    expect(data(undefined)).toEqual([]);
    expect(basic({ DataResources: [{ Values: ['arn:aws:s3'] }] })).toEqual([
      [DATA, any('resources.type', is(''))],
      [MANAGEMENT],
    ]);
    expect(basic({ DataResources: undefined })).toEqual([[MANAGEMENT]]);
  });
});

describe('an advanced selector', () => {
  test('selects and deselects by the whole text, its beginning and its end', () => {
    const field = { Field: 'f', Equals: ['a'], StartsWith: ['b'], EndsWith: ['c'] };
    const not = { Field: 'g', NotEquals: ['a'], NotStartsWith: ['b'], NotEndsWith: ['c'] };
    expect(advanced([not, field])).toEqual([
      [any('f', ends('c'), is('a'), starts('b')), none('g', ends('c'), is('a'), starts('b'))],
    ]);
  });
  test('without fields takes everything', () => {
    expect(selectorsOf({ basic: [], advanced: [{ FieldSelectors: undefined }] })).toEqual([[]]);
    expect(advanced([{ Field: undefined }])).toEqual([[any('')]]);
  });
});

test('order and repetition change nothing: selectors, conditions and values are sorted, each once', () => {
  const [one, two] = [[{ Field: 'a', Equals: ['x', 'y'] }], [{ Field: 'b' }, { Field: 'c' }]];
  const sorted = [[any('a', is('x'), is('y'))], [any('b'), any('c')]];
  expect(advanced(one, two)).toEqual(sorted);
  expect(advanced([{ Field: 'c' }, { Field: 'b' }], [{ Field: 'a', Equals: ['y', 'x', 'y'] }], two)).toEqual(sorted);
  expect(advanced(['c', 'a', 'b'].map((Field) => ({ Field })))).toEqual([['a', 'b', 'c'].map((field) => any(field))]);
});

describe('the words for what is lost', () => {
  const NOTHING: EventSelectors = [];
  const lost = (before: EventSelectors, now: EventSelectors = NOTHING): string | null => {
    const said = recordsLess(now, before);
    expect(said?.startsWith('no longer recorded: ') ?? true).toBe(true);
    return said?.slice('no longer recorded: '.length) ?? null;
  };
  test('name the category first, then the fields in order', () => {
    expect(lost([[any('b', is('2')), any('a', is('1')), MANAGEMENT, any('z', is('3'))]])).toBe(
      'eventCategory=Management, a=1, b=2, z=3',
    );
    expect(lost([[MANAGEMENT, any('a', is('1'))]])).toBe('eventCategory=Management, a=1');
    expect(lost([[any('z', is('3')), MANAGEMENT]])).toBe('eventCategory=Management, z=3');
  });
  test('show a beginning or an end with a star, and leave out what may be anything', () => {
    expect(lost([[any('a', starts('x'))]])).toBe('a=x*');
    expect(lost([[any('a', ends('x'))]])).toBe('a=*x');
    expect(lost([[any('a', starts('x')), any('b')]])).toBe('a=x*');
    expect(lost([[none('a', is('x'))]])).toBe('any event');
    expect(lost([[]])).toBe('any event');
    expect(lost([[any('readOnly')]])).toBe('readOnly=true');
    expect(lost([[any('readOnly', is('false'))]])).toBe('readOnly=false');
    expect(lost([[any('sessionCredentialFromConsole', is('false'))]])).toBe('sessionCredentialFromConsole=false');
  });
  test('name one event of the first selector that lost any', () => {
    expect(lost([[any('a', is('x'))], [any('a', is('y'))]], [[any('a', is('x'))]])).toBe('a=y');
    expect(lost([[any('a', is('x'), is('y'))]], [[any('a', is('x'))]])).toBe('a=y');
    expect(lost([[any('a', starts('x'))]], [[any('a', starts('xy'))]])).toBe('a=x*');
    expect(lost([[any('a', starts('x'))]], [[any('a', starts('x'), starts('y'))]])).toBeNull();
    expect(
      lost([[any('a', starts('x'), ends('y'))]], [[any('a', starts('x')), any('b')], [any('a', ends('y'))]]),
    ).toBeNull();
  });
  test('are not fooled by texts that a pattern holds', () => {
    const mark = String.fromCodePoint(0xe000);
    expect(lost([[]], [[any('a', is(mark))]])).toBe('any event');
    expect(lost([[]], [[none('a', starts(mark))]])).toBe(`a=${mark}*`);
  });
  test('are bounded and hold nothing that garbles a terminal', () => {
    expect(lost([[any('a', is('\u001b[31m\u200b\u0007x\u2028\u2029y'))]])).toBe('a= [31m x y');
    expect(lost([[any('a', is('x'.repeat(999)))]])).toHaveLength(300);
  });
});

describe('two-valued fields', () => {
  test('are true or false and nothing else', () => {
    for (const field of ['readOnly', 'sessionCredentialFromConsole']) {
      const both = [[any(field, is('true'))], [any(field, is('false'))]];
      expect(recordsLess(both.slice(1), [[any(field)]])).toBe(`no longer recorded: ${field}=true`);
      expect(recordsLess(both, [[]])).toBeNull();
    }
    expect(recordsLess([[any('other', is('true'))], [any('other', is('false'))]], [[]])).not.toBeNull();
  });
});

describe('selectors too intricate to compare', () => {
  const TOO_MANY = 'the selectors changed, and there are too many conditions to compare';
  /** As many texts of one field as asked for. */
  const texts = (count: number, field = 'a'): FieldCondition =>
    any(field, ...Array.from({ length: count }, (_, index) => is(`${field}${index}`)));
  // A text that is tried costs a step, and one for each selector that still takes the event: here a hundred.
  const others = Array.from({ length: 99 }, () => [texts(1, 'b')]);
  test('are those that take more than two hundred thousand steps', () => {
    const steps = (count: number): string | null => recordsLess(others, [[texts(count)]]);
    expect([steps(1996), steps(1997)]).toEqual(['no longer recorded: a=a0', TOO_MANY]);
  });
  test('are enough when each one of before is still there', () => {
    expect(recordsLess([...others, [texts(1997)]], [[texts(1997)]])).toBeNull();
  });
  test('are those that do so in sum', () => {
    const steps = (count: number): string | null =>
      recordsLess(others, [[texts(count), texts(1, 'b')], [texts(count)]]);
    expect([steps(996), steps(998)]).toEqual(['no longer recorded: a=a0', TOO_MANY]);
  });
  test('are few enough where texts that the same selectors take are tried once', () => {
    const fields = Array.from({ length: 12 }, (_, index) => texts(9, `f${index}`));
    expect(
      recordsLess(
        [
          [...fields, texts(1, 'g')],
          [...fields, none('g', is('g0'))],
        ],
        [fields],
      ),
    ).toBeNull();
  });
});

describe('what a record holds', () => {
  const good = { field: 'a', any: [is('x'), starts('y'), ends('z')], none: [] };
  test('is read when all of it is a list of selectors', () => {
    for (const value of [[], [[]], [[good]], [[], [good, good]]]) expect(readSelectors(value)).toBe(value);
  });
  test.each([
    [undefined],
    [null],
    [{}],
    ['x'],
    [[null]],
    [[{}]],
    [[[], 'x']],
    [[[null]]],
    [[['x']]],
    [[[good, 7]]],
    [[[{ ...good, field: 7 }]]],
    [[[{ any: [], none: [] }]]],
    [[[{ ...good, any: null }]]],
    [[[{ ...good, none: {} }]]],
    [[[{ ...good, any: [null] }]]],
    [[[{ ...good, any: ['x'] }]]],
    [[[{ ...good, none: [is('x'), 7] }]]],
    [[[{ ...good, any: [{ how: 'is' }] }]]],
    [[[{ ...good, any: [{ how: 'is', text: 7 }] }]]],
    [[[{ ...good, none: [{ how: 'has', text: 'x' }] }]]],
    [[[{ ...good, none: [{ text: 'x' }] }]]],
  ])('is none otherwise: %j', (value) => expect(readSelectors(value)).toBeNull());
});
