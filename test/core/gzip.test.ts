/** Strict gzip: a file that is not the one member it should be is refused, whatever was done to it. */
import { randomBytes } from 'node:crypto';
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectGzip, type Inspection } from '../../src/core/gzip.ts';
import * as damage from '../cloud/forge/damage/gzip-bytes.ts';

const MIB = 1024 * 1024;
const look = (bytes: Uint8Array, maxInflated = MIB): Inspection =>
  inspectGzip(bytes, { maxInflated, keepContent: true });
const TEXT = '{"Records":[{"eventName":"CreateUser","eventName2":"CreateUser"}]}';
const FILES = [
  ['stored', gzipSync(TEXT, { level: 0 })],
  ['fast', gzipSync(TEXT, { level: 1 })],
  ['small', gzipSync(TEXT, { level: 9 })],
  ['empty', gzipSync('')],
  ['repeating', gzipSync('a'.repeat(400))],
] as const;

test('what gzip writes is read whole, with both hashes', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(70_000).map((length) => new Uint8Array(length)),
    fc.integer({ min: 1, max: 200_000 }).map((length) => randomBytes(length)),
  );
  fc.assert(
    fc.property(content, fc.integer({ min: 0, max: 9 }), (bytes, level) => {
      const stored = gzipSync(bytes, { level });
      const result = look(stored);
      expect(result.ok && Buffer.from(result.content ?? []).equals(Buffer.from(bytes))).toBe(true);
      expect(result).toMatchObject({ ok: true, inflatedSize: bytes.length, headerData: false });
      const [shifted, plain] = [
        Buffer.concat([Buffer.from('xyz'), stored]).subarray(3),
        inspectGzip(stored, { maxInflated: MIB, keepContent: false }),
      ];
      expect(look(shifted)).toEqual(result);
      expect(plain).toEqual({ ...result, content: null });
    }),
    { numRuns: 60 },
  );
});

/**
 * Bytes that no hash and no check covers: bit 0 of the flags ("this is text"), time, level and system (RFC 1952, 2.3).
 * They hold 6 bytes and a bit, and nothing that a reader of the content sees.
 */
const isExempt = (at: number, to: number): boolean => (at >= 4 && at <= 9) || (at === 3 && to === 1);

describe('one byte changed', () => {
  /** Every value a byte can take in the smallest files, every flip of one bit in the others. */
  const valuesOf = (name: string, byte: number): readonly number[] =>
    name === 'small' || name === 'empty'
      ? Array.from({ length: 256 }, (_, to) => to)
      : Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit));

  test.each(FILES)('in a %s file is refused, or leaves the content as it was', (name, stored) => {
    const before = look(stored);
    if (!before.ok) throw new Error(before.detail);
    for (let at = 0; at < stored.length; at += 1) {
      for (const to of valuesOf(name, stored[at] ?? 0)) {
        if (stored[at] === to) continue;
        const changed = Uint8Array.from(stored);
        changed[at] = to;
        const after = look(changed);
        expect(after.storedSha256).not.toBe(before.storedSha256);
        const header = at < 10;
        const trailer = at >= stored.length - 8;
        if (isExempt(at, to)) expect(after).toEqual({ ...before, storedSha256: after.storedSha256 });
        else if (header || trailer) expect(after.ok, `byte ${at} to ${to}`).toBe(false);
        // Within the deflate stream another spelling of the same content may come about: that is no other content.
        else if (after.ok) expect([after.contentSha256, after.headerData]).toEqual([before.contentSha256, false]);
      }
    }
  });
});

describe('a file that is longer or shorter', () => {
  test.each(FILES)('%s: every cut is refused', (_name, stored) => {
    for (let length = 0; length < stored.length; length += 1)
      expect(look(stored.subarray(0, length)).ok, `cut to ${length}`).toBe(false);
  });
  test.each(FILES)('%s: whatever is appended is refused', (_name, stored) => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1000, 16_384, 65_536, 300_000));
    const tails = [
      ...[1, 7, 8, 9, 512].map((zeros) => Buffer.alloc(zeros)),
      gzipSync('more'),
      gzipSync(''),
      Buffer.from(stored),
      stored.subarray(stored.length - 8),
    ];
    for (const tail of tails) expect(look(Buffer.concat([stored, tail])).ok).toBe(false);
    fc.assert(
      fc.property(sizes, (size) => {
        expect(look(Buffer.concat([stored, randomBytes(size)])).ok).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
  test.each(FILES)('%s: whatever stands before it is refused', (_name, stored) => {
    for (const head of [Buffer.alloc(1), Buffer.from('x'), gzipSync(''), gzipSync('more')])
      expect(look(Buffer.concat([head, stored])).ok).toBe(false);
  });
});

describe('the optional header', () => {
  const stored = gzipSync(TEXT);
  test.each(['extra', 'name', 'comment'] as const)(
    'field %s is read over, told, and refused when it has no end',
    (field) => {
      const hiding = damage.withHeaderData(stored, field, 'hidden');
      expect(look(hiding)).toMatchObject({ ok: true, headerData: true });
      const endless = Uint8Array.from(hiding);
      if (field === 'extra') endless.set([0xff, 0xff], 10);
      else for (let at = 10; at < endless.length; at += 1) endless[at] ||= 0x41;
      expect(look(endless).ok).toBe(false);
    },
  );
  test('with its own check is read, and refused when the check is wrong', () => {
    const head = Buffer.from(stored.subarray(0, 10));
    head[3] = 0x02;
    const check = Buffer.alloc(2);
    check.writeUInt16LE(crc32(head) & 0xffff);
    expect(look(Buffer.concat([head, check, stored.subarray(10)]))).toMatchObject({ ok: true, headerData: false });
    check[0] = (check[0] ?? 0) ^ 1;
    expect(look(Buffer.concat([head, check, stored.subarray(10)]))).toMatchObject({
      ok: false,
      detail: 'gzip header CRC does not match',
    });
  });
  test('is refused with reserved flags or another method', () => {
    for (const [at, to] of [
      [3, 0x20],
      [3, 0x40],
      [3, 0x80],
      [2, 7],
      [2, 9],
    ] as const) {
      const changed = Uint8Array.from(stored);
      changed[at] = to;
      expect(look(changed).ok).toBe(false);
    }
  });
});

describe('bytes that are no gzip', () => {
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['plain text', Buffer.from(TEXT)],
    ['a raw deflate stream', deflateRawSync(TEXT)],
    ['18 zeros', new Uint8Array(18)],
    ['zeros', new Uint8Array(5000)],
  ])('%s', (_name, bytes) => {
    const result = look(bytes);
    expect(result).toMatchObject({ ok: false, tooLarge: false });
    expect(result.storedSha256).toMatch(/^[0-9a-f]{64}$/);
  });
  test('any bytes behind a header are refused or are what gunzip says, and never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (tail) => {
        const bytes = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), tail]);
        const result = look(bytes);
        if (result.ok) expect(Buffer.from(result.content ?? [])).toEqual(gunzipSync(bytes));
      }),
      { numRuns: 500 },
    );
  });
});

describe('bombs', () => {
  test('are given up at the limit, with their stored hash', () => {
    const bomb = damage.bomb();
    const started = performance.now();
    const result = look(bomb, 4 * MIB);
    expect(result).toMatchObject({ ok: false, tooLarge: true, detail: `inflates to more than ${4 * MIB} bytes` });
    expect(result.storedSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(performance.now() - started).toBeLessThan(5000);
  });
  test('the limit itself is no bomb, one byte more is', () => {
    for (const size of [1, 1023, 1024, 1025, 65_536, 100_000]) {
      const stored = gzipSync(Buffer.alloc(size, 'x'));
      expect(look(stored, size)).toMatchObject({ ok: true, inflatedSize: size });
      if (size > 1) expect(look(stored, size - 1)).toMatchObject({ ok: false, tooLarge: true });
    }
  });
  test('a length that lies takes no memory', () => {
    const lying = Buffer.from(gzipSync(TEXT));
    lying.writeUInt32LE(0xffffffff, lying.length - 4);
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 20; turn += 1)
      expect(look(lying, 2047 * MIB)).toMatchObject({ ok: false, tooLarge: false });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });
});
