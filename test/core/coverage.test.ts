/** Cells and findings over digests that were hidden, shuffled or are late. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverChain, type Cell, type DigestView, type Expectation } from '../../src/core/coverage.ts';
import type { Chain, TrailStatus } from '../../src/core/source.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import type { Damage, Truth } from '../cloud/forge/damage/scene.ts';
import * as chains from '../cloud/forge/damage/signed-chains.ts';
import * as contents from '../cloud/forge/damage/signed-contents.ts';
import { DAY, HOUR, MINUTE } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, HOURS, judgeStage, newStage, START, type Stage } from './forged-chain.ts';
import { GRACE } from './judge-buckets.ts';
import { changeAt } from './trail-changes.ts';

/** The stage without the digests of these intervals; objects that were planted stay. */
function without(stage: Stage, hidden: readonly number[]): Stage {
  const buckets = new Map([...stage.buckets].map(([name, objects]) => [name, new Map(objects)]));
  for (const hour of hidden) {
    const digest = stage.chain.hours[hour]?.digest;
    if (digest !== undefined) buckets.get(digest.bucket)?.delete(digest.key);
  }
  return { ...stage, buckets };
}

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

describe('the newest end', () => {
  const stage = newStage(3);
  const end = START + 3 * HOUR;
  const seen = trailAt(stage.chain.trail, { chains: [stage.chain], t: stage.now });
  const sound = chainOf(stage.chain, seen);
  const { views } = judgeStage(stage).judged;
  const status: TrailStatus = {
    logging: true,
    latestDigestDelivery: null,
    latestDigestError: null,
    startedLogging: START,
    stoppedLogging: null,
  };
  const withSource = (part: Partial<Chain['source']>): Chain => ({ ...sound, source: { ...sound.source, ...part } });
  const cover = (
    chain: Chain,
    part: Partial<Expectation>,
    list: readonly DigestView[] = views,
  ): { codes: string[]; state: string } => {
    const { findings, state } = coverChain(chain, list, { from: null, to: null, now: end, grace: GRACE, ...part });
    return { codes: findings.map(({ code }) => code), state };
  };

  test('is late one grace after the next digest was due, and not a second before', () => {
    const due = end + HOUR + GRACE;
    const chain = withSource({ status });
    expect(cover(chain, { now: due })).toEqual({ codes: [], state: 'verified' });
    expect(cover(chain, { now: due + 1000 })).toEqual({ codes: ['chain-truncated'], state: 'late' });
  });
  test('is truncated when AWS says that it delivered later ones', () => {
    const chain = withSource({ status: { ...status, latestDigestDelivery: end + 2 * HOUR } });
    expect(cover(chain, { now: end + 6 * HOUR })).toEqual({ codes: ['chain-truncated'], state: 'failed' });
  });
  test('of a window in the past is not late but missing', () => {
    const part = { to: end + 2 * HOUR, now: end + 50 * HOUR };
    expect(cover(sound, part)).toEqual({ codes: ['chain-truncated'], state: 'failed' });
    expect(cover(sound, { ...part, to: end })).toEqual({ codes: [], state: 'verified' });
  });
  test('of a trail without validation or without logging is no green', () => {
    expect(cover(withSource({ validation: false }), {})).toEqual({ codes: ['validation-off'], state: 'unverifiable' });
    const stopped = { ...status, logging: false, stoppedLogging: end - 20 * MINUTE };
    expect(cover(withSource({ status: stopped }), { now: end + 90 * HOUR })).toEqual({
      codes: ['logging-stopped'],
      state: 'unverifiable',
    });
  });
  test('of a trail that was stopped hours after its newest digest is truncated, and the stop is told', () => {
    const stopped = { ...status, logging: false, stoppedLogging: end + 5 * HOUR };
    const told = { codes: ['chain-truncated', 'logging-stopped'], state: 'failed' };
    expect(cover(withSource({ status: stopped }), { now: end + 90 * HOUR })).toEqual(told);
    expect(cover(withSource({ status: stopped }), { now: end + 5 * HOUR + GRACE })).toEqual({
      codes: ['logging-stopped'],
      state: 'unverifiable',
    });
  });
  test('of a trail that was stopped just after its newest digest lacks the final one, which AWS writes up to the stop', () => {
    const stopped = { ...status, logging: false, stoppedLogging: end + 20 * MINUTE };
    expect(cover(withSource({ status: stopped }), { now: end + 90 * HOUR }).codes).toContain('chain-truncated');
  });
  test('of a trail that was stopped and whose digests are all gone is empty', () => {
    const stopped = { ...status, logging: false, stoppedLogging: end };
    expect(cover(withSource({ status: stopped }), { now: end + 90 * HOUR }, [])).toEqual({
      codes: ['chain-empty', 'logging-stopped'],
      state: 'failed',
    });
  });
  test('is pending up to now, which is neither a finding nor the state of a chain', () => {
    const { cells, state } = coverChain(withSource({ status }), views, {
      from: null,
      to: null,
      now: end + HOUR,
      grace: GRACE,
    });
    expect(cells.at(-1)).toEqual({ from: end, to: end + HOUR, state: 'pending' });
    expect(state).toBe('verified');
  });
  test('of a trail whose selectors were narrowed is no green, and the cells stay', () => {
    const at = START + 90 * MINUTE;
    const chain = withSource({ status, narrowed: { at, detail: 'it records no write events any more' } });
    const { cells, findings, state } = coverChain(chain, views, { from: null, to: null, now: end, grace: GRACE });
    expect(findings.map(({ code, from, detail }) => [code, from, detail])).toEqual([
      ['selectors-narrowed', '2026-05-01T01:43:52Z', 'it records no write events any more'],
    ]);
    expect(state).toBe('unverifiable');
    expect(cells.filter(isGreen)).toHaveLength(3);
    expect(cells.find((cell) => cell.state === 'unverifiable')).toEqual({ from: at, to: at, state: 'unverifiable' });
    expect(cover(chain, { from: at + MINUTE }).codes).toEqual([]);
  });
  test('of nothing at all is never green', () => {
    const young = { ...status, startedLogging: end - MINUTE };
    expect(cover(withSource({ status: young }), { now: end }, [])).toEqual({ codes: [], state: 'unknown' });
    expect(cover(withSource({ status: young }), { now: end + 9 * HOUR }, [])).toEqual({
      codes: ['chain-empty'],
      state: 'failed',
    });
    expect(cover(withSource({ status: null }), { now: end }, [])).toEqual({ codes: ['chain-empty'], state: 'failed' });
  });
  test('of a trail that is gone ends with its DeleteTrail, or was cut', () => {
    const gone = withSource({ status: null, gone: true });
    const deleted = changeAt(sound, 'DeleteTrail', end - 10 * MINUTE);
    const late = { now: end + 90 * HOUR };
    expect(cover(gone, late)).toEqual({ codes: ['chain-truncated'], state: 'failed' });
    expect(cover(gone, { ...late, changes: [deleted] })).toEqual({ codes: ['logging-stopped'], state: 'unverifiable' });
    expect(cover(gone, { ...late, changes: [{ ...deleted, trail: 'another' }] }).codes).toEqual(['chain-truncated']);
    const longAfter = { ...deleted, time: end + 3 * HOUR };
    expect(cover(gone, { ...late, changes: [longAfter] }).codes).toEqual(['chain-truncated', 'logging-stopped']);
    expect(cover(gone, { ...late, from: end + DAY, changes: [deleted] }, [])).toEqual({
      codes: [],
      state: 'gap-explained',
    });
    expect(cover(gone, { ...late, from: end + DAY }, []).codes).toEqual(['chain-empty']);
  });
  test('of a region that was switched off is due no further, and begins with the opt-in', () => {
    const late = { now: end + 90 * HOUR };
    expect(cover({ ...withSource({ status }), until: end + 70 * MINUTE }, late).codes).toEqual(['chain-truncated']);
    expect(cover({ ...withSource({ status }), until: end + 50 * MINUTE }, late)).toEqual({
      codes: [],
      state: 'verified',
    });
    // Before the window: an hour that is unknown for ever was made of it.
    const before = { ...withSource({ status }), until: end + 50 * MINUTE };
    const much = { from: end + DAY, to: null, now: end + 9 * DAY, grace: GRACE };
    expect(coverChain(before, [], much)).toMatchObject({ cells: [], findings: [], verifiedUntil: null });
    expect(coverChain(before, [], { ...much, from: end }).cells).not.toEqual([]);
    expect(cover({ ...withSource({ status }), since: end }, { now: end + HOUR }, [])).toEqual({
      codes: [],
      state: 'unknown',
    });
  });
  test('a window that begins within the chain asks nothing of what lies before it', () => {
    const later = judgeStage(without(stage, [0])).judged.views;
    expect(cover(sound, { from: START + HOUR }, later)).toEqual({ codes: [], state: 'verified' });
    expect(cover(sound, { from: START }, later)).toEqual({ codes: ['digest-missing'], state: 'failed' });
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
