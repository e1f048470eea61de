/** What a chain accounts for, by hand: joined spans, what an unread backfill digest takes out, and the edges of both. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { accountedSpans, isUnlisted, sharedFolder, type Span } from '../../src/core/unlisted.ts';
import { at, chainWith, view } from './handmade-chain.ts';

type Chain = Parameters<typeof accountedSpans>[0];
const spans = (parts: Partial<Chain>): readonly string[] =>
  accountedSpans({ standard: [], backfill: [], silent: [], ...parts }).map(
    ({ from, to, opens }) => `${(from - at(0)) / HOUR}-${(to - at(0)) / HOUR}${opens === true ? ' opens' : ''}`,
  );
const silent = (from: number, to: number) => ({ from: at(from), to: at(to) });

test('chains of one account and region share a folder, whatever the trail', () => {
  const place = { bucket: 'b', prefix: 'p/' };
  expect(sharedFolder(chainWith(), place)).toBe('b/p/AWSLogs/111122223333/CloudTrail/us-east-1/');
  expect(sharedFolder(chainWith({ org: 'o-exampleorgid' }, { region: 'eu-west-1' }), place)).toBe(
    'b/p/AWSLogs/o-exampleorgid/111122223333/CloudTrail/eu-west-1/',
  );
});

describe('a span', () => {
  test('is that of proven digests with their start', () => {
    expect(spans({ standard: [view(1), view(3, { verdict: 'key-unknown' }), view(5, { start: null })] })).toEqual([
      '0-1',
    ]);
    expect(spans({})).toEqual([]);
  });
  test('joins what touches, in whatever order it comes', () => {
    expect(spans({ standard: [view(3), view(1), view(2)] })).toEqual(['0-3']);
    expect(spans({ standard: [view(1), view(2, { start: at(1) + 1000 })] })).toHaveLength(2);
    expect(spans({ standard: [view(5, { start: at(0) }), view(2)] })).toEqual(['0-5']);
    expect(spans({ standard: [view(2)], silent: [silent(2, 4), silent(6, 7)] })).toEqual(['1-4', '6-7']);
  });
  test('takes no time of nothing', () => {
    expect(spans({ silent: [silent(2, 2), silent(4, 3), silent(5, 6)] })).toEqual(['5-6']);
    expect(spans({ standard: [view(3)], silent: [silent(1, 1)] })).toEqual(['2-3']);
  });
  test('opens with a chain’s start, and keeps that when others join it', () => {
    expect(spans({ standard: [view(2, { link: 'chain-start' }), view(3)] })).toEqual(['1-3 opens']);
    expect(spans({ standard: [view(2), view(3, { link: 'chain-start' })] })).toEqual(['1-3']);
  });
  test('of one beginning is joined from the shorter to the longer', () => {
    const opening = view(2, { link: 'chain-start' });
    expect(spans({ standard: [view(3, { start: at(1) }), opening] })).toEqual(['1-3 opens']);
  });
});

describe('an unread backfill digest', () => {
  const cut = (hours: number, verdict: 'valid' | 'key-unknown' = 'key-unknown'): readonly string[] =>
    spans({ standard: [view(5, { start: at(0), link: 'chain-start' })], backfill: [view(hours, { verdict })] });
  test('takes out its hour, for it may name any file of it', () => {
    expect(cut(3)).toEqual(['0-2 opens', '3-5']);
    expect(cut(3, 'valid')).toEqual(['0-5 opens']);
  });
  test('at an end leaves the rest', () => {
    expect(cut(1)).toEqual(['1-5']);
    expect(cut(0.5)).toEqual(['0.5-5']);
    expect(cut(5)).toEqual(['0-4 opens']);
    expect(cut(5.5)).toEqual(['0-4.5 opens']);
  });
  test('outside leaves all of it', () => {
    for (const hours of [-3, 0, 6, 9]) expect(cut(hours)).toEqual(['0-5 opens']);
  });
  test('may take the whole', () => {
    expect(spans({ standard: [view(3)], backfill: [view(3, { verdict: 'key-unknown' })] })).toEqual([]);
  });
});

describe('a file that no digest names', () => {
  const file = (time: number) =>
    ({ type: 'log', prefix: '', org: null, account: '1', region: 'r', kind: 'CloudTrail', time, unique: '' }) as const;
  const asked = (time: number, chains: readonly (readonly Span[])[], now = at(100)): boolean =>
    isUnlisted(file(time), chains, { now, grace: HOUR });
  const closed: readonly Span[] = [{ from: at(2), to: at(6) }];
  const opening: readonly Span[] = [{ from: at(2), to: at(6), opens: true }];
  const EDGE = 15 * MINUTE;
  test('is unlisted a quarter of an hour within the span', () => {
    expect(
      [at(2) + EDGE, at(2) + EDGE + 1, at(6) - EDGE - 1, at(6) - EDGE].map((time) => asked(time, [closed])),
    ).toEqual([false, true, true, false]);
  });
  test('is unlisted from the first minute of a chain, for no digest is before it', () => {
    expect([at(2) + MINUTE, at(2) + MINUTE + 1].map((time) => asked(time, [opening]))).toEqual([false, true]);
    expect(asked(at(2) + MINUTE + 1, [[{ from: at(2), to: at(6), opens: false }]])).toBe(false);
  });
  test('is that of another chain where one had not begun', () => {
    const early: readonly Span[] = [{ from: at(-9), to: at(9) }];
    const before = at(2) - EDGE;
    expect(asked(before - 1, [opening, early])).toBe(true);
    expect(asked(before, [opening, early])).toBe(false);
    expect(asked(before - 1, [closed, early])).toBe(false);
    expect(asked(before - 1, [opening])).toBe(false);
    expect(asked(before - 1, [opening, []])).toBe(false);
  });
  test('is nobody’s where one chain does not account for its time, or none is known', () => {
    expect(asked(at(4), [closed, [{ from: at(7), to: at(9) }]])).toBe(false);
    expect(asked(at(4), [closed, closed])).toBe(true);
    expect(asked(at(8), [[...closed, { from: at(7), to: at(9) }]])).toBe(true);
    expect(asked(at(4), [])).toBe(false);
  });
  test('may be named within the grace still', () => {
    expect(asked(at(4), [closed], at(5))).toBe(false);
    expect(asked(at(4), [closed], at(5) + 1)).toBe(true);
  });
});
