/** One gzip member and nothing else (RFC 1952), walked by hand; only the deflate stream is left to zlib. */
import { crc32, inflateRawSync } from 'node:zlib';

const FIXED = 10;
const TRAILER = 8;
const FLAG = { crc: 2, extra: 4, name: 8, comment: 16, unused: 0xe0 } as const;

export interface Member {
  readonly content: Uint8Array;
  /** An optional header field carries bytes that no hash covers. */
  readonly headerData: boolean;
}

/** The member, or null when the bytes are anything else than exactly one. */
export function memberIn(body: Uint8Array, maxInflated: number): Member | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const header = headerOf(bytes);
  if (header === null) return null;
  const inflated = inflate(bytes.subarray(header.length), maxInflated);
  if (inflated === null) return null;
  const trailer = bytes.subarray(header.length + inflated.consumed);
  if (trailer.length !== TRAILER) return null;
  const { content } = inflated;
  if (trailer.readUInt32LE(0) !== crc32(content) || trailer.readUInt32LE(4) !== content.length % 2 ** 32) return null;
  return { content, headerData: header.data };
}

function headerOf(bytes: Buffer): { readonly length: number; readonly data: boolean } | null {
  if (bytes.length < FIXED + TRAILER || bytes.readUInt16BE(0) !== 0x1f8b || bytes[2] !== 8) return null;
  const flags = bytes[3] ?? 0;
  if ((flags & FLAG.unused) !== 0) return null;
  let at = FIXED;
  if ((flags & FLAG.extra) !== 0) {
    if (bytes.length < at + 2) return null;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const flag of [FLAG.name, FLAG.comment]) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return null;
    at = zero + 1;
  }
  if ((flags & FLAG.crc) !== 0) at += 2;
  return at > bytes.length ? null : { length: at, data: (flags & ~1) !== 0 };
}

interface Inflated {
  readonly content: Uint8Array;
  readonly consumed: number;
}

function inflate(stream: Buffer, maxOutputLength: number): Inflated | null {
  try {
    // With `info` Node returns the engine too, which the types do not say.
    const { buffer, engine } = inflateRawSync(stream, { info: true, maxOutputLength }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { content: buffer, consumed: engine.bytesWritten };
  } catch {
    return null;
  }
}
