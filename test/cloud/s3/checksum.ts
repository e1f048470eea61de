/** The checksums that clients send along with a body, computed again over what arrived. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './errors.ts';

const PREFIX = 'x-amz-checksum-';
const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** `x-amz-checksum-*` headers (or trailers) that hold a value; the algorithm's name is no value. */
export function declaredChecksums(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = [...headers].filter(
    ([name]) => name.startsWith(PREFIX) && name !== `${PREFIX}mode` && name !== `${PREFIX}type`,
  );
  return new Map(found.filter(([name]) => name !== `${PREFIX}algorithm`));
}

/** Refuses a body that is not what its sender computed: bytes damaged on the way must never be stored. */
export function verifyChecksums(body: Uint8Array, headers: ReadonlyMap<string, string>): void {
  const md5 = headers.get('content-md5');
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16)
      throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    if (createHash('md5').update(body).digest('base64') !== md5) {
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
  }
  for (const [name, value] of declaredChecksums(headers)) {
    const algorithm = name.slice(PREFIX.length);
    if (checksum(algorithm, body) !== value) {
      throw new S3Error(
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
  }
}

/** Base64, big-endian, as S3 writes them. */
function checksum(algorithm: string, body: Uint8Array): string {
  switch (algorithm) {
    case 'crc32':
      return bigEndian(BigInt(crc32(body)), 4);
    case 'crc32c':
      return bigEndian(BigInt(crc32c(body)), 4);
    case 'crc64nvme':
      return bigEndian(crc64nvme(body), 8);
    case 'sha1':
    case 'sha256':
      return createHash(algorithm).update(body).digest('base64');
    default:
      throw new S3Error('InvalidRequest', `Checksum algorithm ${algorithm} is not supported`);
  }
}

function bigEndian(value: bigint, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex').toString('base64');
}

function crc32c(body: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Slow and short: only newer command line clients send it, with small bodies here. */
function crc64nvme(body: Uint8Array): bigint {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ CRC64NVME_POLYNOMIAL : crc >> 1n;
    return crc;
  });
  let crc = 0xffffffffffffffffn;
  for (const byte of body) crc = (crc >> 8n) ^ (table[Number((crc ^ BigInt(byte)) & 0xffn)] ?? 0n);
  return crc ^ 0xffffffffffffffffn;
}
