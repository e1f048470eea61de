/**
 * RSA-2048 key pairs that depend on nothing but their label: primes are searched from a hash of it. As fast as
 * OpenSSL's own generator (about 0.1 s a pair), and it makes every digest's bytes and signature repeatable.
 * For tests only: a key that anybody can derive protects nothing.
 */
import { checkPrimeSync, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

export interface KeyPair {
  readonly privateKey: KeyObject;
  /** DER RSAPublicKey, 270 bytes: what ListPublicKeys returns today. */
  readonly pkcs1: Uint8Array;
  /** DER SubjectPublicKeyInfo, 294 bytes: what it has returned, too. */
  readonly spki: Uint8Array;
}

const EXPONENT = 65_537n;
const PRIME_BYTES = 128;

const made = new Map<string, KeyPair>();

/** The pair with this label, made on first use and kept for the life of the process. */
export function keyPair(label: string): KeyPair {
  const known = made.get(label);
  if (known !== undefined) return known;
  const pair = makePair(label);
  made.set(label, pair);
  return pair;
}

function makePair(label: string): KeyPair {
  const p = primeFrom(`${label}/p`);
  const q = primeFrom(`${label}/q`);
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, base64url(value)]));
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  return {
    privateKey,
    pkcs1: new Uint8Array(publicKey.export({ type: 'pkcs1', format: 'der' })),
    spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  };
}

/** The first fit prime at or above a 1024-bit number made from the label; its two top bits are set, so n has 2048. */
function primeFrom(label: string): bigint {
  const seed = Buffer.concat(['0', '1'].map((half) => createHash('sha512').update(`${label}/${half}`).digest()));
  seed.writeUInt8(seed.readUInt8(0) | 0xc0, 0);
  seed.writeUInt8(seed.readUInt8(PRIME_BYTES - 1) | 1, PRIME_BYTES - 1);
  const first = BigInt(`0x${seed.toString('hex')}`);
  for (let step = 0n; step < 40_000n; step += 2n) {
    const candidate = first + step;
    if ((candidate - 1n) % EXPONENT !== 0n && checkPrimeSync(candidate)) return candidate;
  }
  throw new Error(`no prime found for ${label}`);
}

/** The multiplicative inverse by the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, current] = [modulus, value % modulus];
  let [previousFactor, factor] = [0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return ((previousFactor % modulus) + modulus) % modulus;
}

function base64url(value: bigint): string {
  const digits = value.toString(16);
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex').toString('base64url');
}
