/**
 * RSASSA-PKCS1-v1_5 with SHA-256 done by hand (RFC 8017, 8.2.2): the key's two numbers are read from its DER, the
 * signature is opened, and the block it must open to is built and compared.
 */
import { constants, createHash, createPublicKey, publicDecrypt, type KeyObject } from 'node:crypto';
import type { CloudPublicKey } from '../cloud/types.ts';

/** DigestInfo of SHA-256 up to the hash itself. */
const SHA256_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;

const opened = new WeakMap<Uint8Array, KeyObject>();

/** True when the signature (raw bytes) is the key's over the message. */
export function isSignedBy(key: CloudPublicKey, message: string, signature: Buffer): boolean {
  const publicKey = opened.get(key.der) ?? keyFrom(key.der);
  if (publicKey === null) return false;
  opened.set(key.der, publicKey);
  try {
    const block = publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature);
    const digest = Buffer.concat([SHA256_INFO, createHash('sha256').update(message, 'utf8').digest()]);
    const filling = Buffer.alloc(block.length - digest.length - 3, 0xff);
    return block.equals(Buffer.concat([Buffer.from([0, 1]), filling, Buffer.from([0]), digest]));
  } catch {
    return false;
  }
}

/** The fingerprint is the MD5 of the DER exactly as returned (reference 2.2). */
export function hasItsFingerprint({ der, fingerprint }: CloudPublicKey): boolean {
  return createHash('md5').update(der).digest('hex') === fingerprint;
}

/** RSAPublicKey, or the same within a SubjectPublicKeyInfo: AWS returns both. */
function keyFrom(der: Uint8Array): KeyObject | null {
  const whole = elementAt(Buffer.from(der), 0);
  if (whole === null || whole.tag !== SEQUENCE) return null;
  const first = elementAt(whole.value, 0);
  const second = first === null ? null : elementAt(whole.value, first.next);
  if (first === null || second === null) return null;
  if (first.tag === SEQUENCE && second.tag === BIT_STRING) return keyFrom(second.value.subarray(1));
  if (first.tag !== INTEGER || second.tag !== INTEGER) return null;
  const [n, e] = [first.value, second.value].map((value) =>
    value.subarray(value[0] === 0 ? 1 : 0).toString('base64url'),
  );
  return createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: e ?? '' }, format: 'jwk' });
}

interface Element {
  readonly tag: number;
  readonly value: Buffer;
  readonly next: number;
}

function elementAt(bytes: Buffer, at: number): Element | null {
  const [tag, length] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || length === undefined) return null;
  const more = length < 0x80 ? 0 : length - 0x80;
  if (more > 2 || bytes.length < at + 2 + more) return null;
  const size = more === 0 ? length : bytes.readUIntBE(at + 2, more);
  const from = at + 2 + more;
  return bytes.length < from + size ? null : { tag, value: bytes.subarray(from, from + size), next: from + size };
}
