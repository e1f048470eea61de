/** The key grammar at its edges: the last length that is read, and days on which a wrong time looks right. */
import { describe, expect, test } from 'vitest';
import { formatKey, parseKey, placesOf, rootOf, type LogKey } from '../../src/core/key.ts';
import type { Source } from '../../src/core/source.ts';

const LOG: LogKey = {
  type: 'log',
  prefix: '',
  org: null,
  account: '111122223333',
  region: 'eu-west-1',
  kind: 'CloudTrail',
  time: Date.UTC(2026, 4, 1, 1, 10),
  unique: '_AbCdEfGhIjKlMnOp',
};

/** A key of so many bytes: letters of three bytes in the prefix, a long region, and the rest in the unique part. */
function keyOfBytes(bytes: number): string {
  const base = { ...LOG, prefix: `${'一'.repeat(180)}/` };
  for (let letters = 1; ; letters += 1) {
    const region = `eu-${'w'.repeat(letters)}-1`;
    const missing = bytes - Buffer.byteLength(formatKey({ ...base, region, unique: '' }));
    if (missing >= 1 && missing <= 60) return formatKey({ ...base, region, unique: 'u'.repeat(missing) });
  }
}

describe('the length', () => {
  test('of 1024 bytes is read, as S3 allows it, one more is not', () => {
    expect(Buffer.byteLength(keyOfBytes(1024))).toBe(1024);
    expect(parseKey(keyOfBytes(1024))?.type).toBe('log');
    expect(parseKey(keyOfBytes(1025))).toBeNull();
  });
  test('of a prefix is 200 characters at most', () => {
    expect(parseKey(formatKey({ ...LOG, prefix: `${'p'.repeat(200)}/` }))?.prefix).toHaveLength(201);
    expect(parseKey(formatKey({ ...LOG, prefix: `${'p'.repeat(201)}/` }))).toBeNull();
  });
});

describe('a time that is none is refused on the very day that no time at all would give', () => {
  const head = 'AWSLogs/111122223333';
  test('of a log file', () => {
    const key = (time: string): string =>
      `${head}/CloudTrail/eu-west-1/1970/01/01/111122223333_CloudTrail_eu-west-1_${time}_AbCdEfGhIjKlMnOp.json.gz`;
    expect(parseKey(key('19700101T0000Z'))).toMatchObject({ time: 0 });
    expect(parseKey(key('19700101T2400Z'))).toBeNull();
  });
  test('of a digest', () => {
    const key = (time: string): string =>
      `${head}/CloudTrail-Digest/eu-west-1/1970/01/01/111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_${time}.json.gz`;
    expect(parseKey(key('19700101T000000Z'))).toMatchObject({ end: 0 });
    expect(parseKey(key('19700101T240000Z'))).toBeNull();
  });
});

test('an organization has a folder of its own, no organization has none', () => {
  expect(rootOf({ prefix: 'logs/', org: 'o-abcdefghij' })).toBe('logs/AWSLogs/o-abcdefghij/');
  expect(rootOf({ prefix: '', org: null })).toBe('AWSLogs/');
});

test('a chain lies in the bucket of now and in the former ones, in this order', () => {
  const former = [{ bucket: 'former', prefix: 'a/' }];
  const source = { bucket: 'now', prefix: 'logs/', formerBuckets: former } as unknown as Source;
  expect(placesOf(source)).toEqual([{ bucket: 'now', prefix: 'logs/' }, ...former]);
});
