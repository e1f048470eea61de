/** The key grammar: what it reads it writes again, and nothing else is ever read. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { folderOf, formatKey, LOG_KINDS, parseKey, type DigestKey, type LogKey } from '../../src/core/key.ts';
import { pendingKey, provenKey } from '../../src/core/layout.ts';
import { forgeWorld } from '../cloud/forge/world.ts';

const MINUTE = 60_000;
const ACCOUNT = fc.stringMatching(/^\d{12}$/);
const REGION = fc.oneof(
  fc.constantFrom(
    'us-east-1',
    'eu-west-1',
    'us-gov-west-1',
    'cn-northwest-1',
    'eusc-de-east-1',
    'us-isob-east-1',
    'ap-southeast-7',
  ),
  fc.stringMatching(/^[a-z]{2,4}(-[a-z]{1,9}){1,3}-\d$/),
);
const ORG = fc.option(fc.stringMatching(/^o-[a-z0-9]{10,32}$/));
const TRAIL = fc.oneof(
  fc.constantFrom(
    'main',
    't1_us-east-1',
    'abc_backfill',
    'a.b',
    'x_20260501T011352Z',
    'org_us-east-1_eu-west-1',
    'AWSLogs',
    'a..b',
    '---',
  ),
  fc.stringMatching(/^[A-Za-z0-9._-]{3,128}$/),
);
const hasControl = (text: string): boolean => text.split('').some((one) => one < ' ' || one === '\u007f');
const dotted = (prefix: string): boolean => prefix.split('/').some((part) => part === '.' || part === '..');
const PREFIX = fc
  .oneof(
    fc.constantFrom(
      '',
      'logs/',
      'security/cloudtrail/',
      'AWSLogs/',
      'AWSLogs/111122223333/',
      'o-abcdefghij/',
      'é/',
      'a%2Fb/',
      ' /',
      'x./',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }).map((text) => `${text}/`),
  )
  .filter((prefix) => !hasControl(prefix) && !dotted(prefix) && prefix.length <= 201);
const parts = { prefix: PREFIX, org: ORG, account: ACCOUNT, region: REGION };
const seconds = (step: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1_383_264_000, max: 4_102_444_799 }).map((at) => Math.floor((at * 1000) / step) * step);

const LOG: fc.Arbitrary<LogKey> = fc.record({
  ...parts,
  type: fc.constant('log' as const),
  kind: fc.constantFrom(...LOG_KINDS),
  time: seconds(MINUTE),
  unique: fc.oneof(fc.stringMatching(/^_[A-Za-z0-9]{16}$/), fc.stringMatching(/^_?[A-Za-z0-9]{1,64}$/)),
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
    const edit = fc.record({
      at: fc.nat(2000),
      to: fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('/', '_', '\n', '\0', '%2F', '..')),
    });
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
    const pieces = fc.constantFrom(
      'AWSLogs/',
      'o-aaaaaaaaaa/',
      '111122223333',
      '/',
      '_',
      'CloudTrail',
      '-Digest',
      'us-',
      'a-',
      'us-east-1',
      '20260501T0110Z',
      '..',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 2000 }),
          fc.array(pieces, { maxLength: 200 }).map((all) => all.join('')),
        ),
        (text) => {
          const parsed = parseKey(text);
          expect(parsed === null || formatKey(parsed) === text).toBe(true);
        },
      ),
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
  const key =
    'AWSLogs/111122223333/CloudTrail/us-east-1/2014/06/20/111122223333_CloudTrail_us-east-1_20140620T1255ZHdkvFTXOA3Vnhbc.json.gz';
  const parsed = parseKey(key);
  expect(parsed === null ? null : formatKey(parsed)).toBe(key);
  expect(provenKey('', key)).toBe(key);
});
