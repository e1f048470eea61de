/** Digests that wait to be judged, by hand: which part of a hole they fill, and which findings they take away. */
import { describe, expect, test } from 'vitest';
import type { Cell, Coverage, DigestView, Finding } from '../../src/core/coverage.ts';
import { formatIso, MINUTE } from '../../src/core/time.ts';
import type { CellState, FindingCode } from '../../src/core/verdict.ts';
import { withWaiting } from '../../src/core/waiting.ts';
import { at, cellsOf, codesOf, say, view } from './handmade-chain.ts';

const cell = (from: number, to: number, state: CellState = 'failed'): Cell => ({ from: at(from), to: at(to), state });
const finding = (code: FindingCode, from: number | null, to: number | null): Finding => ({
  ...say(code, '', {}),
  from: from === null ? null : formatIso(at(from)),
  to: to === null ? null : formatIso(at(to)),
});
const coverage = (cells: readonly Cell[], findings: readonly Finding[] = []): Coverage => ({
  cells,
  findings,
  state: 'failed',
  verifiedUntil: null,
  silent: [{ from: 1, to: 2 }],
});
const DUE = at(50);
const after = (one: Coverage, ends: readonly number[], views: readonly DigestView[] = [], due = DUE) =>
  withWaiting(one, { ends: ends.map(at), due }, views);
const cells = (list: readonly Cell[], ...ends: readonly number[]): readonly string[] =>
  cellsOf(after(coverage(list), ends).cells);

test('without any nothing changes', () => {
  const one = coverage([cell(0, 1)]);
  expect(withWaiting(one, { ends: [], due: DUE }, [])).toBe(one);
});

describe('a hole', () => {
  test('is late where a digest waits for its hour, and missing still beside it', () => {
    expect(cells([cell(0, 4)], 2)).toEqual(['failed 0-1', 'late 1-2', 'failed 2-4']);
    expect(cells([cell(0, 4)], 1)).toEqual(['late 0-1', 'failed 1-4']);
    expect(cells([cell(0, 4)], 4)).toEqual(['failed 0-3', 'late 3-4']);
    expect(cells([cell(0, 2)], 2, 1)).toEqual(['late 0-1', 'late 1-2']);
    expect(cells([cell(0, 11)], 10, 2, 2)).toEqual([
      'failed 0-1',
      'late 1-2',
      'failed 2-9',
      'late 9-10',
      'failed 10-11',
    ]);
  });
  test('takes of the hour only what lies within it', () => {
    expect(cells([cell(0.5, 1.5)], 1)).toEqual(['late 0.5-1', 'failed 1-1.5']);
    expect(cells([cell(0.5, 1.5)], 2)).toEqual(['failed 0.5-1', 'late 1-1.5']);
    expect(cells([cell(0, 2)], 1.2, 2)).toEqual(['failed 0-0.2', 'late 0.2-1.2', 'late 1.2-2']);
  });
  test('that none waits for stays, be it of no length', () => {
    expect(cells([cell(2, 4)], 2, 5)).toEqual(['failed 2-4']);
    expect(cells([cell(3, 3)], 3.5)).toEqual(['failed 3-3']);
  });
  test('is pending while nothing is due', () => {
    expect(cellsOf(after(coverage([cell(0, 4)]), [2, 3], [], at(2)).cells)).toEqual([
      'failed 0-1',
      'late 1-2',
      'pending 2-3',
      'failed 3-4',
    ]);
  });
  test('alone is filled: what is green or late stays what it is', () => {
    expect(cells([cell(0, 1, 'verified'), cell(1, 2, 'late'), cell(2, 3, 'blocked')], 1, 2, 3)).toEqual([
      'verified 0-1',
      'late 1-2',
      'blocked 2-3',
    ]);
  });
  test('makes the state, and how far the chain is verified, anew; the rest stays', () => {
    const one = coverage([cell(0, 1, 'verified'), cell(1, 2)]);
    expect(after(one, [2])).toMatchObject({ state: 'late', verifiedUntil: at(1), silent: [{ from: 1, to: 2 }] });
    expect(after(one, [3])).toMatchObject({ state: 'failed', verifiedUntil: at(1) });
  });
});

describe('a proven digest whose predecessor waits', () => {
  const unlinked = view(3, { link: 'digest-missing' });
  const cellAfter = (one: DigestView, ...ends: readonly number[]): readonly string[] =>
    cellsOf(after(coverage([cell(2, 3)]), ends, [one]).cells);
  test('is late with it', () => {
    expect(cellAfter(unlinked, 2)).toEqual(['late 2-3']);
    expect(cellsOf(after(coverage([cell(2, 3)]), [2], [unlinked], at(1)).cells)).toEqual(['pending 2-3']);
  });
  test('is judged by itself when it ends elsewhere, is no proof or is linked', () => {
    expect(cellAfter(unlinked, 1.9)).toEqual(['failed 2-3']);
    expect(cellAfter(view(3), 2)).toEqual(['failed 2-3']);
    expect(cellAfter({ ...unlinked, verdict: 'key-unknown' }, 2)).toEqual(['failed 2-3']);
    expect(cellAfter({ ...unlinked, start: at(2.1) }, 2)).toEqual(['failed 2-3']);
  });
});

describe('a finding', () => {
  const left = (one: Finding, ...ends: readonly number[]): readonly string[] =>
    codesOf(after(coverage([], [one]), ends).findings);
  const STAYS = (one: Finding): readonly string[] => codesOf([one]);
  test('on a hole goes when digests wait for all of it', () => {
    for (const code of ['digest-missing', 'chain-restarted'] as const) {
      expect(left(finding(code, 1, 3), 3, 2)).toEqual([]);
      for (const ends of [[2], [3], [2, 2.5], [4]]) expect(left(finding(code, 1, 3), ...ends)).toHaveLength(1);
    }
  });
  test('is filled by hours that lie a minute apart, and no more', () => {
    const apart = (ms: number): number =>
      withWaiting(coverage([], [finding('digest-missing', 1, 2)]), { ends: [at(2) + ms], due: DUE }, []).findings
        .length;
    expect([apart(MINUTE), apart(MINUTE + 1)]).toEqual([0, 1]);
  });
  test('without beginning is that of its last hour', () => {
    expect(left(finding('digest-missing', null, 3), 3)).toEqual([]);
    expect(left(finding('digest-missing', null, 3), 2)).toHaveLength(1);
    expect(left(finding('digest-missing', null, 3), 4)).toHaveLength(1);
  });
  test('without end, of another kind, or of no time, stays', () => {
    for (const one of [
      finding('digest-missing', 1, null),
      finding('log-missing', 1, 2),
      finding('chain-truncated', 1, 2),
    ])
      expect(left(one, 2)).toEqual(STAYS(one));
    const moment = finding('digest-missing', 3, 3);
    expect(left(moment, 3)).toEqual(STAYS(moment));
    expect(left(moment, 2)).toEqual(STAYS(moment));
  });
});
