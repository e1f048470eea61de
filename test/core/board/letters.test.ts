/** The letters of squares: one for each state, and an order that the worst wins by. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  letterOf,
  LETTERS,
  LETTERS_ONLY,
  NOTHING_LETTER,
  stateOf,
  worseLetter,
} from '../../../src/core/board/letters.ts';
import { squaresOf } from '../../../src/core/board/squares.ts';
import { accountSteps, NOTHING_DUE, type AccountDays, type StepWindow } from '../../../src/core/days.ts';
import { HOUR } from '../../../src/core/time.ts';
import { CELL_STATES, worse, type CellState } from '../../../src/core/verdict.ts';

const state = fc.constantFrom(...CELL_STATES);

test('every state has a letter of its own that leads back to it, and none has that of nothing due', () => {
  expect(LETTERS.map(({ state: one }) => one)).toEqual(CELL_STATES);
  expect(new Set([NOTHING_LETTER, ...LETTERS.map(({ letter }) => letter)]).size).toBe(CELL_STATES.length + 1);
  for (const one of CELL_STATES) expect(stateOf(letterOf(one))).toBe(one);
  expect(stateOf(NOTHING_LETTER)).toBeNull();
  expect(stateOf('<')).toBeNull();
});

test('the worse of two letters is that of the worse state; nothing due loses to all, and what is no letter is unknown', () => {
  fc.assert(
    fc.property(state, state, (a, b) => {
      expect(worseLetter(letterOf(a), letterOf(b))).toBe(letterOf(worse(a, b)));
      expect(worseLetter(NOTHING_LETTER, letterOf(a))).toBe(letterOf(a));
    }),
  );
  expect(worseLetter('verified', letterOf('verified'))).toBe(letterOf('unknown'));
  expect(worseLetter('', NOTHING_LETTER)).toBe(letterOf('unknown'));
});

test('rows are told from anything else', () => {
  expect(LETTERS_ONLY.test('vvp.gbfkslu')).toBe(true);
  for (const text of ['v<', 'vv\n', 'V', 'v v']) expect(LETTERS_ONLY.test(text)).toBe(false);
});

describe('squares of hours', () => {
  const FROM = Date.UTC(2026, 2, 1);
  const HOURS = 24;
  const window: StepWindow = { from: FROM, to: FROM + HOURS * HOUR, due: FROM + 20 * HOUR, step: HOUR, whole: true };
  const cell = fc
    .record({ from: fc.integer({ min: -120, max: 1500 }), minutes: fc.integer({ min: 0, max: 200 }), state })
    .map(({ from, minutes, state: one }) => ({
      from: FROM + from * 60_000,
      to: FROM + (from + minutes) * 60_000,
      state: one,
    }));
  const chain = fc.record({
    coverage: fc.record({ cells: fc.array(cell, { maxLength: 30 }), findings: fc.constant([]) }),
    begins: fc.option(fc.integer({ min: 0, max: HOURS }).map((hour) => FROM + hour * HOUR)),
    ends: fc.constant(null),
  });
  const touching = ({ chains }: AccountDays, hour: number): readonly CellState[] => {
    const [start, end] = [FROM + hour * HOUR, FROM + (hour + 1) * HOUR];
    return chains.flatMap(({ coverage }) =>
      coverage.cells.filter(({ from, to }) => from < end && Math.max(to, from + 1) > start).map((one) => one.state),
    );
  };

  test('are never proven without a proven cell, nor beside anything worse that touches the hour', () => {
    fc.assert(
      fc.property(fc.array(chain, { minLength: 1, maxLength: 3 }), (chains) => {
        const account: AccountDays = { account: '111122223333', chains, problem: null, complete: true };
        const { letters, from } = squaresOf(accountSteps(account, window));
        expect([from, letters.length]).toEqual([FROM, HOURS]);
        for (const [hour, letter] of Array.from(letters).entries()) {
          const touched = touching(account, hour);
          if (letter === 'v') expect(touched).toContain('verified');
          const [first, ...rest] = touched;
          const least = first === undefined ? 'verified' : rest.reduce(worse, first);
          expect(worseLetter(letter, letterOf(least))).toBe(letter === '.' ? letterOf(least) : letter);
          if (letter === '.') expect(touched).toEqual([]);
        }
      }),
    );
  });

  test('of an account that cannot be looked at are blocked but for those that are proven all the same', () => {
    const cells = [{ from: FROM, to: FROM + 2 * HOUR, state: 'verified' as const }];
    const chains = [{ coverage: { cells, findings: [] }, begins: null, ends: null }];
    const blocked = { account: '111122223333', chains, problem: 'blocked-access', complete: true };
    expect(squaresOf(accountSteps(blocked, window)).letters).toBe(`vv${'b'.repeat(22)}`);
    expect(squaresOf(accountSteps({ ...blocked, complete: false }, window)).letters).toBe('b'.repeat(24));
    expect(squaresOf(accountSteps({ ...blocked, chains: [], problem: null }, window)).letters).toBe('k'.repeat(24));
  });

  test('an hour that has begun is pending beside its proven part, and one that owes nothing is empty', () => {
    const cells = [
      { from: FROM + 13 * HOUR, to: FROM + 13.25 * HOUR, state: 'verified' as const },
      { from: FROM + 13.25 * HOUR, to: FROM + 24 * HOUR, state: 'pending' as const },
    ];
    const chains = [{ coverage: { cells, findings: [] }, begins: FROM + 13 * HOUR, ends: null }];
    const steps = accountSteps({ account: '111122223333', chains, problem: null, complete: true }, window);
    expect(squaresOf(steps).letters).toBe(`${'.'.repeat(13)}${'p'.repeat(11)}`);
    expect(steps[0]).toMatchObject({ reason: NOTHING_DUE });
  });
});
