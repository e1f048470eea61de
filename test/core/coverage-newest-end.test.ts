/** The newest end of a chain: late, cut, stopped, gone, or simply not due yet. */
import { describe, expect, test } from 'vitest';
import { coverChain, type DigestView, type Expectation } from '../../src/core/coverage.ts';
import type { Chain, TrailStatus } from '../../src/core/source.ts';
import { DAY, HOUR, MINUTE } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, judgeStage, newStage, START, without } from './forged-chain.ts';
import { GRACE } from './judge-buckets.ts';
import { changeAt } from './trail-changes.ts';

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
    expect(cells.filter((cell) => cell.state === 'verified')).toHaveLength(3);
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
