/** Digest files as CloudTrail writes them, and as nobody should. */
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDigest, stringToSign } from '../../src/core/digest.ts';
import { objectAt } from '../cloud/forge/buckets.ts';
import type { DigestFields } from '../cloud/forge/digest-file.ts';
import { createForge } from '../cloud/forge/forge.ts';
import { HOUR } from '../cloud/forge/times.ts';
import { newStage, START } from './forged-chain.ts';

const stage = newStage(2);
const textOf = (hour: number): string => {
  const digest = stage.chain.hours[hour]?.digest ?? { bucket: '', key: '' };
  return gunzipSync(objectAt(stage.buckets, digest).body).toString('utf8');
};
const [FIRST, SECOND] = [textOf(0), textOf(1)];
const fields = (): DigestFields => JSON.parse(SECOND) as DigestFields;
const read = (text: unknown): ReturnType<typeof parseDigest> =>
  parseDigest(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)));
const problemOf = (text: unknown): string => {
  const result = read(text);
  return 'problem' in result ? result.problem : 'none';
};

describe('a digest', () => {
  test('is read with its times, logs and link', () => {
    const result = read(SECOND);
    if ('problem' in result) throw new Error(result.problem);
    const { digest } = result;
    expect([digest.start, digest.end]).toEqual([START + HOUR, START + 2 * HOUR]);
    expect(digest.logs.map(({ bucket, key }) => ({ bucket, key }))).toEqual(stage.chain.hours[1]?.logs);
    expect(digest.previous?.key).toBe(stage.chain.hours[0]?.digest.key);
    expect(stringToSign(digest, 'ab'.repeat(32)).split('\n')).toEqual([
      '2026-05-01T02:13:52Z',
      `member-logs/${stage.chain.hours[1]?.digest.key}`,
      'ab'.repeat(32),
      digest.previous?.signature,
    ]);
  });
  test('that starts a chain has no link, and the word null is signed', () => {
    const result = read(FIRST);
    if ('problem' in result) throw new Error(result.problem);
    expect(result.digest.previous).toBeNull();
    expect(stringToSign(result.digest, '00')).toMatch(/\n00\nnull$/);
  });
  test('means the same with escaped slashes', () => {
    const escaped = createForge({ seed: 'slash', cheap: true, escapeSlashes: true });
    const trail = escaped.trail({ account: '111122223333', homeRegion: 'eu-west-1', bucket: 'logs' });
    const { body } = escaped.chain({ trail, firstDigestStart: START }).hour({ logs: 1 }).digest.object;
    const text = gunzipSync(body).toString('utf8');
    expect(text).toContain(String.raw`\/`);
    expect(read(text)).toEqual(read(text.replaceAll(String.raw`\/`, '/')));
    expect(problemOf(text)).toBe('none');
  });
  test('may have fields that nobody knows', () => {
    expect(read({ ...fields(), digestRevision: 2, later: { deep: [1] } })).toEqual(read(SECOND));
  });
});

const HEX = 'ab'.repeat(32);
const FAULTS: readonly (readonly [string, () => unknown])[] = [
  ['a list', () => [fields()]],
  ['null', () => null],
  ['an account that is no text', () => ({ ...fields(), awsAccountId: 111122223333 })],
  ['an account of 13 digits', () => ({ ...fields(), awsAccountId: '1111222233334' })],
  ['an account with a line feed', () => ({ ...fields(), awsAccountId: '111122223333\n' })],
  ['an end with an offset', () => ({ ...fields(), digestEndTime: '2026-05-01T02:13:52+00:00' })],
  ['an end on no day', () => ({ ...fields(), digestEndTime: '2026-02-30T02:13:52Z' })],
  ['an empty bucket', () => ({ ...fields(), digestS3Bucket: '' })],
  ['a key of a megabyte', () => ({ ...fields(), digestS3Object: 'k'.repeat(1_000_000) })],
  ['a fingerprint in upper case', () => ({ ...fields(), digestPublicKeyFingerprint: 'AB'.repeat(16) })],
  ['another algorithm', () => ({ ...fields(), digestSignatureAlgorithm: 'SHA1withRSA' })],
  ['logFiles that are null', () => ({ ...fields(), logFiles: null })],
  ['a log file that is null', () => ({ ...fields(), logFiles: [null] })],
  ['a log file that is a list', () => ({ ...fields(), logFiles: [[]] })],
  [
    'a log file hashed with MD5',
    () => ({ ...fields(), logFiles: [{ ...fields().logFiles[0], hashAlgorithm: 'MD5' }] }),
  ],
  [
    'a log hash of 63 digits',
    () => ({ ...fields(), logFiles: [{ ...fields().logFiles[0], hashValue: HEX.slice(1) }] }),
  ],
  [
    'a log hash with a line feed',
    () => ({ ...fields(), logFiles: [{ ...fields().logFiles[0], hashValue: `${HEX}\n` }] }),
  ],
  ['a log file with a field __proto__', () => SECOND.replace('{"s3Bucket"', '{"__proto__":{},"s3Bucket"')],
  [
    'a field __proto__ of its own',
    () => SECOND.replace('{"awsAccountId"', '{"__proto__":{"logFiles":[]},"awsAccountId"'),
  ],
  ['a link with a hash in upper case', () => ({ ...fields(), previousDigestHashValue: HEX.toUpperCase() })],
  ['a link with a short signature', () => ({ ...fields(), previousDigestSignature: 'ab' })],
  [
    'a link with a line feed in its signature',
    () => ({ ...fields(), previousDigestSignature: `${'ab'.repeat(256)}\nx` }),
  ],
  ...Object.keys(fields())
    .filter((name) => !/^(newest|oldest)/.test(name))
    .map((name) => [`${name} missing`, () => ({ ...fields(), [name]: undefined })] as const),
  ...Object.keys(fields())
    .filter((name) => name.startsWith('previous'))
    .map((name) => [`${name} null beside others`, () => ({ ...fields(), [name]: null })] as const),
];

describe('a digest is refused with', () => {
  test.each(FAULTS)('%s', (_name, text) => {
    expect(problemOf(text())).not.toBe('none');
  });
});

test('no bytes make the reader throw', () => {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat(40),
    insert: fc.oneof(fc.json(), fc.string({ maxLength: 4 })),
  });
  fc.assert(
    fc.property(edit, ({ at, remove, insert }) => {
      const place = at % SECOND.length;
      expect(typeof read(SECOND.slice(0, place) + insert + SECOND.slice(place + remove))).toBe('object');
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(problemOf(text)).not.toBe('none');
    }),
  );
});
