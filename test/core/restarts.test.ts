/** Chains that begin anew, honestly and to hide a deletion: from signed digests and the log files that tell of the calls. */
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverChain, type Cell, type Finding } from '../../src/core/coverage.ts';
import { formatIso } from '../../src/core/time.ts';
import { changesIn, distinctChanges, type TrailChange } from '../../src/core/trail-change.ts';
import { objectAt, putObjects } from '../cloud/forge/buckets.ts';
import type { Delivery, ForgedHour } from '../cloud/forge/chain-types.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import { HOUR, MINUTE } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, evidenceOf, judgeStage, newStage, START, type Stage } from './forged-chain.ts';
import { codesOf, GRACE, judgeChain, type JudgedChain } from './judge-buckets.ts';

function deliver(stage: Stage, ...made: readonly { readonly deliveries: readonly Delivery[] }[]): void {
  for (const { deliveries } of made)
    putObjects(
      stage.buckets,
      deliveries.map(({ object }) => object),
    );
}

function hours(stage: Stage, count: number): void {
  for (let hour = 0; hour < count; hour += 1) deliver(stage, stage.chain.hour({ logs: 1 }));
}

/** `before` hours, logging stopped in the next one, started again `off` hours after its end, and `after` hours. */
function paused(before: number, off: number, after: number): { readonly stage: Stage; readonly last: ForgedHour } {
  const stage = newStage(before);
  const last = stage.chain.stop({ logs: 1 });
  deliver(stage, last);
  stage.chain.restart(last.end + off * HOUR);
  hours(stage, after);
  return { stage: { ...stage, now: stage.chain.nextStart + 45 * MINUTE }, last };
}

interface Said {
  readonly judged: JudgedChain;
  readonly findings: readonly Finding[];
  /** Code with the hours after the start, as far as they are known. */
  readonly told: readonly string[];
  readonly cells: (state: Cell['state']) => readonly (readonly number[])[];
}

function say(stage: Stage, mute = false): Said {
  const seen = trailAt(stage.chain.trail, { chains: [stage.chain], t: stage.now });
  const status = { ...seen.status, stoppedLogging: null };
  const judged = judgeChain(evidenceOf(stage), chainOf(stage.chain, mute ? { ...seen, status } : seen));
  const { findings, cells } = judged.coverage;
  const hour = (time: number): number => Math.round(((time - START) / HOUR) * 100) / 100;
  return {
    judged,
    findings,
    told: findings.map(({ code, from, to }) =>
      [code, ...[from, to].map((iso) => (iso === null ? '' : hour(Date.parse(iso))))].join(' '),
    ),
    cells: (state) => cells.filter((cell) => cell.state === state).map(({ from, to }) => [hour(from), hour(to)]),
  };
}

/** Removes the digests of these hours; their log files stay. */
function hide(stage: Stage, from: number, to: number): void {
  digests.deleteDigests(stage, { from, to, keepLogs: true });
}

describe('an honest pause', () => {
  test('is a gap that is explained, and nothing is said', () => {
    const { cells, told, judged } = say(paused(3, 5, 3).stage);
    expect(told).toEqual([]);
    expect(cells('gap-explained')).toEqual([[4, 9]]);
    expect(cells('verified')).toHaveLength(7);
    expect(judged.coverage.state).toBe('gap-explained');
    expect(judged.coverage.silent).toEqual([{ from: START + 4 * HOUR, to: START + 9 * HOUR }]);
  });
  test('whose StopLogging no proven file tells of is explained by GetTrailStatus', () => {
    const { stage, last } = paused(3, 5, 3);
    const log = last.logs.at(-1)?.object;
    if (log === undefined) throw new Error('no log file');
    putObjects(stage.buckets, [{ ...log, body: Buffer.concat([log.body, Buffer.from('x')]) }]);
    expect(say(stage).told).toEqual(['log-malformed 3 4']);
    expect(say(stage, true).told).toEqual(['log-malformed 3 4', 'chain-restarted 4 9']);
  });
  test('without any proof is one finding, with both sides of the hole, and neither it nor what follows is green', () => {
    const { stage, last } = paused(3, 5, 3);
    for (const { object } of last.logs) stage.buckets.get(object.bucket)?.delete(object.key);
    const { told, findings, cells } = say(stage, true);
    expect(told.filter((one) => !one.startsWith('log-missing'))).toEqual(['chain-restarted 4 9']);
    const detail = findings.find(({ code }) => code === 'chain-restarted')?.detail;
    expect(detail).toContain(`${last.digest.object.key} ends at ${formatIso(last.end)}`);
    expect(detail).toContain(`${stage.chain.hours[4]?.digest.key} begins at ${formatIso(START + 9 * HOUR)}`);
    expect(detail).toContain('recorded were StartLogging at');
    expect(cells('failed')).toEqual([
      [3, 4],
      [4, 9],
      [9, 10],
    ]);
  });
  test('that goes on: the stop is told, and a file of that time is nobody of its chain', () => {
    const stage = newStage(3);
    deliver(stage, stage.chain.stop({ logs: 1 }));
    const now = START + 12 * HOUR;
    const { told, judged } = say({ ...stage, now });
    expect(told).toEqual(['logging-stopped 3.5 ']);
    expect(judged.coverage.silent).toEqual([{ from: START + 3.5 * HOUR, to: now }]);
    const planted = stage.chain.strayLog(START + 6 * HOUR).object;
    putObjects(stage.buckets, [planted]);
    expect([...codesOf(evidenceOf({ ...stage, now }), [say({ ...stage, now }).judged])]).toEqual([
      'logging-stopped',
      'log-unlisted',
    ]);
  });
});

describe('V17: digests deleted behind a stop and start that were made to get a fresh signed beginning', () => {
  test('each deleted hour is missing, though both calls are proven', () => {
    const { stage } = paused(8, 0.05, 3);
    hide(stage, 4, 7);
    const { told, cells } = say(stage);
    expect(told).toEqual([4, 5, 6, 7].map((hour) => `digest-missing ${hour} ${hour + 1}`));
    expect(cells('verified')).not.toContainEqual([8, 9]);
  });
  test('with the final digest deleted too, each hour up to the stop is missing', () => {
    const { stage } = paused(8, 0.05, 3);
    hide(stage, 4, 8);
    const { told, findings } = say(stage);
    expect(told).toEqual(['digest-missing 4 5', 'digest-missing 5 6', 'digest-missing 6 7', 'digest-missing 7 8.49']);
    expect(findings[0]?.detail).toContain('StopLogging at 2026-05-01T08:43:52Z (GetTrailStatus)');
  });
  test('hidden between two honest-looking calls, the later stop that GetTrailStatus tells of speaks against it', () => {
    const stage = newStage(3);
    deliver(stage, stage.chain.stop({ logs: 1 }));
    stage.chain.restart(START + 4.2 * HOUR);
    hours(stage, 5);
    deliver(stage, stage.chain.stop({ logs: 1 }));
    stage.chain.restart(START + 11 * HOUR);
    hours(stage, 2);
    const all = { ...stage, now: stage.chain.nextStart + 45 * MINUTE };
    expect(say(all).told).toEqual([]);
    hide(all, 4, 9);
    expect(say(all).told.map((one) => one.split(' ')[0])).toEqual(Array.from({ length: 6 }, () => 'digest-missing'));
  });
  test('a hole is not explained by calls when the digest after it names one within it', () => {
    const { stage } = paused(3, 5, 3);
    hide(stage, 4, 4);
    const { told } = say(stage);
    expect(told).toEqual(['digest-missing 9.08 10']);
  });
});

describe('validation switched off and on', () => {
  const stage = newStage(3);
  deliver(stage, stage.chain.unvalidate({ logs: 1 }));
  deliver(stage, { deliveries: stage.chain.unproven({ until: START + 9 * HOUR, logs: 4 }) });
  hours(stage, 3);
  const all = { ...stage, now: stage.chain.nextStart + 45 * MINUTE };

  test('is explained, and the files of that time are not called unlisted', () => {
    const { judged, told, cells } = say(all);
    expect([told, cells('gap-explained'), judged.coverage.silent]).toEqual([[], [[4, 9]], []]);
    expect([...codesOf(evidenceOf({ ...all, now: all.now + 30 * HOUR }), [judged])]).toEqual([]);
  });
});

describe('a trail deleted and made anew', () => {
  const anew = (minutes: number): Stage => {
    const stage = newStage(3);
    const at = START + 3 * HOUR + 20 * MINUTE;
    deliver(stage, stage.chain.remove({ logs: 1, at }));
    stage.chain.recreate(at + minutes * MINUTE);
    hours(stage, 3);
    return { ...stage, now: stage.chain.nextStart + 45 * MINUTE };
  };

  test.each([90, 40])('after %i minutes is explained', (minutes) => {
    const { told, cells } = say(anew(minutes));
    expect(told).toEqual([]);
    expect(cells('verified')).toHaveLength(7);
  });
  test('within the hour overlaps its forerunner, and each cell keeps its own time', () => {
    const stage = anew(15);
    const { told, cells } = say(stage);
    expect(told).toEqual([]);
    expect(cells('verified').slice(3, 5)).toEqual([
      [3, 4],
      [4, 4.58],
    ]);
    for (const { object } of logsWith(stage, 'CreateTrail')) stage.buckets.get(object.bucket)?.delete(object.key);
    expect(say(stage).told.filter((one) => !one.startsWith('log-missing'))).toEqual([]);
  });
  test('overlapping without any call that tells of it is a restart', () => {
    const stage = anew(15);
    for (const name of ['DeleteTrail', 'CreateTrail', 'StartLogging'])
      for (const { object } of logsWith(stage, name)) stage.buckets.get(object.bucket)?.delete(object.key);
    expect(say(stage).told).toContain('chain-restarted 3.58 4.58');
  });
});

function logsWith(stage: Stage, name: string): readonly { readonly object: ReturnType<typeof objectAt> }[] {
  const names = stage.chain.hours.flatMap(({ logs }) => logs);
  const there = names.filter(({ bucket, key }) => stage.buckets.get(bucket)?.has(key) === true);
  const found = there.map((one) => ({ object: objectAt(stage.buckets, one) }));
  return found.filter(({ object }) => gunzipSync(object.body).includes(`"eventName":"${name}"`));
}

describe('a chain with every kind of hole', () => {
  const { stage } = paused(4, 3, 5);
  const { judged } = say(stage);
  const base = { from: null, to: null, now: stage.now, grace: GRACE };
  const changes = changesTold(stage);
  const cover = (views = judged.views) => coverChain(judged.chain, views, { ...base, changes });

  test('is covered by cells that do not overlap, in order, whatever is hidden', () => {
    fc.assert(
      fc.property(fc.subarray([...judged.views]), (views) => {
        const { cells } = cover(views);
        expect(cells.every(({ from, to }) => from <= to)).toBe(true);
        expect(cells.slice(1).every(({ from }, index) => from >= (cells[index]?.to ?? 0))).toBe(true);
      }),
    );
  });
  test('is never greener for what is hidden, digests or calls', () => {
    const green = new Set(cover().cells.flatMap(nameOfGreen));
    fc.assert(
      fc.property(fc.subarray([...judged.views]), fc.subarray([...changes]), (views, fewer) => {
        const { cells } = coverChain(judged.chain, views, { ...base, changes: fewer });
        expect(cells.flatMap(nameOfGreen).filter((name) => !green.has(name))).toEqual([]);
      }),
    );
  });
  test('comes to the same in whatever order its digests and calls are heard of', () => {
    const orders = fc.shuffledSubarray([...judged.views], { minLength: judged.views.length });
    const calls = fc.shuffledSubarray([...changes], { minLength: changes.length });
    fc.assert(
      fc.property(orders, calls, (views, shuffled) => {
        expect(coverChain(judged.chain, views, { ...base, changes: shuffled })).toEqual(cover());
      }),
      { numRuns: 30 },
    );
  });
  test('out of order, up to weeks late: what is missing today is verified when it has come', () => {
    const late = judged.views.filter((_, index) => index !== 2);
    const before = coverChain(judged.chain, late, { ...base, changes });
    expect(before.findings.map(({ code }) => code)).toEqual(['digest-missing']);
    const cut = judged.views.slice(0, 3);
    const chain = { ...judged.chain, source: { ...judged.chain.source, status: null } };
    const now = START + 3 * HOUR + GRACE + HOUR + MINUTE;
    const waiting = coverChain(chain, cut, { ...base, now });
    expect([waiting.state, waiting.findings.map(({ code }) => code)]).toEqual(['late', ['chain-truncated']]);
    const redelivered = coverChain(chain, judged.views.slice(0, 4), { ...base, now });
    expect([redelivered.state, redelivered.findings]).toEqual(['verified', []]);
  });
});

function changesTold(stage: Stage): readonly TrailChange[] {
  const named = stage.chain.hours.flatMap(({ logs }) => logs.map((log) => objectAt(stage.buckets, log)));
  return distinctChanges(named.flatMap(({ body }) => changesIn(gunzipSync(body))));
}

function nameOfGreen({ from, to, state }: Cell): readonly string[] {
  return state === 'verified' ? [`${from}-${to}`] : [];
}

test('a log that only the archive still holds is told with what the source holds now, and its hour stays green', () => {
  const { judged } = judgeStage(newStage());
  const views = judged.views.map((view, index) => {
    const source = { code: 'log-missing', detail: 'it is not in the source' } as const;
    return index === 5 ? { ...view, logs: view.logs.map((log) => ({ ...log, source })) } : view;
  });
  const expected = { from: null, to: null, now: newStage().now, grace: GRACE };
  const { findings, state, cells } = coverChain(judged.chain, views, expected);
  expect(findings.map(({ code, detail }) => [code, detail])).toEqual(
    [0, 1].map(() => ['log-missing', 'it is not in the source; the archive holds the proven bytes']),
  );
  expect([state, cells.filter((cell) => cell.state === 'verified').length]).toEqual(['verified', 12]);
});

describe('the oldest digest that is left', () => {
  const stage = newStage();
  hide(stage, 0, 3);

  test('is one finding that says what precedes it is gone, however much that was', () => {
    const { told, findings } = say(stage);
    expect(told).toEqual(['digest-missing  4']);
    expect(findings[0]?.detail).toContain('no older digest is left');
    expect(findings[0]?.key).toBe(stage.chain.hours[4]?.digest.key);
  });
  test('is none of a window that begins with it, and a missing time of one that begins before', () => {
    const { judged } = say(stage);
    const cover = (from: number) =>
      coverChain(judged.chain, judged.views, { from, to: null, now: stage.now, grace: GRACE });
    expect(cover(START + 4 * HOUR).findings).toEqual([]);
    const { findings, cells } = cover(START + HOUR);
    expect(findings.map(({ from, to }) => [from, to])).toEqual([
      [formatIso(START + HOUR), formatIso(START + 4 * HOUR)],
    ]);
    expect(cells[0]).toEqual({ from: START + HOUR, to: START + 4 * HOUR, state: 'failed' });
  });
});
