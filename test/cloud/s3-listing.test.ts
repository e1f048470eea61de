/** Listings against a model that is too simple to be wrong: sort the bytes, filter, cut. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBucket, createS3State, deleteKey, type NewVersion, storeObject } from './s3/bucket.ts';
import { compareKeys, sortedKeys } from './s3/keyindex.ts';
import { encodeKey, namesIn, pageToken, readToken, takePage } from './s3/listing.ts';

/** Any code points, but no half surrogates: no UTF-8 on the wire can say those. */
const KEY = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
const PATHS = fc
  .array(fc.constantFrom('a', 'b', '/', '-', '~', 'é', '\uFFFD', '😀'), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''));

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function objectAt(key: string): NewVersion {
  const rest = { checksums: new Map(), encryption: null, retention: null, storageClass: 'STANDARD', tags: new Map() };
  return {
    key,
    body: new Uint8Array(0),
    contentType: 'text/plain',
    contentEncoding: null,
    metadata: new Map(),
    ...rest,
  };
}

/** What S3 must list: names in byte order, each rolled-up prefix once. */
function model(keys: readonly string[], prefix: string, delimiter: string | null): readonly string[] {
  const below = [...new Set(keys)].filter((key) => key.startsWith(prefix)).toSorted(byBytes);
  const names = below.map((key) => {
    const at = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? key : key.slice(0, at + 1);
  });
  return [...new Set(names)];
}

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(fc.property(KEY, KEY, (a, b) => Math.sign(compareKeys(a, b)) === Math.sign(byBytes(a, b))));
    fc.assert(fc.property(PATHS, PATHS, (a, b) => Math.sign(compareKeys(a, b)) === Math.sign(byBytes(a, b))));
  });

  it('holds through any order of writing and deleting', () => {
    const steps = fc.array(fc.record({ key: PATHS, remove: fc.boolean(), look: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (taken) => {
        const bucket = createBucket(createS3State(), { name: 'b', owner: '1', now: 0 });
        const there = new Set<string>();
        for (const { key, remove, look } of taken) {
          if (remove) deleteKey(bucket, key, 0);
          else storeObject(bucket, objectAt(key), 0);
          if (remove) there.delete(key);
          else there.add(key);
          if (look) expect(sortedKeys(bucket.index)).toEqual([...there].toSorted(byBytes));
        }
        expect(sortedKeys(bucket.index)).toEqual([...there].toSorted(byBytes));
      }),
    );
  });
});

describe('pages', () => {
  it('give every name once, whatever prefix, delimiter and page size', () => {
    const input = fc.record({
      keys: fc.array(PATHS, { maxLength: 40 }),
      prefix: fc.oneof(fc.constant(''), PATHS),
      delimited: fc.boolean(),
      max: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(input, ({ keys, prefix, delimited, max }) => {
        const bucket = createBucket(createS3State(), { name: 'b', owner: '1', now: 0 });
        for (const key of keys) storeObject(bucket, objectAt(key), 0);
        const delimiter = delimited ? '/' : null;
        const names: string[] = [];
        let from = { after: '', afterPrefix: false };
        for (let pages = 0; pages < 100; pages += 1) {
          const page = takePage(
            namesIn(bucket.index, { prefix, delimiter, ...from }, () => true),
            max,
          );
          names.push(...page.names.map((one) => one.name));
          const last = page.names.at(-1);
          if (!page.truncated || last === undefined) break;
          from = readToken(pageToken(last.name, last.kind === 'prefix')) ?? from;
        }
        expect(names).toEqual(model(keys, prefix, delimiter));
      }),
    );
  });

  it('do not name a prefix under which everything is deleted', () => {
    const bucket = createBucket(createS3State(), { name: 'b', owner: '1', versioning: true, now: 0 });
    storeObject(bucket, objectAt('gone/a'), 0);
    deleteKey(bucket, 'gone/a', 0);
    storeObject(bucket, objectAt('here/a'), 0);
    const visible = (key: string): boolean => key !== 'gone/a';
    const page = takePage(
      namesIn(bucket.index, { prefix: '', delimiter: '/', after: '', afterPrefix: false }, visible),
      10,
    );
    expect(page.names).toEqual([{ kind: 'prefix', name: 'here/' }]);
  });

  it('encode names so that form decoding gives them back', () => {
    fc.assert(fc.property(PATHS, (key) => new URLSearchParams(`k=${encodeKey(key)}`).get('k') === key));
    expect(encodeKey("test_file(3).png a+b'!~*")).toBe('test_file%283%29.png+a%2Bb%27%21%7E*');
  });
});
