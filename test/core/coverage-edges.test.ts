/** A chain's cells put together: the future, overlaps, the worst state, and how far it is verified. */
import { describe, expect, test } from 'vitest';
import { coverBackfill } from '../../src/core/backfill.ts';
import { coverChain, summary, type Cell, type DigestView, type Expectation } from '../../src/core/coverage.ts';
import type { Chain } from '../../src/core/source.ts';
import { at, cellsOf, chainWith, codesOf, expecting, STATUS, view } from './handmade-chain.ts';
import { changeAt } from './trail-changes.ts';

const NOW = { now: at(4) };
const cover = (views: readonly DigestView[], expected: Partial<Expectation> = NOW, chain: Chain = chainWith()) => {
  const { cells, findings, ...rest } = coverChain(chain, views, expecting(expected));
  return { cells: cellsOf(cells), codes: codesOf(findings), ...rest };
};
const cell = (hours: number, state: Cell['state']): Cell => ({ from: at(hours - 1), to: at(hours), state });

describe('what cells come to', () => {
  test('is the worst of what is due', () => {
    expect(summary([cell(1, 'verified'), cell(2, 'failed'), cell(3, 'late')]).state).toBe('failed');
    expect(summary([cell(1, 'verified'), cell(2, 'pending')]).state).toBe('verified');
    expect(summary([cell(1, 'pending')]).state).toBe('pending');
    expect(summary([]).state).toBe('unknown');
  });
  test('is verified up to the first that is not', () => {
    expect(summary([cell(1, 'verified'), cell(2, 'verified'), cell(3, 'late'), cell(4, 'verified')])).toEqual({
      state: 'late',
      verifiedUntil: at(2),
    });
    expect(summary([cell(1, 'late'), cell(2, 'verified')]).verifiedUntil).toBeNull();
    expect(summary([cell(1, 'verified')]).verifiedUntil).toBe(at(1));
  });
});

describe('a chain', () => {
  test('is covered in order, whatever the order it comes in', () => {
    expect(cover([view(3), view(1), view(2)])).toEqual({
      cells: ['verified 0-1', 'verified 1-2', 'verified 2-3', 'pending 3-4'],
      codes: [],
      state: 'verified',
      verifiedUntil: at(3),
      silent: [],
    });
  });
  test('has the newest end judged by its newest digest', () => {
    expect(cover([view(2), view(1)], { now: at(6) }).codes).toEqual(['chain-truncated 2-3 member-logs/-']);
  });
  test('counts the time of an overlap once, and each digest keeps a cell', () => {
    const { cells } = cover([view(2), view(3, { start: at(1.5) }), view(3.5, { start: at(1.2) })]);
    expect(cells).toEqual(['failed 1-2', 'failed 2-3', 'failed 3-3.5', 'pending 3.5-4']);
    const inside = cover([view(3, { start: at(0) }), view(3, { key: 'x', verdict: 'digest-moved', bucket: 'z' })]);
    expect(inside.cells).toEqual(['verified 0-3', 'failed 3-3', 'pending 3-4']);
  });
  test('keeps a moment where it is, for it takes no time', () => {
    const off = chainWith({ status: { ...STATUS, logging: false, stoppedLogging: at(2.5) } });
    expect(cover([view(3)], NOW, off)).toEqual({
      cells: ['verified 2-3', 'unverifiable 2.5-2.5'],
      codes: ['logging-stopped 2.5-… member-logs/-'],
      state: 'unverifiable',
      verifiedUntil: at(3),
      silent: [{ from: at(2.5), to: at(4) }],
    });
    const early = chainWith({ narrowed: { at: at(0.5), detail: 'less' } });
    expect(cover([view(1), view(2)], { now: at(2) }, early).cells).toEqual([
      'verified 0-1',
      'unverifiable 0.5-0.5',
      'verified 1-2',
    ]);
  });
  test('is explained by calls and by GetTrailStatus together, and both kinds of silence are told', () => {
    const anew = view(8, { link: 'chain-start', previousKey: null });
    const expected = { now: at(9), changes: [changeAt(chainWith(), 'StopLogging', at(2.9))] };
    const status = { ...STATUS, startedLogging: at(7) };
    expect(cover([view(3), anew], expected, chainWith({ status }))).toMatchObject({
      cells: ['verified 2-3', 'gap-explained 3-7', 'verified 7-8', 'pending 8-9'],
      codes: [],
      silent: [{ from: at(3), to: at(7) }],
    });
    expect(cover([view(3), anew], { now: at(9) }).codes).toEqual(['chain-restarted 3-7 logs/d8']);
  });
});

describe('what is named for the future', () => {
  test('tiles nothing, and hides no missing end', () => {
    const { cells, codes } = cover([view(1), view(8)]);
    expect(cells).toEqual(['verified 0-1', 'pending 1-4', 'verified 7-8']);
    expect(codes).toEqual([]);
    expect(cover([view(1), view(8)], { now: at(6) }).codes).toEqual(['chain-truncated 1-3 member-logs/-']);
  });
  test('is what ends more than an hour from now', () => {
    expect(cover([view(1), view(5)]).cells).toContain('failed 1-2');
    expect(cover([view(1), view(5 + 1 / 3600)]).cells).not.toContain('failed 1-2');
    expect(cover([view(5)]).cells).toEqual(['verified 4-5']);
  });
  test('is told by itself, in order', () => {
    const planted = (hours: number): DigestView => view(hours, { verdict: 'digest-impossible-time' });
    expect(cover([planted(20), planted(8), view(3)])).toMatchObject({
      cells: ['verified 2-3', 'pending 3-4', 'failed 7-8', 'failed 19-20'],
      codes: ['digest-impossible-time 7-8 logs/d8', 'digest-impossible-time 19-20 logs/d20'],
      state: 'failed',
    });
  });
});

describe('backfill digests', () => {
  const chain = chainWith({
    validation: false,
    gone: true,
    status: { ...STATUS, logging: false, stoppedLogging: at(1) },
    narrowed: { at: at(2.5), detail: 'less' },
  });
  const backfill = (...views: readonly DigestView[]) => {
    const changes = [changeAt(chain, 'DeleteTrail', at(2.5))];
    const { cells, findings, ...rest } = coverBackfill(chain, views, expecting({ changes }));
    return { cells: cellsOf(cells), codes: codesOf(findings), ...rest };
  };
  const bad = (hours: number): DigestView => view(hours, { verdict: 'key-unknown' });
  test('stand each for itself: no hole between them, no newest end, nothing of the trail’s state', () => {
    expect(backfill(view(3), view(9, { link: 'digest-missing' }))).toEqual({
      cells: ['verified 2-3', 'verified 8-9'],
      codes: [],
      state: 'verified',
      verifiedUntil: null,
      silent: [],
    });
  });
  test('come to the worst of them', () => {
    const blocked = view(7, { verdict: 'blocked-access' });
    expect(backfill(view(3), blocked, bad(5))).toMatchObject({
      state: 'failed',
      codes: ['blocked-access 6-7 logs/d7', 'key-unknown 4-5 logs/d5'],
    });
    expect(backfill(view(3), blocked).state).toBe('blocked');
    expect(backfill(bad(5), blocked).state).toBe('failed');
    expect(backfill()).toEqual({ cells: [], codes: [], state: 'unknown', verifiedUntil: null, silent: [] });
  });
});
