/** The archive's keys: receipts say in their names what they are, and no two of them share one. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newestReceipts,
  originMark,
  parseReceiptKey,
  pendingKey,
  provenKey,
  publicKeyKey,
  quarantineKey,
  RECEIPT_STATES,
  receiptFolder,
  receiptKey,
  type ReceiptName,
} from '../../src/core/layout.ts';

const time = fc.integer({ min: 1_383_264_000, max: 4_102_444_799 }).map((second) => second * 1000);
const region = fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1', 'eusc-de-east-1');
const PREFIX = fc.constantFrom('', 'archive/', 'a/b/', 'orgtrail/', 'x.json/');

const NAME: fc.Arbitrary<ReceiptName> = fc.record({
  account: fc.stringMatching(/^\d{12}$/),
  region,
  trail: fc.oneof(
    fc.constantFrom('main', 'standard', 'a_us-east-1', 'x.r0001.linked', '...'),
    fc.stringMatching(/^[A-Za-z0-9._-]{3,128}$/),
  ),
  homeRegion: region,
  kind: fc.constantFrom('standard' as const, 'backfill' as const),
  end: time,
  start: fc.option(time),
  mark: fc.stringMatching(/^[0-9a-f]{12}$/),
  revision: fc.oneof(fc.nat(12), fc.integer({ min: 9990, max: 123_456 })),
  state: fc.constantFrom(...RECEIPT_STATES),
});

describe('the name of a receipt', () => {
  test('says what it was made from', () => {
    fc.assert(
      fc.property(PREFIX, NAME, (prefix, name) => {
        const key = receiptKey(prefix, name);
        expect(parseReceiptKey(prefix, key)).toEqual({ ...name });
        expect(key.startsWith(receiptFolder(prefix, name))).toBe(true);
        expect(key.split('/')).not.toContain('..');
      }),
      { numRuns: 500 },
    );
  });
  test('with any change in it is another name, or none', () => {
    const edit = fc.record({
      at: fc.nat(),
      to: fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('/', '_', '.', '\n', '0', '..')),
    });
    fc.assert(
      fc.property(PREFIX, NAME, edit, (prefix, name, { at, to }) => {
        const key = receiptKey(prefix, name);
        const place = prefix.length + (at % (key.length - prefix.length));
        const changed = key.slice(0, place) + to + key.slice(place + 1);
        const parsed = parseReceiptKey(prefix, changed);
        expect(parsed === null ? changed : receiptKey(prefix, parsed)).toBe(changed);
      }),
      { numRuns: 1000 },
    );
  });
  test.each([
    ['another folder of the day', '2026/05/01', '2026/05/02'],
    ['a day that is none', '20260501T01', '20260230T01'],
    ['an unknown state', '.linked.', '.proven.'],
    ['a revision with a zero too many', '.r0003.', '.r00003.'],
    ['a short revision', '.r0003.', '.r3.'],
    ['another folder', 'orgtrail/receipts', 'orgtrail/quarantine'],
    ['something after the end', '.json', '.json.bak'],
  ])('%s: none', (_name, from, to) => {
    const name: ReceiptName = {
      account: '111122223333',
      region: 'eu-west-1',
      trail: 'main',
      homeRegion: 'us-east-1',
      kind: 'standard',
      end: Date.parse('2026-05-01T01:13:52Z'),
      start: Date.parse('2026-05-01T00:13:52Z'),
      mark: '0123456789ab',
      revision: 3,
      state: 'linked',
    };
    const key = receiptKey('archive/', name);
    expect(key).toContain(from);
    expect(parseReceiptKey('archive/', key.replace(from, to))).toBeNull();
    expect(parseReceiptKey('other/', key)).toBeNull();
    expect(parseReceiptKey('', key)).toBeNull();
  });
});

describe('the newest receipt', () => {
  const few = NAME.map((name) => ({
    ...name,
    end: name.end % 3000,
    mark: name.mark.startsWith('0') ? 'aaaaaaaaaaaa' : 'bbbbbbbbbbbb',
    revision: name.revision % 3,
  }));
  test('of each digest is the one with the highest revision, the proven one of two equals, in order of time', () => {
    fc.assert(
      fc.property(fc.array(few, { maxLength: 30 }), (names) => {
        const idOf = (name: ReceiptName): string => `${name.end}/${name.homeRegion}/${name.mark}`;
        const best = new Map<string, number>();
        const rank = (name: ReceiptName): number => name.revision * 10 - RECEIPT_STATES.indexOf(name.state);
        for (const name of names) best.set(idOf(name), Math.max(best.get(idOf(name)) ?? -Infinity, rank(name)));
        const newest = newestReceipts(names);
        expect(new Map(newest.map((name) => [idOf(name), rank(name)]))).toEqual(best);
        expect(newest).toHaveLength(best.size);
        expect(newest.map(({ end }) => end)).toEqual(newest.map(({ end }) => end).toSorted((a, b) => a - b));
      }),
    );
  });
});

test('the mark of an origin tells bucket and key apart', () => {
  expect(originMark('bucket', 'key')).toMatch(/^[0-9a-f]{12}$/);
  expect(
    new Set([
      originMark('a', 'b'),
      originMark('b', 'a'),
      originMark('ab', ''),
      originMark('', 'ab'),
      originMark('a', 'b '),
    ]).size,
  ).toBe(5);
});

test('every folder of ours lies below the prefix and apart from the others', () => {
  const key =
    'logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/01/111122223333_CloudTrail_eu-west-1_20260501T0110Z_AbCdEfGhIjKlMnOp.json.gz';
  expect(provenKey('archive/', key)).toBe(`archive/${key.slice(5)}`);
  expect(pendingKey('archive/', 'member-logs', key)).toBe(`archive/orgtrail/pending/member-logs/${key}`);
  expect(quarantineKey('archive/', { bucket: 'member-logs', key }, 'log-malformed')).toBe(
    `archive/orgtrail/quarantine/log-malformed/member-logs/${key}`,
  );
  expect(publicKeyKey('archive/', 'eu-west-1', 'ab'.repeat(16))).toBe(
    `archive/orgtrail/keys/eu-west-1/${'ab'.repeat(16)}.json`,
  );
});
