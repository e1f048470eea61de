/** What is said of a digest that is refused: the field that is wrong, by its name in AWS's format, and the exact edges. */
import { describe, expect, test } from 'vitest';
import { MAX_NAMED_LOGS, parseDigest, stringToSign } from '../../src/core/digest.ts';

const HASH = 'ab'.repeat(32);
const SIGNATURE = 'cd'.repeat(256);
const LOG = { s3Bucket: 'b', s3Object: 'k', hashValue: HASH, hashAlgorithm: 'SHA-256' };
const LINK = {
  previousDigestS3Bucket: 'b',
  previousDigestS3Object: 'p',
  previousDigestHashValue: HASH,
  previousDigestHashAlgorithm: 'SHA-256',
  previousDigestSignature: SIGNATURE,
};
const SOUND = {
  awsAccountId: '111122223333',
  digestStartTime: '2026-05-01T00:13:52Z',
  digestEndTime: '2026-05-01T01:13:52Z',
  digestS3Bucket: 'b',
  digestS3Object: 'd',
  digestPublicKeyFingerprint: '0123456789abcdef'.repeat(2),
  digestSignatureAlgorithm: 'SHA256withRSA',
  logFiles: [LOG],
  ...LINK,
};

const problemOf = (value: unknown): string => {
  const result = parseDigest(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  return 'problem' in result ? result.problem : 'none';
};
const withField = (name: string, value: unknown): unknown => ({ ...SOUND, [name]: value });
const withLog = (change: object): unknown => ({ ...SOUND, logFiles: [LOG, { ...LOG, ...change }] });

test('the sound one, from which all others are made, is read', () => {
  expect(problemOf(SOUND)).toBe('none');
  expect(parseDigest(Buffer.from(JSON.stringify(SOUND)))).toEqual({
    digest: {
      account: '111122223333',
      start: Date.UTC(2026, 4, 1, 0, 13, 52),
      end: Date.UTC(2026, 4, 1, 1, 13, 52),
      endText: '2026-05-01T01:13:52Z',
      bucket: 'b',
      key: 'd',
      fingerprint: '0123456789abcdef'.repeat(2),
      previous: { bucket: 'b', key: 'p', sha256: HASH, signature: SIGNATURE },
      logs: [{ bucket: 'b', key: 'k', sha256: HASH }],
    },
  });
});

describe('what is signed', () => {
  const signed = (value: unknown): string => {
    const result = parseDigest(Buffer.from(JSON.stringify(value)));
    if ('problem' in result) throw new Error(result.problem);
    return stringToSign(result.digest, 'ee');
  };
  test('is end, place, hash and the signature before, a line each', () => {
    expect(signed(SOUND)).toBe(`2026-05-01T01:13:52Z\nb/d\nee\n${SIGNATURE}`);
  });
  test('has the word null for a chain that starts', () => {
    const nulls = Object.fromEntries(Object.keys(LINK).map((name) => [name, null]));
    expect(signed({ ...SOUND, ...nulls })).toBe('2026-05-01T01:13:52Z\nb/d\nee\nnull');
  });
});

describe('bytes that are no JSON have the reason of the JSON reader', () => {
  test.each([
    ['{', /^not JSON: /],
    ['{"a":1,"a":2}', /^the name "a" stands twice in one object$/],
  ])('%j', (text, reason) => {
    expect(problemOf(text)).toMatch(reason);
  });
});

describe('what has the wrong shape', () => {
  test.each([[[]], [null], ['text'], [7], [true]])('%j is no digest', (value) => {
    expect(problemOf(JSON.stringify(value))).toBe('the digest is no object');
  });
  test.each([[[]], [null], ['text'], [7]])('%j is no log file', (value) => {
    expect(problemOf(withField('logFiles', [LOG, value]))).toBe('an entry of logFiles is no object');
  });
  test.each([[null], [{}], ['text'], [undefined]])('%j is no list of log files', (value) => {
    expect(problemOf(withField('logFiles', value))).toBe('logFiles is no list');
  });
  test('a field __proto__ is told by where it stands', () => {
    const text = JSON.stringify(SOUND);
    expect(problemOf(`{"__proto__":{},${text.slice(1)}`)).toBe('the digest has a field __proto__');
    expect(problemOf(text.replace('{"s3Bucket"', '{"__proto__":1,"s3Bucket"'))).toBe(
      'an entry of logFiles has a field __proto__',
    );
  });
});

describe('a text', () => {
  test.each([
    'digestS3Bucket',
    'digestS3Object',
    'digestStartTime',
    'previousDigestS3Bucket',
    'previousDigestS3Object',
  ])('%s is missing, none, empty or too long', (name) => {
    if (!name.startsWith('previous')) expect(problemOf(withField(name, undefined))).toBe(`${name} is missing`);
    for (const value of [7, true, [], {}, '', 'x'.repeat(2049)])
      expect(problemOf(withField(name, value))).toBe(`${name} is no text of reasonable length`);
  });
  test('of 2048 characters is read', () => {
    expect(problemOf(withField('digestS3Object', 'x'.repeat(2048)))).toBe('none');
  });
  test('of a log file is held to the same', () => {
    expect(problemOf(withLog({ s3Bucket: undefined }))).toBe('s3Bucket is missing');
    expect(problemOf(withLog({ s3Object: '' }))).toBe('s3Object is no text of reasonable length');
  });
});

describe('a value with a pattern is held to it from its first to its last character', () => {
  const around = (value: string): readonly unknown[] => [
    `${value}0`,
    `0${value}`,
    value.slice(1),
    `${value}\n`,
    null,
    7,
  ];
  const HELD: readonly (readonly [string, string])[] = [
    ['awsAccountId', SOUND.awsAccountId],
    ['digestPublicKeyFingerprint', SOUND.digestPublicKeyFingerprint],
  ];
  test.each(HELD)('%s', (name, value) => {
    for (const wrong of around(value)) expect(problemOf(withField(name, wrong))).toBe(`${name} is not as documented`);
  });
  test('and is a text: a number of the same digits is none', () => {
    expect(problemOf(withField('awsAccountId', 111122223333))).toBe('awsAccountId is not as documented');
    expect(problemOf(withLog({ hashValue: [HASH] }))).toBe('hashValue is not as documented');
  });
  test('previousDigestHashValue and hashValue', () => {
    for (const wrong of [...around(HASH), HASH.toUpperCase()]) {
      if (wrong !== null)
        expect(problemOf(withField('previousDigestHashValue', wrong))).toBe(
          'previousDigestHashValue is not as documented',
        );
      expect(problemOf(withLog({ hashValue: wrong }))).toBe('hashValue is not as documented');
    }
  });
  test('previousDigestSignature has 512 to 2048 hexadecimal digits', () => {
    const signed = (signature: string): string => problemOf(withField('previousDigestSignature', signature));
    for (const size of [512, 2048]) expect(signed('a'.repeat(size))).toBe('none');
    for (const wrong of ['a'.repeat(511), 'a'.repeat(2049), `x${SIGNATURE}`, `${SIGNATURE}x`, SIGNATURE.toUpperCase()])
      expect(signed(wrong)).toBe('previousDigestSignature is not as documented');
  });
});

describe('a link', () => {
  const NAMES = Object.keys(LINK);
  test('that is all null starts a chain', () => {
    expect(problemOf({ ...SOUND, ...Object.fromEntries(NAMES.map((name) => [name, null])) })).toBe('none');
  });
  test('that lacks fields names them all', () => {
    expect(problemOf(withField('previousDigestSignature', undefined))).toBe('previousDigestSignature missing');
    const two = { previousDigestS3Bucket: undefined, previousDigestHashValue: undefined };
    expect(problemOf({ ...SOUND, ...two })).toBe('previousDigestS3Bucket, previousDigestHashValue missing');
    const rest = Object.fromEntries(NAMES.slice(1).map((name) => [name, null]));
    expect(problemOf({ ...SOUND, ...rest, previousDigestS3Bucket: undefined })).toBe('previousDigestS3Bucket missing');
  });
  test('that is partly null names what is', () => {
    const two = { previousDigestS3Object: null, previousDigestSignature: null };
    expect(problemOf({ ...SOUND, ...two })).toBe(
      'previousDigestS3Object, previousDigestSignature null beside others that are not',
    );
  });
});

describe('an algorithm or a time that is another', () => {
  test.each([
    ['digestSignatureAlgorithm', 'SHA1withRSA', 'digestSignatureAlgorithm is not SHA256withRSA'],
    ['previousDigestHashAlgorithm', 'MD5', 'previousDigestHashAlgorithm is not SHA-256'],
    ['digestStartTime', '2026-02-30T00:00:00Z', 'digestStartTime is no time'],
    ['digestEndTime', '1.5.2026', 'digestEndTime is no time'],
  ])('%s', (name, value, problem) => {
    expect(problemOf(withField(name, value))).toBe(problem);
  });
  test('hashAlgorithm', () => {
    expect(problemOf(withLog({ hashAlgorithm: 'SHA256' }))).toBe('hashAlgorithm is not SHA-256');
  });
});

describe('the log files named', () => {
  const naming = (count: number): string =>
    JSON.stringify(withField('logFiles', '@')).replace(
      '"@"',
      () => `[${`${JSON.stringify(LOG)},`.repeat(count - 1)}${JSON.stringify(LOG)}]`,
    );
  test('are 100,000 at most', () => {
    expect(MAX_NAMED_LOGS).toBe(100_000);
    expect(problemOf(naming(MAX_NAMED_LOGS))).toBe('none');
    expect(problemOf(naming(MAX_NAMED_LOGS + 1))).toBe('logFiles names 100001 files, more than 100000');
  });
});
