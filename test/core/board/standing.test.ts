/** Accounts as they stand now: parts joined, aged, sorted; and the sentence over all of them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAYS_SHOWN, HOURS_SHOWN, type CoverPart } from '../../../src/core/board/cover.ts';
import { worseLetter } from '../../../src/core/board/letters.ts';
import { compareWorst, joinParts, NOT_LOOKED_LATELY, standingOf } from '../../../src/core/board/standing.ts';
import { HOUR } from '../../../src/core/time.ts';
import { CELL_STATES } from '../../../src/core/verdict.ts';
import { partOf } from '../../daemon/fake.ts';

const NOW = Date.UTC(2026, 2, 10, 14, 20);
const MOMENT = { now: NOW, maxAgeMs: 3 * HOUR };
const [MEMBER, PAYER] = ['222222222222', '111111111111'];
const part = (parts: Partial<CoverPart> = {}): CoverPart =>
  partOf({ account: MEMBER, reader: MEMBER }, { at: NOW, ...parts });
const one = (...parts: readonly CoverPart[]) => joinParts(parts, MOMENT)[0];

describe('a part', () => {
  test('that was not computed for long is stale at best, and what is worse stays worse', () => {
    const old = NOW - 4 * HOUR;
    expect(standingOf(part(), MOMENT)).toEqual({ state: 'verified', reason: null });
    expect(standingOf(part({ at: old }), MOMENT)).toEqual({ state: 'stale', reason: NOT_LOOKED_LATELY });
    expect(standingOf(part({ at: old, state: 'failed', reason: 'log-missing' }), MOMENT)).toEqual({
      state: 'failed',
      reason: 'log-missing',
    });
    // A time to come is somebody else's writing: it would be fresh for ever.
    expect(standingOf(part({ at: NOW + HOUR }), MOMENT).state).toBe('stale');
  });

  test('shows what has begun since as pending while it is fresh, and as unknown afterwards', () => {
    const young = part({ at: NOW - HOUR });
    expect(one(young)?.hours).toEqual({
      from: Date.UTC(2026, 2, 10, 14) - 191 * HOUR,
      letters: `${'v'.repeat(190)}pp`,
    });
    const old = part({ at: NOW - 5 * HOUR });
    expect(one(old)?.hours.letters).toBe(`${'v'.repeat(186)}kkkkkk`);
    const ended = part({ at: NOW - 5 * HOUR, hours: { ...old.hours, letters: '.'.repeat(192) } });
    expect(one(ended)?.hours.letters).toBe('.'.repeat(192));
    const ancient = part({
      at: NOW - 400 * HOUR,
      hours: partOf({ account: MEMBER, reader: MEMBER }, { at: NOW - 400 * HOUR }).hours,
    });
    expect(one(ancient)?.hours.letters).toBe('k'.repeat(192));
    expect(one(part({ days: { from: young.days.from + 80 * 24 * HOUR, letters: 'v'.repeat(10) } }))?.days.letters).toBe(
      `${'k'.repeat(80)}${'v'.repeat(10)}`,
    );
  });

  test('that is stale is not green for the day it was computed in, nor still awaited: its first hours stood for the day', () => {
    const at = Date.UTC(2026, 2, 9, 1, 20);
    const hour = Math.floor(at / HOUR) * HOUR;
    // Computed an hour into the 9th: the last hours of the 8th and the first of the 9th were awaited.
    const old = part({
      at,
      hours: { from: hour - 191 * HOUR, letters: `${'v'.repeat(188)}pppp` },
      days: { from: Date.UTC(2026, 2, 9) - 89 * 24 * HOUR, letters: 'v'.repeat(90) },
    });
    expect(joinParts([old], { now: at, maxAgeMs: 3 * HOUR })[0]?.days.letters).toBe('v'.repeat(90));
    expect(one(old)?.days.letters).toBe(`${'v'.repeat(87)}kkk`);
    expect(one(old)?.hours.letters).toMatch(/^v+k{41}$/);
    const failed = { ...old, days: { ...old.days, letters: `${'v'.repeat(88)}fv` } };
    expect(one(failed)?.days.letters).toBe(`${'v'.repeat(87)}fkk`);
  });
});

describe('the parts of one account', () => {
  test('are one: the worst state, the least that is proven, the sums, the worst letter of each square', () => {
    const other = part({
      reader: PAYER,
      state: 'late',
      reason: null,
      verifiedUntil: NOW - 5 * HOUR,
      lastDigest: null,
      open: 2,
      waiting: 3,
      hours: { ...part().hours, letters: `${'v'.repeat(189)}llp` },
    });
    expect(one(part({ open: 1, at: NOW - HOUR }), other)).toMatchObject({
      state: 'late',
      verifiedUntil: NOW - 5 * HOUR,
      lastDigest: part({ at: NOW - HOUR }).lastDigest,
      open: 3,
      waiting: 3,
      chains: 2,
      at: NOW - HOUR,
      fresh: true,
      hours: { letters: `${'v'.repeat(189)}llp` },
    });
    expect(one(part(), { ...other, verifiedUntil: null })?.verifiedUntil).toBeNull();
  });

  test('do not count where a member has no trail of its own, but for what is in its way', () => {
    const own = part({ state: 'unknown', reason: 'no chain is known', chains: 0, verifiedUntil: null, name: 'mine' });
    const trail = part({ reader: PAYER, name: 'theirs' });
    expect(one(own, trail)).toMatchObject({ state: 'verified', name: 'mine', verifiedUntil: trail.verifiedUntil });
    expect(one(own)).toMatchObject({ state: 'unknown' });
    const problem = { code: 'blocked-access', detail: 'sts:AssumeRole', hint: 'trust it' };
    const blocked = { ...own, state: 'blocked' as const, reason: problem.code, problem };
    expect(one(blocked, trail)).toMatchObject({ state: 'blocked', reason: 'blocked-access', problem });
  });

  test('whatever they are, rows have one length and no joined square is better than one of its parts', () => {
    const row = fc.string({
      unit: fc.constantFrom(...Array.from('vpgukslbf.')),
      minLength: HOURS_SHOWN,
      maxLength: HOURS_SHOWN,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.constantFrom(...CELL_STATES)), { minLength: 1, maxLength: 3 }), (rows) => {
        const from = Date.UTC(2026, 2, 10, 14) - 191 * HOUR;
        const parts = rows.map(([letters, state], index) =>
          part({ reader: `${index}`.repeat(12), state, hours: { from, letters } }),
        );
        const joined = one(...parts);
        expect([joined?.hours.letters.length, joined?.days.letters.length]).toEqual([HOURS_SHOWN, DAYS_SHOWN]);
        for (const { hours, state } of parts) {
          expect(CELL_STATES.indexOf(joined?.state ?? 'verified')).toBeGreaterThanOrEqual(CELL_STATES.indexOf(state));
          for (const [index, letter] of Array.from(joined?.hours.letters ?? '').entries())
            expect(worseLetter(letter, hours.letters[index] ?? '')).toBe(letter);
        }
      }),
      { numRuns: 30 },
    );
  });
});

test('accounts are sorted worst first, then by open findings, then by account', () => {
  const parts = [
    partOf({ account: '333333333333', reader: '333333333333' }, { at: NOW }),
    partOf({ account: '222222222222', reader: '222222222222' }, { at: NOW, open: 1 }),
    partOf({ account: '444444444444', reader: '444444444444' }, { at: NOW, state: 'failed' }),
    partOf({ account: '111111111111', reader: '111111111111' }, { at: NOW }),
  ];
  expect(joinParts(parts, MOMENT).map(({ account }) => account[0])).toEqual(['4', '2', '1', '3']);
  expect(compareWorst({ state: 'late', open: 0, account: 'a' }, { state: 'late', open: 0, account: 'a' })).toBe(0);
});
