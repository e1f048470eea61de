/** Accounts by days: the worst cell, over midnight, and never green for want of anything known. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell, Finding } from '../../src/core/coverage.ts';
import { chainGrid, dayGrid, NOTHING_DUE, type ChainDays } from '../../src/core/days.ts';
import { byUrgency } from '../../src/core/urgency.ts';
import { CELL_STATES, type CellState, type FindingCode } from '../../src/core/verdict.ts';
import { DAY, HOUR } from '../cloud/forge/times.ts';

const FIRST = Date.UTC(2026, 4, 1);
const window = { from: FIRST, to: FIRST + 3 * DAY, due: FIRST + 3 * DAY };

const cell = (from: number, to: number, state: CellState = 'verified'): Cell => ({
  from: FIRST + from * HOUR,
  to: FIRST + to * HOUR,
  state,
});
const chainOf = (
  cells: readonly Cell[],
  parts: Partial<ChainDays> & { findings?: readonly Finding[] } = {},
): ChainDays => {
  const { findings = [], ...rest } = parts;
  return { coverage: { cells, findings }, begins: null, ends: null, ...rest };
};
const account = (chains: readonly ChainDays[], problem: string | null = null, complete = true) => ({
  account: '111122223333',
  chains,
  problem,
  complete,
});
const show = (...parts: Parameters<typeof account>) =>
  dayGrid(window, [account(...parts)]).map(({ day, state, reason }) => [day.slice(8), state, reason]);

function finding(code: FindingCode, from: number | null, to: number | null): Finding {
  const iso = (hour: number | null): string | null =>
    hour === null ? null : `${new Date(FIRST + hour * HOUR).toISOString().slice(0, 19)}Z`;
  const where = { account: '111122223333', region: 'us-east-1', trail: 'main', bucket: 'logs', key: null };
  return { code, ...where, from: iso(from), to: iso(to), detail: code, hint: '' };
}

describe('one account by days', () => {
  test('a cell that spans midnight counts for both days, one that ends there for the first', () => {
    const cells = [cell(0, 23), cell(23, 25, 'failed'), cell(25, 48), cell(48, 72)];
    expect(show([chainOf(cells)]).map(([, state]) => state)).toEqual(['failed', 'failed', 'verified']);
    expect(show([chainOf([cell(0, 24, 'failed'), cell(24, 72)])]).map(([, state]) => state)).toEqual([
      'failed',
      'verified',
      'verified',
    ]);
  });

  test('the worst chain tells, with its reason', () => {
    const bad = chainOf([cell(0, 24), cell(24, 48, 'failed'), cell(48, 72)], {
      findings: [finding('digest-missing', 24, 30)],
    });
    expect(show([chainOf([cell(0, 72)]), bad])).toEqual([
      ['01', 'verified', null],
      ['02', 'failed', 'digest-missing'],
      ['03', 'verified', null],
    ]);
  });

  test('a day without a cell is unknown, not due yet, before the start or after the end: never green', () => {
    const cells = [cell(24, 40)];
    expect(show([chainOf(cells)])).toEqual([
      ['01', 'unknown', 'no digest is known'],
      ['02', 'verified', null],
      ['03', 'unknown', 'no digest is known'],
    ]);
    const known = chainOf(cells, { begins: FIRST + 24 * HOUR, ends: FIRST + 40 * HOUR });
    expect(show([known]).map(([, state, reason]) => [state, reason])).toEqual([
      ['unknown', NOTHING_DUE],
      ['verified', null],
      ['unknown', NOTHING_DUE],
    ]);
    const early = { ...window, due: FIRST + 47 * HOUR };
    expect(dayGrid(early, [account([chainOf(cells)])]).at(-1)).toMatchObject({ state: 'pending' });
    expect(show([]).map(([, state, reason]) => [state, reason])[0]).toEqual(['unknown', 'no chain is known']);
  });

  test('days after logging was stopped cannot be proven', () => {
    const stopped = chainOf([cell(0, 20), cell(20, 20, 'unverifiable')], {
      findings: [finding('logging-stopped', 20, null)],
    });
    expect(show([stopped])).toEqual([
      ['01', 'unverifiable', 'logging-stopped'],
      ['02', 'unverifiable', 'logging-stopped'],
      ['03', 'unverifiable', 'logging-stopped'],
    ]);
  });

  test('an account in trouble is blocked but for the days that its receipts prove, and all days where chains may be unknown', () => {
    const chain = chainOf([cell(0, 24), cell(24, 40), cell(40, 72, 'blocked')]);
    expect(show([chain], 'blocked-access').map(([, state]) => state)).toEqual(['verified', 'blocked', 'blocked']);
    expect(show([chain], 'blocked-access', false).map(([, state]) => state)).toEqual(['blocked', 'blocked', 'blocked']);
    expect(show([], 'blocked-access')[0]).toEqual(['01', 'blocked', 'blocked-access']);
  });

  test('is green only where every chain has green cells alone, whatever the cells', () => {
    const cells = fc.array(
      fc.tuple(fc.integer({ min: -5, max: 75 }), fc.integer({ min: 0, max: 30 }), fc.constantFrom(...CELL_STATES)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 3 }), (chains) => {
        const all = chains.map((one) => chainOf(one.map(([from, length, state]) => cell(from, from + length, state))));
        const days = dayGrid(window, [account(all)]);
        expect(days).toHaveLength(3);
        for (const [index, { state }] of days.entries()) {
          const [start, end] = [FIRST + index * DAY, FIRST + (index + 1) * DAY];
          const touching = all.map(({ coverage }) =>
            coverage.cells.filter(({ from, to }) => from < end && Math.max(to, from + 1) > start),
          );
          const green = touching.every((one) => one.some((own) => own.state === 'verified'));
          const bad = touching.flat().some((own) => own.state !== 'verified' && own.state !== 'pending');
          expect(state === 'verified').toBe(all.length > 0 && green && !bad);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a window of ages is cut to its newest days', () => {
    const long = { from: 0, to: FIRST, due: FIRST };
    const days = chainGrid(long, chainOf([]));
    expect([days.length, days.at(-1)?.day]).toEqual([4000, '2026-04-30']);
  });
});

describe('findings by urgency', () => {
  test('what goes on being lost comes first, blocks last; ten hours of one chain are one thing to look at', () => {
    const hours = Array.from({ length: 10 }, (_, index) => finding('digest-missing', index, index + 1));
    const other = { ...finding('digest-missing', 2, 3), region: 'eu-west-1' };
    const groups = byUrgency([
      finding('blocked-access', null, null),
      finding('log-unlisted', 1, 1),
      ...hours,
      other,
      finding('logging-stopped', 5, null),
      finding('chain-truncated', 7, 9),
    ]);
    expect(groups.map(({ first, count }) => [first.code, first.region, count])).toEqual([
      ['logging-stopped', 'us-east-1', 1],
      ['chain-truncated', 'us-east-1', 1],
      ['digest-missing', 'eu-west-1', 1],
      ['digest-missing', 'us-east-1', 10],
      ['log-unlisted', 'us-east-1', 1],
      ['blocked-access', 'us-east-1', 1],
    ]);
    expect([groups[3]?.from, groups[3]?.to]).toEqual(['2026-05-01T00:00:00Z', '2026-05-01T10:00:00Z']);
  });
});
