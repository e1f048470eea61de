/** Which calls explain a hole, each rule by itself: its edges, calls of one second, and what the words name. */
import { describe, expect, test } from 'vitest';
import { changesOfChain, explainGap, tellChanges, type Explanation } from '../../src/core/explain.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import type { TrailChange } from '../../src/core/trail-change.ts';
import type { Interval } from '../../src/core/unlisted.ts';
import { at, chainWith, START } from './handmade-chain.ts';
import { changeAt, changeWith } from './trail-changes.ts';

const chain = chainWith();
const away = chainWith({}, { region: 'eu-west-1' });
const call = (name: TrailChange['name'], hours: number, parameters: object = {}): TrailChange =>
  changeWith(chain, { name, time: at(hours), parameters });
const stop = (hours: number): TrailChange => call('StopLogging', hours);
const start = (hours: number): TrailChange => call('StartLogging', hours);
const GAP = { from: at(4), to: at(10) };
const AROUND = { previousStart: at(3), restartEnd: at(11) };
const explain = (
  changes: readonly TrailChange[],
  gap: Interval = GAP,
  around: Partial<{ previousStart: number | null; restartEnd: number }> = {},
): Explanation => explainGap(gap, changes, { ...AROUND, ...around });
const hours = (intervals: readonly Interval[]): readonly string[] =>
  intervals.map(({ from, to }) => `${(from - START) / HOUR}-${(to - START) / HOUR}`);
const explained = (...changes: readonly TrailChange[]): readonly string[] => hours(explain(changes).explained);
const WHOLE = ['4-10'];

describe('a stop', () => {
  test('may lie in the last digest, and a quarter of an hour before it, when its log file was delivered', () => {
    const early = (minutes: number, previousStart: number | null): boolean =>
      explain([{ ...stop(3), time: at(3) - minutes * MINUTE }, start(10)], GAP, { previousStart }).explained.length > 0;
    expect([early(15, at(3)), early(16, at(3))]).toEqual([true, false]);
    // Of an unread digest the usual hour before its end is taken.
    expect([early(15, null), early(16, null)]).toEqual([true, false]);
  });
  test('needs its start before the new digest ends', () => {
    expect(explained(stop(3.5), start(11))).toEqual(WHOLE);
    expect(explained(stop(3.5), { ...start(11), time: at(11) + 1 })).toEqual([]);
  });
  test('that touches the hole with its clock alone explains nothing of it', () => {
    expect(explained(stop(3.2), { ...start(4), time: at(4) - 5 * MINUTE })).toEqual([]);
    expect(explained(stop(3.2), { ...start(4), time: at(4) - 4 * MINUTE })).toHaveLength(1);
  });
});

describe('calls of one second', () => {
  const status = (one: TrailChange): TrailChange => ({ ...one, via: 'status', record: '', actor: null });
  test('stop first and start then: a moment is explained, and no more', () => {
    for (const calls of [
      [stop(7), start(7)],
      [start(7), stop(7)],
    ])
      expect(explained(...calls)).toEqual([`${7 - 0.5 / 60}-${7 + 5 / 60}`]);
    expect(explained(stop(7), start(7), start(10))).toHaveLength(1);
    expect(explained(start(10), start(7), stop(7))).toHaveLength(1);
  });
  test('are told by the record, which says more than the status', () => {
    for (const calls of [
      [status(stop(3.5)), stop(3.5), start(10), status(start(10))],
      [stop(3.5), status(stop(3.5)), status(start(10)), start(10)],
    ]) {
      const [one] = explain(calls).explained;
      expect(one?.detail).toMatch(
        /^StopLogging .* \(told by a proven log file\), StartLogging .* \(told by a proven log file\)$/,
      );
    }
  });
  test('of different seconds are taken in order of time', () => {
    expect(explained(start(10), stop(3.5))).toEqual(WHOLE);
    expect(explained(stop(8), start(9), stop(3.5), start(5))).toEqual([
      `4-${5 + 5 / 60}`,
      `${8 - 0.5 / 60}-${9 + 5 / 60}`,
    ]);
    expect(explained(start(3.5), stop(10))).toEqual([]);
  });
});

describe('logging and validation, switched apart', () => {
  const off = (time: number): TrailChange => call('UpdateTrail', time, { enableLogFileValidation: false });
  const on = (time: number): TrailChange => call('UpdateTrail', time, { enableLogFileValidation: true });
  test('explain what either does, in order of time, the longer one first', () => {
    expect(explained(off(6), on(10), stop(3.5), start(7))).toEqual([`4-${7 + 5 / 60}`, `${7 + 5 / 60}-10`]);
    expect(explained(stop(3.5), start(5), off(3.5), on(10))).toEqual(WHOLE);
    expect(explained(off(3.5), on(5), stop(3.5), start(10))).toEqual(WHOLE);
  });
  test('validation is on again from the first call that switches it on', () => {
    expect(explained(off(3.5), on(6), on(10))).toEqual([`4-${6 + 5 / 60}`]);
    expect(explained(off(3.5), call('UpdateTrail', 6), on(10))).toEqual(WHOLE);
  });
  test('a trail made anew with logging of its own begins with its CreateTrail when it is switched off later', () => {
    const anew = call('CreateTrail', 6, { enableLogFileValidation: true });
    expect(explained(call('DeleteTrail', 3.5), anew, stop(8), start(10))).toEqual([
      `4-${6 + 5 / 60}`,
      `${8 - 0.5 / 60}-10`,
    ]);
    expect(explained(call('DeleteTrail', 3.5), anew, off(8), start(10))).toEqual(WHOLE);
    expect(explained(call('DeleteTrail', 3.5), anew, call('PutEventSelectors', 8), start(10))).toEqual(WHOLE);
    expect(explained(anew)).toEqual([`${6 - 0.5 / 60}-${6 + 5 / 60}`]);
  });
  test('one made without validation is off until it is switched on', () => {
    for (const parameters of [{}, { enableLogFileValidation: false }])
      expect(explained(call('CreateTrail', 3.5, parameters), start(3.6), on(10))).toEqual(WHOLE);
    expect(explained(call('CreateTrail', 3.5, { enableLogFileValidation: true }), start(3.6), on(10))).toEqual([]);
  });
  test('a record that cannot be read says nothing of what was asked', () => {
    for (const record of ['{', '{}', '{"requestParameters":null}'])
      expect(explained({ ...call('CreateTrail', 3.5), record }, start(3.6), on(10))).toEqual(WHOLE);
  });
});

describe('outside the home region', () => {
  const everywhere = (name: TrailChange['name'], time: number, isMultiRegionTrail?: boolean): TrailChange =>
    call(name, time, {
      enableLogFileValidation: true,
      ...(isMultiRegionTrail === undefined ? {} : { isMultiRegionTrail }),
    });
  const effects = (...changes: readonly TrailChange[]): readonly string[] =>
    changesOfChain(away, changes).map(({ effect }) => effect);
  test('a trail stops with leaving and starts with coming back', () => {
    expect(effects(everywhere('UpdateTrail', 5, false), everywhere('UpdateTrail', 6, true))).toEqual([
      'stops',
      'starts',
    ]);
    expect(effects(everywhere('CreateTrail', 5, false), everywhere('CreateTrail', 6, true))).toEqual([
      'stops',
      'starts',
    ]);
  });
  test('one that is made for one region stops here, one that is changed otherwise does what it does', () => {
    expect(effects(everywhere('CreateTrail', 5))).toEqual(['stops']);
    expect(effects(everywhere('UpdateTrail', 5))).toEqual(['starts']);
    expect(effects(call('UpdateTrail', 5))).toEqual(['either']);
  });
  test('one whose validation is switched off stops, wherever it goes', () => {
    expect(effects(call('UpdateTrail', 5, { enableLogFileValidation: false, isMultiRegionTrail: true }))).toEqual([
      'stops',
    ]);
  });
  test('calls that have no region of their own stay what they are', () => {
    const calls = [stop(5), start(6), call('DeleteTrail', 7)];
    expect(effects(...calls)).toEqual(calls.map(({ effect }) => effect));
  });
  test('at home nothing of that counts', () => {
    const change = everywhere('UpdateTrail', 5, false);
    expect(changesOfChain(chain, [change])).toEqual([change]);
  });
});

describe('no hole', () => {
  const none = { from: at(4), to: at(4) };
  const overlap = { from: at(4), to: at(3.5) };
  test('needs one proof, of no length', () => {
    for (const gap of [none, overlap]) {
      const { explained: proof, unexplained } = explain([stop(3.3), start(3.4), stop(3.5), start(4.1)], gap);
      expect([proof.length, unexplained]).toEqual([1, []]);
      expect(proof[0]).toMatchObject({ from: gap.to, to: gap.to, silent: true });
      expect(proof[0]?.detail).toContain('2026-05-01T03:18:00Z');
    }
  });
  test('without proof is left as it is', () => {
    for (const gap of [none, overlap]) expect(explain([], gap)).toEqual({ explained: [], unexplained: [gap] });
  });
});

describe('the words', () => {
  test('name each call with its time, by whom and how it is known', () => {
    const one = changeAt(chain, 'StopLogging', at(5));
    expect(
      tellChanges([one, { ...one, name: 'StartLogging', via: 'history', actor: null }, { ...one, via: 'status' }]),
    ).toBe(
      'StopLogging at 2026-05-01T05:00:00Z by arn:aws:iam::111122223333:user/alice (told by a proven log file), ' +
        'StartLogging at 2026-05-01T05:00:00Z (event history), ' +
        'StopLogging at 2026-05-01T05:00:00Z by arn:aws:iam::111122223333:user/alice (GetTrailStatus)',
    );
  });
  test('name five other calls of meanwhile, each once', () => {
    const others = [5, 5, 6, 7, 8, 9, 9.5].map((time) => call('PutEventSelectors', time));
    expect(tellChanges([start(4)], others)).toMatch(
      /; meanwhile PutEventSelectors at 2026-05-01T05:00:00Z, PutEventSelectors at 2026-05-01T06:00:00Z, .*T07.*T08.*T09:00:00Z$/,
    );
  });
  test('meanwhile is an hour before the stop until the start, and calls that switch nothing', () => {
    const meanwhile = (time: number): boolean =>
      explain([stop(5), call('PutEventSelectors', time), start(9)]).explained[0]?.detail.includes('meanwhile') ?? false;
    expect([3.99, 4, 9, 9.01].map(meanwhile)).toEqual([false, true, true, false]);
    expect(explain([stop(3.5), call('UpdateTrail', 5), start(9)]).explained[0]?.detail).not.toContain('meanwhile');
  });
  test('name a trail that was made and began by itself once', () => {
    const anew = call('CreateTrail', 6, { enableLogFileValidation: true });
    expect(explain([anew]).explained[0]?.detail).toMatch(/^CreateTrail at 2026-05-01T06:00:00Z by [^,]*$/);
  });
  test('of silence: an update of validation makes none', () => {
    const off = call('UpdateTrail', 3.5, { enableLogFileValidation: false });
    const anew = call('CreateTrail', 3.5);
    const on = call('UpdateTrail', 10, { enableLogFileValidation: true });
    expect(explain([off, on]).explained[0]?.silent).toBe(false);
    expect(explain([anew, start(3.5), on]).explained.map(({ silent }) => silent)).toEqual([false]);
  });
});
