/** Days of a look joined with those of before: what a recent look did not judge stays as it was. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAYS_SHOWN, type ChainCover, type Squares } from '../../../src/core/board/cover.ts';
import { joinRuns, mergeChain, mergeDays, MOST_RUNS } from '../../../src/core/board/merge-days.ts';
import { HOUR } from '../../../src/core/time.ts';
import { CELL_STATES } from '../../../src/core/verdict.ts';

const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const letters = (most: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('vpgukslbf.')), minLength: 1, maxLength: most });

const at = ({ from, letters: row }: Squares, time: number): string | undefined => row[(time - from) / DAY];

test('a recent look keeps every older day of before, and replaces every day of its own', () => {
  fc.assert(
    fc.property(letters(DAYS_SHOWN), letters(9), fc.integer({ min: 1, max: 100 }), (old, young, later) => {
      const before = { from: START, letters: old };
      const look = { from: START + later * DAY, letters: young };
      const merged = mergeDays(before, look, { full: false });
      expect(merged.letters.length).toBeLessThanOrEqual(DAYS_SHOWN);
      expect(merged.from + merged.letters.length * DAY).toBe(look.from + young.length * DAY);
      for (let day = 0; day < merged.letters.length; day += 1) {
        const time = merged.from + day * DAY;
        const wanted = time >= look.from ? at(look, time) : (at(before, time) ?? 'k');
        expect(at(merged, time)).toBe(wanted);
      }
      if (later + young.length <= DAYS_SHOWN) expect(merged.from).toBe(START);
    }),
  );
});

test('a full look replaces them all', () => {
  fc.assert(
    fc.property(letters(200), letters(DAYS_SHOWN), fc.integer({ min: -50, max: 50 }), (old, young, later) => {
      const look = { from: START + later * DAY, letters: young };
      expect(mergeDays({ from: START, letters: old }, look, { full: true })).toEqual(look);
    }),
  );
});

test('days of before that do not fit are not believed: shifted ones, later ones, ones from another age', () => {
  const look = { from: START, letters: 'vvp' };
  for (const from of [START - DAY - 1, START, START + DAY, START - 1000 * DAY, Number.NaN])
    expect(mergeDays({ from, letters: 'fff' }, look, { full: false })).toEqual(look);
  expect(mergeDays(null, look, { full: false })).toEqual(look);
});

describe('a chain', () => {
  const CHAIN: ChainCover = {
    id: '0'.repeat(16),
    reader: '111122223333',
    trailArn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main',
    account: '111122223333',
    region: 'us-east-1',
    trail: 'main',
    homeRegion: 'us-east-1',
    bucket: 'logs',
    prefix: '',
    at: START + 90 * DAY,
    state: 'verified',
    reason: null,
    problem: null,
    verifiedUntil: null,
    lastDigest: null,
    receipts: 0,
    waiting: 0,
    runs: [],
    days: { from: START, letters: 'v'.repeat(90) },
    kinds: ['standard'],
  };
  const since = START + 82 * DAY;
  const days = { from: since, letters: 'v'.repeat(8) };

  test('keeps the stretches before what a recent look judged, cut where that begins', () => {
    const before: ChainCover = {
      ...CHAIN,
      runs: [
        { from: START + DAY, to: START + 2 * DAY, state: 'failed' },
        { from: START + 2 * DAY, to: START + 89 * DAY, state: 'verified' },
      ],
    };
    const look: ChainCover = { ...CHAIN, days, runs: [{ from: since, to: START + 90 * DAY, state: 'verified' }] };
    const merged = mergeChain(before, look, { full: false, since });
    expect(merged.runs).toEqual([
      { from: START + DAY, to: START + 2 * DAY, state: 'failed' },
      { from: START + 2 * DAY, to: START + 90 * DAY, state: 'verified' },
    ]);
    expect(merged.days).toEqual(CHAIN.days);
    expect(mergeChain(before, look, { full: true, since })).toEqual(look);
  });

  test('forgets what is older than all that is shown, and is bounded', () => {
    const old = { from: START - 20 * DAY, to: START - 19 * DAY, state: 'failed' as const };
    const look: ChainCover = { ...CHAIN, days, runs: [] };
    expect(mergeChain({ ...CHAIN, runs: [old] }, look, { full: false, since }).runs).toEqual([]);
    const many = Array.from({ length: MOST_RUNS + 5 }, (_, index) => ({
      from: START + index,
      to: START + index + 1,
      state: index % 2 === 0 ? ('failed' as const) : ('verified' as const),
    }));
    const { runs } = mergeChain(null, { ...CHAIN, runs: many }, { full: true, since });
    expect([runs.length, runs.at(-1)]).toEqual([MOST_RUNS, many.at(-1)]);
  });
});

test('neighbouring stretches of one state are one, and no time changes its state by it', () => {
  const run = fc.record({ length: fc.integer({ min: 1, max: 3 }), state: fc.constantFrom(...CELL_STATES) });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 40 }), (parts) => {
      let time = 0;
      const runs = parts.map(({ length, state }) => ({ from: time, to: (time += length), state }));
      const joined = joinRuns(runs);
      const spread = (list: typeof runs) =>
        list.flatMap(({ from, to, state }) => Array.from({ length: to - from }, () => state));
      expect(spread([...joined])).toEqual(spread(runs));
      for (const [index, one] of joined.entries()) expect(one.state).not.toBe(joined[index + 1]?.state);
    }),
  );
});
