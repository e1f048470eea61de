import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDirectory } from '../../src/adapters/directory.ts';
import { OperatingError } from '../../src/errors.ts';
import type { ListRequest, ObjectReader } from '../../src/ports.ts';
import { compareKeys } from '../cloud/s3/keyindex.ts';

const BUCKET = { bucket: 'any', owner: '111122223333' };
let root: string;
let outside: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orgtrail-directory-'));
  outside = mkdtempSync(join(tmpdir(), 'orgtrail-outside-'));
  writeFileSync(join(outside, 'secret'), 'not ours');
});
afterEach(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true, force: true });
});

function put(key: string, text = key, folder = root): void {
  const file = join(folder, key);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function keys(reader: ObjectReader, request: Omit<ListRequest, 'bucket' | 'owner'>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of reader.list({ ...BUCKET, ...request })) found.push(key);
  return found;
}

const get = (reader: ObjectReader, key: string, maxBytes = 1000) => reader.get({ ...BUCKET, key }, { maxBytes });
const refusal = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    (value) => ({ value }),
    (error: unknown) => (error instanceof OperatingError ? error.code : error),
  );

describe('a copy of a bucket in a folder', () => {
  test('is listed in the order of S3, whatever the names: a folder sorts with its slash', async () => {
    const all = ['a-b/1', 'a/1', 'a/2/3', 'a0', 'a/2.json', 'ä', 'b/é/1', 'z', '😀', '\uFFFD'];
    for (const key of all) put(key);
    const reader = await openDirectory(root);
    expect(await keys(reader, { prefix: '' })).toEqual(all.toSorted(compareKeys));
  });

  test('any files, any prefix, any start: what S3 would list (random)', async () => {
    const segment = fc.constantFrom('a', 'b', 'a-', 'a.', 'A', 'é', '0');
    const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const cut = fc.oneof(
      key,
      key.map((one) => `${one}/`),
      fc.constant(''),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 12 }), cut, cut, async (wanted, prefix, startAfter) => {
        const folder = mkdtempSync(join(outside, 'run-'));
        // No key of a bucket can be a file and a folder at once in a copy.
        const files = wanted.filter((one) => !wanted.some((other) => other.startsWith(`${one}/`)));
        for (const one of files) put(one, one, folder);
        const expected = [...new Set(files)]
          .filter((one) => one.startsWith(prefix) && (startAfter === '' || compareKeys(one, startAfter) > 0))
          .toSorted(compareKeys);
        expect(
          await keys(await openDirectory(folder), { prefix, ...(startAfter === '' ? {} : { startAfter }) }),
        ).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('its folders are those directly below a prefix', async () => {
    for (const key of ['x/b/1', 'x/a/2/3', 'x/file', 'y/c/1']) put(key);
    const reader = await openDirectory(root);
    expect(await reader.folders({ ...BUCKET, prefix: 'x/' })).toEqual(['a/', 'b/']);
    expect(await reader.folders({ ...BUCKET, prefix: '' })).toEqual(['x/', 'y/']);
    expect(await reader.folders({ ...BUCKET, prefix: 'none/' })).toEqual([]);
  });

  test('a file is read whole, with its time, without metadata; what is not there is null', async () => {
    put('x/file', 'content');
    utimesSync(join(root, 'x/file'), 1_700_000_000, 1_700_000_000);
    const reader = await openDirectory(root);
    const object = await get(reader, 'x/file');
    expect(Buffer.from(object?.bytes ?? '').toString()).toBe('content');
    expect(object).toMatchObject({ size: 7, lastModified: 1_700_000_000_000, versionId: null, metadata: new Map() });
    expect(await reader.head({ ...BUCKET, key: 'x/file' })).toMatchObject({ size: 7, etag: object?.etag });
    for (const key of ['x/none', 'x', 'x/', 'x/file/below', '']) expect(await get(reader, key)).toBeNull();
  });

  test('a file larger than allowed is refused before it is read', async () => {
    put('large', 'x'.repeat(100));
    expect(await refusal(get(await openDirectory(root), 'large', 99))).toBe('object-too-large');
  });
});

describe('nothing outside the folder is read', () => {
  test.for(['../secret', 'a/../../secret', '..', '.', 'a/./b', '/etc/passwd', 'a//b', 'a\0b', `x/${'y'.repeat(2000)}`])(
    'the key %j names no object',
    async (key) => {
      put('a/b');
      put('secret', 'x', root);
      const reader = await openDirectory(join(root, 'a'));
      expect(await get(reader, key)).toBeNull();
      expect(await keys(reader, { prefix: `${key}/` })).toEqual([]);
      expect(await reader.folders({ ...BUCKET, prefix: `${key}/` })).toEqual([]);
    },
  );

  test('a symbolic link is refused, to a file or a folder, read or listed', async () => {
    put('x/file');
    symlinkSync(join(outside, 'secret'), join(root, 'x/link'));
    symlinkSync(outside, join(root, 'folder'));
    const reader = await openDirectory(root);
    expect(await refusal(get(reader, 'x/link'))).toBe('blocked-access');
    expect(await refusal(get(reader, 'folder/secret'))).toBe('blocked-access');
    expect(await refusal(keys(reader, { prefix: 'x/' }))).toBe('blocked-access');
    expect(await refusal(keys(reader, { prefix: 'folder/' }))).toBe('blocked-access');
    expect(await refusal(reader.folders({ ...BUCKET, prefix: 'folder/' }))).toBe('blocked-access');
    expect(await get(reader, 'x/file')).not.toBeNull();
  });

  test('the folder itself may be a link: it is named by who asks', async () => {
    put('x/file');
    symlinkSync(root, join(outside, 'here'));
    expect(await keys(await openDirectory(join(outside, 'here')), { prefix: '' })).toEqual(['x/file']);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is blocked, never absent', async () => {
    put('x/file');
    chmodSync(join(root, 'x/file'), 0o000);
    expect(await refusal(get(await openDirectory(root), 'x/file'))).toBe('blocked-access');
  });

  test.for(['none', 'file'])('no folder (%s): a usage error that names it', async (name) => {
    put('file');
    await expect(openDirectory(join(root, name))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(name),
    });
  });
});
