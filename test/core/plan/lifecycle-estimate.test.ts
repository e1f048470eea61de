/** How much a rule touches and costs: counted where receipts were read, extrapolated and said to be, else unknown. */
import { describe, expect, test } from 'vitest';
import { costLine } from '../../../src/core/plan/lifecycle-cost.ts';
import {
  estimateLifecycle,
  estimateTotals,
  type LifecycleEstimate,
} from '../../../src/core/plan/lifecycle-estimate.ts';
import { sampleReceipts, type ReceiptSample, type SampledFiles } from '../../../src/core/plan/lifecycle-sample.ts';
import type { LifecycleWish, Prices, WantedLifecycle } from '../../../src/core/plan/wanted.ts';
import type { Receipt } from '../../../src/core/receipt.ts';
import { ONE, TWO, wanted, wish } from './lifecycle-world.ts';

const NOW = Date.UTC(2026, 6, 1);
const DAY = 86_400_000;
const KB = 1024;

interface File {
  readonly verdict?: string;
  readonly place?: string | null;
  readonly size: number | null;
}

function receipt(
  account: string,
  age: number,
  files: { readonly digest: File; readonly logs: readonly File[] },
): Receipt {
  const end = `${new Date(NOW - age * DAY).toISOString().slice(0, 19)}Z`;
  const file = { verdict: 'valid', place: 'AWSLogs/x' };
  const logs = files.logs.map((log) => ({ ...file, ...log }));
  return { chain: { account }, digest: { ...file, ...files.digest, end }, logs } as unknown as Receipt;
}

const cells = (
  ...list: readonly (readonly [SampledFiles['kind'], number, number, number])[]
): readonly SampledFiles[] =>
  list.map(([kind, ageDays, objects, each]) => ({
    kind,
    ageDays,
    sizeClass: Math.floor(Math.log2(each)),
    objects,
    bytes: objects * each,
  }));

const sample = (account: string, files: readonly SampledFiles[], counts = { listed: 10, read: 10 }): ReceiptSample => ({
  account,
  ...counts,
  files,
});

function steps(
  fields: Partial<LifecycleWish>,
  samples: readonly ReceiptSample[],
  more: Partial<WantedLifecycle> = {},
): readonly (readonly unknown[])[] {
  const { steps: found } = estimateLifecycle(wanted([wish('it', fields)], more), samples);
  return found.map((one) => [one.account, one.into, one.objects, one.bytes, one.extrapolated, one.heldBack]);
}

describe('receipts that were read', () => {
  test('name proven files by kind, age and size; quarantine and failures are not counted', () => {
    const failed = { verdict: 'log-malformed', place: 'orgtrail/quarantine/x', size: 7 };
    const missing = { verdict: 'log-missing', place: null, size: null };
    const receipts = [
      receipt(ONE, 3.5, {
        digest: { size: 900 },
        logs: [{ size: 1024 }, { size: 2047 }, { size: 2048 }, failed, missing],
      }),
      receipt(ONE, 3.9, { digest: { size: 901 }, logs: [{ size: 1500 }] }),
    ];
    expect(sampleReceipts(ONE, receipts, { listed: 20, now: NOW })).toEqual({
      account: ONE,
      listed: 20,
      read: 2,
      files: [
        { kind: 'digest', ageDays: 3, sizeClass: 9, objects: 2, bytes: 1801 },
        { kind: 'log', ageDays: 3, sizeClass: 10, objects: 3, bytes: 1024 + 2047 + 1500 },
        { kind: 'log', ageDays: 3, sizeClass: 11, objects: 1, bytes: 2048 },
      ],
    });
  });

  test('are at least as many as are listed, and none is no file', () => {
    const one = receipt(TWO, 9, { digest: { size: 1 }, logs: [] });
    expect(sampleReceipts(TWO, [one], { listed: 0, now: NOW })).toMatchObject({ listed: 1, read: 1 });
    expect(sampleReceipts(TWO, [], { listed: 4, now: NOW })).toEqual({ account: TWO, listed: 4, read: 0, files: [] });
  });
});

describe('the estimate', () => {
  const aged = cells(
    ['log', 10, 5, 10 * KB],
    ['log', 100, 7, 200 * KB],
    ['log', 500, 3, 10 * KB],
    ['digest', 500, 2, KB],
  );

  test('counts by kind and by the last step that is due', () => {
    const fields = { transitions: [{ days: 90, class: 'GLACIER_IR' }], expireDays: 400 } as const;
    expect(steps(fields, [sample(ONE, aged)])).toEqual([
      [ONE, 'GLACIER_IR', 7, 7 * 200 * KB, 0, 0],
      [ONE, 'expired', 3, 30 * KB, 0, 0],
    ]);
    expect(steps({ of: 'digests', expireDays: 400 }, [sample(ONE, aged)])).toEqual([[ONE, 'expired', 2, 2 * KB, 0, 0]]);
    expect(steps({ of: 'proven', expireDays: 400 }, [sample(ONE, aged)])).toEqual([[ONE, 'expired', 5, 32 * KB, 0, 0]]);
    expect(steps({ expireDays: 501 }, [sample(ONE, aged)])).toEqual([[ONE, 'expired', 0, 0, 0, 0]]);
    expect(steps({ expireDays: 500 }, [sample(ONE, aged)])).toEqual([[ONE, 'expired', 3, 30 * KB, 0, 0]]);
  });

  test('holds back what is below 128 KB, as S3 does', () => {
    const edge = [sample(ONE, cells(['log', 50, 1, 128 * KB - 1], ['log', 50, 1, 128 * KB]))];
    const moved = (fields: Partial<LifecycleWish>, more: Partial<WantedLifecycle> = {}): readonly unknown[] =>
      steps(fields, edge, more).map((one) => [one[2], one[5]]);
    const ia = { transitions: [{ days: 30, class: 'STANDARD_IA' }] } as const;
    const glacier = { transitions: [{ days: 30, class: 'GLACIER' }] } as const;
    expect(moved(ia)).toEqual([[1, 1]]);
    expect(moved(ia, { minimumSize: 'varies' })).toEqual([[1, 1]]);
    expect(moved(glacier)).toEqual([[1, 1]]);
    expect(moved(glacier, { minimumSize: 'varies' })).toEqual([[2, 0]]);
    expect(moved({ ...ia, largerThanBytes: 0 })).toEqual([[2, 0]]);
    expect(moved({ ...ia, smallerThanBytes: 128 * KB })).toEqual([[1, 0]]);
  });

  test('extrapolates by the share that was read, of the account or of everybody, and says so', () => {
    const read = sample(ONE, aged, { listed: 40, read: 10 });
    const unread = sample(TWO, [], { listed: 20, read: 0 });
    expect(steps({ expireDays: 400 }, [read, unread])).toEqual([
      [ONE, 'expired', 12, 120 * KB, 9, 0],
      [TWO, 'expired', 6, 60 * KB, 6, 0],
    ]);
  });

  test('what nothing is known of is unknown, never nothing', () => {
    const rules = [wish('p', { of: 'pending', expireDays: 9 }), wish('l', { accounts: [ONE, TWO], expireDays: 9 })];
    const estimate = estimateLifecycle(wanted(rules), [sample(ONE, [], { listed: 9, read: 0 })]);
    expect(estimate).toEqual({
      steps: [],
      unknown: [
        { rule: 'p', account: null, why: 'receipts do not count what lies in pending' },
        { rule: 'l', account: ONE, why: 'no receipt was read' },
        { rule: 'l', account: TWO, why: 'no receipts of it are listed' },
      ],
    });
  });

  test('sums up over accounts, step by step', () => {
    const both = [sample(ONE, aged), sample(TWO, aged, { listed: 20, read: 10 })];
    const estimate = estimateLifecycle(wanted([wish('it', { expireDays: 400 })]), both);
    expect(estimateTotals(estimate)).toMatchObject([
      { rule: 'it', into: 'expired', days: 400, accounts: 2, objects: 9, bytes: 90 * KB, extrapolated: 3, heldBack: 0 },
    ]);
  });
});

describe('the cost line', () => {
  const prices: Prices = {
    currency: 'USD',
    storage: { STANDARD: 0.02, STANDARD_IA: 0.01, DEEP_ARCHIVE: 0.001 },
    transition: { STANDARD_IA: 0.01, DEEP_ARCHIVE: 0.05 },
  };
  const about = (into: 'STANDARD_IA' | 'DEEP_ARCHIVE' | 'GLACIER' | 'expired', bytes: number): LifecycleEstimate => ({
    steps: [
      {
        rule: 'it',
        of: 'logs',
        account: ONE,
        into,
        days: 9,
        objects: 1_000_000,
        bytes,
        bytesOf128: 131_072e6,
        extrapolated: 0,
        heldBack: 0,
      },
    ],
    unknown: [],
  });

  test('no price, no cost', () => {
    expect(costLine(about('expired', 1e9), null)).toBeNull();
    const bare = costLine(about('GLACIER', 1e9), prices);
    expect(bare).toMatchObject({ once: null, monthly: null, missing: ['storage.GLACIER', 'transition.GLACIER'] });
    expect(bare?.text).toContain('without storage.GLACIER, transition.GLACIER');
    expect(costLine(about('expired', 1e9), { ...prices, storage: {} })).toMatchObject({ monthly: null });
    const named = costLine(about('expired', 1e9), { ...prices, storage: Object.create({ STANDARD: 1 }) as never });
    expect(named).toMatchObject({ monthly: null });
  });

  test('what goes saves its storage and costs no transition', () => {
    const line = costLine(about('expired', 50e9), prices);
    expect(line).toMatchObject({ once: 0, missing: [] });
    expect(line?.monthly).toBeCloseTo(-1);
    expect(line?.text).toBe('about 0.00 USD once for the transitions, 1.00 USD less for storage each month');
  });

  test('small objects are billed as 128 KB in STANDARD_IA: moving a million of 1 KB costs more than it saves', () => {
    const line = costLine(about('STANDARD_IA', 1e9), prices);
    expect(line?.once).toBeCloseTo(10);
    expect(line?.monthly).toBeCloseTo(131.072 * 0.01 - 0.02);
    expect(line?.text).toContain('more for storage each month');
  });

  test('and have 40 KB more each in DEEP_ARCHIVE', () => {
    const line = costLine(about('DEEP_ARCHIVE', 1e9), prices);
    expect(line?.once).toBeCloseTo(50);
    expect(line?.monthly).toBeCloseTo((1 + 32.768) * 0.001 + (8.192 - 1) * 0.02);
  });

  test('says what is guessed and what is left out, and sums what is known', () => {
    const [step] = about('STANDARD_IA', 1e9).steps;
    if (step === undefined) throw new Error('no step');
    const mixed = [step, { ...step, into: 'GLACIER' as const, extrapolated: 5 }];
    const line = costLine({ steps: mixed, unknown: [{ rule: 'p', account: null, why: 'x' }] }, prices);
    expect(line?.once).toBeCloseTo(10);
    expect(line?.text).toContain('5 objects are extrapolated');
    expect(line?.text).toContain('without what could not be counted');
    expect(costLine({ steps: [{ ...step, into: 'GLACIER', objects: 0 }], unknown: [] }, prices)).toMatchObject({
      once: 0,
      monthly: 0,
      missing: [],
    });
  });
});
