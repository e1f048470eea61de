/** What a listing says beside receipts: what is gone, and what went by right. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { speaker } from '../../src/core/finding.ts';
import { goneFindings } from '../../src/core/gone.ts';
import { formatKey, type DigestKey } from '../../src/core/key.ts';
import { originMark } from '../../src/core/layout.ts';
import { compareWithSource, placeOfReceipt, type KnownReceipt, type SourceDigest } from '../../src/core/source-now.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, newStage } from './forged-chain.ts';

const START = Date.parse('2026-05-01T00:13:52Z');
const stage = newStage(2);
const chain = chainOf(stage.chain, trailAt(stage.chain.trail, { chains: [stage.chain], t: stage.now }));
const { account, region, source } = chain;

interface Written {
  /** The interval's number: it ends at START plus so many hours. */
  readonly hour: number;
  readonly kind?: 'standard' | 'backfill';
  /** Hours after the end at which the source wrote it and the receipt was made. */
  readonly delivered?: number;
  readonly recorded?: number;
  readonly bucket?: string;
}

function keyOf({ hour, kind = 'standard' }: Written): DigestKey {
  const { prefix, org, trail, homeRegion } = source;
  return { type: 'digest', prefix, org, account, region, trail, homeRegion, end: START + hour * HOUR, kind };
}

function listed(one: Written): SourceDigest {
  const key = keyOf(one);
  const bucket = one.bucket ?? source.bucket;
  const lastModified = key.end + (one.delivered ?? 0.25) * HOUR;
  return { bucket, rawKey: formatKey(key), key, etag: `e${one.hour}`, lastModified };
}

function receipt(one: Written): KnownReceipt {
  const key = keyOf(one);
  const { trail, homeRegion, end, kind } = key;
  const mark = originMark(one.bucket ?? source.bucket, formatKey(key));
  const recorded = end + (one.recorded ?? 0.5) * HOUR;
  return {
    account,
    region,
    trail,
    homeRegion,
    kind,
    end,
    start: end - HOUR,
    mark,
    revision: 0,
    state: 'linked',
    recorded,
  };
}

const hours = (from: number, to: number): readonly Written[] =>
  Array.from({ length: to - from }, (_, index) => ({ hour: from + index }));

const hourOf = ({ end }: { readonly end: number }): number => (end - START) / HOUR;

function compare(
  receipts: readonly Written[],
  there: readonly Written[],
  now = 100,
): {
  readonly middle: readonly number[];
  readonly newest: readonly number[];
  readonly emptied: boolean;
  readonly replaced: readonly number[];
  readonly waiting: readonly number[];
} {
  const all = compareWithSource(receipts.map(receipt), there.map(listed), {
    now: START + now * HOUR,
    isValid: () => true,
  });
  const { middle, newest, emptied } = all.standard;
  return {
    middle: middle.map(hourOf),
    newest: newest.map(hourOf),
    emptied,
    replaced: all.replaced.map((one) => hourOf(one.receipt)),
    waiting: all.waiting.map(({ key }) => hourOf(key)),
  };
}

const NOTHING = { middle: [], newest: [], emptied: false, replaced: [], waiting: [] };

describe('what is gone from the source', () => {
  test('is nothing but what an older digest outlives, whatever goes and in whatever order it is listed', () => {
    const all = hours(0, 12);
    fc.assert(
      fc.property(fc.shuffledSubarray([...all]), (left) => {
        const here = new Set(left.map(({ hour }) => hour));
        const [oldest, newest] = [Math.min(...here), Math.max(...here)];
        const lost = all.map(({ hour }) => hour).filter((hour) => !here.has(hour));
        // Within a day nothing expires.
        const seen = compare(all, left, 20);
        if (left.length === 0) expect(seen).toEqual({ ...NOTHING, newest: lost, emptied: true });
        else
          expect(seen).toEqual({
            ...NOTHING,
            middle: lost.filter((hour) => hour > oldest && hour < newest),
            newest: lost.filter((hour) => hour > newest),
          });
      }),
      { numRuns: 200 },
    );
  });

  test('is told although every date is new: a restored bucket was there before', () => {
    const restored = hours(0, 5).map((one) => ({ ...one, delivered: 90 - one.hour }));
    expect(compare(hours(0, 10), restored)).toEqual({
      ...NOTHING,
      newest: [5, 6, 7, 8, 9],
      replaced: [0, 1, 2, 3, 4],
    });
  });

  test('by a lifecycle rule is no finding though a digest of that time is left that came 20 days late', () => {
    const late = { hour: 3, delivered: 20 * 24, recorded: 20 * 24 + 1 };
    const left = hours(24 * 20, 24 * 26);
    const known = [...hours(0, 3), late, ...hours(4, 24 * 26)];
    expect(compare(known, [late, ...left], 24 * 26)).toEqual(NOTHING);
    // The same digest delivered in time would have gone before the others; the day after it is the rule's own.
    const inTime = { hour: 3 };
    expect(compare([...hours(0, 3), ...hours(3, 24 * 26)], [inTime, ...left], 24 * 26).middle).toHaveLength(
      24 * 20 - 29,
    );
  });

  test('on the oldest day that is left may be the rule at work, once it has taken something and only there', () => {
    const known = hours(0, 72);
    const left = hours(30, 72).filter(({ hour }) => hour !== 33 && hour !== 60);
    expect(compare(known, left, 72 + 24)).toEqual({ ...NOTHING, middle: [60] });
    expect(compare(hours(30, 72), left, 72 + 24)).toEqual({ ...NOTHING, middle: [33, 60] });
  });

  test('is asked of each kind by itself: backfill digests come when they come', () => {
    const backfill = [2, 5, 8].map((hour): Written => ({ hour, kind: 'backfill', delivered: 40, recorded: 41 }));
    const receipts = [...hours(0, 10), ...backfill].map(receipt);
    const there = [...hours(0, 10), ...backfill.slice(0, 1)].map(listed);
    const now = { now: START + 60 * HOUR, isValid: () => true };
    const seen = compareWithSource(receipts, there, now);
    expect(seen.standard).toEqual({ middle: [], newest: [], emptied: false });
    expect(seen.backfill.newest.map(hourOf)).toEqual([5, 8]);
    const told = goneFindings(seen, { chain, prefix: 'copy/', say: speaker(chain) });
    expect(told.map(({ code }) => code)).toEqual(['digest-missing', 'digest-missing']);
  });

  test('counts only where the digest was valid', () => {
    const receipts = hours(0, 4).map(receipt);
    const seen = compareWithSource(receipts, hours(0, 2).map(listed), {
      now: START + 10 * HOUR,
      isValid: ({ end }) => hourOf({ end }) !== 3,
    });
    expect(seen.standard.newest.map(hourOf)).toEqual([2]);
  });
});

describe('what the source has besides', () => {
  test('waits to be judged where no receipt is of that time and place', () => {
    const elsewhere = { hour: 2, bucket: 'another-bucket' };
    expect(compare(hours(0, 4), [...hours(0, 6), elsewhere])).toEqual({ ...NOTHING, waiting: [2, 4, 5] });
  });

  test('is suspect when it was written in the second of its receipt or later: S3 keeps whole seconds', () => {
    const at = (delivered: number): readonly number[] =>
      compare([{ hour: 0, recorded: 2 }], [{ hour: 0, delivered }]).replaced;
    expect([at(1.99), at(2), at(3)]).toEqual([[], [0], [0]]);
  });
});

describe('findings on what is gone', () => {
  test('name what was recorded when, and where the archive holds it, below its own prefix', () => {
    const receipts = hours(0, 6).map(receipt);
    const there = hours(0, 6)
      .filter(({ hour }) => hour !== 2 && hour < 4)
      .map(listed);
    const seen = compareWithSource(receipts, there, { now: START + 10 * HOUR, isValid: () => true });
    const told = goneFindings(seen, { chain, prefix: 'copy/', say: speaker(chain) });
    expect(told.map(({ code, key, from, to }) => [code, key, from, to])).toEqual([
      ['digest-missing', formatKey(keyOf({ hour: 2 })), '2026-05-01T01:13:52Z', '2026-05-01T02:13:52Z'],
      ['chain-truncated', null, '2026-05-01T03:13:52Z', '2026-05-01T05:13:52Z'],
    ]);
    expect(told[0]?.detail).toContain('recorded at 2026-05-01T02:43:52Z');
    expect(told[0]?.detail).toContain('at copy/AWSLogs/');
    expect(told[1]?.detail).toContain(
      '2 that end from 2026-05-01T04:13:52Z to 2026-05-01T05:13:52Z were recorded, the last at 2026-05-01T05:43:52Z',
    );
  });

  test('are not made of receipts whose place is configured no more', () => {
    expect(placeOfReceipt(chain, receipt({ hour: 1 }))).toEqual({
      bucket: source.bucket,
      key: formatKey(keyOf({ hour: 1 })),
    });
    expect(placeOfReceipt(chain, receipt({ hour: 1, bucket: 'another-bucket' }))).toBeNull();
    const former = {
      ...chain,
      source: { ...source, formerBuckets: [{ bucket: 'another-bucket', prefix: source.prefix }] },
    };
    expect(placeOfReceipt(former, receipt({ hour: 1, bucket: 'another-bucket' }))?.bucket).toBe('another-bucket');
  });
});
