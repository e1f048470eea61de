/** A memory whose name fits its bytes, with one part that is not what orgtrail writes: none of it is used. */
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  decodeMemory,
  encodeMemory,
  memoryDay,
  memoryFolder,
  type MemoryPlace,
  type ProvenDigest,
} from '../../src/core/verified-memory.ts';

const PLACE: MemoryPlace = {
  account: '111122223333',
  region: 'eu-west-1',
  trail: 'main',
  homeRegion: 'us-east-1',
  kind: 'standard',
  day: '2026/05/01',
};
const FOLDER = 'p/orgtrail/verified/111122223333/eu-west-1/main/standard/';
const digestKey = (time: string, rest = ''): string =>
  'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/05/01/' +
  `111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_${time}${rest}.json.gz`;
const logKey = (unique: string): string =>
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/01/' +
  `111122223333_CloudTrail_eu-west-1_20260501T0105Z_${unique}.json.gz`;
const stood = (key: string) => ({ key, etag: 'e', size: 7, lastModified: 9 });
const digestOf = (parts: Partial<ProvenDigest> = {}): ProvenDigest => ({
  bucket: 'b',
  key: digestKey('20260501T011352Z'),
  start: 5,
  link: 'linked',
  previousKey: null,
  rests: [stood('x')],
  logs: [{ bucket: 'b', ...stood(logKey('a'.repeat(16))) }],
  changes: ['{}'],
  ...parts,
});

/** What these bytes are read as, under the name that fits them. */
function read(bytes: Uint8Array): ReturnType<typeof decodeMemory> {
  const key = `${FOLDER}2026/05/01-${hash('sha256', bytes).slice(0, 16)}.json`;
  return decodeMemory(bytes, { prefix: 'p/', key, place: PLACE });
}
const readText = (text: string): ReturnType<typeof decodeMemory> => read(Buffer.from(text));
const whole = () => {
  const text = Buffer.from(encodeMemory('p/', PLACE, [digestOf()]).bytes).toString();
  return JSON.parse(text) as { readonly digests: [Record<string, unknown>] } & Record<string, unknown>;
};
const withDigest = (parts: object): ReturnType<typeof decodeMemory> =>
  readText(JSON.stringify({ ...whole(), digests: [{ ...whole().digests[0], ...parts }] }));

test('the name tells the chain, the day and the bytes', () => {
  expect(memoryFolder('p/', PLACE)).toBe(FOLDER);
  const { key, bytes } = encodeMemory('p/', PLACE, [digestOf()]);
  expect(key).toBe(`${FOLDER}2026/05/01-${hash('sha256', bytes).slice(0, 16)}.json`);
  expect(decodeMemory(bytes, { prefix: 'p/', key, place: PLACE })).toEqual({ digests: [digestOf()] });
  expect(Buffer.from(bytes).toString()).toMatch(/^{"schema":"orgtrail.verified\/1",.*}\n$/);
});

test('a key is of a day only when all of it is', () => {
  const own = '2026/05/01-0123456789abcdef.json';
  expect(memoryDay(FOLDER, FOLDER + own)).toBe('2026/05/01');
  for (const other of [`x${own}`, `${own}x`, own.replace('a', 'A'), own.replace('/01', '/1'), 'x'])
    expect(memoryDay(FOLDER, FOLDER + other)).toBeNull();
});

describe('the bytes are the same whatever the order, sorted by bucket and key', () => {
  const [first, second] = [digestKey('20260501T011352Z'), digestKey('20260501T021352Z')];
  const logs = ['a', 'b', 'c'].map((letter) => ({ bucket: 'b', ...stood(logKey(letter.repeat(16))) }));
  test('of digests and of their files', () => {
    const digests = [digestOf({ key: first, logs }), digestOf({ key: second, logs })];
    const turned = digests.toReversed().map((one) => ({ ...one, logs: logs.toReversed() }));
    const { bytes } = encodeMemory('p/', PLACE, digests);
    expect(encodeMemory('p/', PLACE, turned).bytes).toEqual(bytes);
    expect(read(bytes)).toEqual({ digests });
  });
});

describe('all of it is refused', () => {
  test('under a name that is not of its bytes', () => {
    const { bytes } = encodeMemory('p/', PLACE, [digestOf()]);
    for (const key of [`${FOLDER}2026/05/01-0123456789abcdef.json`, ''])
      expect(decodeMemory(bytes, { prefix: 'p/', key, place: PLACE })).toEqual({
        problem: 'its bytes are not those its name tells of',
      });
  });
  test('when it is no JSON, or of another schema', () => {
    const broken = readText('{');
    expect('problem' in broken && broken.problem).toMatch(/JSON/i);
    for (const text of ['null', '{}', '[]', JSON.stringify({ ...whole(), schema: 'orgtrail.verified/2' })])
      expect(readText(text)).toEqual({ problem: 'not of schema orgtrail.verified/1' });
  });
  test.each(['account', 'region', 'trail', 'homeRegion', 'kind', 'day'])('when it speaks of another %s', (part) => {
    expect(readText(JSON.stringify({ ...whole(), [part]: 'other' }))).toEqual({
      problem: 'it speaks of another chain or day',
    });
  });
  const BAD = { problem: 'a digest in it is not as it was written' };
  test('when there is no list of digests, or one of them is none', () => {
    for (const digests of [undefined, null, {}, 'x', [null], [7], ['x'], [[]], [whole().digests[0], null]])
      expect(readText(JSON.stringify({ ...whole(), digests }))).toEqual(BAD);
    expect(readText(JSON.stringify({ ...whole(), digests: [] }))).toEqual({ digests: [] });
  });
  const line = ['x', 'e', 7, 9];
  const logLine = ['b', logKey('a'.repeat(16)), 'e', 7, 9];
  test.each<[string, object]>([
    ['a bucket that is no text', { bucket: 7 }],
    ['no key', { key: undefined }],
    ['a start that is no whole number', { start: 1.5 }],
    ['a start that is text', { start: '5' }],
    ['another link', { link: 'time-gap' }],
    ['a previous key that is a number', { previousKey: 7 }],
    ['no previous key', { previousKey: undefined }],
    ['the key of a log file', { key: logKey('a'.repeat(16)) }],
    ['no key of CloudTrail', { key: 'x' }],
    [
      'the key of another day',
      { key: digestKey('20260501T011352Z').replaceAll(/2026(\/?)05(\/?)01/g, '2026$105$202') },
    ],
    ['the key of a backfill digest', { key: digestKey('20260501T011352Z', '_backfill') }],
    ['no list of what it rests on', { rests: {} }],
    ['no list of files', { logs: 'x' }],
    ['no list of changes', { changes: null }],
    ['a change that is no text', { changes: ['{}', 7] }],
    ['something it rests on that is no list', { rests: [line, null] }],
    ['something it rests on that is an object of four', { rests: [{ length: 4 }] }],
    ['something it rests on with a part too many', { rests: [[...line, 1]] }],
    ['something it rests on with a part too few', { rests: [line.slice(1)] }],
    ['something it rests on without key', { rests: [[7, 'e', 7, 9]] }],
    ['something it rests on without ETag', { rests: [['x', null, 7, 9]] }],
    ['something it rests on with a size in text', { rests: [['x', 'e', '7', 9]] }],
    ['something it rests on with a time in text', { rests: [['x', 'e', 7, '9']] }],
    ['a file that is no list', { logs: [7] }],
    ['a file without bucket', { logs: [[7, ...logLine.slice(1)]] }],
    ['a file with a part too few', { logs: [logLine.slice(1)] }],
    ['a file whose key is none of a log', { logs: [logLine, ['b', digestKey('20260501T011352Z'), 'e', 7, 9]] }],
    ['a file whose key is none at all', { logs: [['b', 'x', 'e', 7, 9]] }],
  ])('when a digest has %s', (_what, parts) => {
    expect(withDigest(parts)).toEqual(BAD);
  });
  test('but not for a part that may be so', () => {
    for (const parts of [{ link: 'chain-start' }, { previousKey: 'x' }, { rests: [line, line] }, { logs: [logLine] }])
      expect(withDigest(parts)).toHaveProperty('digests');
  });
});
