/** Which part of a hole the recorded calls explain, over random lives of a trail. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesOfChain, explainGap, type Explanation } from '../../src/core/explain.ts';
import type { Chain } from '../../src/core/source.ts';
import type { TrailChange } from '../../src/core/trail-change.ts';
import type { Interval } from '../../src/core/unlisted.ts';
import { createForge } from '../cloud/forge/forge.ts';
import { HOUR, MINUTE } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, START } from './forged-chain.ts';
import { changeAt, changeWith } from './trail-changes.ts';

const forge = createForge({ seed: 'explain', cheap: true });
const trail = forge.trail({ account: '111122223333', homeRegion: 'eu-west-1', bucket: 'logs', name: 'main' });
const forged = forge.chain({ trail, firstDigestStart: START });
const chain = chainOf(forged, trailAt(trail, { chains: [forged], t: START }));
const away: Chain = { ...chain, region: 'us-east-1' };

const GAP: Interval = { from: START + 4 * HOUR, to: START + 10 * HOUR };
const AROUND = { previousStart: START + 3 * HOUR, restartEnd: START + 11 * HOUR };
/** What the clocks of calls and digests may differ, and how long before its digest a call may lie. */
const CLOCK = 5 * MINUTE;
const STOP_CLOCK = MINUTE / 2;
const DELIVERY = 15 * MINUTE;

const at = (hours: number): number => START + hours * HOUR;
const stop = (hours: number): TrailChange => changeAt(chain, 'StopLogging', at(hours));
const start = (hours: number): TrailChange => changeAt(chain, 'StartLogging', at(hours));
const validation = (hours: number, on: boolean): TrailChange =>
  changeWith(chain, { name: 'UpdateTrail', time: at(hours), parameters: { enableLogFileValidation: on } });
const explain = (...changes: readonly TrailChange[]): Explanation =>
  explainGap(GAP, changesOfChain(chain, changes), AROUND);
const hoursOf = (intervals: readonly Interval[]): readonly (readonly number[])[] =>
  intervals.map(({ from, to }) => [from, to].map((time) => Math.round(((time - START) / HOUR) * 100) / 100));

describe('a hole', () => {
  test('is explained by a stop in the last digest and a start in the new one', () => {
    const { explained, unexplained } = explain(stop(3.5), start(10.2));
    expect([hoursOf(explained), unexplained]).toEqual([[[4, 10]], []]);
    expect(explained[0]?.detail).toContain(
      'StopLogging at 2026-05-01T03:43:52Z by arn:aws:iam::111122223333:user/alice',
    );
  });
  test('is not explained before the stop: AWS writes a final digest up to it (V17)', () => {
    const { explained, unexplained } = explain(stop(9.5), start(10));
    expect(hoursOf(explained)).toEqual([[9.49, 10]]);
    expect(hoursOf(unexplained)).toEqual([[4, 9.49]]);
  });
  test('is not explained after the start', () => {
    expect(hoursOf(explain(stop(3.5), start(7)).unexplained)).toEqual([[7.08, 10]]);
  });
  test.each([
    ['nothing', []],
    ['a stop alone', [stop(3.5)]],
    ['a start alone', [start(10)]],
    ['a start before the stop', [start(3.2), stop(3.5)]],
    ['a stop before the digest that is left, which proves that it ran on', [stop(2), start(10)]],
    ['a start after the new digest ended', [stop(3.5), start(11.5)]],
    ['narrowed selectors', [changeAt(chain, 'PutEventSelectors', at(3.5)), start(10)]],
    [
      'an update that says nothing of validation',
      [changeAt(chain, 'UpdateTrail', at(3.5)), changeAt(chain, 'UpdateTrail', at(10))],
    ],
  ])('is explained in no part by %s', (_what, changes) => {
    expect(explain(...changes)).toEqual({ explained: [], unexplained: [GAP] });
  });
  test('is explained between two stops only from the second, for a start between them is unknown', () => {
    expect(hoursOf(explain(stop(3.5), stop(8), start(10)).unexplained)).toEqual([[4, 7.99]]);
  });
  test('with a start and a stop in its middle has been on in between', () => {
    const { explained, unexplained } = explain(stop(3.5), start(5), stop(8), start(10));
    expect(hoursOf(explained)).toEqual([
      [4, 5.08],
      [7.99, 10],
    ]);
    expect(hoursOf(unexplained)).toEqual([[5.08, 7.99]]);
  });
  test('is explained by validation off, when files come that no digest names: that is no silence', () => {
    const off = explain(validation(3.5, false), validation(10, true));
    expect([hoursOf(off.explained), off.explained.map(({ silent }) => silent)]).toEqual([[[4, 10]], [false]]);
    expect(explain(stop(3.5), start(10)).explained.map(({ silent }) => silent)).toEqual([true]);
  });
  test('is explained by a trail deleted, also while it was stopped, and made anew', () => {
    const anew = changeWith(chain, { name: 'CreateTrail', time: at(8), parameters: { enableLogFileValidation: true } });
    const deleted = changeAt(chain, 'DeleteTrail', at(3.6));
    expect(explain(deleted, anew, start(10)).unexplained).toEqual([]);
    expect(explain(stop(3.5), changeAt(chain, 'DeleteTrail', at(5)), anew, start(10)).unexplained).toEqual([]);
    expect(hoursOf(explain(deleted, anew).unexplained)).toEqual([[8.08, 10]]);
  });
  test('is explained by a trail that was made anew without validation until it is switched on', () => {
    const anew = changeAt(chain, 'CreateTrail', at(5));
    const deleted = changeAt(chain, 'DeleteTrail', at(3.6));
    expect(explain(deleted, anew, start(5.1), validation(10, true)).unexplained).toEqual([]);
    expect(hoursOf(explain(deleted, anew, start(5.1)).unexplained)).toEqual([[5.18, 10]]);
  });
  test('names what else was changed meanwhile', () => {
    const { explained } = explain(stop(3.5), changeAt(chain, 'PutEventSelectors', at(6)), start(10));
    expect(explained[0]?.detail).toContain('meanwhile PutEventSelectors at 2026-05-01T06:13:52Z');
  });
  test('of another region than home is explained by the trail that left it', () => {
    const everywhere = (hours: number, on: boolean): TrailChange =>
      changeWith(chain, { name: 'UpdateTrail', time: at(hours), parameters: { isMultiRegionTrail: on } });
    const changes = [everywhere(3.5, false), everywhere(10, true)];
    expect(explainGap(GAP, changesOfChain(away, changes), AROUND).unexplained).toEqual([]);
    expect(explain(...changes).unexplained).toEqual([GAP]);
  });
});

describe('a restart without a hole', () => {
  const none = { from: at(4), to: at(4) };
  const restart = (...changes: readonly TrailChange[]): number =>
    explainGap(none, changes, { previousStart: at(3), restartEnd: at(5) }).explained.length;
  test('needs calls within its hours', () => {
    expect(restart()).toBe(0);
    expect(restart(stop(3.5), start(4.1))).toBe(1);
    expect(restart(start(4))).toBe(0);
    expect(restart(stop(1), start(2))).toBe(0);
    expect(restart(changeAt(chain, 'CreateTrail', at(3.8)), start(4))).toBe(1);
  });
});

/** A trail that was off and on again by turns: hours in order, off first. */
const lives = fc
  .uniqueArray(fc.integer({ min: 0, max: 1300 }), { minLength: 2, maxLength: 8 })
  .map((times) => times.toSorted((a, b) => a - b).map((time) => time / 100))
  .map((times) => times.slice(0, times.length - (times.length % 2)))
  .map((times) => times.map((time, index) => (index % 2 === 0 ? stop(time) : start(time))));

const total = (intervals: readonly Interval[]): number => intervals.reduce((sum, { from, to }) => sum + to - from, 0);
const isWithin = (inner: Interval, outer: readonly Interval[]): boolean =>
  outer.some(({ from, to }) => inner.from >= from && inner.to <= to);

describe('whatever the life of a trail', () => {
  test('explained and unexplained tile the hole, and nothing is explained while the trail was on', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { explained, unexplained } = explain(...life);
        const tiles = [...explained, ...unexplained].toSorted((a, b) => a.from - b.from);
        expect([tiles[0]?.from, tiles.at(-1)?.to]).toEqual([GAP.from, GAP.to]);
        expect(tiles.slice(1).every(({ from }, index) => from === tiles[index]?.to)).toBe(true);
        const off = life.flatMap((one, index) => {
          const on = life[index + 1];
          return index % 2 === 0 && on !== undefined ? [{ from: one.time - STOP_CLOCK, to: on.time + CLOCK }] : [];
        });
        const merged = off.reduce<Interval[]>((all, one) => {
          const last = all.at(-1);
          if (last !== undefined && one.from <= last.to) all[all.length - 1] = { from: last.from, to: one.to };
          else all.push(one);
          return all;
        }, []);
        expect(explained.every((one) => isWithin(one, merged))).toBe(true);
      }),
    );
  });
  test('any one call less explains no more', () => {
    fc.assert(
      fc.property(lives, fc.nat(7), (life, index) => {
        const hidden = life.filter((_, place) => place !== index % life.length);
        const [all, fewer] = [explain(...life), explain(...hidden)];
        // Two clocks of slack where one off-time ends and the next begins are the most that can change hands.
        for (const one of fewer.explained)
          expect(total([one]) - total(all.explained.map((other) => shared(one, other)))).toBeLessThanOrEqual(2 * CLOCK);
      }),
    );
  });
  test('without its stops, or without its starts, nothing is explained', () => {
    fc.assert(
      fc.property(lives, (life) => {
        for (const effect of ['stops', 'starts'] as const)
          expect(explain(...life.filter((one) => one.effect !== effect)).explained).toEqual([]);
      }),
    );
  });
  test('the calls of another trail, account or region explain nothing', () => {
    const others: readonly Partial<TrailChange>[] = [
      { trail: 'other' },
      { account: '444455556666' },
      { region: 'us-east-1' },
      { trail: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/other' },
    ];
    fc.assert(
      fc.property(lives, fc.constantFrom(...others), (life, parts) => {
        expect(explain(...life.map((one) => ({ ...one, ...parts }))).explained).toEqual([]);
      }),
    );
  });
  test('the order in which calls are heard of, and how often, does not matter', () => {
    fc.assert(
      fc.property(lives, fc.infiniteStream(fc.nat()), (life, numbers) => {
        const shuffled = [...life, ...life].toSorted(() => (numbers.next().value % 2 === 0 ? 1 : -1));
        expect(explain(...shuffled)).toEqual(explain(...life));
      }),
    );
  });
  test('a stop is believed only within the last digest or after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), (hundredths) => {
        const { explained } = explain(stop(hundredths / 100), start(10));
        expect(explained.length > 0).toBe(at(hundredths / 100) >= AROUND.previousStart - DELIVERY);
      }),
    );
  });
});

function shared(a: Interval, b: Interval): Interval {
  const from = Math.max(a.from, b.from);
  return { from, to: Math.max(from, Math.min(a.to, b.to)) };
}
