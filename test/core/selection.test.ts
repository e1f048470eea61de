import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectionNeeds, selects, type Selectable, type Selector } from '../../src/core/selection.ts';

const NOBODY: Selector = { accounts: [], units: [], tags: {} };
const ACCOUNT: Selectable = {
  id: '222222222222',
  units: ['ou-ab12-22222222', 'ou-ab12-11111111', 'r-ab12'],
  tags: new Map([
    ['env', 'prod'],
    ['team', 'pay'],
  ]),
};

function include(part: Partial<Selector>, account = ACCOUNT): boolean {
  return selects({ include: { ...NOBODY, ...part }, exclude: NOBODY }, account);
}

describe('include', () => {
  test('empty takes all', () => expect(include({})).toBe(true));

  test.each<[string, Partial<Selector>, boolean]>([
    ['its id', { accounts: ['333333333333', '222222222222'] }, true],
    ['another id', { accounts: ['333333333333'] }, false],
    ['its unit', { units: ['ou-ab12-22222222'] }, true],
    ['a unit further up', { units: ['ou-ab12-11111111'] }, true],
    ['the root', { units: ['r-ab12'] }, true],
    ['another unit', { units: ['ou-ab12-33333333'] }, false],
    ['a tag', { tags: { env: 'prod' } }, true],
    ['every tag', { tags: { env: 'prod', team: 'pay' } }, true],
    ['one tag of two', { tags: { env: 'prod', team: 'web' } }, false],
    ['the key of a tag', { tags: { env: '' } }, false],
    ['an id or a unit', { accounts: ['333333333333'], units: ['r-ab12'] }, true],
    ['an id or a tag', { accounts: ['222222222222'], tags: { env: 'test' } }, true],
  ])('by %s', (_name, part, expected) => expect(include(part)).toBe(expected));

  test('by tag leaves out an account without tags', () => {
    expect(include({ tags: { env: 'prod' } }, { ...ACCOUNT, tags: new Map() })).toBe(false);
  });
});

describe('exclude', () => {
  test('wins over include', () => {
    expect(
      selects({ include: { ...NOBODY, accounts: [ACCOUNT.id] }, exclude: { ...NOBODY, units: ['r-ab12'] } }, ACCOUNT),
    ).toBe(false);
  });

  test('empty leaves nobody out', () => expect(selects({ include: NOBODY, exclude: NOBODY }, ACCOUNT)).toBe(true));

  test('whom it names is never selected, whatever include says', () => {
    const selector = fc.record({
      accounts: fc.subarray(['222222222222', '333333333333']),
      units: fc.subarray(['r-ab12', 'ou-ab12-33333333']),
      tags: fc.constantFrom<Record<string, string>>({}, { env: 'prod' }, { env: 'test' }),
    });
    fc.assert(
      fc.property(selector, selector, (one, other) => {
        const named =
          selects({ include: one, exclude: NOBODY }, ACCOUNT) &&
          Object.values(one).some((part) => Object.keys(part).length > 0);
        if (named) expect(selects({ include: other, exclude: one }, ACCOUNT)).toBe(false);
        else expect(selects({ include: NOBODY, exclude: one }, ACCOUNT)).toBe(true);
      }),
    );
  });
});

test('only what a selector looks at has to be asked for', () => {
  expect(selectionNeeds({ include: { ...NOBODY, accounts: ['222222222222'] }, exclude: NOBODY })).toEqual({
    units: false,
    tags: false,
  });
  expect(selectionNeeds({ include: NOBODY, exclude: { ...NOBODY, units: ['r-ab12'] } })).toEqual({
    units: true,
    tags: false,
  });
  expect(selectionNeeds({ include: { ...NOBODY, tags: { a: 'b' } }, exclude: NOBODY })).toEqual({
    units: false,
    tags: true,
  });
});
