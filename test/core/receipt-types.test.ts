/** The types of a receipt that is read back: every field of every part, each with what it may be and what not. */
import { describe, expect, test } from 'vitest';
import { typeFault } from '../../src/core/receipt-types.ts';
import { BLOCKED_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES } from '../../src/core/verdict.ts';

const PREVIOUS = { bucket: 'b', key: 'k', sha256: 'ab', signature: 'cd' };
const HASHES = { contentSha256: 'ab', storedSha256: 'ab', size: 9 };
const DIGEST = {
  verdict: 'valid',
  detail: '',
  place: 'p',
  previous: PREVIOUS,
  fingerprint: 'f',
  signature: 's',
  ...HASHES,
};
const LINK = { verdict: 'linked', detail: '' };
const LOG = { verdict: 'valid', detail: '', via: 'source', place: 'p', expectedSha256: 'ab', notes: [], ...HASHES };

const faultOf = (parts: { readonly digest?: unknown; readonly link?: unknown; readonly logs?: readonly unknown[] }) =>
  typeFault({ digest: DIGEST, link: LINK, logs: [LOG], ...parts });

test('a sound one has no fault, with or without log files', () => {
  expect(faultOf({})).toBeNull();
  expect(faultOf({ logs: [] })).toBeNull();
});

const OTHERS = [undefined, 7, true, [], {}];
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  verdict: [...OTHERS, null, '', 'valie', ['valid']],
  detail: [...OTHERS, null],
  place: OTHERS,
  previous: [undefined, 7, 'x', [], {}, { ...PREVIOUS, key: 7 }, { ...PREVIOUS, signature: null }],
  fingerprint: OTHERS,
  signature: OTHERS,
  contentSha256: OTHERS,
  storedSha256: OTHERS,
  size: [undefined, '9', true, [], 0.5, 1e300],
  generated: [7, true, [], {}],
  via: [undefined, '', 'elsewhere', 7, []],
  expectedSha256: [...OTHERS, null],
  notes: [undefined, null, 'x', {}, [7], ['x', null]],
};

describe('found by fuzzing: a receipt whose verdict was a list, or whose detail was none, was read as sound', () => {
  test.each(Object.keys({ ...DIGEST, generated: null }))('the digest’s %s', (field) => {
    for (const value of WRONG[field] ?? [])
      expect(faultOf({ digest: { ...DIGEST, [field]: value } })).toBe(`the ${field} of its digest is not of its type`);
  });
  test.each(Object.keys(LINK))('the link’s %s', (field) => {
    for (const value of WRONG[field] ?? [])
      expect(faultOf({ link: { ...LINK, [field]: value } })).toBe(`the ${field} of its link is not of its type`);
  });
  test.each(Object.keys(LOG))('a log file’s %s, wherever it stands in the list', (field) => {
    for (const value of WRONG[field] ?? [])
      expect(faultOf({ logs: [LOG, { ...LOG, [field]: value }] })).toBe(
        `the ${field} of its log file is not of its type`,
      );
  });
  test('a part that is none at all', () => {
    for (const part of [null, undefined, 7, [], 'x']) {
      expect(faultOf({ digest: part })).toMatch(/of its digest/);
      expect(faultOf({ link: part })).toMatch(/of its link/);
      expect(faultOf({ logs: [part] })).toMatch(/of its log file/);
    }
  });
});

describe('what may be absent', () => {
  test('is null where nothing was read', () => {
    const unread = { place: null, previous: null, fingerprint: null, signature: null };
    const none = { contentSha256: null, storedSha256: null, size: null };
    expect(faultOf({ digest: { ...DIGEST, ...unread, ...none } })).toBeNull();
    expect(faultOf({ logs: [{ ...LOG, ...none, via: null, place: null }] })).toBeNull();
  });
  test('is a digest’s list of notes, of texts where it stands', () => {
    for (const notes of [undefined, [], ['gzip-header-data']])
      expect(faultOf({ digest: { ...DIGEST, notes } })).toBeNull();
    for (const notes of [null, 'x', {}, [7]])
      expect(faultOf({ digest: { ...DIGEST, notes } })).toBe('the notes of its digest is not of its type');
  });
  test('is not written at all by a digest that was not generated later', () => {
    for (const generated of [undefined, null, '2026-05-01T00:00:00Z'])
      expect(faultOf({ digest: { ...DIGEST, generated } })).toBeNull();
  });
});

test('every verdict of the closed lists is one, of its own part only', () => {
  const all = { digest: DIGEST_CODES, link: [...LINK_CODES, 'digest-missing'], log: LOG_CODES };
  const fits = (code: string): readonly boolean[] => [
    faultOf({ digest: { ...DIGEST, verdict: code } }) === null,
    faultOf({ link: { ...LINK, verdict: code } }) === null,
    faultOf({ logs: [{ ...LOG, verdict: code }] }) === null,
  ];
  for (const code of BLOCKED_CODES) expect(fits(code)).toEqual([true, true, true]);
  for (const codes of Object.values(all)) {
    for (const code of codes)
      expect([code, ...fits(code)]).toEqual([
        code,
        ...Object.values(all).map((one) => (one as readonly string[]).includes(code)),
      ]);
  }
});

test('a log file was read from the source, from what was captured, or from the archive', () => {
  for (const via of ['source', 'pending', 'archive']) expect(faultOf({ logs: [{ ...LOG, via }] })).toBeNull();
  expect(faultOf({ logs: [{ ...LOG, notes: ['log-recompressed', 'a note of later'] }] })).toBeNull();
});
