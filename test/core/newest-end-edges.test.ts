/** The newest end by itself: what is due, what was stopped, deleted or narrowed, each at its exact second. */
import { describe, expect, test } from 'vitest';
import type { DigestView, Expectation } from '../../src/core/coverage.ts';
import { speaker } from '../../src/core/finding.ts';
import { judgeNewestEnd } from '../../src/core/newest-end.ts';
import type { Chain, Source, TrailStatus } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import type { TrailChange } from '../../src/core/trail-change.ts';
import { at, cellsOf, chainWith, codesOf, detailsOf, expecting, STATUS, view } from './handmade-chain.ts';
import { changeAt } from './trail-changes.ts';

interface Asked {
  readonly newest?: DigestView | null;
  readonly expected?: Partial<Expectation>;
  readonly changes?: readonly TrailChange[];
}
const judge = (chain: Chain, { newest = view(10), expected = {}, changes = [] }: Asked = {}) => {
  const end = judgeNewestEnd(chain, { newest, expected: expecting(expected), changes }, speaker(chain));
  const silent = end.silent?.map(({ from, to }) => `${(from - at(0)) / HOUR}-${(to - at(0)) / HOUR}`);
  return { cells: cellsOf(end.cells), codes: codesOf(end.findings), details: detailsOf(end.findings), silent };
};
/** Cells and codes alone. */
const told = (chain: Chain, asked: Asked = {}): readonly string[] => {
  const { cells, codes } = judge(chain, asked);
  return [...cells, ...codes];
};
const withStatus = (parts: Partial<TrailStatus>, source: Partial<Source> = {}): Chain =>
  chainWith({ status: { ...STATUS, ...parts }, ...source });
const RUNS = chainWith();
/** A digest of the hour after the newest is due when an hour and the grace of two have gone by. */
const DUE = at(13);

describe('a trail that runs', () => {
  test('is pending since its newest digest, and late when the next was due', () => {
    expect(told(RUNS, { expected: { now: DUE } })).toEqual(['pending 10-13']);
    expect(told(RUNS, { expected: { now: at(10) } })).toEqual([]);
    const late = judge(RUNS, { expected: { now: at(13.5) } });
    expect(late).toEqual({
      cells: ['late 10-10.5', 'pending 10.5-13.5'],
      codes: ['chain-truncated 10-10.5 member-logs/-'],
      details: [
        'the newest digest s3://logs/d10 ends at 2026-05-01T10:00:00Z, and the next was due at 2026-05-01T11:00:00Z',
      ],
      silent: [],
    });
  });
  test('is asked about its window alone', () => {
    expect(told(RUNS, { expected: { to: at(12) } })).toEqual(['failed 10-12', 'chain-truncated 10-12 member-logs/-']);
    expect(told(RUNS, { expected: { to: at(10) } })).toEqual([]);
    expect(told(RUNS, { expected: { to: at(50), now: at(12) } })).toEqual(['pending 10-12']);
  });
  test('is truncated when AWS delivered a later one, by more than an hour and a half', () => {
    const known = (hours: number) =>
      judge(withStatus({ latestDigestDelivery: at(hours) }), { expected: { now: at(14) } });
    expect(known(11.5).codes).toEqual(known(11.6).codes);
    expect(known(11.5).cells[0]).toBe('late 10-11');
    expect(known(11.6).cells[0]).toBe('failed 10-11');
    expect(known(11.6).details[0]).toMatch(/ and AWS says that it delivered a digest at 2026-05-01T11:36:00Z$/);
  });
  test('in a region that was switched off is due no further than an hour before', () => {
    const off = (hours: number): readonly string[] => told(chainWith({}, { until: at(hours) }));
    expect(off(11)).toEqual(['pending 10-11']);
    expect(off(11.5)).toEqual(['late 10-10.5', 'pending 10.5-11.5', 'chain-truncated 10-10.5 member-logs/-']);
  });
});

describe('digests that wait to be judged', () => {
  const waiting = { waiting: true };
  test('make the end late, and no finding', () => {
    expect(told(RUNS, { expected: { ...waiting, now: at(14) } })).toEqual(['late 10-11', 'pending 11-14']);
    expect(told(RUNS, { expected: { ...waiting, now: DUE } })).toEqual(['pending 10-13']);
  });
  test('of an empty chain are late since logging began, or where they were due', () => {
    const empty = { newest: null, expected: { ...waiting, now: at(14) } };
    expect(told(withStatus({ startedLogging: at(5) }), empty)).toEqual(['late 5-11', 'pending 11-14']);
    expect(told(withStatus({ startedLogging: at(12) }), empty)).toEqual(['late 11-11', 'pending 11-14']);
    expect(told(RUNS, empty)).toEqual(['late 11-11', 'pending 11-14']);
    expect(told(chainWith({ status: null }), empty)).toEqual(['late 11-11', 'pending 11-14']);
  });
});

describe('an empty chain', () => {
  const now = at(14);
  test('is a finding since digests are expected: logging, window or region, whichever is last', () => {
    const empty = judge(withStatus({ startedLogging: at(5) }), { newest: null, expected: { now } });
    expect(empty).toMatchObject({
      cells: ['failed 5-11', 'pending 11-14'],
      codes: ['chain-empty 5-11 member-logs/-'],
      details: ['validation is on, and no digest is there'],
    });
    const started = withStatus({ startedLogging: at(5) });
    expect(told(started, { newest: null, expected: { now, from: at(7) } })[0]).toBe('failed 7-11');
    expect(told({ ...started, since: at(9) }, { newest: null, expected: { now, from: at(7) } })[0]).toBe('failed 9-11');
    expect(told(RUNS, { newest: null, expected: { now } })).toEqual([
      'failed 11-11',
      'pending 11-14',
      'chain-empty …-11 member-logs/-',
    ]);
  });
  test('that begins so late that nothing is due is unknown', () => {
    const begun = (hours: number): readonly string[] =>
      told(withStatus({ startedLogging: at(hours) }), { newest: null, expected: { now } });
    expect(begun(10.9)).toContain('chain-empty 10.9-11 member-logs/-');
    expect(begun(11)).toEqual(['unknown 11-14']);
    expect(begun(20)).toEqual(['unknown 20-20']);
  });
});

describe('a trail that was started again a moment ago', () => {
  const again = withStatus({ startedLogging: at(50) });
  const changes = [changeAt(again, 'StopLogging', at(9.9)), changeAt(again, 'StartLogging', at(50))];
  const expected = { now: at(52) };
  test('is explained until then, and pending since', () => {
    expect(told(again, { expected, changes })).toEqual(['gap-explained 10-50', 'pending 50-52']);
  });
  test('is explained by a stop within the newest digest, however long that is, and by a start until now', () => {
    const early = [changeAt(again, 'StopLogging', at(7.5)), changeAt(again, 'StartLogging', at(50))];
    const long = view(10, { start: at(7) });
    expect(told(again, { newest: long, expected, changes: early })[0]).toBe('gap-explained 10-50');
    expect(told(again, { expected, changes: early })[0]).toBe('late 10-49');
  });
  test('is truncated without proof, when the first digest since is due, or the newest one is no proof', () => {
    expect(told(again, { expected })).toContain('chain-truncated 10-49 member-logs/-');
    expect(told(again, { expected: { now: at(53) }, changes })[0]).toBe('gap-explained 10-50');
    expect(told(again, { expected: { now: at(53.1) }, changes })[0]).toBe('late 10-50.1');
    const unproven = view(10, { verdict: 'key-unknown' });
    expect(told(again, { newest: unproven, expected, changes })[0]).toBe('late 10-49');
    expect(told(RUNS, { expected, changes })[0]).toBe('late 10-49');
  });
});

describe('a trail without validation', () => {
  test('cannot be proven since its newest digest', () => {
    expect(judge(chainWith({ validation: false }))).toEqual({
      cells: ['unverifiable 10-10'],
      codes: ['validation-off 10-… member-logs/-'],
      details: ['the trail writes no digests, so its log files cannot be proven'],
      silent: [],
    });
    expect(told(chainWith({ validation: false }), { newest: null, expected: { now: at(14) } })).toEqual([
      'unverifiable 11-11',
      'validation-off …-… member-logs/-',
    ]);
  });
});

describe('a trail that was narrowed', () => {
  const narrowed = chainWith({ narrowed: { at: at(5), detail: 'less is recorded' } });
  const ofNarrowing = (expected: Partial<Expectation>): readonly string[] =>
    told(narrowed, { expected: { now: DUE, ...expected } }).filter((one) => !one.startsWith('pending'));
  const TOLD = ['unverifiable 5-5', 'selectors-narrowed 5-… member-logs/-'];
  test('is told within the window, with what is lost', () => {
    expect(judge(narrowed, { expected: { now: DUE } }).details).toEqual(['less is recorded']);
    expect(ofNarrowing({})).toEqual(TOLD);
    for (const inside of [{ from: at(5) }, { to: at(5) }]) expect(ofNarrowing(inside)).toEqual(TOLD);
    for (const outside of [{ from: at(5.1) }, { to: at(4.9) }, { now: at(4.9) }])
      expect(ofNarrowing(outside)).toEqual([]);
  });
});

describe('a trail that is switched off', () => {
  const off = (hours: number | null): Chain =>
    withStatus({ logging: false, stoppedLogging: hours === null ? null : at(hours) });
  const MARK = ['unverifiable 9.5-9.5', 'logging-stopped 9.5-… member-logs/-'];
  test('is told at the stop, and silent since', () => {
    expect(judge(off(9.5))).toEqual({
      cells: ['unverifiable 9.5-9.5'],
      codes: ['logging-stopped 9.5-… member-logs/-'],
      details: ['the trail is switched off'],
      silent: ['9.5-100'],
    });
    expect(judge(off(9.5), { expected: { to: at(20) } }).silent).toEqual(['9.5-20']);
    expect(told(off(9.5), { expected: { to: at(9.5) } })).toEqual(MARK);
    expect(told(off(9.5), { expected: { to: at(9.4) } })).toEqual([]);
  });
  test('at an unknown time is off since its newest digest, or where one was due', () => {
    expect(told(off(null))[0]).toBe('unverifiable 10-10');
    expect(told(off(null), { newest: null })).toContain('unverifiable 97-97');
  });
  test('lacks its final digest when the newest ends more than the clocks may differ before', () => {
    expect(told(off(10 + 0.5 / 60))).toHaveLength(2);
    const cut = judge(off(10.1));
    expect(cut).toMatchObject({
      cells: ['failed 10-10.1', 'unverifiable 10.1-10.1'],
      codes: ['chain-truncated 10-10.1 member-logs/-', 'logging-stopped 10.1-… member-logs/-'],
    });
    expect(cut.details[0]).toBe(
      'the newest digest s3://logs/d10 ends at 2026-05-01T10:00:00Z, and the trail was on until 2026-05-01T10:06:00Z: AWS writes a final digest up to that time',
    );
  });
  test('has time for it: an hour and the grace after the stop', () => {
    const cells = (expected: Partial<Expectation>): readonly string[] => judge(off(11), { expected }).cells;
    expect(cells({ now: at(14) - 1 })[0]).toBe('pending 10-11');
    expect(cells({ now: at(14) })[0]).toBe('failed 10-11');
    expect(cells({ now: at(14), waiting: true })).toEqual(['late 10-11', 'unverifiable 11-11']);
    expect(judge(off(11), { expected: { waiting: true } }).codes).toEqual(['logging-stopped 11-… member-logs/-']);
    expect(judge(off(11), { expected: { now: at(13) } }).codes).toEqual(['logging-stopped 11-… member-logs/-']);
  });
  test('in an empty chain lacks all of them since they were expected', () => {
    const empty = (begins: number | null, expected: Partial<Expectation> = {}): readonly string[] => {
      const startedLogging = begins === null ? null : at(begins);
      const chain = withStatus({ logging: false, stoppedLogging: at(9.5), startedLogging });
      return told(chain, { newest: null, expected });
    };
    expect(empty(3)).toEqual(['failed 3-9.5', MARK[0], 'chain-empty 3-9.5 member-logs/-', MARK[1]]);
    expect(empty(9.5)).toEqual(MARK);
    expect(empty(null)).toEqual(MARK);
    const detail = judge(withStatus({ logging: false, stoppedLogging: at(9.5), startedLogging: at(3) }), {
      newest: null,
    });
    expect(detail.details[0]).toMatch(/^no digest is there, and the trail was on until 2026-05-01T09:30:00Z/);
  });
  test('before the window is nobody’s question', () => {
    expect(judge(off(11), { expected: { from: at(11) } }).cells).toEqual(['unverifiable 11-11']);
    expect(judge(off(11), { expected: { from: at(10.9) } }).cells[0]).toBe('failed 10-11');
  });
});

describe('a trail that is gone', () => {
  const gone = chainWith({ status: null, gone: true });
  const deleted = (hours: number): TrailChange => changeAt(gone, 'DeleteTrail', at(hours));
  test('without a recorded DeleteTrail was cut', () => {
    const cut = judge(gone);
    expect(cut.cells[0]).toBe('failed 10-97');
    expect(cut.details[0]).toBe(
      'the newest digest s3://logs/d10 ends at 2026-05-01T10:00:00Z, and the trail is no longer described, and no recorded DeleteTrail says since when',
    );
    expect(judge(gone, { newest: null }).details[0]).toBe(
      'no digest is there, and the trail is no longer described, and no recorded DeleteTrail says since when',
    );
    expect(told(gone, { changes: [changeAt(gone, 'StopLogging', at(9.9))] })[0]).toBe('failed 10-97');
    expect(told(gone, { changes: [deleted(101)] })[0]).toBe('failed 10-97');
  });
  test('ends with the last DeleteTrail, told by whom', () => {
    const end = judge(gone, { changes: [deleted(5), deleted(9.9)] });
    expect(end).toMatchObject({
      cells: ['unverifiable 9.9-9.9'],
      codes: ['logging-stopped 9.9-… member-logs/-'],
      silent: ['9.9-100'],
    });
    expect(end.details[0]).toMatch(
      /^the trail was deleted at 2026-05-01T09:54:00Z: DeleteTrail at 2026-05-01T09:54:00Z by .*alice/,
    );
    expect(told(gone, { expected: { now: at(9.9) }, changes: [deleted(9.9)] })[0]).toBe('unverifiable 9.9-9.9');
  });
  test('outside the window is explained, without a finding', () => {
    expect(told(gone, { expected: { from: at(9.95) }, changes: [deleted(9.9)] })).toEqual(['gap-explained 9.9-9.9']);
  });
  test('is judged as gone, whatever it said of validation', () => {
    expect(
      judge({ ...gone, source: { ...gone.source, validation: false } }, { changes: [deleted(9.9)] }).codes,
    ).toEqual(['logging-stopped 9.9-… member-logs/-']);
  });
});
