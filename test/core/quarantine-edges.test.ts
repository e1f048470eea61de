/** Notes, releases and acceptances with one part of another kind: refused, each with its reason. */
import { describe, expect, test } from 'vitest';
import type { QuarantineName } from '../../src/core/layout.ts';
import {
  decodeAcceptance,
  decodeNote,
  decodeRelease,
  encodeAcceptance,
  encodeNote,
  encodeRelease,
} from '../../src/core/quarantine.ts';

const HASH = 'a'.repeat(64);
const NAME: QuarantineName = { verdict: 'log-malformed', bucket: 'b', key: 'k', mark: HASH.slice(0, 16) };
const DIGEST = { bucket: 'b', key: 'd', end: '2026-05-01T01:13:52Z' };
type Json = Record<string, unknown>;
type Decode = (bytes: Uint8Array, name: QuarantineName) => object;

const jsonOf = (bytes: Uint8Array): Json => JSON.parse(Buffer.from(bytes).toString()) as Json;
const NOTE = jsonOf(
  encodeNote({
    verdict: NAME.verdict,
    detail: 'cut',
    origin: { bucket: 'b', key: 'k', versionId: 'v', etag: 'e' },
    via: 'pending',
    digest: DIGEST,
    expectedSha256: HASH,
    contentSha256: HASH,
    storedSha256: HASH,
    size: 7,
    modified: '2026-05-01T01:00:00Z',
    metadata: { signature: 'cd' },
    bytes: 'quarantine/x',
    again: 'orgtrail collect',
  }),
);
const RELEASE = jsonOf(encodeRelease({ entry: NAME, digest: DIGEST, contentSha256: HASH }));
const ACCEPTED = { reason: 'known', caller: 'arn:aws:iam::111122223333:user/alice', by: 'alice' };
const ACCEPTANCE = jsonOf(encodeAcceptance({ entry: NAME, ...ACCEPTED, at: '2026-05-01T02:00:00Z' }));

/** `read`, or why not. */
const said = (decode: Decode, json: unknown): string => {
  const read = decode(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json)), NAME);
  return 'problem' in read ? String(read.problem) : 'read';
};

describe('all three', () => {
  const all: readonly [Decode, Json, string][] = [
    [decodeNote, NOTE, 'orgtrail.note/1'],
    [decodeRelease, RELEASE, 'orgtrail.released/1'],
    [decodeAcceptance, ACCEPTANCE, 'orgtrail.accepted/1'],
  ];
  test.each(all)('%o are read whole, under their own schema alone', (decode, json, schema) => {
    expect(said(decode, json)).toBe('read');
    expect(json['schema']).toBe(schema);
    expect(said(decode, '{')).toMatch(/JSON/i);
    for (const other of [null, [], 7, {}, { ...json, schema: `${schema}0` }])
      expect(said(decode, other)).toBe(`not of schema ${schema}`);
  });
});

describe('a note is refused', () => {
  const withPart = (parts: Json): string => said(decodeNote, { ...NOTE, ...parts });
  const origin = (parts: Json): Json => ({ origin: { ...(NOTE['origin'] as Json), ...parts } });
  test.each<[string, Json]>([
    ['no origin', { origin: undefined }],
    ['an origin that is a list', { origin: [] }],
    ['an origin that is a text', { origin: 'b/k' }],
    ['no metadata', { metadata: null }],
    ['metadata that is a number', { metadata: { signature: 7 } }],
    ['a size in text', { size: '7' }],
    ['no hash of what is stored', { storedSha256: null }],
    ['a verdict that is a number', { verdict: 7 }],
    ['no detail', { detail: undefined }],
    ['no place of its bytes', { bytes: 7 }],
  ])('with %s', (_what, parts) => {
    expect(withPart(parts)).toBe('parts of it are missing');
  });
  test.each<[string, Json]>([
    ['a digest that is a text', { digest: 'd' }],
    ['a digest that is a list', { digest: [] }],
    ['a digest without bucket', { digest: { ...DIGEST, bucket: 7 } }],
    ['a digest without key', { digest: { ...DIGEST, key: undefined } }],
    ['a digest without end', { digest: { ...DIGEST, end: null } }],
    ['bytes that were read elsewhere', { via: 'archive' }],
    ['a time of writing that is a number', { modified: 7 }],
    ['a command that is none', { again: null }],
    ['an expected hash that is a number', { expectedSha256: 7 }],
    ['a content hash that is a number', { contentSha256: 7 }],
    ['a version that is a number', origin({ versionId: 7 })],
    ['an ETag that is a number', origin({ etag: 7 })],
  ])('with %s', (_what, parts) => {
    expect(withPart(parts)).toBe('parts of it are not as recorded');
  });
  test('under the name of another entry, and says which', () => {
    expect(withPart({ verdict: 'log-unlisted' })).toBe(
      'it speaks of ["log-unlisted","b","k","aaaaaaaaaaaaaaaa"], its name of ["log-malformed","b","k","aaaaaaaaaaaaaaaa"]',
    );
    for (const parts of [origin({ bucket: 'c' }), origin({ key: 'l' }), { storedSha256: HASH.replace('a', 'b') }])
      expect(withPart(parts)).toMatch(/^it speaks of /);
  });
  test('but not for what may be unknown, nor for one of before the digest and the times were recorded', () => {
    for (const name of ['digest', 'expectedSha256', 'contentSha256', 'modified'])
      expect(withPart({ [name]: null })).toBe('read');
    expect(withPart(origin({ versionId: null, etag: null }))).toBe('read');
    const { digest: _digest, via: _via, modified: _modified, again: _again, ...former } = NOTE;
    const bytes = Buffer.from(JSON.stringify({ ...former, schema: 'orgtrail.quarantine/1' }));
    const unknown = { digest: null, via: 'source', modified: null, again: '' };
    expect(decodeNote(bytes, NAME)).toEqual({ note: { ...former, schema: 'orgtrail.note/1', ...unknown } });
  });
});

const ENTRIES: readonly [string, unknown][] = [
  ['none', undefined],
  ['null', null],
  ['a text', 'k'],
  ['a list', Object.values(NAME)],
  ...(['verdict', 'bucket', 'key', 'mark'] as const).map((part): [string, unknown] => [
    `that of another ${part}`,
    { ...NAME, [part]: 'x' },
  ]),
];

describe('a release is refused', () => {
  const withPart = (parts: Json): string => said(decodeRelease, { ...RELEASE, ...parts });
  test.each(ENTRIES)('whose entry is %s', (_what, entry) => {
    expect(withPart({ entry })).toBe('it speaks of another entry');
  });
  test.each<[string, Json]>([
    ['without digest', { digest: undefined }],
    ['with a digest that is null', { digest: null }],
    ['with half a digest', { digest: { ...DIGEST, end: 7 } }],
    ['with a hash that is a number', { contentSha256: 7 }],
  ])('%s', (_what, parts) => {
    expect(withPart(parts)).toBe('parts of it are missing');
  });
  test('but not for a hash that a digest itself does not have', () => {
    expect(withPart({ contentSha256: null })).toBe('read');
  });
});

describe('an acceptance is refused', () => {
  const withPart = (parts: Json): string => said(decodeAcceptance, { ...ACCEPTANCE, ...parts });
  test.each(ENTRIES)('whose entry is %s', (_what, entry) => {
    expect(withPart({ entry })).toBe('it speaks of another entry');
  });
  test.each<[string, Json]>([
    ['without reason', { reason: undefined }],
    ['with a reason that is a number', { reason: 7 }],
    ['without time', { at: null }],
    ['with a caller that is a number', { caller: 7 }],
    ['with a name that is a number', { by: 7 }],
    ['of nobody', { caller: null, by: null }],
  ])('%s', (_what, parts) => {
    expect(withPart(parts)).toBe('parts of it are missing');
  });
  test('but not when one of both tells who it was', () => {
    expect(withPart({ caller: null })).toBe('read');
    expect(withPart({ by: null })).toBe('read');
  });
});
