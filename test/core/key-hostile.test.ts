/** Keys that somebody made up: none is read, and none leads a chain out of its own places. */
import { describe, expect, test } from 'vitest';
import { isOwnDigest, isWithinSource } from '../../src/core/judge.ts';
import { parseKey } from '../../src/core/key.ts';
import { provenKey } from '../../src/core/layout.ts';
import type { Chain } from '../../src/core/source.ts';
import { bareSource } from './trail-source.ts';

const HEAD = 'logs/AWSLogs/111122223333';
const FOLDER = `${HEAD}/CloudTrail-Digest/eu-west-1/2026/05/01`;
const NAME = '111122223333_CloudTrail-Digest_eu-west-1_main_us-east-1_20260501T011352Z';
const LOG_NAME = '111122223333_CloudTrail_eu-west-1_20260501T0110Z_AbCdEfGhIjKlMnOp';
const LOG_KEY = `${HEAD}/CloudTrail/eu-west-1/2026/05/01/${LOG_NAME}.json.gz`;
const DIGEST_KEY = `${FOLDER}/${NAME}.json.gz`;

const HOSTILE: readonly (readonly [string, string])[] = [
  ['a parent folder first', `../${LOG_KEY}`],
  ['a parent folder within', `logs/../${LOG_KEY}`],
  ['a folder of one dot', `./${LOG_KEY}`],
  ['a parent folder below the account', LOG_KEY.replace('/2026/', '/../2026/')],
  ['an encoded slash', LOG_KEY.replace('/2026/', '%2F2026%2F')],
  ['an encoded parent folder', LOG_KEY.replace('/2026/', '/%2E%2E/2026/')],
  ['a line feed at the end', `${LOG_KEY}\n`],
  ['a line feed in the prefix', `lo\ngs/${LOG_KEY}`],
  ['a carriage return', LOG_KEY.replace('_CloudTrail', '\r_CloudTrail')],
  ['NUL at the end', `${LOG_KEY}\0`],
  ['NUL in the prefix', `lo\0gs/${LOG_KEY}`],
  ['a dot at the end', `${LOG_KEY}.`],
  ['a space at the end', `${LOG_KEY} `],
  ['a slash at the end', `${LOG_KEY}/`],
  ['a slash at the start', LOG_KEY.replace('logs/', '/')],
  ['something after the end', `${LOG_KEY}.exe`],
  ['a Cyrillic letter in the folder', LOG_KEY.replace('AWSLogs', 'АWSLogs')],
  ['a Cyrillic letter in the region', LOG_KEY.replaceAll('eu-west', 'еu-west')],
  ['digits of another script', LOG_KEY.replaceAll('111122223333', '١١١١٢٢٢٢٣٣٣٣')],
  ['full-width digits', LOG_KEY.replaceAll('111122223333', '１１１１２２２２３３３３')],
  ['an invisible letter', LOG_KEY.replace('_AbCd', '_Ab\u200bCd')],
  ['letters in lower case', LOG_KEY.replace('AWSLogs', 'awslogs')],
  ['another account in the name', LOG_KEY.replace('/111122223333_', '/999999999999_')],
  ['another region in the name', LOG_KEY.replace('_eu-west-1_', '_us-east-1_')],
  ['another kind in the name', LOG_KEY.replace('_CloudTrail_', '_CloudTrail-Insight_')],
  ['another day in the folder', LOG_KEY.replace('/2026/05/01/', '/2026/05/02/')],
  ['a day that is none', LOG_KEY.replace('/2026/05/01/', '/2026/02/30/').replace('20260501', '20260230')],
  ['a minute that is none', LOG_KEY.replace('T0110Z', 'T0160Z')],
  ['24 o’clock', LOG_KEY.replace('T0110Z', 'T2400Z')],
  ['thirteen digits', LOG_KEY.replaceAll('111122223333', '1111222233334')],
  ['a folder too many', LOG_KEY.replace('/2026/', '/more/2026/')],
  ['an unknown kind', LOG_KEY.replaceAll('CloudTrail', 'CloudTrail-Other')],
  ['an organization id that is none', LOG_KEY.replace('AWSLogs/', 'AWSLogs/o-SHORT/')],
  ['a folder marker', `${HEAD}/CloudTrail/`],
  ['nothing', ''],
  ['a digest with another day in the folder', DIGEST_KEY.replace('/2026/05/01/', '/2026/05/02/')],
  ['a digest without seconds', DIGEST_KEY.replace('T011352Z', 'T0113Z')],
  ['a digest with a slash in the trail', DIGEST_KEY.replace('_main_', '_ma/in_')],
  ['a digest with a space in the trail', DIGEST_KEY.replace('_main_', '_main _')],
  ['a digest with a trail of two letters', DIGEST_KEY.replace('_main_', '_ma_')],
  ['a digest with a trail of 129 letters', DIGEST_KEY.replace('_main_', `_${'m'.repeat(129)}_`)],
  ['a digest without a home region', DIGEST_KEY.replace('_us-east-1_', '_')],
  ['a digest that says backfill twice', `${FOLDER}/${NAME}_backfill_backfill.json.gz`],
  ['a digest that says it in upper case', `${FOLDER}/${NAME}_BACKFILL.json.gz`],
  ['a prefix of more than 200 characters', `${'p'.repeat(201)}/${LOG_KEY.slice(5)}`],
  ['more than 1024 characters', LOG_KEY.replaceAll('eu-west', `eu-${'w'.repeat(500)}`)],
  [
    'more than 1024 bytes in fewer characters',
    `${'\u{4e00}'.repeat(200)}/${LOG_KEY.slice(5).replaceAll('eu-west', `eu-${'w'.repeat(200)}`)}`,
  ],
];

describe('hostile keys are never read', () => {
  test('the keys they are made of are', () => {
    expect([parseKey(LOG_KEY)?.type, parseKey(DIGEST_KEY)?.type]).toEqual(['log', 'digest']);
  });
  test.each(HOSTILE)('%s', (_name, key) => {
    expect([LOG_KEY, DIGEST_KEY]).not.toContain(key);
    expect(parseKey(key)).toBeNull();
    expect(() => provenKey('', key)).toThrow('not a CloudTrail key');
  });
});

const CHAIN: Chain = {
  account: '111122223333',
  region: 'eu-west-1',
  source: bareSource({
    reader: '111122223333',
    trail: 'main',
    bucket: 'member-logs',
    prefix: 'logs/',
    formerBuckets: [{ bucket: 'former-logs', prefix: '' }],
  }),
};

describe('what a chain may read', () => {
  test('is its own places, and nothing beside them', () => {
    const own = (bucket: string, key: string): boolean => isWithinSource(CHAIN, { bucket, key });
    expect(own('member-logs', LOG_KEY)).toBe(true);
    expect(own('former-logs', LOG_KEY.slice(5))).toBe(true);
    const foreign: readonly (readonly [string, string])[] = [
      ['other-logs', LOG_KEY],
      ['former-logs', LOG_KEY],
      ['member-logs', LOG_KEY.slice(5)],
      ['member-logs', `more/${LOG_KEY}`],
      ['member-logs', LOG_KEY.replace('logs/', 'Logs/')],
      ['member-logs', LOG_KEY.replace('logs/', 'logs%2F/')],
      ['member-logs', LOG_KEY.replace('logs/', 'logs//')],
      ['member-logs', LOG_KEY.replace('logs/', 'lоgs/')],
      ['member-logs', LOG_KEY.replaceAll('111122223333', '999999999999')],
      ['member-logs', LOG_KEY.replaceAll('eu-west-1', 'eu-west-2')],
      ['member-logs', LOG_KEY.replace('AWSLogs/', 'AWSLogs/o-abcdefghij/')],
      ...HOSTILE.map(([, key]) => ['member-logs', key] as const),
    ];
    for (const [bucket, key] of foreign) expect(own(bucket, key), `${bucket}/${key}`).toBe(false);
  });
  test('and of digests only those of its trail', () => {
    const own = (trail: string, home: string): boolean => {
      const key = DIGEST_KEY.replace('_main_us-east-1_', `_${trail}_${home}_`);
      return isOwnDigest(CHAIN, { bucket: 'member-logs', key, sha256: '', signature: '' });
    };
    expect(own('main', 'us-east-1')).toBe(true);
    for (const trail of [
      'main_us-east-1',
      'Main',
      'main.',
      'main_',
      '_main',
      'main_backfill',
      'mаin',
      'main_eu-west-1',
    ])
      expect(own(trail, 'us-east-1'), `as ${trail}`).toBe(false);
    expect(own('main', 'eu-west-1')).toBe(false);
    expect(isOwnDigest(CHAIN, { bucket: 'member-logs', key: LOG_KEY, sha256: '', signature: '' })).toBe(false);
  });
});

test('trails whose names hold regions, times or "_backfill" are told apart', () => {
  const named = (trail: string, tail = ''): unknown => {
    const key = parseKey(
      `${FOLDER}/111122223333_CloudTrail-Digest_eu-west-1_${trail}_us-east-1_20260501T011352Z${tail}.json.gz`,
    );
    return key?.type === 'digest' ? [key.trail, key.homeRegion, key.kind] : null;
  };
  expect(named('abc')).toEqual(['abc', 'us-east-1', 'standard']);
  expect(named('abc_us-east-1')).toEqual(['abc_us-east-1', 'us-east-1', 'standard']);
  expect(named('abc_backfill')).toEqual(['abc_backfill', 'us-east-1', 'standard']);
  expect(named('abc', '_backfill')).toEqual(['abc', 'us-east-1', 'backfill']);
  expect(named('abc_us-east-1_20260501T011352Z')).toEqual(['abc_us-east-1_20260501T011352Z', 'us-east-1', 'standard']);
  expect(named('t1')).toBeNull();
});
