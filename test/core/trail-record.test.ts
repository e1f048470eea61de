/** Trail records: the same sight is the same bytes, and nothing but what was recorded is read. */
import { hash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTrailRecordKey, trailFolder, trailRecordKey } from '../../src/core/layout.ts';
import type { Source } from '../../src/core/source.ts';
import {
  decodeTrailRecord,
  encodeTrailRecord,
  trailRecordName,
  TRAIL_SCHEMA,
  type TrailRecord,
} from '../../src/core/trail-record.ts';
import { OWNER, sourceOf } from './trail-source.ts';

const SEEN = Date.UTC(2026, 2, 1, 5);

function recordOf(change: Partial<TrailRecord> = {}): TrailRecord {
  return {
    schema: TRAIL_SCHEMA,
    seen: SEEN,
    source: sourceOf(),
    wider: null,
    listed: true,
    accounts: [{ account: OWNER, since: null }],
    regions: [{ region: 'us-east-1', since: null, until: null, accounts: null }],
    ...change,
  };
}

const TIME = fc.integer({ min: 0, max: 4_000_000_000_000 });
const SOURCE: fc.Arbitrary<Source> = fc
  .record({
    bucket: fc.string(),
    org: fc.option(fc.constant('o-exampleorgid')),
    multiRegion: fc.boolean(),
    regions: fc.option(fc.array(fc.string())),
    regionsFrom: fc.constantFrom('configured', 'enabled', 'seen'),
    formerBuckets: fc.array(fc.record({ bucket: fc.string(), prefix: fc.string() })),
    validation: fc.boolean(),
    status: fc.option(
      fc.record({
        logging: fc.boolean(),
        latestDigestDelivery: fc.option(TIME),
        latestDigestError: fc.option(fc.string()),
        startedLogging: fc.option(TIME),
        stoppedLogging: fc.option(TIME),
      }),
    ),
    selectors: fc.option(fc.constant(sourceOf().selectors ?? [])),
    narrowed: fc.option(fc.record({ at: TIME, detail: fc.string() })),
    gone: fc.boolean(),
  })
  .map((change) => sourceOf(change));
const RECORD: fc.Arbitrary<TrailRecord> = fc
  .record({
    seen: TIME.map((time) => Math.floor(time / 1000) * 1000),
    source: SOURCE,
    wider: fc.option(fc.constant([])),
    listed: fc.boolean(),
    accounts: fc.array(fc.record({ account: fc.string(), since: fc.option(TIME) })),
    regions: fc.array(
      fc.record({
        region: fc.string(),
        since: fc.option(TIME),
        until: fc.option(TIME),
        accounts: fc.option(fc.array(fc.string())),
      }),
    ),
  })
  .map((change) => recordOf(change));

test('every record is read back as it was, from a key that is read back too', () => {
  fc.assert(
    fc.property(RECORD, (record) => {
      const name = trailRecordName(record);
      const key = trailRecordKey('archive/', name);
      expect(key.startsWith(`${trailFolder('archive/', OWNER)}us-east-1/main/`)).toBe(true);
      expect(parseTrailRecordKey('archive/', key)).toEqual(name);
      expect(decodeTrailRecord(encodeTrailRecord(record), name)).toEqual({ record });
    }),
  );
});

test('the order in which a source was put together does not change its bytes', () => {
  const record = recordOf();
  const turned = Object.fromEntries(Object.entries(record.source).toReversed()) as unknown as Source;
  expect(encodeTrailRecord({ ...record, source: turned })).toEqual(encodeTrailRecord(record));
});

describe('nothing else is read', () => {
  const record = recordOf();
  const bytes = encodeTrailRecord(record);
  const name = trailRecordName(record);

  test('no byte of it may be another, and none may be missing', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const other = Uint8Array.from(bytes);
        other[at] = (other[at] ?? 0) ^ flip;
        expect(decodeTrailRecord(other, name)).toHaveProperty('problem');
        expect(decodeTrailRecord(bytes.subarray(0, at), name)).toHaveProperty('problem');
      }),
    );
  });

  test.each([
    ['time', { seen: SEEN + 1000 }],
    ['account', { account: '999999999999' }],
    ['home region', { homeRegion: 'eu-west-1' }],
    ['trail', { trail: 'other' }],
    ['content', { mark: '0123456789abcdef' }],
  ])('under a name of another %s', (_what, change) => {
    expect(decodeTrailRecord(bytes, { ...name, ...change })).toHaveProperty('problem');
  });

  /** Bytes with the right mark and without something: another version's, or somebody's who writes to the archive. */
  test.each(['schema', 'seen', 'source', 'wider', 'listed', 'accounts', 'regions', ...Object.keys(record.source)])(
    'without %s, though the name fits the bytes',
    (missing) => {
      const whole = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
      const part = missing in whole ? whole : (whole['source'] as Record<string, unknown>);
      delete part[missing];
      const text = Buffer.from(JSON.stringify(whole));
      const mark = trailRecordName(record).mark;
      expect(decodeTrailRecord(text, { ...name, mark })).toHaveProperty('problem');
      const fitting = { ...name, mark: hashOf(text) };
      expect(decodeTrailRecord(text, fitting)).toHaveProperty('problem');
    },
  );
});

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes).slice(0, 16);
}

test.each([
  ['orgtrail/trails/', 'orgtrail/trail/'],
  [OWNER, '1111'],
  ['20260301T050000Z', '20260230T050000Z'],
  ['.json', '.json.json'],
])('a key with %s as %s is none of ours', (from, to) => {
  const key = trailRecordKey('archive/', trailRecordName(recordOf()));
  expect(key).toContain(from);
  expect(parseTrailRecordKey('archive/', key.replace(from, to))).toBeNull();
  expect(parseTrailRecordKey('', key)).toBeNull();
});
