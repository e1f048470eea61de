/** A trail record whose name fits its bytes, with one part of another kind: refused, each with its reason. */
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  decodeTrailRecord,
  encodeTrailRecord,
  trailRecordName,
  TRAIL_SCHEMA,
  type TrailRecord,
} from '../../src/core/trail-record.ts';
import { OWNER, sourceOf } from './trail-source.ts';

const RECORD: TrailRecord = {
  schema: TRAIL_SCHEMA,
  seen: Date.UTC(2026, 2, 1, 5),
  source: sourceOf({
    formerBuckets: [{ bucket: 'former', prefix: '' }],
    narrowed: { at: 7, detail: 'less' },
  }),
  wider: null,
  listed: true,
  accounts: [{ account: OWNER, since: 3 }],
  regions: [{ region: 'us-east-1', since: 3, until: 4, accounts: [OWNER] }],
};
const NAME = trailRecordName(RECORD);
type Json = Record<string, unknown>;
const json = (): Json => JSON.parse(Buffer.from(encodeTrailRecord(RECORD)).toString()) as Json;
const said = (text: string, name: Partial<typeof NAME> = {}): string => {
  const bytes = Buffer.from(text);
  const read = decodeTrailRecord(bytes, { ...NAME, mark: hash('sha256', bytes).slice(0, 16), ...name });
  return 'problem' in read ? read.problem : 'read';
};
const withPart = (parts: Json): string => said(JSON.stringify({ ...json(), ...parts }));
const withSource = (parts: Json): string => withPart({ source: { ...(json()['source'] as Json), ...parts } });
const status = (parts: Json): Json => ({ status: { ...RECORD.source.status, ...parts } });

test('the name tells the owner by the ARN, or else the reader', () => {
  expect(NAME).toMatchObject({ account: OWNER, homeRegion: 'us-east-1', trail: 'main', seen: RECORD.seen });
  const named = (trailArn: string): string =>
    trailRecordName({ ...RECORD, source: { ...RECORD.source, reader: '999999999999', trailArn } }).account;
  expect(named('arn:aws:cloudtrail:us-east-1:444455556666:trail/main')).toBe('444455556666');
  expect(named('arn:aws:cloudtrail:us-east-1:4444:trail/main')).toBe('999999999999');
  expect(named('main')).toBe('999999999999');
});

describe('each fault has its reason', () => {
  test('whole, it is read', () => {
    expect(said(JSON.stringify(json()))).toBe('read');
    expect(json()['schema']).toBe('orgtrail.trail/1');
  });
  test('from the name to the content', () => {
    expect(said('{}', { mark: '0123456789abcdef' })).toBe('its bytes are not those its name tells of');
    expect(said('{')).toMatch(/JSON/i);
    for (const text of ['null', '{}', '7']) expect(said(text)).toBe('not of schema orgtrail.trail/1');
    expect(withPart({ seen: '2026-03-01T05:00:01Z' })).toBe('it was not seen at the time its name tells of');
    expect(withPart({ source: null })).toBe('parts of its trail are missing');
    expect(withPart({ listed: 'yes' })).toBe('its chains are missing');
    expect(withSource({ trail: 'other' })).toBe(`it speaks of ${OWNER} us-east-1 other`);
  });
});

const TEXTS = ['reader', 'trailArn', 'trail', 'homeRegion', 'bucket', 'prefix', 'bucketOwner', 'regionsFrom'];

describe('parts of the trail', () => {
  test.each<[string, Json]>([
    ...TEXTS.map((name): [string, Json] => [`${name} as a number`, { [name]: 7 }]),
    ...['validation', 'gone', 'multiRegion'].map((name): [string, Json] => [`${name} as text`, { [name]: 'true' }]),
    ['an organization that is a number', { org: 7 }],
    ['regions that are a text', { regions: 'us-east-1' }],
    ['a region that is null', { regions: ['us-east-1', null] }],
    ['a region that is a number', { regions: [7] }],
    ['former buckets that are none', { formerBuckets: null }],
    ['a former bucket that is null', { formerBuckets: [null] }],
    ['a former bucket without prefix', { formerBuckets: [{ bucket: 'b' }] }],
    ['a former prefix without bucket', { formerBuckets: [{ prefix: '' }] }],
    ['selectors that are a text', { selectors: 'x' }],
    ['selectors that lack a part', { selectors: [[{ field: 'eventCategory' }]] }],
    ['narrowed as a text', { narrowed: 'x' }],
    ['narrowed at a text', { narrowed: { at: '7', detail: 'less' } }],
    ['narrowed within a millisecond', { narrowed: { at: 7.5, detail: 'less' } }],
    ['narrowed without detail', { narrowed: { at: 7 } }],
    ['a status that is a list', { status: [] }],
    ['a status that does not say whether it logs', status({ logging: 1 })],
    ['a delivery at a text', status({ latestDigestDelivery: '7' })],
    ['a start at half a millisecond', status({ startedLogging: 0.5 })],
    ['a stop at a text', status({ stoppedLogging: 'now' })],
    ['no stop at all', status({ stoppedLogging: undefined })],
    ['a delivery error that is a number', status({ latestDigestError: 7 })],
  ])('are refused with %s', (_what, parts) => {
    expect(withSource(parts)).toBe('parts of its trail are missing');
  });
  test.each<[string, Json]>([
    ['an organization', { org: 'o-exampleorgid' }],
    ['no regions', { regions: null }],
    ['no selectors', { selectors: null }],
    ['nothing narrowed', { narrowed: null }],
    ['no status', { status: null }],
    ['a stop and an error', status({ stoppedLogging: 7, latestDigestError: 'AccessDenied' })],
  ])('may be with %s', (_what, parts) => {
    expect(withSource(parts)).toBe('read');
  });
});

describe('accounts and regions', () => {
  const region = (parts: Json): Json => ({ regions: [{ ...RECORD.regions[0], ...parts }] });
  test.each<[string, Json]>([
    ['what was wider as a text', { wider: 'x' }],
    ['accounts that are none', { accounts: null }],
    ['an account that is null', { accounts: [null] }],
    ['an account that is a number', { accounts: [{ account: 7, since: null }] }],
    ['an account since a text', { accounts: [{ account: OWNER, since: 'then' }] }],
    ['an account that does not say since when', { accounts: [{ account: OWNER }] }],
    ['regions that are an object', { regions: {} }],
    ['a region that is null', { regions: [null] }],
    ['a region that is a number', region({ region: 7 })],
    ['a region since a text', region({ since: 'then' })],
    ['a region until a text', region({ until: 'then' })],
    ['a region that does not say until when', region({ until: undefined })],
    ['a region in a text', region({ accounts: OWNER })],
    ['a region in an account that is a number', region({ accounts: [7] })],
  ])('are refused with %s', (_what, parts) => {
    expect(withPart(parts)).toBe('its chains are missing');
  });
  test.each<[string, Json]>([
    ['selectors that were wider', { wider: RECORD.source.selectors }],
    ['no account at all', { accounts: [] }],
    ['a region that is on everywhere', region({ since: null, until: null, accounts: null })],
  ])('may be with %s', (_what, parts) => {
    expect(withPart(parts)).toBe('read');
  });
});
