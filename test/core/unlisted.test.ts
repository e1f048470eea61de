/** Which files ought to have been named by a digest: only where every chain of the folder tells what there is. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogKey } from '../../src/core/key.ts';
import { accountedSpans, isUnlisted, type Span } from '../../src/core/unlisted.ts';
import { HOUR, MINUTE } from '../cloud/forge/times.ts';
import { START } from './forged-chain.ts';

type View = Parameters<typeof accountedSpans>[0]['standard'][number];

const at = (hours: number): number => START + hours * HOUR;
const digest = (hour: number, parts: Partial<View> = {}): View => ({
  verdict: 'valid',
  start: at(hour),
  end: at(hour + 1),
  link: 'linked',
  ...parts,
});
const fileAt = (time: number): LogKey => ({
  type: 'log',
  prefix: '',
  org: null,
  account: '111122223333',
  region: 'eu-west-1',
  kind: 'CloudTrail',
  time,
  unique: '_abc',
});
const DUE = { now: at(100), grace: HOUR };
const unlisted = (hours: number, ...chains: readonly (readonly Span[])[]): boolean =>
  isUnlisted(fileAt(at(hours)), chains, DUE);
const spansOf = (standard: readonly View[], silent: readonly Span[] = []): readonly Span[] =>
  accountedSpans({ standard, backfill: [], silent });

describe('a chain accounts for', () => {
  test('the hours of its valid digests, neighbours joined', () => {
    const spans = spansOf([digest(2), digest(0, { link: 'chain-start' }), digest(1), digest(5)]);
    expect(spans).toEqual([
      { from: at(0), to: at(3), opens: true },
      { from: at(5), to: at(6), opens: false },
    ]);
  });
  test('no hour whose digest failed, could not be looked at, or is gone', () => {
    const spans = spansOf([
      digest(0),
      digest(1, { verdict: 'digest-signature-invalid' }),
      digest(2, { verdict: 'blocked-keys' }),
      digest(3),
    ]);
    expect([0.5, 1.5, 2.5, 3.5].map((hours) => unlisted(hours, spans))).toEqual([true, false, false, true]);
  });
  test('the time in which logging was provably off', () => {
    const spans = spansOf([digest(0), digest(5, { link: 'chain-start' })], [{ from: at(1), to: at(5) }]);
    expect(unlisted(3, spans)).toBe(true);
    expect(unlisted(3, spansOf([digest(0), digest(5, { link: 'chain-start' })]))).toBe(false);
  });
  test('no hour whose backfill digest could not be read', () => {
    const standard = [digest(0), digest(1), digest(2)];
    const backfill = [{ verdict: 'blocked-access', end: at(2) } as const];
    const spans = accountedSpans({ standard, backfill, silent: [] });
    expect([0.5, 1.5, 2.5].map((hours) => unlisted(hours, spans))).toEqual([true, false, true]);
    const read = accountedSpans({ standard, backfill: [{ verdict: 'valid', end: at(2) }], silent: [] });
    expect(unlisted(1.5, read)).toBe(true);
  });
});

describe('a file', () => {
  const one = spansOf([digest(0, { link: 'chain-start' }), digest(1), digest(2)]);

  test('at the edge may belong to the digest outside, but not before a proven start', () => {
    const edge = 15 * MINUTE;
    const told = [at(0) + MINUTE, at(0) + 2 * MINUTE, at(3) - edge, at(3) - edge - 1].map((time) =>
      isUnlisted(fileAt(time), [one], DUE),
    );
    expect(told).toEqual([false, true, false, true]);
  });
  test('is waited for until the grace is over', () => {
    expect(isUnlisted(fileAt(at(1)), [one], { now: at(1) + HOUR, grace: HOUR })).toBe(false);
    expect(isUnlisted(fileAt(at(1)), [one], { now: at(1) + HOUR + 1, grace: HOUR })).toBe(true);
  });
  test('may be that of another chain in the folder that does not account for its time', () => {
    expect(unlisted(1, one, spansOf([digest(0), digest(1)]))).toBe(true);
    expect(unlisted(1, one, spansOf([digest(2)]))).toBe(false);
    expect(unlisted(1, one, [])).toBe(false);
  });
  test('is not that of a chain which had not begun', () => {
    const later = spansOf([digest(2, { link: 'chain-start' })]);
    expect(unlisted(1, one, later)).toBe(true);
    expect(unlisted(1.9, one, later)).toBe(false);
    expect(unlisted(1, later)).toBe(false);
  });
});

test('hiding digests, or a chain that accounts for nothing, never makes a file unlisted', () => {
  const hours = fc.subarray([0, 1, 2, 3, 4, 5]);
  fc.assert(
    fc.property(hours, hours, fc.double({ min: 0, max: 6, noNaN: true }), (some, hidden, time) => {
      const all = spansOf(some.map((hour) => digest(hour)));
      const fewer = spansOf(some.filter((hour) => !hidden.includes(hour)).map((hour) => digest(hour)));
      if (unlisted(time, fewer)) expect(unlisted(time, all)).toBe(true);
      expect(unlisted(time, all, [])).toBe(false);
    }),
  );
});
