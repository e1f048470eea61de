/** The source against what was recorded, by hand: edges of order, of the lifecycle's day, and the words of findings. */
import { describe, expect, test } from 'vitest';
import { formatIso } from '../../src/core/time.ts';
import { goneFindings } from '../../src/core/gone.ts';
import { formatKey } from '../../src/core/key.ts';
import { originMark } from '../../src/core/layout.ts';
import {
  compareWithSource,
  listedId,
  placeOfReceipt,
  type Gone,
  type KnownReceipt,
  type SourceDigest,
} from '../../src/core/source-now.ts';
import { at, chainWith, codesOf, detailsOf, say } from './handmade-chain.ts';

const chain = chainWith();
const NOW = at(1000);
const keyAt = (hours: number, kind: 'standard' | 'backfill' = 'standard', prefix = 'logs/') =>
  ({
    type: 'digest',
    prefix,
    org: null,
    account: chain.account,
    region: chain.region,
    trail: 'main',
    homeRegion: 'us-east-1',
    end: at(hours),
    kind,
  }) as const;
/** Recorded an hour after its end. */
const receipt = (hours: number, parts: Partial<KnownReceipt> = {}): KnownReceipt => ({
  account: chain.account,
  region: chain.region,
  trail: 'main',
  homeRegion: 'us-east-1',
  kind: 'standard',
  end: at(hours),
  start: at(hours - 1),
  mark: originMark('member-logs', formatKey(keyAt(hours, parts.kind))),
  revision: 0,
  state: 'linked',
  recorded: at(hours + 1),
  ...parts,
});
/** Written at its end. */
const digest = (hours: number, parts: Partial<SourceDigest> = {}): SourceDigest => {
  const key = keyAt(hours);
  return { bucket: 'member-logs', rawKey: formatKey(key), key, etag: 'e', lastModified: at(hours), ...parts };
};
const compare = (receipts: readonly KnownReceipt[], listed: readonly SourceDigest[], now = NOW) =>
  compareWithSource(receipts, listed, { now, isValid: () => true });
const hours = (list: readonly { readonly end: number }[]): readonly number[] =>
  list.map(({ end }) => (end - at(0)) / 3_600_000);
const told = ({ middle, newest, emptied }: Gone): unknown => [hours(middle), hours(newest), emptied];

describe('what is gone', () => {
  test('is all of a chain that lists nothing, in order of time', () => {
    expect(told(compare([receipt(3), receipt(1), receipt(2)], []).standard)).toEqual([[], [1, 2, 3], true]);
    expect(told(compare([], []).standard)).toEqual([[], [], false]);
  });
  test('lies in between or at the newest end, in order of time', () => {
    const receipts = [6, 5, 3, 2].map((one) => receipt(one));
    expect(told(compare(receipts, [digest(1), digest(4)]).standard)).toEqual([[2, 3], [5, 6], false]);
  });
  test('of the end of another digest, elsewhere, is a newest end', () => {
    const elsewhere = receipt(4, { mark: originMark('former', 'x') });
    expect(told(compare([elsewhere], [digest(1), digest(4)]).standard)).toEqual([[], [4], false]);
  });
  test('needs something older that is left, written before the other was recorded', () => {
    const left = (lastModified: number): unknown => told(compare([receipt(3)], [digest(1, { lastModified })]).standard);
    expect(left(at(4))).toEqual([[], [3], false]);
    expect(left(at(4) + 1)).toEqual([[], [], false]);
    expect(told(compare([receipt(3)], [digest(3, { bucket: 'former' })]).standard)).toEqual([[], [], false]);
    expect(told(compare([receipt(3)], [digest(5)]).standard)).toEqual([[], [], false]);
  });
  test('is gone though the older one was only written again, as by a restored bucket', () => {
    const restored = digest(1, { lastModified: at(50) });
    expect(told(compare([receipt(3)], [restored]).standard)).toEqual([[], [], false]);
    expect(told(compare([receipt(1), receipt(3)], [restored]).standard)).toEqual([[], [3], false]);
  });
  test('of one kind is not answered by the other', () => {
    const backfill = receipt(3, { kind: 'backfill' });
    const now = compare([backfill], [digest(1)]);
    expect([told(now.standard), told(now.backfill)]).toEqual([
      [[], [], false],
      [[], [3], true],
    ]);
  });
});

describe('the oldest day that a lifecycle rule is at work on', () => {
  /** Something older than what is left has gone, and of the oldest day `end` has. */
  const lost = (end: number, now: number, older = 9): readonly number[] =>
    hours(compare([receipt(older), receipt(end)], [digest(10), digest(60)], now).standard.middle);
  test('is a day and two hours long', () => {
    expect(lost(35.9, NOW)).toEqual([]);
    expect(lost(36, NOW)).toEqual([36]);
  });
  test('is more than a day ago', () => {
    expect(lost(20, at(44))).toEqual([20]);
    expect(lost(20, at(44) + 1)).toEqual([]);
  });
  test('is one only where older ones went: else it is a hole', () => {
    expect(lost(20, NOW, 10)).toEqual([20]);
    const elsewhere = receipt(10, { mark: originMark('former', 'x') });
    expect(hours(compare([elsewhere, receipt(20)], [digest(10), digest(60)]).standard.middle)).toEqual([20]);
  });
});

describe('a digest that was written again', () => {
  test('is one not older than its receipt', () => {
    const again = (lastModified: number): number =>
      compare([receipt(1)], [digest(1, { lastModified })]).replaced.length;
    expect([again(at(2) - 1), again(at(2))]).toEqual([0, 1]);
  });
});

test('a place is found among the configured ones, of the trail’s own kind of key', () => {
  const former = chainWith({ formerBuckets: [{ bucket: 'old', prefix: 'p/' }] });
  const key = formatKey(keyAt(3, 'standard', 'p/'));
  expect(placeOfReceipt(former, receipt(3, { mark: originMark('old', key) }))).toEqual({ bucket: 'old', key });
  expect(placeOfReceipt(former, receipt(3))).toEqual({ bucket: 'member-logs', key: digest(3).rawKey });
  expect(placeOfReceipt(chain, receipt(3, { mark: originMark('old', key) }))).toBeNull();
  expect(listedId(digest(3))).toBe(`${at(3)}|standard|${receipt(3).mark}`);
});

describe('the findings on what is gone', () => {
  const NONE: Gone = { middle: [], newest: [], emptied: false };
  const found = (parts: { readonly standard?: Partial<Gone>; readonly backfill?: Partial<Gone> }) =>
    goneFindings(
      { standard: { ...NONE, ...parts.standard }, backfill: { ...NONE, ...parts.backfill } },
      { chain, prefix: 'archive/', say },
    );
  const held = (one: number): string =>
    `the archive holds the proven bytes at archive/${digest(one).rawKey.replace('logs/', '')}`;

  test('are none where nothing is gone', () => expect(found({})).toEqual([]));
  test('in between are one each, with where it lay and where it is held', () => {
    const findings = found({ standard: { middle: [receipt(3), receipt(5, { start: null })] } });
    expect(codesOf(findings)).toEqual([
      `digest-missing 2-3 member-logs/${digest(3).rawKey}`,
      `digest-missing 4-5 member-logs/${digest(5).rawKey}`,
    ]);
    expect(detailsOf(findings)[0]).toBe(
      `the source lists it no longer, though it was recorded at ${formatIso(at(4))}; ${held(3)}`,
    );
    expect(findings[0]?.hint).toMatch(/^what was recorded stays proven; look at the bucket's versions/);
  });
  test('of a place that is not configured any more name no key', () => {
    const findings = found({ standard: { middle: [receipt(3, { mark: 'x' })] } });
    expect(codesOf(findings)).toEqual(['digest-missing 2-3 member-logs/-']);
    expect(detailsOf(findings)[0]).toMatch(/; the archive holds the proven bytes$/);
  });
  test('at the newest end are one, whether one or more were cut', () => {
    const one = found({ standard: { newest: [receipt(3)] } });
    expect(codesOf(one)).toEqual(['chain-truncated 2-3 member-logs/-']);
    expect(detailsOf(one)).toEqual([
      `the source lists no digest after ${formatIso(at(2))}, though one that ends at ${formatIso(at(3))} was recorded at ${formatIso(at(4))}: it was cut, or put back to an older state; ${held(3)}`,
    ]);
    const more = found({
      standard: { middle: [receipt(1)], newest: [receipt(3, { start: null }), receipt(4), receipt(5)] },
    });
    expect(codesOf(more).slice(1)).toEqual(['chain-truncated 2-5 member-logs/-']);
    expect(detailsOf(more)[1]).toContain(
      `though 3 that end from ${formatIso(at(3))} to ${formatIso(at(5))} were recorded, the last at ${formatIso(at(6))}: it was cut`,
    );
    expect(detailsOf(more)[1]).toContain(held(5));
  });
  test('of an emptied chain say so', () => {
    const emptied = found({ standard: { newest: [receipt(3), receipt(4)], emptied: true } });
    expect(codesOf(emptied)).toEqual(['chain-empty 2-4 member-logs/-']);
    expect(detailsOf(emptied)[0]).toMatch(
      /^the source lists no digest of this chain any more, though 2 that end from .*Z; the archive holds/,
    );
  });
  test('of backfill digests are one each: they have no newest end', () => {
    const findings = found({ backfill: { middle: [receipt(3)], newest: [receipt(5)], emptied: true } });
    expect(codesOf(findings).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
      'digest-missing 2-3',
      'digest-missing 4-5',
    ]);
  });
});
