/** What can be done to a gzip file without changing what it inflates to, or while hiding more in it (RFC 1952). */
import { constants, gunzipSync, gzipSync } from 'node:zlib';

const HEADER = 10;
const TRAILER = 8;

export type HeaderField = 'extra' | 'name' | 'comment';

const FLAGS: Readonly<Record<HeaderField, number>> = { extra: 0x04, name: 0x08, comment: 0x10 };

export function withSecondMember(body: Uint8Array, payload: string): Uint8Array {
  return Buffer.concat([body, gzipSync(payload)]);
}

export function withJunk(body: Uint8Array, payload: string): Uint8Array {
  return Buffer.concat([body, Buffer.from(payload, 'utf8')]);
}

/** Many readers, Node's among them, take trailing zeros for padding and say nothing. */
export function withZeros(body: Uint8Array, count: number): Uint8Array {
  return Buffer.concat([body, Buffer.alloc(count)]);
}

/** Cut by `count` bytes: 4 takes the length field, 8 the whole trailer. */
export function withoutLast(body: Uint8Array, count: number): Uint8Array {
  return body.slice(0, Math.max(0, body.length - count));
}

export function withFlippedCrc(body: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(body);
  const at = copy.length - TRAILER;
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

let bombBytes: Uint8Array | undefined;

/** 288 MiB of zeros in 280 KB: ratio 1,029, the worst that deflate can do. Made once, since that takes a second. */
export function bomb(): Uint8Array {
  bombBytes ??= gzipSync(Buffer.alloc(288 * 1024 * 1024), { level: 9 });
  return bombBytes;
}

/** The same content in other bytes: every level and strategy but the first is tried until the bytes differ. */
export function recompressed(body: Uint8Array): Uint8Array {
  const content = gunzipSync(body);
  const ways = [{ level: 9 }, { level: 1 }, { level: 0 }, { level: 6, strategy: constants.Z_HUFFMAN_ONLY }];
  const other = ways.map((way) => gzipSync(content, way)).find((bytes) => !bytes.equals(body));
  if (other === undefined) throw new Error('no other compression of this content found');
  return other;
}

/** Data in an optional header field: covered by no hash, seen by no reader that only inflates. */
export function withHeaderData(body: Uint8Array, field: HeaderField, payload: string): Uint8Array {
  const header = Uint8Array.from(body.slice(0, HEADER));
  if (header[3] !== 0) throw new Error('the file has optional header fields already');
  header[3] = FLAGS[field];
  const text = Buffer.from(payload, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length + 4);
  const sub = Buffer.alloc(4);
  sub.write('OT');
  sub.writeUInt16LE(text.length, 2);
  const data = field === 'extra' ? Buffer.concat([length, sub, text]) : Buffer.concat([text, Buffer.from([0])]);
  return Buffer.concat([header, data, body.slice(HEADER)]);
}
