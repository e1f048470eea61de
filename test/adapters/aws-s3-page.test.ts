import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareUtf8, readPage, type PageQuestion } from '../../src/adapters/aws-s3-page.ts';

const QUESTION: PageQuestion = { bucket: 'b', prefix: 'p/', byFolder: false, after: null, token: 't0' };
const WHEN = new Date('2026-01-02T03:04:05Z');

function entry(key: string): { Key: string; Size: number; ETag: string; LastModified: Date } {
  return { Key: key, Size: 3, ETag: '"abc"', LastModified: WHEN };
}

function page(change: Partial<ListObjectsV2CommandOutput> = {}): ListObjectsV2CommandOutput {
  const Contents = change.Contents ?? [entry('p/a'), entry('p/b')];
  return { $metadata: {}, Name: 'b', Prefix: 'p/', KeyCount: Contents.length, IsTruncated: false, ...change, Contents };
}

describe('a page of a listing', () => {
  test('is read when it answers the question', () => {
    expect(readPage(page(), QUESTION)).toEqual({
      objects: [
        { key: 'p/a', size: 3, etag: 'abc', lastModified: WHEN.getTime() },
        { key: 'p/b', size: 3, etag: 'abc', lastModified: WHEN.getTime() },
      ],
      folders: [],
      next: null,
      last: 'p/b',
    });
  });

  test('is decoded when it says that it is encoded, and only then', () => {
    const encoded = page({ EncodingType: 'url', Contents: [entry('p/a%2Bb+c%25')] });
    expect(readPage(encoded, QUESTION)).toMatchObject({ objects: [{ key: 'p/a+b c%' }] });
    expect(readPage(page({ Contents: [entry('p/a%2Bb+c%25')] }), QUESTION)).toMatchObject({
      objects: [{ key: 'p/a%2Bb+c%25' }],
    });
    expect(readPage(page({ EncodingType: 'url', Contents: [entry('p/%FF')] }), QUESTION)).toContain('lacks its key');
  });

  test('may be empty and say how to go on', () => {
    expect(readPage(page({ Contents: [], IsTruncated: true, NextContinuationToken: 't1' }), QUESTION)).toMatchObject({
      next: 't1',
      objects: [],
      last: null,
    });
  });

  test.each<[string, Partial<ListObjectsV2CommandOutput>, string]>([
    ['no bucket', { Name: undefined }, 'no bucket'],
    ['another bucket', { Name: 'c' }, 'another bucket'],
    ['another prefix', { Prefix: 'q/' }, 'another prefix'],
    ['no prefix', { Prefix: undefined }, 'another prefix'],
    ['no end mark', { IsTruncated: undefined }, 'complete'],
    ['no count', { KeyCount: undefined }, 'how many'],
    ['a wrong count', { KeyCount: 1000 }, 'announces 1000'],
    ['folders unasked', { CommonPrefixes: [{ Prefix: 'p/x/' }] }, 'folders'],
    ['no token', { IsTruncated: true }, 'no token'],
    ['an empty token', { IsTruncated: true, NextContinuationToken: '' }, 'no token'],
    ['the same token', { IsTruncated: true, NextContinuationToken: 't0' }, 'page before'],
    ['a foreign key', { Contents: [entry('p/a'), entry('q/b')] }, 'outside'],
    ['keys out of order', { Contents: [entry('p/b'), entry('p/a')] }, 'order'],
    ['a key twice', { Contents: [entry('p/a'), entry('p/a')] }, 'order'],
    ['no size', { Contents: [{ ...entry('p/a'), Size: undefined }] }, 'lacks'],
    ['no time', { Contents: [{ ...entry('p/a'), LastModified: new Date(Number.NaN) }] }, 'lacks'],
    ['no ETag', { Contents: [{ ...entry('p/a'), ETag: undefined }] }, 'lacks'],
    ['no key', { Contents: [{ ...entry('p/a'), Key: undefined }] }, 'lacks'],
  ])('is refused with %s', (_name, change, words) => {
    expect(readPage(page(change), QUESTION)).toContain(words);
  });

  test('is refused when it starts before the last key', () => {
    expect(readPage(page(), { ...QUESTION, after: 'p/a' })).toContain('order');
    expect(readPage(page(), { ...QUESTION, after: 'p/A' })).toMatchObject({ last: 'p/b' });
  });

  test('by folder takes folders and refuses what is none', () => {
    const byFolder = { ...QUESTION, byFolder: true };
    expect(readPage(page({ KeyCount: 3, CommonPrefixes: [{ Prefix: 'p/c/' }] }), byFolder)).toMatchObject({
      folders: ['p/c/'],
      last: 'p/c/',
    });
    for (const folder of ['p/', 'p/c', 'p/c/d/', 'q/c/'])
      expect(readPage(page({ CommonPrefixes: [{ Prefix: folder }] }), byFolder)).toBeTypeOf('string');
  });
});

test('keys are ordered by their UTF-8 bytes', () => {
  assert(
    property(string({ unit: 'binary' }), string({ unit: 'binary' }), (left, right) => {
      expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
  expect(compareUtf8('\u{1F600}', '\uFFFD')).toBeGreaterThan(0); // UTF-16 says the opposite
});
