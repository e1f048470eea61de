/** CloudTrail's times: what is written is read back, and no day that is none is bent into another. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCompact, formatDay, formatIso, HOUR, MINUTE, parseCompact, parseIso } from '../../src/core/time.ts';

/** From the year 1000 to the end of 9999, whole seconds. */
const SECONDS = fc.integer({ min: -30_610_224_000, max: 253_402_300_799 }).map((second) => second * 1000);

describe('a time', () => {
  test('is read back from each spelling', () => {
    fc.assert(
      fc.property(SECONDS, (time) => {
        expect(parseIso(formatIso(time))).toBe(time);
        expect(parseCompact(formatCompact(time))).toBe(time);
        const minute = Math.floor(time / 60_000) * 60_000;
        expect(parseCompact(`${formatCompact(time).slice(0, 13)}Z`)).toBe(minute);
        expect(formatDay(time)).toBe(formatIso(time).slice(0, 10).replaceAll('-', '/'));
      }),
      { numRuns: 500 },
    );
  });
  test('of any digits is read only where Date agrees on every one of them', () => {
    const two = (most: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max: most }).map((one) => String(one).padStart(2, '0'));
    const years = fc
      .oneof(fc.integer({ min: 2013, max: 2040 }), fc.integer({ min: 0, max: 9999 }))
      .map((year) => String(year).padStart(4, '0'));
    fc.assert(
      fc.property(
        fc.tuple(years, two(13), two(32), two(25), two(61), two(61)),
        ([year, month, day, hour, minute, second]) => {
          const text = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
          const date = new Date(text);
          const same = !Number.isNaN(date.getTime()) && date.toISOString() === text.replace('Z', '.000Z');
          const sound = same && Number(year) >= 100;
          expect(parseIso(text)).toBe(sound ? date.getTime() : null);
          expect(parseCompact(text.replaceAll(/[-:]/g, ''))).toBe(sound ? date.getTime() : null);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('no time', () => {
  test.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-05-01T24:00:00Z',
    '2026-05-01T23:60:00Z',
    '2026-06-30T23:59:60Z',
    '2026-05-01T01:13:52',
    '2026-05-01T01:13:52+00:00',
    '2026-05-01T01:13:52.000Z',
    '2026-05-01 01:13:52Z',
    '2026-05-01T01:13:52z',
    ' 2026-05-01T01:13:52Z',
    '2026-05-01T01:13:52Z\n',
    '+002026-05-01T01:13:52Z',
    '-002026-05-01T01:13:52Z',
    '２０２６-05-01T01:13:52Z',
    '20260501T011352Z',
    '',
  ])('%j', (text) => {
    expect(parseIso(text)).toBeNull();
  });
  test.each([
    '20260229T000000Z',
    '20260501T2400Z',
    '20260501T0160Z',
    '20260501T01135Z',
    '20260501T011352',
    '2026-05-01T01:13:52Z',
    '20260501T011352Z\n',
    'x20260501T011352Z',
    '120260501T0113Z',
  ])('compact %j', (text) => {
    expect(parseCompact(text)).toBeNull();
  });
  test('29 February of a leap year is one', () => {
    expect(parseIso('2028-02-29T23:59:59Z')).toBe(Date.UTC(2028, 1, 29, 23, 59, 59));
  });
});

test('an hour has sixty minutes, in milliseconds', () => {
  expect([MINUTE, HOUR]).toEqual([60_000, 3_600_000]);
});
