/** The strict inflater: any bytes are refused in words, or are one member whose content and hashes are what zlib says. */
import { hash } from 'node:crypto';
import { constants, crc32, gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { inspectGzip, type Inspection } from '../../src/core/gzip.ts';
import { withHeaderData } from '../cloud/forge/damage/gzip-bytes.ts';
import { BYTE_EDITS, editBytes } from './edits.ts';
import { claim, target } from './target.ts';

const CONTENTS = [
  '',
  'x',
  '{"Records":[]}',
  'ab'.repeat(700),
  JSON.stringify({ Records: Array.from({ length: 300 }, (_none, index) => index % 7) }),
];
const WAYS = [{ level: 0 }, { level: 1 }, { level: 9 }, { level: 6, strategy: constants.Z_FIXED }];

/** Every content in every way, some with data in the header, one with a check of its header. */
function genuine(): readonly Uint8Array[] {
  const plain = CONTENTS.flatMap((content) => WAYS.map((way) => gzipSync(content, way)));
  const withData = (['extra', 'name', 'comment'] as const).flatMap((field) => [
    withHeaderData(gzipSync('x'), field, 'hidden'),
    withHeaderData(gzipSync(CONTENTS[3] ?? ''), field, ''),
  ]);
  return [...plain, ...withData, withHeaderCheck(gzipSync('checked'))];
}

function withHeaderCheck(stored: Uint8Array): Uint8Array {
  const head = Buffer.from(stored.subarray(0, 10));
  head[3] = 2;
  const check = Buffer.alloc(2);
  check.writeUInt16LE(crc32(head) & 0xffff);
  return Buffer.concat([head, check, stored.subarray(10)]);
}

const GENUINE = genuine();
/** 64 KiB to 4 MiB of zeros: a thousandth of it as stored. */
const BOMBS = [16, 18, 20, 22].map((power) => gzipSync(Buffer.alloc(2 ** power), { level: 9 }));
const HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const MEMBER = fc.constantFrom(...GENUINE);
const BYTES = fc.uint8Array({ maxLength: 40 });
/** More than any content above. */
const ROOM = 8 * 2 ** 20;

interface Input {
  readonly bytes: Uint8Array;
  readonly maxInflated: number;
  readonly untouched: boolean;
}

const STORED = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(MEMBER, BYTE_EDITS).map(([member, edits]) => editBytes(member, edits)) },
  {
    weight: 2,
    arbitrary: fc.tuple(MEMBER, fc.nat(4000)).map(([member, at]) => member.subarray(0, at % member.length)),
  },
  { weight: 2, arbitrary: fc.array(MEMBER, { minLength: 2, maxLength: 3 }).map((members) => Buffer.concat(members)) },
  { weight: 2, arbitrary: fc.tuple(MEMBER, BYTES).map(([member, more]) => Buffer.concat([member, more])) },
  {
    weight: 3,
    arbitrary: fc.tuple(MEMBER, fc.nat(255), BYTES).map(([member, flags, more]) => withFlags(member, flags, more)),
  },
  { weight: 3, arbitrary: BYTES.map((bytes) => Buffer.concat([HEAD, bytes])) },
  { weight: 2, arbitrary: BYTES },
);
const LIMIT = fc.constantFrom(1, 2, 13, 14, 15, 1023, 1024, 1025, 1400, 65_536, ROOM);
const INPUTS: fc.Arbitrary<Input> = fc.oneof(
  { weight: 2, arbitrary: MEMBER.map((bytes) => ({ bytes, maxInflated: ROOM, untouched: true })) },
  {
    weight: 30,
    arbitrary: fc.tuple(STORED, LIMIT).map(([bytes, maxInflated]) => ({ bytes, maxInflated, untouched: false })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...BOMBS), fc.constantFrom(1, 1024, 65_535, 65_536), BYTE_EDITS, fc.boolean())
      .map(([bomb, maxInflated, edits, edited]) => ({
        bytes: edited ? editBytes(bomb, edits) : bomb,
        maxInflated,
        untouched: false,
      })),
  },
);

/** The flags set, and bytes where the fields that they announce would stand. */
function withFlags(member: Uint8Array, flags: number, more: Uint8Array): Uint8Array {
  const head = Buffer.from(member.subarray(0, 10));
  head[3] = flags;
  return Buffer.concat([head, more, member.subarray(10)]);
}

export const GZIP_TARGET = target('inflate', INPUTS, ({ bytes, maxInflated, untouched }) => {
  const found = inspectGzip(bytes, { maxInflated, keepContent: true });
  claim(found.storedSha256 === hash('sha256', bytes), 'the hash of the bytes as stored is another');
  if (found.ok) expectContent(found, bytes, maxInflated);
  else {
    claim(!untouched, `a genuine file is refused: ${found.detail}`);
    claim(found.detail !== '' && found.detail.length < 200, 'the reason is no short text');
    if (found.tooLarge) expectTooLarge(bytes, maxInflated);
  }
});

function expectContent(found: Inspection & { readonly ok: true }, bytes: Uint8Array, maxInflated: number): void {
  const { content } = found;
  claim(content !== null, 'the content was asked for');
  const told = gunzipSync(bytes);
  claim(told.equals(content), 'zlib reads other content');
  claim(
    content.length === found.inflatedSize && content.length <= maxInflated,
    'the size is not the content’s, or over the limit',
  );
  claim(found.contentSha256 === hash('sha256', content), 'the hash of the content is another');
  claim(found.headerData === (((bytes[3] ?? 0) & 0x1c) !== 0), 'data in the header is not told');
}

/** Given up for its size: with more room there is more content than the limit, or the fault that lies behind it. */
function expectTooLarge(bytes: Uint8Array, maxInflated: number): void {
  const all = inspectGzip(bytes, { maxInflated: ROOM, keepContent: false });
  claim(!all.ok || all.inflatedSize > maxInflated, 'it would have fitted');
}
