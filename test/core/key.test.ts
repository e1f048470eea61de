/** The key grammar: what it reads it writes again, and nothing else is ever read. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOwnDigest, isWithinSource } from '../../src/core/judge.ts';
import { folderOf, formatKey, LOG_KINDS, parseKey, type DigestKey, type LogKey } from '../../src/core/key.ts';
import { pendingKey, provenKey } from '../../src/core/layout.ts';
import type { Chain } from '../../src/core/source.ts';
import { forgeWorld } from '../cloud/forge/world.ts';

const MINUTE = 60_000;
const ACCOUNT = fc.stringMatching(/^\d{12}$/);
const REGION = fc.oneof(
  fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1', 'cn-northwest-1', 'eusc-de-east-1', 'us-isob-east-1', 'ap-southeast-7'),
  fc.stringMatching(/^[a-z]{2,4}(-[a-z]{1,9}){1,3}-\d$/),
);
const ORG = fc.option(fc.stringMatching(/^o-[a-z0-9]{10,32}$/));
const TRAIL = fc.oneof(
  fc.constantFrom('main', 't1_us-east-1', 'abc_backfill', 'a.b', 'x_20260501T011352Z', 'org_us-east-1_eu-west-1', 'AWSLogs', 'a..b', '---'),
  fc.stringMatching(/^[A-Za-z0-9._-]{3,128}$/),
);
const CONTROL = /[\u0000-\u001f\u007f]/;
const dotted = (prefix: string): boolean => prefix.split('/').some((part) => part === '.' || part === '..');
const PREFIX = fc.oneof(
  fc.constantFrom('', 'logs/', 'security/cloudtrail/', 'AWSLogs/', 'AWSLogs/111122223333/', 'o-abcdefghij/', 'é/', 'a%2Fb/', ' /', 'x./'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }).map((text) => `${text}/`),
).filter((prefix) => !CONTROL.test(prefix) && !dotted(prefix) && prefix.length <= 201);
const parts = { prefix: PREFIX, org: ORG, account: ACCOUNT, region: REGION };
const seconds = (step: number): fc.Arbitrary<number> => fc.integer({ min: 1_383_264_000, max: 4_102_444_799 }).map((at) => Math.floor((at * 1000) / step) * step);

const LOG: fc.Arbitrary<LogKey> = fc.record({
  ...parts,
  type: fc.constant('log' as const),
  kind: fc.constantFrom(...LOG_KINDS),
  time: seconds(MINUTE),
  unique: fc.stringMatching(/^_?[A-Za-z0-9]{15,16}$/),
});
const DIGEST: fc.Arbitrary<DigestKey> = fc.record({
  ...parts,
  type: fc.constant('digest' as const),
  trail: TRAIL,
  homeRegion: REGION,
  end: seconds(1000),
  kind: fc.constantFrom('standard' as const, 'backfill' as const),
});
const KEY = fc.oneof(LOG, DIGEST).filter((key) => Buffer.byteLength(formatKey(key)) <= 1024);

describe('a key of any parts', () => {
  test('is read back into these parts', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        expect(parseKey(formatKey(key))).toEqual({ ...key });
      }),
      { numRuns: 1000 },
    );
  });
  test('is no key any more, or a key of other parts, when a character of it changes', () => {
    const edit = fc.record({ at: fc.nat(2000), to: fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('/', '_', '\n', '\0', '%2F', '..')) });
    fc.assert(
      fc.property(KEY, edit, (key, { at, to }) => {
        const text = formatKey(key);
        const place = at % text.length;
        const changed = text.slice(0, place) + to + text.slice(place + 1);
        const parsed = parseKey(changed);
        expect(parsed === null || formatKey(parsed) === changed).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
  test('lies in its own folder and keeps its name in the archive', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        const raw = formatKey(key);
        const folder = key.type === 'log' ? key.kind : 'CloudTrail-Digest';
        expect(raw.startsWith(folderOf(key, { account: key.account, folder, region: key.region }))).toBe(true);
        expect(provenKey('archive/', raw)).toBe(`archive/${raw.slice(key.prefix.length)}`);
        expect(pendingKey('', 'b', raw)).toBe(`orgtrail/pending/b/${raw}`);
      }),
    );
  });
  test('no text makes the grammar throw or dwell', () => {
    const pieces = fc.constantFrom('AWSLogs/', 'o-aaaaaaaaaa/', '111122223333', '/', '_', 'CloudTrail', '-Digest', 'us-', 'a-', 'us-east-1', '20260501T0110Z', '..', '\n');
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 2000 }), fc.array(pieces, { maxLength: 200 }).map((all) => all.join(''))), (text) => {
        const parsed = parseKey(text);
        expect(parsed === null || formatKey(parsed) === text).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test('every key that the forge writes is read back, whatever the prefix, organization and trail', () => {
  const world = forgeWorld({
    seed: 'keys',
    start: Date.parse('2026-12-31T22:00:00Z'),
    hours: 4,
    accounts: 6,
    organizationTrail: true,
    cheap: true,
    incidents: [{ type: 'backfill', hour: 1, logs: 1, generatedAfter: 3_600_000 }],
  });
  const keys = [...world.deliverAll()].map(({ object, what }) => ({ key: object.key, what }));
  expect(keys.length).toBeGreaterThan(200);
  for (const { key, what } of keys) {
    const parsed = parseKey(key);
    expect(parsed === null ? null : formatKey(parsed)).toBe(key);
    expect(parsed?.type).toBe(what === 'log' ? 'log' : 'digest');
    if (parsed?.type === 'digest') expect(parsed.kind).toBe(what === 'digest' ? 'standard' : 'backfill');
  }
});

test('a name of 2014 has no underscore before its last part and stays as it is', () => {
  const key = 'AWSLogs/111122223333/CloudTrail/us-east-1/2014/06/20/111122223333_CloudTrail_us-east-1_20140620T1255ZHdkvFTXOA3Vnhbc.json.gz';
  const parsed = parseKey(key);
  expect(parsed === null ? null : formatKey(parsed)).toBe(key);
  expect(provenKey('', key)).toBe(key);
});

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
  ['more than 1024 bytes in fewer characters', `${'\u{4e00}'.repeat(200)}/${LOG_KEY.slice(5).replaceAll('eu-west', `eu-${'w'.repeat(200)}`)}`],
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
  source: {
    bucket: 'member-logs',
    prefix: 'logs/',
    reader: '111122223333',
    trailArn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main',
    trail: 'main',
    homeRegion: 'us-east-1',
    bucketOwner: '111122223333',
    org: null,
    multiRegion: true,
    regions: null,
    formerBuckets: [{ bucket: 'former-logs', prefix: '' }],
    validation: true,
    status: null,
  },
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
    for (const trail of ['main_us-east-1', 'Main', 'main.', 'main_', '_main', 'main_backfill', 'mаin', 'main_eu-west-1'])
      expect(own(trail, 'us-east-1'), trail).toBe(false);
    expect(own('main', 'eu-west-1')).toBe(false);
    expect(isOwnDigest(CHAIN, { bucket: 'member-logs', key: LOG_KEY, sha256: '', signature: '' })).toBe(false);
  });
});

test('trails whose names hold regions, times or "_backfill" are told apart', () => {
  const named = (trail: string, tail = ''): unknown => {
    const key = parseKey(`${FOLDER}/111122223333_CloudTrail-Digest_eu-west-1_${trail}_us-east-1_20260501T011352Z${tail}.json.gz`);
    return key?.type === 'digest' ? [key.trail, key.homeRegion, key.kind] : null;
  };
  expect(named('abc')).toEqual(['abc', 'us-east-1', 'standard']);
  expect(named('abc_us-east-1')).toEqual(['abc_us-east-1', 'us-east-1', 'standard']);
  expect(named('abc_backfill')).toEqual(['abc_backfill', 'us-east-1', 'standard']);
  expect(named('abc', '_backfill')).toEqual(['abc', 'us-east-1', 'backfill']);
  expect(named('abc_us-east-1_20260501T011352Z')).toEqual(['abc_us-east-1_20260501T011352Z', 'us-east-1', 'standard']);
  expect(named('t1')).toBeNull();
});
