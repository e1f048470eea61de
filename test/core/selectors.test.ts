/** What a trail records: both forms of AWS are one, and less than before is never missed nor made up. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readSelectors,
  recordsLess,
  selectorsOf,
  type AdvancedSelector,
  type BasicSelector,
} from '../../src/core/selectors.ts';

const EVERYTHING: BasicSelector = {
  ReadWriteType: 'All',
  IncludeManagementEvents: true,
  DataResources: [],
  ExcludeManagementEventSources: [],
};
const basic = (...selectors: readonly BasicSelector[]) => selectorsOf({ basic: selectors, advanced: [] });
const advanced = (...selectors: readonly AdvancedSelector[]) => selectorsOf({ basic: [], advanced: selectors });
const fields = (...FieldSelectors: NonNullable<AdvancedSelector['FieldSelectors']>): AdvancedSelector => ({
  FieldSelectors,
});
const MANAGEMENT = { Field: 'eventCategory', Equals: ['Management'] };
const DATA = { Field: 'eventCategory', Equals: ['Data'] };
const S3 = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };
const bucket = (name: string) => `arn:aws:s3:::${name}/`;
const objects = (...Values: readonly string[]): BasicSelector => ({
  ...EVERYTHING,
  DataResources: [{ Type: 'AWS::S3::Object', Values }],
});

describe('less is recorded', () => {
  test.each([
    ['no management events', basic({ ...EVERYTHING, IncludeManagementEvents: false }), basic(EVERYTHING)],
    ['read calls only', basic({ ...EVERYTHING, ReadWriteType: 'ReadOnly' }), basic(EVERYTHING)],
    ['write calls only', basic({ ...EVERYTHING, ReadWriteType: 'WriteOnly' }), basic(EVERYTHING)],
    ['not of KMS', basic({ ...EVERYTHING, ExcludeManagementEventSources: ['kms.amazonaws.com'] }), basic(EVERYTHING)],
    ['nothing at all', basic(), basic(EVERYTHING)],
    [
      'one event source by advanced selectors',
      advanced(fields(MANAGEMENT, { Field: 'eventSource', NotEquals: ['iam.amazonaws.com'] })),
      basic(EVERYTHING),
    ],
    ['no objects any more', basic(EVERYTHING), basic(objects(bucket('a')))],
    ['objects of one bucket less', basic(objects(bucket('a'))), basic(objects(bucket('a'), bucket('b')))],
    ['one bucket instead of all', basic(objects(bucket('a'))), basic(objects('arn:aws:s3'))],
    ['objects below a folder only', basic(objects(`${bucket('a')}x/`)), basic(objects(bucket('a')))],
    [
      'all buckets but one',
      advanced(fields(MANAGEMENT), fields(DATA, S3, { Field: 'resources.ARN', NotStartsWith: [bucket('a')] })),
      basic(objects('arn:aws:s3')),
    ],
  ])('%s', (_what, now, before) => {
    expect(recordsLess(now, before)).toMatch(/^no longer recorded: eventCategory=/);
    expect(recordsLess(before, now)).toBeNull();
  });

  test('and the words name an event that is lost', () => {
    const now = basic({ ...EVERYTHING, ExcludeManagementEventSources: ['kms.amazonaws.com'] });
    expect(recordsLess(now, basic(EVERYTHING))).toBe(
      'no longer recorded: eventCategory=Management, eventSource=kms.amazonaws.com',
    );
    const far = advanced(fields({ Field: 'eventCategory', Equals: [`\u001b[31m${'x'.repeat(5000)}`] }));
    expect(recordsLess(basic(EVERYTHING), far)).toMatch(/^no longer recorded: eventCategory= \[31mx{1,300}$/);
  });
});

describe('as much is recorded', () => {
  test.each([
    ['the same in another order', basic(objects(bucket('b'), bucket('a'))), basic(objects(bucket('a'), bucket('b')))],
    [
      'reads and writes apart',
      basic({ ...EVERYTHING, ReadWriteType: 'ReadOnly' }, { ...EVERYTHING, ReadWriteType: 'WriteOnly' }),
      basic(EVERYTHING),
    ],
    ['basic selectors as advanced ones', advanced(fields(MANAGEMENT)), basic(EVERYTHING)],
    [
      'an excluded source beside one that takes it alone',
      advanced(
        fields(MANAGEMENT, { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] }),
        fields(MANAGEMENT, { Field: 'eventSource', Equals: ['kms.amazonaws.com'] }),
      ),
      basic(EVERYTHING),
    ],
    ['every object', advanced(fields(MANAGEMENT), fields(DATA, S3)), basic(objects('arn:aws:s3'))],
    ['every object in words of before', basic(objects('arn:aws:s3:::')), basic(objects('arn:aws:s3'))],
    ["AWS's defaults left out", basic({}), basic(EVERYTHING)],
  ])('%s', (_what, now, before) => {
    expect([recordsLess(now, before), recordsLess(before, now)]).toEqual([null, null]);
  });

  test('and equal selectors are equal text', () => {
    const one = basic(objects(bucket('b'), bucket('a')), { ...EVERYTHING, ReadWriteType: 'ReadOnly' });
    const other = basic({ ...EVERYTHING, ReadWriteType: 'ReadOnly' }, objects(bucket('a'), bucket('b'), bucket('a')));
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(readSelectors(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });
});

/** Every event there can be, as far as patterns of two letters can tell them apart: `c` is in none of them. */
const NAMES = (function texts(length: number): readonly string[] {
  const shorter = length === 0 ? [] : texts(length - 1);
  return ['', ...shorter.flatMap((text) => ['a', 'b', 'c'].map((letter) => `${letter}${text}`))];
})(5);
const EVENTS = ['Management', 'Data'].flatMap((eventCategory) =>
  ['true', 'false'].flatMap((readOnly) =>
    [...new Set(NAMES)].map((eventName) => ({ eventCategory, readOnly, eventName })),
  ),
);
type RawField = NonNullable<AdvancedSelector['FieldSelectors']>[number];

/** AWS's own words: one of those to select, none of those to deselect, and every field of a selector. */
function takes({ FieldSelectors }: AdvancedSelector, event: Readonly<Record<string, string>>): boolean {
  return (FieldSelectors ?? []).every((one) => {
    const text = event[one.Field ?? ''] ?? '';
    const selecting = [
      ...(one.Equals ?? []).map((value) => text === value),
      ...(one.StartsWith ?? []).map((value) => text.startsWith(value)),
      ...(one.EndsWith ?? []).map((value) => text.endsWith(value)),
    ];
    const deselecting = [
      ...(one.NotEquals ?? []).map((value) => text === value),
      ...(one.NotStartsWith ?? []).map((value) => text.startsWith(value)),
      ...(one.NotEndsWith ?? []).map((value) => text.endsWith(value)),
    ];
    return (selecting.length === 0 || selecting.includes(true)) && !deselecting.includes(true);
  });
}

const VALUES = fc.array(fc.constantFrom('a', 'b', 'ab', 'ba', 'aa'), { maxLength: 2 });
const NAME_FIELD: fc.Arbitrary<RawField> = fc.record({
  Field: fc.constant('eventName'),
  Equals: VALUES,
  StartsWith: VALUES,
  EndsWith: VALUES,
  NotEquals: VALUES,
  NotStartsWith: VALUES,
  NotEndsWith: VALUES,
});
const SELECTOR: fc.Arbitrary<AdvancedSelector> = fc
  .tuple(
    fc.constantFrom('Management', 'Data'),
    fc.option(fc.constantFrom('true', 'false')),
    fc.array(NAME_FIELD, { maxLength: 2 }),
  )
  .map(([category, readOnly, names]) =>
    fields(
      { Field: 'eventCategory', Equals: [category] },
      ...(readOnly === null ? [] : [{ Field: 'readOnly', Equals: [readOnly] }]),
      ...names,
    ),
  );
const SELECTORS = fc.array(SELECTOR, { maxLength: 3 });

test('less is told exactly when an event was recorded before and is not now, whatever the selectors', () => {
  const seen = { less: 0, enough: 0 };
  fc.assert(
    fc.property(SELECTORS, SELECTORS, fc.boolean(), (one, other, kept) => {
      const [before, now] = [one, kept ? [...other, ...one.slice(1)] : other];
      const lost = EVENTS.some(
        (event) => before.some((selector) => takes(selector, event)) && !now.some((selector) => takes(selector, event)),
      );
      seen[lost ? 'less' : 'enough'] += 1;
      expect(recordsLess(advanced(...now), advanced(...before)) !== null).toBe(lost);
    }),
    { numRuns: 400 },
  );
  expect(Math.min(seen.less, seen.enough)).toBeGreaterThan(20);
});

describe('more conditions than anybody can compare', () => {
  const many = (salt: string) =>
    Array.from({ length: 16 }, (_, at) =>
      fields(
        MANAGEMENT,
        ...Array.from({ length: 16 }, (__, field) => ({ Field: `f${field}`, EndsWith: [`${salt}${at}`] })),
      ),
    );
  test('are less, unless all of before are there', () => {
    const before = advanced(fields(MANAGEMENT), ...many('x'));
    expect(recordsLess(advanced(...many('x'), ...many('y'), fields(MANAGEMENT)), before)).toBeNull();
    expect(recordsLess(advanced(...many('y')), before)).not.toBeNull();
  });
});

test.each([
  [[{}]],
  [{}],
  [null],
  ['x'],
  [[[{ field: 'a', any: [], none: 1 }]]],
  [[[{ field: 'a', any: [{}], none: [] }]]],
])('what is no list of selectors is none: %j', (value) => expect(readSelectors(value)).toBeNull());
