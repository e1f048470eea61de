/** Cells and findings over digests that were hidden, shuffled or could not be looked at. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverChain, type Cell, type DigestView } from '../../src/core/coverage.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import type { Damage, Truth } from '../cloud/forge/damage/scene.ts';
import * as chains from '../cloud/forge/damage/signed-chains.ts';
import * as contents from '../cloud/forge/damage/signed-contents.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { HOURS, judgeStage, newStage, START, without, type Stage } from './forged-chain.ts';
import { GRACE } from './judge-buckets.ts';

const subsets = fc.subarray(Array.from({ length: HOURS }, (_, hour) => hour));
const isGreen = (cell: Cell): boolean => cell.state === 'verified';
const nameOf = ({ from, to }: Cell): string => `${from}-${to}`;

describe('hiding digests', () => {
  const whole = newStage();
  const greenBefore = new Set(judgeStage(whole).judged.coverage.cells.filter(isGreen).map(nameOf));

  test('of a sound chain leaves exactly those hours green that are there and linked', () => {
    fc.assert(
      fc.property(subsets, (hidden) => {
        const { coverage } = judgeStage(without(whole, hidden), 2 * HOUR).judged;
        const green = Array.from({ length: HOURS }, (_, hour) => hour).filter(
          (hour) => !hidden.includes(hour) && !hidden.includes(hour - 1),
        );
        expect(coverage.cells.filter(isGreen).map(({ from }) => (from - START) / HOUR)).toEqual(green);
        expect(coverage.cells.filter(isGreen).every((cell) => greenBefore.has(nameOf(cell)))).toBe(true);
        expect(coverage.state === 'verified').toBe(hidden.length === 0);
      }),
      { numRuns: 60 },
    );
  });

  test('is told hour by hour between the first and the last that are left, and at the end', () => {
    fc.assert(
      fc.property(subsets, (hidden) => {
        const { findings } = judgeStage(without(whole, hidden), 2 * HOUR).judged.coverage;
        const left = [...Array(HOURS).keys()].filter((hour) => !hidden.includes(hour));
        const [first, last] = [left[0], left.at(-1)];
        const told = (code: string): number => findings.filter((finding) => finding.code === code).length;
        if (first === undefined || last === undefined) {
          expect(findings.map(({ code }) => code)).toEqual(['chain-empty']);
          return;
        }
        const between = hidden.filter((hour) => hour > first && hour < last).length;
        expect(told('digest-missing')).toBe(between + (first > 0 ? 1 : 0));
        expect(told('chain-truncated')).toBe(last < HOURS - 1 ? 1 : 0);
        expect(findings).toHaveLength(told('digest-missing') + told('chain-truncated'));
      }),
      { numRuns: 60 },
    );
  });
});

const DAMAGES: readonly (readonly [string, Damage])[] = [
  ...Object.entries(logs).filter(
    ([name]) => !['hideDataInLogHeader', 'replaceLogByBomb', 'plantLog', 'recompressLog'].includes(name),
  ),
  ['alterDigest', digests.alterDigest],
  ['cutDigestTrailer', digests.cutDigestTrailer],
  ['replayOlderDigest', digests.replayOlderDigest],
  ['signWithUnknownKey', digests.signWithUnknownKey],
  ['signUnderFalseFingerprint', digests.signUnderFalseFingerprint],
  ['deleteDigest', digests.deleteDigest],
  ['deleteTwoDigests', digests.deleteTwoDigests],
  ...Object.entries(contents).filter(
    ([name]) => !['listForeignLog', 'swellDigest', 'replaceDigest', 'unknownField', 'listLogTwice'].includes(name),
  ),
  ['skipDigests', chains.skipDigests],
  ['restartHidingDeletion', chains.restartHidingDeletion],
] as readonly (readonly [string, Damage])[];

/**
 * Where hiding removes the only contradiction. One look cannot tell then; receipts of the earlier look can.
 * - restartForNoReason: with every digest before it gone, the restart looks like the first start of a trail
 * - forkChain: with one of two genuine digests and what links to it gone, the other is a genuine digest
 */
const HIDEABLE = [
  ['restartForNoReason', chains.restartForNoReason, [0, 1, 2, 3, 4, 5]],
  ['forkChain', chains.forkChain, [6, 7]],
] as const;

function damagedGreen(stage: Stage, truth: Truth): readonly Cell[] {
  const { cells } = judgeStage(stage, 2 * HOUR).judged.coverage;
  return cells.filter(
    (cell) => isGreen(cell) && truth.intervals.some(({ start, end }) => cell.from < end && cell.to > start),
  );
}

describe('a damaged hour never becomes green by hiding other digests', () => {
  test.each(DAMAGES)('%s', (_name, damage) => {
    const stage = newStage();
    const truth = damage(stage);
    expect(truth.intervals.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(subsets, (hidden) => {
        expect(damagedGreen(without(stage, hidden), truth)).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
  test.each(HIDEABLE)('%s needs memory when its contradiction is hidden', (_name, damage, contradiction) => {
    const stage = newStage();
    const truth = damage(stage);
    expect(damagedGreen(stage, truth)).toEqual([]);
    expect(damagedGreen(without(stage, contradiction), truth)).toHaveLength(1);
  });
});

describe('the order in which digests come', () => {
  const all = [...DAMAGES, ['forkChain', chains.forkChain], ['plantLog', logs.plantLog]] as readonly (readonly [
    string,
    Damage,
  ])[];
  test.each(all)('does not matter: %s', (_name, damage) => {
    const stage = newStage();
    damage(stage);
    const { chain, views, coverage } = judgeStage(stage, 2 * HOUR).judged;
    const copies = views
      .slice(0, 3)
      .map((view): DigestView => ({ ...view, bucket: 'former-logs', verdict: 'digest-moved', logs: [] }));
    const now = stage.now + 2 * HOUR;
    const expected = { from: null, to: null, now, grace: GRACE };
    expect(coverChain(chain, views.toReversed(), expected)).toEqual(coverage);
    const list = [...views, ...copies];
    const withCopies = coverChain(chain, list, expected);
    const orders = fc.shuffledSubarray([...list.keys()], { minLength: list.length });
    fc.assert(
      fc.property(orders, (order) => {
        const shuffled = order.flatMap((index) => list[index] ?? []);
        expect(coverChain(chain, shuffled, expected)).toEqual(withCopies);
      }),
      { numRuns: 5 },
    );
  });
});

test('a digest that could not be looked at is neither green nor evidence of a fault', () => {
  const stage = newStage();
  const { chain, views } = judgeStage(stage).judged;
  const expected = { from: null, to: null, now: stage.now, grace: GRACE };
  const blocked = views.map((view, index): DigestView =>
    index === 5 ? { ...view, verdict: 'blocked-keys', logs: [] } : view,
  );
  const { cells, state, verifiedUntil } = coverChain(chain, blocked, expected);
  expect(cells.slice(0, -1).map((cell) => cell.state)).toEqual(
    views.map((_, index) => (index === 5 ? 'blocked' : 'verified')),
  );
  expect(cells.at(-1)?.state).toBe('pending');
  expect([state, verifiedUntil]).toEqual(['blocked', START + 5 * HOUR]);
});
