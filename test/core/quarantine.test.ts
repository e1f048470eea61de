/** What lies beside bytes in quarantine: read back as it was written, under its own name alone. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatKey } from '../../src/core/key.ts';
import {
  parseQuarantineKey,
  QUARANTINE_PARTS,
  quarantineKey,
  quarantinePartKey,
  quarantineRoot,
  type QuarantineName,
} from '../../src/core/layout.ts';
import {
  decodeAcceptance,
  decodeNote,
  decodeRelease,
  encodeAcceptance,
  encodeNote,
  encodeRelease,
  type QuarantineNote,
} from '../../src/core/quarantine.ts';
import { DIGEST_CODES, LOG_CODES } from '../../src/core/verdict.ts';

const hex = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const text = fc.string({ maxLength: 20 });
const PREFIX = fc.constantFrom('', 'archive/', 'orgtrail/', 'orgtrail/quarantine/');
const FAILED = [...LOG_CODES, ...DIGEST_CODES].filter((code) => code !== 'valid');

const KEY = fc
  .record({
    prefix: fc.constantFrom('', 'logs/', 'a/b/', 'orgtrail/quarantine/log-missing/', 'note-0123456789abcdef.json/'),
    account: fc.stringMatching(/^\d{12}$/),
    minute: fc.nat(600_000),
    unique: fc.stringMatching(/^_[A-Za-z0-9]{16}$/),
    digest: fc.boolean(),
  })
  .map(({ prefix, account, minute, unique, digest }) => {
    const place = { prefix, org: null, account, region: 'eu-west-1' };
    const time = Date.UTC(2026, 0, 1) + minute * 60_000;
    return digest
      ? formatKey({ ...place, type: 'digest', trail: 'main', homeRegion: 'eu-west-1', end: time, kind: 'standard' })
      : formatKey({ ...place, type: 'log', kind: 'CloudTrail', time, unique });
  });
const NAME: fc.Arbitrary<QuarantineName> = fc.record({
  verdict: fc.constantFrom(...FAILED),
  bucket: fc.stringMatching(/^[a-z0-9][a-z0-9.-]{1,30}[a-z0-9]$/),
  key: KEY,
  mark: hex(16),
});

describe('a key in quarantine', () => {
  test('says what it was made from', () => {
    fc.assert(
      fc.property(PREFIX, NAME, fc.constantFrom(...QUARANTINE_PARTS), (prefix, name, part) => {
        const key = quarantinePartKey(prefix, name, part);
        expect(parseQuarantineKey(prefix, key)).toEqual({ name, part });
        expect(key.startsWith(`${quarantineKey(prefix, name, name.verdict)}/`)).toBe(true);
        expect(key.startsWith(quarantineRoot(prefix))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    'bytes-0123456789abcde',
    'bytes-0123456789abcdef.json',
    'note-0123456789abcdef',
    'other-0123456789abcdef',
    '',
  ])('that ends in "%s" is none', (end) => {
    fc.assert(
      fc.property(NAME, (name) => {
        expect(parseQuarantineKey('', `${quarantineKey('', name, name.verdict)}/${end}`)).toBeNull();
      }),
      { numRuns: 20 },
    );
  });

  test('of what is no file of CloudTrail is none', () => {
    expect(
      parseQuarantineKey('', 'orgtrail/quarantine/log-missing/bucket/etc/passwd/bytes-0123456789abcdef'),
    ).toBeNull();
  });
});

const DIGEST = fc.record({ bucket: text, key: text, end: text });
const NOTED: fc.Arbitrary<{ readonly name: QuarantineName; readonly note: Omit<QuarantineNote, 'schema'> }> = fc
  .record({
    name: NAME,
    rest: hex(48),
    detail: text,
    versionId: fc.option(text),
    etag: fc.option(text),
    via: fc.constantFrom('source' as const, 'pending' as const),
    digest: fc.option(DIGEST),
    expectedSha256: fc.option(hex(64)),
    contentSha256: fc.option(hex(64)),
    size: fc.nat(),
    modified: fc.option(text),
    metadata: fc.dictionary(fc.stringMatching(/^[a-z-]{1,8}$/), text, { maxKeys: 3 }),
    again: text,
  })
  .map(({ name, rest, versionId, etag, ...said }) => ({
    name,
    note: {
      ...said,
      verdict: name.verdict,
      origin: { bucket: name.bucket, key: name.key, versionId, etag },
      storedSha256: `${name.mark}${rest}`,
      bytes: quarantinePartKey('', name, 'bytes'),
    },
  }));

describe('a note', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(NOTED, ({ name, note }) => {
        const plain = JSON.parse(JSON.stringify({ schema: 'orgtrail.note/1', ...note })) as unknown;
        expect(decodeNote(encodeNote(note), name)).toEqual({ note: plain });
      }),
      { numRuns: 200 },
    );
  });

  test.each(['verdict', 'bucket', 'key', 'mark'] as const)('under the name of another %s explains nothing', (part) => {
    fc.assert(
      fc.property(NOTED, NAME, ({ name, note }, other) => {
        fc.pre(other[part] !== name[part]);
        expect(decodeNote(encodeNote(note), { ...name, [part]: other[part] })).toHaveProperty('problem');
      }),
      { numRuns: 50 },
    );
  });

  test('of before the digest was noted is read, and says that it does not know', () => {
    fc.assert(
      fc.property(NOTED, ({ name, note }) => {
        const { digest: _digest, via: _via, modified: _modified, again: _again, ...former } = note;
        const bytes = Buffer.from(JSON.stringify({ schema: 'orgtrail.quarantine/1', ...former }));
        expect(decodeNote(bytes, name)).toMatchObject({
          note: { schema: 'orgtrail.note/1', digest: null, via: 'source', modified: null, again: '' },
        });
      }),
      { numRuns: 30 },
    );
  });

  test('with anything else in any of its places is refused or still whole enough for every reader', () => {
    const junk = fc.constantFrom<unknown>(null, [], 0, {}, { toString: 0 }, undefined);
    fc.assert(
      fc.property(NOTED, fc.nat(), junk, ({ name, note }, at, value) => {
        const fields = ['schema', ...Object.keys(note)];
        const field = fields[at % fields.length] ?? 'schema';
        const bytes = Buffer.from(JSON.stringify({ schema: 'orgtrail.note/1', ...note, [field]: value }));
        const read = decodeNote(bytes, name);
        if ('problem' in read) return;
        const { detail, origin, bytes: place, again, metadata } = read.note;
        const texts = [detail, origin.bucket, origin.key, place, again, ...Object.values(metadata)];
        expect(texts.map((one) => typeof one)).toEqual(texts.map(() => 'string'));
        for (const one of [read.note.modified, read.note.digest?.key ?? null, read.note.expectedSha256 ?? null])
          expect(one === null || typeof one === 'string').toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what was written later', () => {
  test('is read back under its own entry, and refused under any other', () => {
    fc.assert(
      fc.property(NAME, NAME, DIGEST, fc.option(hex(64)), (entry, other, digest, contentSha256) => {
        const released = encodeRelease({ entry, digest, contentSha256 });
        expect(decodeRelease(released, entry)).toMatchObject({ release: { entry, digest, contentSha256 } });
        const accepted = encodeAcceptance({ entry, reason: 'seen', caller: null, by: 'R. Night', at: 'then' });
        expect(decodeAcceptance(accepted, entry)).toMatchObject({ acceptance: { entry, by: 'R. Night' } });
        expect(decodeAcceptance(released, entry)).toHaveProperty('problem');
        expect(decodeRelease(accepted, entry)).toHaveProperty('problem');
        fc.pre(JSON.stringify(other) !== JSON.stringify(entry));
        expect(decodeRelease(released, other)).toHaveProperty('problem');
        expect(decodeAcceptance(accepted, other)).toHaveProperty('problem');
      }),
    );
  });

  test('by nobody is refused', () => {
    fc.assert(
      fc.property(NAME, (entry) => {
        const bytes = encodeAcceptance({ entry, reason: 'seen', caller: null, by: null, at: 'then' });
        expect(decodeAcceptance(bytes, entry)).toHaveProperty('problem');
      }),
    );
  });

  test('no bytes make a reader throw', () => {
    fc.assert(
      fc.property(
        NAME,
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (name, bytes) => {
          for (const decode of [decodeNote, decodeRelease, decodeAcceptance])
            expect(decode(bytes, name)).toHaveProperty('problem');
        },
      ),
    );
  });
});
