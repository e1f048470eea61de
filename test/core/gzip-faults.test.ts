/** What is said of a gzip file that is refused, and the exact edges of its header, its trailer and the limit. */
import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inspectGzip } from '../../src/core/gzip.ts';
import { CHAIN } from './handmade-digest.ts';
import { recordAt } from './trail-changes.ts';

const TEXT = 'the content of a log file';
const STORED = gzipSync(TEXT);
const [EXTRA, NAME, COMMENT, CHECK] = [4, 8, 16, 2];
const said = (bytes: Uint8Array, maxInflated = 1000): string => {
  const found = inspectGzip(bytes, { maxInflated, keepContent: true });
  if (!found.ok) return `${found.tooLarge ? 'too large: ' : ''}${found.detail}`;
  expect(Buffer.from(found.content ?? []).toString('utf8')).toBe(TEXT);
  return found.headerData ? 'read, with data in the header' : 'read';
};
const withByte = (at: number, to: number): Uint8Array => {
  const bytes = Uint8Array.from(STORED);
  bytes[at < 0 ? bytes.length + at : at] = to;
  return bytes;
};
/** The file with these flags and the bytes of the fields that they announce. */
const withHeader = (flags: number, ...fields: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([STORED.subarray(0, 3), Buffer.of(flags), STORED.subarray(4, 10), ...fields, STORED.subarray(10)]);
const extra = (length: number): Uint8Array =>
  Buffer.concat([Buffer.of(length & 255, length >> 8), Buffer.alloc(length, 7)]);
const text = (value: string): Uint8Array => Buffer.from(`${value}\0`);
const checked = (flags: number, ...fields: readonly Uint8Array[]): Uint8Array => {
  const head = Buffer.concat([STORED.subarray(0, 3), Buffer.of(flags), STORED.subarray(4, 10), ...fields]);
  const check = crc32(head) & 0xffff;
  return withHeader(flags, ...fields, Buffer.of(check & 255, check >> 8));
};

describe('the first ten bytes', () => {
  test('are gzip’s, and each that is not is named', () => {
    expect(said(STORED)).toBe('read');
    expect(said(withByte(0, 0x1e))).toBe('not gzip: magic bytes missing');
    expect(said(withByte(1, 0x8c))).toBe('not gzip: magic bytes missing');
    expect(said(withByte(2, 7))).toBe('unknown gzip compression method 7');
    for (const flag of [0x20, 0x40, 0x80]) expect(said(withByte(3, flag))).toBe('reserved gzip flags set');
  });
  test('with the smallest member are eighteen bytes', () => {
    expect(said(STORED.subarray(0, 17))).toBe('17 bytes are too few for a gzip member');
    expect(said(new Uint8Array())).toBe('0 bytes are too few for a gzip member');
    expect(said(new Uint8Array(18))).toBe('not gzip: magic bytes missing');
  });
  test('may name any time and system, and that it is text', () => {
    for (const at of [4, 7, 8, 9]) expect(said(withByte(at, 0xaa))).toBe('read');
    expect(said(withByte(3, 1))).toBe('read');
  });
});

describe('optional fields', () => {
  const data = 'read, with data in the header';
  test('are read over in their order, alone and all together', () => {
    expect(said(withHeader(EXTRA, extra(3)))).toBe(data);
    expect(said(withHeader(EXTRA, extra(0)))).toBe(data);
    expect(said(withHeader(EXTRA, extra(300)))).toBe(data);
    expect(said(withHeader(NAME, text('n')))).toBe(data);
    expect(said(withHeader(COMMENT, text('')))).toBe(data);
    expect(said(withHeader(NAME | COMMENT, text('n'), text('c')))).toBe(data);
    expect(said(withHeader(EXTRA | NAME | COMMENT, extra(2), text('n'), text('c')))).toBe(data);
    expect(said(checked(EXTRA | NAME | COMMENT | CHECK, extra(2), text('n'), text('c')))).toBe(data);
  });
  test('with a check are held to it, and the check alone is no data', () => {
    expect(said(checked(CHECK))).toBe('read');
    const wrong = 'gzip header CRC does not match';
    const bytes = checked(CHECK);
    for (const at of [10, 11]) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(said(changed)).toBe(wrong);
    }
  });
  test('without an end are named, as is a header that leaves no room for a trailer', () => {
    const noZero = Buffer.alloc(30, 0x41);
    const head = (flags: number): Uint8Array => Buffer.concat([Buffer.of(0x1f, 0x8b, 8, flags), Buffer.alloc(6, 1)]);
    for (const flag of [NAME, COMMENT])
      expect(said(Buffer.concat([head(flag), noZero]))).toBe('gzip header field without an end');
    const cut = (length: number): string => said(Buffer.concat([head(EXTRA), Buffer.of(length, 0), noZero]));
    expect(cut(23)).toBe('gzip header cut');
    expect(cut(22)).toMatch(/^deflate stream broken or cut \(Z_BUF_ERROR\)|^deflate stream broken/);
    expect(said(Buffer.concat([head(EXTRA), Buffer.of(0xff, 0xff), noZero]))).toBe('gzip header cut');
  });
});

describe('the trailer', () => {
  test('that is cut or followed by anything is told to the byte', () => {
    expect(said(STORED.subarray(0, -1))).toBe('gzip trailer cut: 7 of 8 bytes');
    expect(said(STORED.subarray(0, -8))).toBe('gzip trailer cut: 0 of 8 bytes');
    expect(said(Buffer.concat([STORED, Buffer.alloc(1)]))).toBe('1 bytes after the end of the gzip member');
    expect(said(Buffer.concat([STORED, STORED]))).toBe(`${STORED.length} bytes after the end of the gzip member`);
  });
  test('is held to the content: its check and its length', () => {
    expect(said(withByte(-8, (STORED.at(-8) ?? 0) ^ 1))).toBe('gzip CRC-32 does not match');
    expect(said(withByte(-5, (STORED.at(-5) ?? 0) ^ 1))).toBe('gzip CRC-32 does not match');
    expect(said(withByte(-4, (STORED.at(-4) ?? 0) ^ 1))).toBe('gzip length field does not match');
    expect(said(withByte(-1, 1))).toBe('gzip length field does not match');
  });
  test('is read where it lies, also in the middle of a larger buffer', () => {
    const pool = Buffer.concat([Buffer.alloc(100, 1), STORED, Buffer.alloc(100, 2)]);
    expect(said(pool.subarray(100, 100 + STORED.length))).toBe('read');
  });
});

describe('the stream', () => {
  test('that is cut or broken is told with zlib’s own name for it', () => {
    expect(said(STORED.subarray(0, 20))).toBe('deflate stream broken or cut (Z_BUF_ERROR)');
    expect(said(withByte(10, 0xff))).toBe('deflate stream broken or cut (Z_DATA_ERROR)');
  });
  test('may be as long as the limit, and not a byte longer', () => {
    expect(said(STORED, TEXT.length)).toBe('read');
    expect(said(STORED, TEXT.length - 1)).toBe(`too large: inflates to more than ${TEXT.length - 1} bytes`);
  });
  test('is as long as it is, whatever length the trailer claims', () => {
    const long = gzipSync('x'.repeat(100_000));
    const lying = Uint8Array.from(long);
    lying.set([0xff, 0xff, 0xff, 0xff], long.length - 4);
    const found = inspectGzip(lying, { maxInflated: 1_000_000, keepContent: false });
    expect(found).toMatchObject({ ok: false, tooLarge: false, detail: 'gzip length field does not match' });
    lying.set([1, 0, 0, 0], long.length - 4);
    expect(inspectGzip(lying, { maxInflated: 1_000_000, keepContent: false })).toMatchObject({ ok: false });
    expect(inspectGzip(long, { maxInflated: 1_000_000, keepContent: false })).toMatchObject({
      ok: true,
      inflatedSize: 100_000,
      content: null,
    });
  });
});

test('changes of trails are looked for in the content when they are asked for, and only then', () => {
  const trailArn = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main';
  const chain = { source: { ...CHAIN.source, reader: CHAIN.account, trailArn } };
  const record = recordAt(chain, { name: 'StopLogging', time: Date.UTC(2026, 4, 1) });
  const stored = gzipSync(JSON.stringify({ Records: [record] }));
  const look = (options: { readonly trailChanges?: boolean }): unknown => {
    const found = inspectGzip(stored, { maxInflated: 10_000, keepContent: false, ...options });
    return found.ok ? found.changes.map(({ name }) => name) : found.detail;
  };
  expect(look({ trailChanges: true })).toEqual(['StopLogging']);
  for (const options of [{ trailChanges: false }, {}]) expect(look(options)).toEqual([]);
});
