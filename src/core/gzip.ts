/**
 * Strict gzip: exactly one member, nothing before or after it, trailer present and right.
 * Other readers accept cut trailers, second members, trailing zeros or data in header fields, so a file that
 * hashes right could carry bytes nobody signed (reliability.md V5-V8, V11-V14).
 */
import { hash } from 'node:crypto';
import { crc32, inflateRawSync } from 'node:zlib';
import { changesIn, type TrailChange } from './trail-change.ts';

/** `tooLarge` bytes were not inflated to the end; their content is unknown, not wrong. */
export type Inspection =
  | {
      readonly ok: true;
      /** Lower-hex SHA-256 of the inflated bytes: what CloudTrail signs. */
      readonly contentSha256: string;
      /** Lower-hex SHA-256 of the bytes as stored. */
      readonly storedSha256: string;
      readonly inflatedSize: number;
      /** The header carries FEXTRA, FNAME or FCOMMENT: bytes that no signature covers. */
      readonly headerData: boolean;
      /** The inflated bytes, when asked for. */
      readonly content: Uint8Array | null;
      /** The changes of trails that a log file tells of; empty unless asked for. */
      readonly changes: readonly TrailChange[];
    }
  | { readonly ok: false; readonly storedSha256: string; readonly tooLarge: boolean; readonly detail: string };

/** `maxInflated` in bytes bounds memory against bombs; the others say what is handed back of the inflated bytes. */
export interface InspectionOptions {
  readonly maxInflated: number;
  readonly keepContent: boolean;
  readonly trailChanges?: boolean;
}

const FLAG_HCRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const FLAG_RESERVED = 0xe0;
const TRAILER = 8;

/**
 * Inflates one gzip member strictly and hashes it.
 * @param stored the object's bytes as received
 */
export function inspectGzip(stored: Uint8Array, options: InspectionOptions): Inspection {
  const storedSha256 = hash('sha256', stored);
  const refuse = (detail: string, tooLarge = false): Inspection => ({ ok: false, storedSha256, tooLarge, detail });
  const header = readHeader(stored);
  if (typeof header === 'string') return refuse(header);
  const inflated = inflateMember(stored.subarray(header.length), options.maxInflated);
  if ('problem' in inflated) return refuse(inflated.problem, inflated.tooLarge);
  const end = header.length + inflated.consumed;
  const trailing = stored.length - end - TRAILER;
  if (trailing < 0) return refuse(`gzip trailer cut: ${TRAILER + trailing} of ${TRAILER} bytes`);
  if (trailing > 0) return refuse(`${trailing} bytes after the end of the gzip member`);
  const trailer = new DataView(stored.buffer, stored.byteOffset + end, TRAILER);
  if (trailer.getUint32(0, true) !== crc32(inflated.content)) return refuse('gzip CRC-32 does not match');
  if (trailer.getUint32(4, true) !== inflated.content.length % 2 ** 32)
    return refuse('gzip length field does not match');
  return {
    ok: true,
    contentSha256: hash('sha256', inflated.content),
    storedSha256,
    inflatedSize: inflated.content.length,
    headerData: header.data,
    content: options.keepContent ? inflated.content : null,
    changes: options.trailChanges === true ? changesIn(inflated.content) : [],
  };
}

type Inflated = { readonly content: Uint8Array; readonly consumed: number };
type Refused = { readonly problem: string; readonly tooLarge: boolean };

function inflateMember(deflated: Uint8Array, maxInflated: number): Inflated | Refused {
  try {
    const result = inflateRawSync(deflated, {
      maxOutputLength: maxInflated,
      chunkSize: chunkFor(deflated, maxInflated),
      info: true,
    });
    // With `info` Node returns the engine too; its bytesWritten is the input that the deflate stream really used.
    const { buffer, engine } = result as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    return { content: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ERR_BUFFER_TOO_LARGE')
      return { problem: `inflates to more than ${maxInflated} bytes`, tooLarge: true };
    if (code.startsWith('Z_')) return { problem: `deflate stream broken or cut (${code})`, tooLarge: false };
    throw error;
  }
}

/** One output chunk of the length the trailer claims makes inflate 3 times faster; the claim is clamped, never trusted. */
function chunkFor(deflated: Uint8Array, maxInflated: number): number {
  if (deflated.length < TRAILER) return 1024;
  const claimed = new DataView(deflated.buffer, deflated.byteOffset + deflated.length - 4, 4).getUint32(0, true);
  const plausible = Math.min(claimed, deflated.length * 1032 + 1024, maxInflated);
  return Math.max(1024, plausible + 1);
}

/** The member header's length and whether it carries optional data; a sentence when it is no gzip header (RFC 1952, 2.3). */
function readHeader(bytes: Uint8Array): { readonly length: number; readonly data: boolean } | string {
  if (bytes.length < 18) return `${bytes.length} bytes are too few for a gzip member`;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return 'not gzip: magic bytes missing';
  if (bytes[2] !== 8) return `unknown gzip compression method ${bytes[2]}`;
  const flags = bytes[3] ?? 0;
  if ((flags & FLAG_RESERVED) !== 0) return 'reserved gzip flags set';
  let at = 10;
  if ((flags & FLAG_EXTRA) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return 'gzip header field without an end';
    at = end + 1;
  }
  if ((flags & FLAG_HCRC) !== 0) {
    const stated = (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
    if (stated !== (crc32(bytes.subarray(0, at)) & 0xffff)) return 'gzip header CRC does not match';
    at += 2;
  }
  if (at > bytes.length - TRAILER) return 'gzip header cut';
  return { length: at, data: (flags & (FLAG_EXTRA | FLAG_NAME | FLAG_COMMENT)) !== 0 };
}
