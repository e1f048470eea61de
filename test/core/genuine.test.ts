/** Material that AWS itself made. It lies beside the repository, so a checkout without it skips these tests and says so. */
import { constants, hash, publicDecrypt, type KeyObject } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseDigest, stringToSign, type Digest } from '../../src/core/digest.ts';
import { inspectGzip } from '../../src/core/gzip.ts';
import { isWithinSource, judgeSignature, readClaims } from '../../src/core/judge.ts';
import { formatKey, parseKey } from '../../src/core/key.ts';
import { fingerprintOf, isFingerprintOf, loadPublicKey, signatureHolds } from '../../src/core/publickey.ts';
import type { Chain } from '../../src/core/source.ts';
import { bareSource } from './trail-source.ts';

const DATA = join(import.meta.dirname, '../../../shared/data');
const present = existsSync(join(DATA, 'keys/real-public-keys.json'));
if (!present) console.warn('skipped: no shared data (../shared/data), so nothing genuine was checked');

interface RealKey {
  readonly Value: string;
  readonly Fingerprint: string;
  readonly ValidityStartTime: string;
  readonly ValidityEndTime: string;
  readonly encoding: 'PKCS1' | 'SPKI';
}

interface RealSignature {
  readonly signature_hex: string;
  readonly verified_with_key: string | null;
  readonly recovered_sha256_of_string_to_sign?: string;
}

const listIn = (path: string): unknown => (present ? JSON.parse(readFileSync(join(DATA, path), 'utf8')) : []);
const KEYS = (listIn('keys/real-public-keys.json') as readonly RealKey[]).map((key) => ({
  ...key,
  der: Buffer.from(key.Value, 'base64'),
}));
const SIGNATURES = listIn('keys/real-signatures.json') as readonly RealSignature[];

function loaded(der: Uint8Array): KeyObject {
  const key = loadPublicKey(der);
  if (key === null) throw new Error('no RSA key');
  return key;
}

describe.skipIf(!present)('the four published keys', () => {
  test('are there: three in the one encoding, one in the other', () => {
    expect(KEYS.map(({ encoding, der }) => `${encoding} ${der.length}`).toSorted()).toEqual([
      'PKCS1 270',
      'PKCS1 270',
      'PKCS1 270',
      'SPKI 294',
    ]);
  });
  test('have the fingerprints that AWS published, and are RSA keys of 2048 bits', () => {
    for (const { der, Fingerprint } of KEYS) {
      expect(fingerprintOf(der)).toBe(Fingerprint);
      expect(isFingerprintOf(der, Fingerprint)).toBe(true);
      expect(loaded(der).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65_537n });
    }
  });
  test('are the same keys in the other encoding', () => {
    for (const { der, encoding } of KEYS) {
      const other = loaded(der).export({ format: 'der', type: encoding === 'PKCS1' ? 'spki' : 'pkcs1' });
      expect(other.length).toBe(encoding === 'PKCS1' ? 294 : 270);
      expect(loaded(other).equals(loaded(der))).toBe(true);
      expect(fingerprintOf(other)).not.toBe(fingerprintOf(der));
    }
  });
  test('cut, lengthened at the front or changed in their head are no keys', () => {
    for (const { der } of KEYS) {
      for (const broken of [
        der.subarray(0, 100),
        der.subarray(1),
        Buffer.concat([Buffer.from([0]), der]),
        Buffer.alloc(270),
        Buffer.alloc(0),
      ])
        expect(loadPublicKey(broken)).toBeNull();
    }
  });
});

/** EMSA-PKCS1-v1_5 with SHA-256: 00 01 ff… 00, the algorithm, the hash (RFC 8017, 9.2). */
function openedHash(key: KeyObject, signature: string): string | null {
  const block = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.from(signature, 'hex')).toString(
    'hex',
  );
  return /^0001(?:ff){202}003031300d060960864801650304020105000420([0-9a-f]{64})$/.exec(block)?.[1] ?? null;
}

describe.skipIf(!present)('the five published signatures', () => {
  test('are 512 lower-case digits', () => {
    expect(SIGNATURES).toHaveLength(5);
    for (const { signature_hex: signature } of SIGNATURES) expect(signature).toMatch(/^[0-9a-f]{512}$/);
  });
  test('open under the key that is documented, and under no other', () => {
    for (const {
      signature_hex: signature,
      verified_with_key: fingerprint,
      recovered_sha256_of_string_to_sign: wanted,
    } of SIGNATURES) {
      const opened = KEYS.map(({ der, Fingerprint }) => [Fingerprint, openedHash(loaded(der), signature)] as const);
      const found = opened.filter(([, recovered]) => recovered !== null);
      expect(found).toEqual(fingerprint === null ? [] : [[fingerprint, wanted]]);
    }
    expect(SIGNATURES.filter(({ verified_with_key: key }) => key !== null)).toHaveLength(2);
  });
  test('hold for no message that we can write', () => {
    for (const { signature_hex: signature } of SIGNATURES) {
      const bytes = Buffer.from(signature, 'hex');
      for (const { der } of KEYS)
        for (const message of ['', 'null', signature]) expect(signatureHolds(loaded(der), message, bytes)).toBe(false);
    }
  });
});

const [RAW] = present ? globSync('*/digest-*.raw.json', { cwd: DATA }) : [];

describe.skipIf(RAW === undefined)('the genuine digest of ap-northeast-1', () => {
  const bytes = RAW === undefined ? Buffer.alloc(0) : readFileSync(join(DATA, RAW));
  const digest = (): Digest => {
    const result = parseDigest(bytes);
    if ('problem' in result) throw new Error(result.problem);
    return result.digest;
  };

  test('has the documented hash and escapes every slash', () => {
    expect([bytes.length, hash('sha256', bytes)]).toEqual([
      3324,
      '4277102dccf54c0c247738ca5e6e3504b7370206ef1c82855994ec23441ae1ed',
    ]);
    expect(bytes.toString('utf8')).toMatch(/^(?:[^/\\]|\\\/)*$/);
    expect(bytes.toString('utf8')).toContain(String.raw`AWSLogs\/`);
  });
  test('is read with its account, regions, times and logs', () => {
    const { account, start, end, endText, bucket, key, logs, previous } = digest();
    expect(account).toBe('327878933619');
    expect([start, end, endText]).toEqual([
      Date.UTC(2023, 9, 15, 22, 4, 4),
      Date.UTC(2023, 9, 15, 23, 4, 4),
      '2023-10-15T23:04:04Z',
    ]);
    const parsed = parseKey(key);
    expect(parsed).toMatchObject({
      type: 'digest',
      account,
      region: 'ap-northeast-1',
      homeRegion: 'us-west-2',
      trail: bucket,
      org: null,
      prefix: '',
      end,
      kind: 'standard',
    });
    expect(parsed === null ? '' : formatKey(parsed)).toBe(key);
    expect(parseKey(previous?.key ?? '')).toMatchObject({
      type: 'digest',
      end: start,
      account,
      region: 'ap-northeast-1',
    });
    expect(logs).toHaveLength(5);
    for (const log of logs) {
      const name = parseKey(log.key);
      expect(name).toMatchObject({ type: 'log', kind: 'CloudTrail', account, region: 'ap-northeast-1', prefix: '' });
      expect(name === null ? '' : formatKey(name)).toBe(log.key);
      expect(log.bucket).toBe(bucket);
    }
  });
  test('keeps its hash through gzip, whatever the level', () => {
    for (const level of [0, 1, 6, 9])
      expect(inspectGzip(gzipSync(bytes, { level }), { maxInflated: 10_000, keepContent: false })).toMatchObject({
        ok: true,
        contentSha256: hash('sha256', bytes),
        inflatedSize: 3324,
      });
  });
  test('passes every check but that of the signature, which is not public', () => {
    const { account, bucket, key: rawKey, logs, previous } = digest();
    const key = parseKey(rawKey);
    if (key?.type !== 'digest') throw new Error('no digest key');
    const { trail } = key;
    const trailArn = `arn:aws:cloudtrail:us-west-2:${account}:trail/${trail}`;
    const source = bareSource({ reader: account, trail, bucket, trailArn, homeRegion: 'us-west-2' });
    const chain: Chain = { account, region: 'ap-northeast-1', source };
    const metadata = new Map([
      ['signature', previous?.signature ?? ''],
      ['signature-algorithm', 'SHA256withRSA'],
    ]);
    const inspection = inspectGzip(gzipSync(bytes), { maxInflated: 10_000, keepContent: true });
    const claims = readClaims({ bucket, rawKey, key, inspection, metadata }, chain, Date.UTC(2023, 9, 16));
    if ('refused' in claims) throw new Error(claims.refused.detail);
    expect(stringToSign(claims.claimed.digest, claims.claimed.contentSha256)).toBe(
      `2023-10-15T23:04:04Z\n${bucket}/${rawKey}\n${hash('sha256', bytes)}\n${previous?.signature}`,
    );
    expect(judgeSignature(claims.claimed, null, 0).code).toBe('key-unknown');
    expect(logs.every((log) => isWithinSource(chain, log))).toBe(true);
    expect(logs.some((log) => isWithinSource({ ...chain, region: 'us-west-2' }, log))).toBe(false);
  });
});
