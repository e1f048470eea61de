/** Public keys: read in both encodings, known by the fingerprint of either, and nothing but RSA. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fingerprintOf, isFingerprintOf, loadPublicKey, signatureHolds } from '../../src/core/publickey.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PKCS1 = publicKey.export({ format: 'der', type: 'pkcs1' });
const SPKI = publicKey.export({ format: 'der', type: 'spki' });

function loaded(der: Uint8Array): KeyObject {
  const key = loadPublicKey(der);
  if (key === null) throw new Error('no RSA key');
  return key;
}

test('the fingerprint is the MD5 of the bytes in lower hex', () => {
  expect(fingerprintOf(Buffer.from('abc'))).toBe('900150983cd24fb0d6963f7d28e17f72');
});

describe('a key in either encoding', () => {
  test.each([
    ['PKCS#1', PKCS1, SPKI],
    ['SPKI', SPKI, PKCS1],
  ])('%s is read, and known by both fingerprints', (_name, der, otherwise) => {
    expect(loaded(der).equals(publicKey)).toBe(true);
    expect(fingerprintOf(der)).not.toBe(fingerprintOf(otherwise));
    expect(isFingerprintOf(der, fingerprintOf(der))).toBe(true);
    expect(isFingerprintOf(der, fingerprintOf(otherwise))).toBe(true);
  });
  test('is not known by the fingerprint of another key, nor by anything else', () => {
    const strange = fingerprintOf(other.publicKey.export({ format: 'der', type: 'pkcs1' }));
    for (const fingerprint of [strange, '', 'null', fingerprintOf(PKCS1).toUpperCase()])
      expect(isFingerprintOf(PKCS1, fingerprint)).toBe(false);
  });
});

describe('bytes that are no RSA key', () => {
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['noise', Buffer.from('no key at all')],
    ['an elliptic curve', curve.publicKey.export({ format: 'der', type: 'spki' })],
    ['a cut key', SPKI.subarray(0, 100)],
  ])('%s', (_name, bytes) => {
    expect(loadPublicKey(bytes)).toBeNull();
    expect(isFingerprintOf(bytes, createHash('md5').update(PKCS1).digest('hex'))).toBe(false);
    expect(isFingerprintOf(bytes, fingerprintOf(bytes))).toBe(true);
  });
  test('with one wrong bit are another key, or none, or the same written badly, and never an error', () => {
    for (let at = 0; at < SPKI.length; at += 1) {
      const damaged = Uint8Array.from(SPKI);
      damaged[at] = (damaged[at] ?? 0) ^ 0x80;
      expect(isFingerprintOf(damaged, fingerprintOf(PKCS1))).toBe(loadPublicKey(damaged)?.equals(publicKey) ?? false);
    }
  });
});

test('a signature holds for its text, its key and its own bytes only', () => {
  const signature = sign('sha256', Buffer.from('zwölf', 'utf8'), privateKey);
  expect(signatureHolds(loaded(PKCS1), 'zwölf', signature)).toBe(true);
  expect(signatureHolds(loaded(PKCS1), 'zwolf', signature)).toBe(false);
  expect(signatureHolds(other.publicKey, 'zwölf', signature)).toBe(false);
  expect(signatureHolds(loaded(PKCS1), 'zwölf', signature.subarray(1))).toBe(false);
  expect(signatureHolds(loaded(PKCS1), 'zwölf', sign('sha512', Buffer.from('zwölf'), privateKey))).toBe(false);
});
