/** Change records: read back as written, under their own name alone, and never believed when altered. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import {
  CHANGE_OUTCOMES,
  changeRecordFolder,
  changeRecordKey,
  changeRecordName,
  decodeChangeRecord,
  encodeBegun,
  encodeDone,
  parseChangeRecordKey,
  type ChangeNote,
} from '../../../src/core/plan/change-record.ts';
import { DOCUMENT_KINDS } from '../../../src/core/plan/document.ts';

const AT = Date.UTC(2026, 2, 1, 5, 6, 7);
const POLICY = { Version: '2012-10-17', Statement: [{ Sid: 'Orgtrail1', Effect: 'Deny' }] };
const NOTE: ChangeNote = {
  ref: { kind: 'bucket-policy', account: '111111111111', target: 'archive' },
  who: 'arn:aws:iam::111111111111:user/admin',
  by: 'apply',
  at: AT,
  before: null,
  after: POLICY,
  reasons: ['two accounts are new'],
  breaks: [],
};

const SECONDS = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
const DOCUMENT = fc.option(fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>);
const ANY_NOTE: fc.Arbitrary<ChangeNote> = fc.record({
  ref: fc.record({ kind: fc.constantFrom(...DOCUMENT_KINDS), account: fc.string(), target: fc.string() }),
  who: fc.string(),
  by: fc.constantFrom('apply', 'reconcile'),
  at: SECONDS,
  before: DOCUMENT,
  after: DOCUMENT,
  reasons: fc.array(fc.string()),
  breaks: fc.array(fc.string()),
});

test('every change is read back as it was, from keys that are read back too', () => {
  fc.assert(
    fc.property(ANY_NOTE, SECONDS, fc.constantFrom(...CHANGE_OUTCOMES), (note, at, outcome) => {
      const name = changeRecordName(note);
      for (const phase of ['begun', 'done'] as const) {
        const key = changeRecordKey('p/', name, phase);
        expect(key.startsWith(changeRecordFolder('p/'))).toBe(true);
        expect(parseChangeRecordKey('p/', key)).toEqual({ name, phase });
      }
      // -0 is written as 0: what is compared is what JSON says.
      const same = JSON.parse(JSON.stringify(note)) as ChangeNote;
      expect(decodeChangeRecord(encodeBegun(note), { name, phase: 'begun' })).toEqual({ note: same, end: null });
      const end = { at, outcome };
      expect(decodeChangeRecord(encodeDone(note, end), { name, phase: 'done' })).toEqual({ note: same, end });
    }),
  );
});

test('other changes of one second have other names', () => {
  const { mark } = changeRecordName(NOTE);
  expect(changeRecordName({ ...NOTE, after: null }).mark).not.toBe(mark);
  expect(changeRecordName({ ...NOTE, who: 'somebody else' }).mark).not.toBe(mark);
  expect(changeRecordName({ ...NOTE, ref: { ...NOTE.ref, target: 'other' } }).mark).not.toBe(mark);
});

describe('nothing else is read', () => {
  const name = changeRecordName(NOTE);
  const begun = encodeBegun(NOTE);
  const done = encodeDone(NOTE, { at: AT + 1000, outcome: 'written' });

  test('no byte of the change may be another, and none may be missing', () => {
    fc.assert(
      fc.property(fc.nat(begun.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const other = Uint8Array.from(begun);
        other[at] = (other[at] ?? 0) ^ flip;
        const read = decodeChangeRecord(other, { name, phase: 'begun' });
        if (!('problem' in read)) expect(read.note).toEqual(NOTE); // white space may be other white space
        const most = Math.min(at, begun.length - 2); // the last byte ends the line and says nothing
        expect(decodeChangeRecord(begun.subarray(0, most), { name, phase: 'begun' })).toHaveProperty('problem');
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['time', { at: AT + 1000 }],
    ['kind', { kind: 'lifecycle' as const }],
    ['content', { mark: '0123456789abcdef' }],
  ])('under a name of another %s', (_what, change) => {
    expect(decodeChangeRecord(begun, { name: { ...name, ...change }, phase: 'begun' })).toHaveProperty('problem');
  });

  test('as the other phase', () => {
    expect(decodeChangeRecord(begun, { name, phase: 'done' })).toHaveProperty('problem');
    expect(decodeChangeRecord(done, { name, phase: 'begun' })).toHaveProperty('problem');
  });

  test.each([
    'schema',
    'phase',
    'kind',
    'account',
    'target',
    'who',
    'by',
    'at',
    'before',
    'after',
    'reasons',
    'breaks',
  ])('without %s', (missing) => {
    const fields = JSON.parse(Buffer.from(done).toString()) as Record<string, unknown>;
    delete fields[missing];
    const bytes = Buffer.from(JSON.stringify(fields));
    expect(decodeChangeRecord(bytes, { name, phase: 'done' })).toHaveProperty('problem');
  });

  test.each([
    ['an unknown outcome', { outcome: 'fine' }],
    ['a time that is none', { ended: '2026-02-30T00:00:00Z' }],
    ['no outcome', { outcome: null }],
  ])('with %s', (_what, change) => {
    const fields = { ...(JSON.parse(Buffer.from(done).toString()) as object), ...change };
    expect(decodeChangeRecord(Buffer.from(JSON.stringify(fields)), { name, phase: 'done' })).toHaveProperty('problem');
  });
});

test.each([
  ['orgtrail/changes/', 'orgtrail/change/'],
  ['2026/03/01/', '2026/03/02/'],
  ['20260301T050607Z', '20260230T050607Z'],
  ['bucket-policy', 'bucket-police'],
  ['.begun.json', '.begin.json'],
  ['.begun.json', '.begun.json/more'],
  ['p/', 'q/'],
])('a key with %s as %s is none of ours', (part, other) => {
  const key = changeRecordKey('p/', changeRecordName(NOTE), 'begun');
  expect(key).toContain(part);
  expect(parseChangeRecordKey('p/', key.replace(part, other))).toBeNull();
});
