/** The hole between two digests by itself: hour by hour, what may still come, and what recorded calls explain of it. */
import { describe, expect, test } from 'vitest';
import type { DigestView, Expectation } from '../../src/core/coverage.ts';
import { judgeGap, mayCome, NO_GAP, type Gap } from '../../src/core/gaps.ts';
import { MINUTE } from '../../src/core/time.ts';
import type { TrailChange } from '../../src/core/trail-change.ts';
import { at, cellsOf, chainWith, codesOf, detailsOf, expecting, GRACE, say, view } from './handmade-chain.ts';
import { changeAt, changeWith } from './trail-changes.ts';

const chain = chainWith();
const stop = (hours: number): TrailChange => changeAt(chain, 'StopLogging', at(hours));
const start = (hours: number): TrailChange => changeAt(chain, 'StartLogging', at(hours));
const judge = (
  before: DigestView,
  one: DigestView,
  known: { readonly changes?: readonly TrailChange[]; readonly expected?: Partial<Expectation> } = {},
): Gap => judgeGap({ before, view: one }, { expected: expecting(known.expected), changes: known.changes ?? [] }, say);
const told = (gap: Gap): unknown => ({
  cells: cellsOf(gap.cells),
  codes: codesOf(gap.findings),
  silent: gap.silent,
  restart: gap.restart,
  own: gap.own,
});
const anew = (hours: number, parts: Partial<DigestView> = {}): DigestView =>
  view(hours, { link: 'chain-start', previousKey: null, ...parts });

test('a digest may come until the grace is over', () => {
  expect(mayCome(at(100) - GRACE, expecting())).toBe(false);
  expect(mayCome(at(100) - GRACE + 1, expecting())).toBe(true);
});

describe('without a hole', () => {
  test('nothing is said, be the digests side by side or one over the other', () => {
    expect(judge(view(3), view(4))).toBe(NO_GAP);
    expect(judge(view(3), view(4, { start: at(2.5) }))).toBe(NO_GAP);
    expect(told(NO_GAP)).toEqual({ cells: [], codes: [], silent: [], restart: null, own: null });
  });
  test('a start that nothing proves is a restart over its own hour', () => {
    const gap = judge(view(3), anew(4));
    expect(told(gap)).toEqual({
      cells: [],
      codes: ['chain-restarted 3-4 logs/d4'],
      silent: [],
      restart: 'unproven',
      own: 'failed',
    });
    expect(detailsOf(gap.findings)).toEqual([
      's3://logs/d3 ends at 2026-05-01T03:00:00Z, and s3://logs/d4 begins at 2026-05-01T03:00:00Z and names no predecessor, and no recorded call proves that the trail was off between them',
    ]);
  });
  test('a start that calls prove is no finding', () => {
    const gap = judge(view(3), anew(4), { changes: [stop(2.9), start(3)] });
    expect(told(gap)).toEqual({ cells: [], codes: [], silent: [], restart: 'proven', own: null });
  });
  test('a start of an unproven digest is none', () => {
    expect(judge(view(3), anew(4, { verdict: 'key-unknown' }))).toBe(NO_GAP);
  });
});

describe('a hole', () => {
  test('is missing hour by hour, the last taking what is left', () => {
    const gap = judge(view(3), view(7, { start: at(6.2) }));
    expect(told(gap)).toEqual({
      cells: ['failed 3-4', 'failed 4-5', 'failed 5-6.2'],
      codes: [
        'digest-missing 3-4 member-logs/-',
        'digest-missing 4-5 member-logs/-',
        'digest-missing 5-6.2 member-logs/-',
      ],
      silent: [],
      restart: null,
      own: null,
    });
    expect(detailsOf(gap.findings)[0]).toBe(
      'no digest is there for this interval: s3://logs/d3 ends at 2026-05-01T03:00:00Z, and s3://logs/d7 begins at 2026-05-01T06:12:00Z and names d6 before it',
    );
  });
  test('of minutes is one', () => {
    expect(cellsOf(judge(view(3), view(4, { start: at(3.2) })).cells)).toEqual(['failed 3-3.2']);
  });
  test('of more than a year of hours is told whole, for a planted digest must not fill memory', () => {
    const hours = 24 * 366;
    expect(judge(view(3), view(hours + 4), { expected: { now: at(99_999) } }).findings).toHaveLength(hours);
    expect(codesOf(judge(view(3), view(hours + 5), { expected: { now: at(99_999) } }).findings)).toEqual([
      `digest-missing 3-${hours + 4} member-logs/-`,
    ]);
  });
  test('says what the digest after it says of what precedes it', () => {
    const naming = (parts: Partial<DigestView>): string => detailsOf(judge(view(3), view(5, parts)).findings)[0] ?? '';
    expect(naming({ previousKey: null })).toMatch(/ and names a digest before it$/);
    expect(naming({ verdict: 'key-unknown' })).toMatch(/ and is not valid itself$/);
    expect(naming({ verdict: 'key-unknown', link: 'chain-start' })).toMatch(/ and is not valid itself$/);
  });
  test('is not told yet while its digests may come', () => {
    const now = at(4) + GRACE;
    const gap = judge(view(3), view(6), { expected: { now } });
    expect(told(gap)).toMatchObject({
      cells: ['failed 3-4', 'pending 4-5'],
      codes: ['digest-missing 3-4 member-logs/-'],
      own: null,
    });
    const young = judge(view(3), view(6), { expected: { now: now - 1000 } });
    expect(told(young)).toMatchObject({ cells: ['pending 3-4', 'pending 4-5'], codes: [], own: 'pending' });
  });
});

describe('a hole before a digest that begins anew', () => {
  test('is explained where calls prove it, and silent', () => {
    const gap = judge(view(3), anew(7), { changes: [stop(2.9), start(6.1)] });
    expect(told(gap)).toEqual({
      cells: ['gap-explained 3-6'],
      codes: [],
      silent: [{ from: at(3), to: at(6) }],
      restart: 'proven',
      own: null,
    });
  });
  test('is not silent while only validation was off', () => {
    const update = (hours: number, on: boolean): TrailChange =>
      changeWith(chain, { name: 'UpdateTrail', time: at(hours), parameters: { enableLogFileValidation: on } });
    const gap = judge(view(3), anew(7), { changes: [update(2.9, false), update(6.1, true)] });
    expect(told(gap)).toMatchObject({ cells: ['gap-explained 3-6'], silent: [], restart: 'proven' });
  });
  test('is missing where they leave it open, and the words name both', () => {
    const changes = [stop(4.5), start(4.7), stop(5.2), start(6.1)];
    const gap = judge(view(3), anew(7), { changes });
    expect(cellsOf(gap.cells)).toEqual([
      'failed 3-4.49',
      'gap-explained 4.49-4.78',
      'failed 4.78-5.19',
      'gap-explained 5.19-6',
    ]);
    expect(codesOf(gap.findings)).toEqual([
      'digest-missing 3-4.49 member-logs/-',
      'digest-missing 4.78-5.19 member-logs/-',
    ]);
    expect(detailsOf(gap.findings)[0]).toMatch(
      / and names no predecessor; explained is only: StopLogging at 2026-05-01T04:30:00Z .*, StartLogging at 2026-05-01T04:42:00Z .*; StopLogging at 2026-05-01T05:12:00Z/,
    );
    expect(gap.own).toBeNull();
  });
  test('is believed from the start of the last digest on, when that is proven', () => {
    const long = view(3, { start: at(1) });
    const changes = [stop(1.5), start(6.1)];
    expect(judge(long, anew(7), { changes }).restart).toBe('proven');
    expect(judge({ ...long, verdict: 'key-unknown' }, anew(7), { changes }).restart).toBe('unproven');
  });
  test('is explained by a start within the new digest, and no later', () => {
    expect(judge(view(3), anew(7), { changes: [stop(2.9), start(7)] }).restart).toBe('proven');
    expect(judge(view(3), anew(7), { changes: [stop(2.9), start(7.1)] }).restart).toBe('unproven');
  });
  test('without proof is one finding over all of it, with the calls that were heard of', () => {
    const gap = judge(view(3), anew(7), { changes: [stop(1.99), stop(2), start(2.2), start(7), start(7.01)] });
    expect(told(gap)).toEqual({
      cells: ['failed 3-6'],
      codes: ['chain-restarted 3-6 logs/d7'],
      silent: [],
      restart: 'unproven',
      own: 'failed',
    });
    const [detail = ''] = detailsOf(gap.findings);
    expect(detail).toMatch(
      /; recorded were StopLogging at 2026-05-01T02:00:00Z .*, StartLogging at 2026-05-01T07:00:00Z [^,]*$/,
    );
    const heard = judge(view(3), anew(7), { changes: Array.from({ length: 9 }, () => start(4)) });
    expect(detailsOf(heard.findings)[0]?.match(/StartLogging/g)).toHaveLength(5);
    const backwards = judge(view(3), anew(4, { start: at(2.5) }), { changes: [start(3.9)] });
    expect(detailsOf(backwards.findings)[0]).toContain('recorded were StartLogging');
  });
  test('says why the event history could not be asked', () => {
    const gap = judge(view(3), anew(7), { expected: { unasked: 'it was not allowed' } });
    expect(detailsOf(gap.findings)[0]).toMatch(/between them; it was not allowed$/);
    expect(detailsOf(judge(view(3), anew(7), { expected: { unasked: null } }).findings)[0]).toMatch(/between them$/);
  });
  test('waits for the final digest before it, which would tell of the stop', () => {
    const now = at(4) + GRACE;
    expect(told(judge(view(3), anew(7), { expected: { now: now - 1 } }))).toEqual({
      cells: ['pending 3-6'],
      codes: [],
      silent: [],
      restart: 'unproven',
      own: 'pending',
    });
    expect(judge(view(3), anew(7), { expected: { now } }).own).toBe('failed');
    expect(judge(view(3), anew(4), { expected: { now: at(3) } }).own).toBe('failed');
  });
});

describe('a hole before a digest that begins nothing', () => {
  const changes = [stop(2.9), start(5.99)];
  test('may be explained as well, up to its own start, and what it names is told', () => {
    const one = view(7, { link: 'digest-missing', linkDetail: 'd6 is nowhere' });
    const gap = judge(view(3), one, { changes });
    expect(told(gap)).toEqual({
      cells: ['gap-explained 3-6'],
      codes: ['digest-missing …-6 logs/d7'],
      silent: [{ from: at(3), to: at(6) }],
      restart: null,
      own: null,
    });
    expect(detailsOf(gap.findings)).toEqual(['d6 is nowhere']);
    expect(judge(view(3), view(7), { changes }).findings).toEqual([]);
    expect(judge(view(3), { ...one, verdict: 'key-unknown' }, { changes }).findings).toEqual([]);
    expect(
      codesOf(judge(view(3), one, { changes: [stop(2.9), { ...start(6), time: at(6) + MINUTE }] }).findings),
    ).toHaveLength(3);
  });
  test('is not explained when it names an older one across it: that chain did not stop', () => {
    expect(cellsOf(judge(view(3), view(7, { link: 'time-gap' }), { changes }).cells)).toEqual([
      'failed 3-4',
      'failed 4-5',
      'failed 5-6',
    ]);
  });
});
