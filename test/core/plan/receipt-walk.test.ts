/** Receipts name by name: what is not proven, time that no receipt speaks for, and a sample over all of it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newestReceipts, receiptKey, RECEIPT_STATES, type ReceiptName } from '../../../src/core/layout.ts';
import { walkReceipts, type Walked } from '../../../src/core/plan/receipt-walk.ts';

const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 2, 1);

function receipt(hour: number, change: Partial<ReceiptName> = {}): ReceiptName {
  return {
    account: '111111111111',
    region: 'us-east-1',
    trail: 'main',
    homeRegion: 'us-east-1',
    kind: 'standard',
    end: T0 + (hour + 1) * HOUR,
    start: T0 + hour * HOUR,
    mark: '0123456789ab',
    revision: 0,
    state: hour === 0 ? 'start' : 'linked',
    ...change,
  };
}

/** In the order of their keys, as a listing has them. */
function walk(names: readonly ReceiptName[], horizon: number | null, sample = 0): Walked {
  const walked = walkReceipts({ horizon, sample });
  const order = (name: ReceiptName): string => receiptKey('', name);
  for (const name of names.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) walked.add(name);
  return walked.end();
}

const LATE = T0 + 1000 * HOUR;

describe('an account is proven', () => {
  test('when every hour has a receipt that says so', () => {
    const names = [receipt(0, { state: 'start' }), receipt(1), receipt(2, { state: 'defended' })];
    expect(walk(names, LATE)).toMatchObject({ digests: 3, unproven: null, gaps: [] });
  });

  test('by the newest revision: what failed first and was proven later is proven', () => {
    const names = [receipt(0, { state: 'failed' }), receipt(0, { revision: 1 })];
    expect(walk(names, LATE)).toMatchObject({ digests: 1, unproven: null });
    const worse = [receipt(0), receipt(0, { revision: 1, state: 'failed' })];
    expect(walk(worse, LATE).unproven?.state).toBe('failed');
  });

  test.each(['unlinked', 'failed', 'blocked'] as const)('and not with a receipt that is %s', (state) => {
    expect(walk([receipt(0), receipt(1, { state }), receipt(2)], LATE).unproven).toEqual(receipt(1, { state }));
  });

  test('up to the horizon: what ends later is not asked for, what ends at it is', () => {
    const names = [receipt(0), receipt(1, { state: 'failed' })];
    const { end } = receipt(1);
    expect(walk(names, end - 1).unproven).toBeNull();
    expect(walk(names, end).unproven).not.toBeNull();
    expect(walk(names, null)).toMatchObject({ digests: 2, unproven: null, gaps: [] });
  });
});

describe('time that no receipt speaks for', () => {
  const gap = { region: 'us-east-1', trail: 'main', homeRegion: 'us-east-1', from: T0 + HOUR, to: T0 + 3 * HOUR };

  test('lies between two of one chain', () => {
    expect(walk([receipt(0), receipt(3)], LATE).gaps).toEqual([gap]);
  });

  test('is not filled by another trail, region, home region or kind', () => {
    for (const change of [
      { trail: 'other' },
      { region: 'eu-west-1' },
      { homeRegion: 'eu-west-1' },
      { kind: 'backfill' as const },
    ]) {
      const names = [receipt(0), receipt(1, { ...change, state: 'start' }), receipt(2, change), receipt(3)];
      expect(walk(names, LATE).gaps).toEqual([gap]);
    }
  });

  test('lies before a first receipt that follows a digest: who removed the oldest receipts let their files expire', () => {
    const before = { ...gap, from: T0, to: T0 + HOUR };
    expect(walk([receipt(1), receipt(2)], LATE).gaps).toEqual([before]);
    expect(walk([receipt(1, { state: 'defended' }), receipt(2)], LATE).gaps).toEqual([]);
  });

  test('is told up to the horizon only, and backfill digests have none', () => {
    expect(walk([receipt(0), receipt(3)], gap.from).gaps).toEqual([]);
    expect(walk([receipt(0), receipt(3)], gap.from + 1).gaps).toEqual([gap]);
    const backfill = [0, 3].map((hour) => receipt(hour, { kind: 'backfill' }));
    expect(walk(backfill, LATE).gaps).toEqual([]);
  });

  test('is not filled by a receipt that is not proven: a planted digest named any start, and hid what was deleted', () => {
    const planted = receipt(90, { state: 'failed', start: T0 + HOUR });
    const walked = walk([receipt(0), planted, receipt(91)], T0 + 80 * HOUR);
    expect(walked).toMatchObject({ unproven: null, gaps: [{ ...gap, to: T0 + 91 * HOUR }] });
  });

  test('is told beyond the first thousand too: explained ones in front of it hid one that nobody looked into', () => {
    const every = (count: number): readonly ReceiptName[] => Array.from({ length: count }, (_, at) => receipt(2 * at));
    expect(walk(every(1001), 9 * LATE)).toMatchObject({ gaps: { length: 1000 }, gapBeyond: null });
    const { gaps, gapBeyond } = walk(every(1003), 9 * LATE);
    expect(gaps).toHaveLength(1000);
    expect(gapBeyond).toEqual({ ...gap, from: T0 + 2001 * HOUR, to: T0 + 2002 * HOUR });
  });

  test('is none where digests overlap, and one long digest covers the hours in it', () => {
    const long = receipt(0, { end: T0 + 6 * HOUR });
    expect(walk([receipt(0), receipt(1), long, receipt(6)], LATE).gaps).toEqual([]);
  });
});

test('however names come, digests are counted as the newest of all names together are', () => {
  const name = fc.record({
    hour: fc.nat(20),
    revision: fc.nat(3),
    state: fc.constantFrom(...RECEIPT_STATES),
    trail: fc.constantFrom('main', 'other'),
    mark: fc.constantFrom('0123456789ab', 'ba9876543210'),
  });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 60 }), (drawn) => {
      const names = drawn.map(({ hour, ...change }) => receipt(hour, change));
      const chains = ['main', 'other'].map((trail) => newestReceipts(names.filter((one) => one.trail === trail)));
      const newest = chains.flat();
      const walked = walk(names, LATE);
      expect(walked.digests).toBe(newest.length);
      expect(walked.unproven === null).toBe(
        newest.every(({ state }) => ['linked', 'start', 'defended'].includes(state)),
      );
    }),
  );
});

test('a sample is bounded, and reaches from the first to the last part of the time', () => {
  const names = Array.from({ length: 1000 }, (_, hour) => receipt(hour));
  const { sample } = walk(names, LATE, 10);
  expect(sample.length).toBeGreaterThan(4);
  expect(sample.length).toBeLessThanOrEqual(10);
  expect(sample[0]).toEqual(receipt(0));
  expect(sample.at(-1)?.end).toBeGreaterThan(T0 + 700 * HOUR);
  expect(walk(names, LATE, 0).sample).toEqual([]);
});
