/** A chain digest after digest: in which order they stand, who their neighbours are, and the oldest end. */
import { describe, expect, test } from 'vitest';
import type { DigestView, Expectation } from '../../src/core/coverage.ts';
import { inTime, tile } from '../../src/core/tiling.ts';
import type { TrailChange } from '../../src/core/trail-change.ts';
import { at, cellsOf, chainWith, codesOf, detailsOf, expecting, GRACE, say, view } from './handmade-chain.ts';
import { changeAt } from './trail-changes.ts';

const chain = chainWith();
const CALLS = [changeAt(chain, 'StopLogging', at(2.9)), changeAt(chain, 'StartLogging', at(5))];
const tiled = (
  views: readonly DigestView[],
  expected: Partial<Expectation> = {},
  changes: readonly TrailChange[] = [],
) => {
  const { cells, findings, silent } = tile(views, { expected: expecting(expected), changes }, say);
  return { cells: cellsOf(cells), codes: codesOf(findings), details: detailsOf(findings), silent };
};

describe('the order of digests', () => {
  const keys = (...views: readonly DigestView[]): readonly string[] => views.toSorted(inTime).map(({ key }) => key);
  const [a, b] = ['a', 'b'].map((key) => view(3, { key })) as [DigestView, DigestView];
  /** In both orders that two can be given in. */
  const both = (first: DigestView, second: DigestView): string =>
    [keys(first, second), keys(second, first)].flat().join('');
  test('is that of their ends', () => {
    expect(both({ ...a, verdict: 'key-unknown', start: at(3) }, { ...b, end: at(3) + 1 })).toBe('abab');
  });
  test('of one end is the proven one first, so that no copy is taken for what precedes it', () => {
    expect(both({ ...a, start: at(2.5) }, { ...b, verdict: 'digest-moved' })).toBe('abab');
    expect(both({ ...a, bucket: 'z' }, { ...b, verdict: 'digest-moved', bucket: 'a' })).toBe('abab');
  });
  test('of one end and verdict is that of their starts, the unread first', () => {
    expect(both({ ...a, bucket: 'z' }, { ...b, start: at(2.5) })).toBe('abab');
    expect(both({ ...a, bucket: 'z', start: null }, b)).toBe('abab');
    expect(both(a, { ...b, start: at(2.5), bucket: 'a' })).toBe('abab');
  });
  test('of the same times is that of bucket and key', () => {
    expect(both(a, b)).toBe('abab');
    expect(both({ ...a, bucket: 'a' }, { ...b, bucket: 'b', key: 'b' })).toBe('abab');
    expect(keys({ ...b, bucket: 'a' }, { ...a, bucket: 'b' })).toEqual(['b', 'a']);
  });
});

describe('digests side by side', () => {
  test('each have their cell', () => {
    expect(tiled([view(1), view(2)])).toEqual({
      cells: ['verified 0-1', 'verified 1-2'],
      codes: [],
      details: [],
      silent: [],
    });
    expect(tiled([])).toEqual({ cells: [], codes: [], details: [], silent: [] });
  });
  test('with a hole between them have it first, and its findings before theirs', () => {
    const views = [view(1), view(3, { link: 'link-hash-mismatch', linkDetail: 'other bytes' })];
    expect(tiled(views)).toMatchObject({
      cells: ['verified 0-1', 'failed 1-2', 'failed 2-3'],
      codes: ['digest-missing 1-2 member-logs/-', 'link-hash-mismatch 2-3 logs/d3'],
    });
  });
  test('are judged by the hole before them: what is missing, may come, or begins anew', () => {
    const late = { now: at(2) + GRACE - 1 };
    expect(tiled([view(1), view(3)], late).cells).toEqual(['verified 0-1', 'pending 1-2', 'pending 2-3']);
    const anew = view(6, { link: 'chain-start', previousKey: null });
    expect(tiled([view(3), anew]).cells).toEqual(['verified 2-3', 'failed 3-5', 'failed 5-6']);
    expect(tiled([view(3), anew], {}, CALLS)).toEqual({
      cells: ['verified 2-3', 'gap-explained 3-5', 'verified 5-6'],
      codes: [],
      details: [],
      silent: [{ from: at(3), to: at(5) }],
    });
  });
  test('an unproven one begins where the one before it ended', () => {
    expect(tiled([view(1.5, { start: at(0.5) }), view(2, { verdict: 'key-unknown' })]).cells).toEqual([
      'verified 0.5-1.5',
      'failed 1.5-2',
    ]);
  });
});

describe('neighbours are the nearest proven ones', () => {
  const junk = (hours: number, parts: Partial<DigestView> = {}): DigestView =>
    view(hours, { verdict: 'digest-moved', ...parts });
  test('before: an overlap is told across what is not proven', () => {
    const views = [view(3), junk(3.5, { key: 'x' }), view(4, { start: at(2.5) })];
    expect(tiled(views).codes).toEqual(['digest-moved 3-3.5 logs/x', 'time-gap 2.5-4 logs/d4']);
    expect(tiled([view(3), view(4), view(5, { start: at(3.5) })]).details[0]).toContain('overlaps s3://logs/d4');
  });
  test('after: the next proven one may disown it, and no later one', () => {
    const disowns = { previousKey: 'd3', link: 'link-hash-mismatch' } as const;
    expect(tiled([view(3), junk(3.5, { key: 'x' }), view(4, disowns)]).cells[0]).toBe('failed 2-3');
    expect(tiled([view(3), view(4), view(5, disowns)]).cells[0]).toBe('verified 2-3');
    expect(tiled([view(3), junk(4, disowns)]).cells[0]).toBe('verified 2-3');
    expect(tiled([junk(2, { key: 'x' }), view(3), view(4)]).cells).toEqual([
      'failed 1-2',
      'verified 2-3',
      'verified 3-4',
    ]);
  });
  test('an overlap with a trail that was provably made anew leaves the earlier one green', () => {
    const anew = view(4, { start: at(2.5), link: 'chain-start', previousKey: null });
    const calls = [changeAt(chain, 'StopLogging', at(2.4)), changeAt(chain, 'StartLogging', at(2.5))];
    expect(tiled([view(3), anew], {}, calls).cells).toEqual(['verified 2-3', 'verified 2.5-4']);
    expect(tiled([view(3), anew]).cells).toEqual(['failed 2-3', 'failed 2.5-4']);
  });
});

describe('the oldest digest that is left', () => {
  const oldest = view(3, { link: 'digest-missing', linkDetail: 'd2 is nowhere' });
  test('is one finding, for nothing says how far back the chain went', () => {
    expect(tiled([oldest, view(4)])).toEqual({
      cells: ['failed 2-3', 'verified 3-4'],
      codes: ['digest-missing …-2 logs/d3'],
      details: [
        'd2 is nowhere; no older digest is left, so what precedes 2026-05-01T02:00:00Z is deleted or expired by a lifecycle rule',
      ],
      silent: [],
    });
  });
  test('tells of the window since its beginning', () => {
    const { cells, codes } = tiled([oldest], { from: at(0) });
    expect([cells, codes]).toEqual([['failed 0-2', 'failed 2-3'], ['digest-missing 0-2 logs/d3']]);
    expect(tiled([oldest], { from: at(2) })).toMatchObject({ cells: ['verified 2-3'], codes: [] });
    expect(tiled([oldest], { from: at(2) - 1 }).codes).toHaveLength(1);
    expect(tiled([oldest], { from: at(2.5) }).codes).toEqual([]);
  });
  test('waits while the one before it may come', () => {
    const now = at(2) + GRACE;
    expect(tiled([oldest], { now: now - 1 })).toMatchObject({ cells: ['pending 2-3'], codes: [] });
    expect(tiled([oldest], { now: now - 1, from: at(0) }).cells).toEqual(['pending 0-2', 'pending 2-3']);
    expect(tiled([oldest], { now }).codes).toHaveLength(1);
  });
  test('is nothing to tell of when it is linked, begins the chain or is not proven', () => {
    expect(tiled([view(3)], { from: at(0) }).cells).toEqual(['verified 2-3']);
    expect(tiled([view(3, { link: 'chain-start', previousKey: null })]).cells).toEqual(['verified 2-3']);
    expect(tiled([{ ...oldest, verdict: 'key-unknown' }]).codes).toEqual(['key-unknown 2-3 logs/d3']);
  });
});
