/**
 * CloudTrail's public keys. The fingerprint is the MD5 of the DER bytes exactly as ListPublicKeys returned them
 * (cloudtrail.md 2.2, proven on four genuine keys); documented as PKCS#1, seen as SPKI too, so both are read.
 */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

/** One key as ListPublicKeys returned it. Times are epoch milliseconds. */
export interface PublicKeyRecord {
  readonly region: string;
  readonly fingerprint: string;
  readonly der: Uint8Array;
  readonly validFrom: number;
  readonly validTo: number;
}

/** Lower-hex MD5 of the DER bytes. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('md5').update(der).digest('hex');
}

/**
 * True when this is the key's fingerprint: over the bytes as returned, or over the same key in the other encoding. AWS
 * says that the encoding may change, while digests go on naming the fingerprint that the key was published with.
 */
export function isFingerprintOf(der: Uint8Array, fingerprint: string): boolean {
  if (fingerprintOf(der) === fingerprint) return true;
  const key = loadPublicKey(der);
  if (key === null) return false;
  return (['pkcs1', 'spki'] as const).some((type) => exportedFingerprint(key, type) === fingerprint);
}

/** Null for a key that was read and cannot be written again: one wrong bit in its numbers is enough. */
function exportedFingerprint(key: KeyObject, type: 'pkcs1' | 'spki'): string | null {
  try {
    return fingerprintOf(key.export({ format: 'der', type }));
  } catch {
    return null;
  }
}

/** The key in either encoding; null when the bytes are no RSA key. */
export function loadPublicKey(der: Uint8Array): KeyObject | null {
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      const key = createPublicKey({ key: Buffer.from(der), format: 'der', type });
      return key.asymmetricKeyType === 'rsa' ? key : null;
    } catch {
      continue; // the other encoding, or no key at all: both are told apart by the return value
    }
  }
  return null;
}

/** RSASSA-PKCS1-v1_5 with SHA-256 over the string to sign. */
export function signatureHolds(key: KeyObject, message: string, signature: Uint8Array): boolean {
  return verify('sha256', Buffer.from(message, 'utf8'), key, signature);
}
