/** Listings: every key once, in byte order, whatever the page size. */
import {
  HeadBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Bench, type Case, freshName, put, expectRefused } from './bench.ts';

/** In UTF-8 order. UTF-16 order would put the last but one last. */
const ORDERED = ['A', 'B', 'a', 'a/', 'a/b', 'a0', 'aa', 'é', '漢', '\uFFFD', '😀'];
const TREE = [
  'AWSLogs/1/CloudTrail/a',
  'AWSLogs/1/CloudTrail/b',
  'AWSLogs/1/CloudTrail-Digest/a',
  'AWSLogs/2/CloudTrail/a',
  'AWSLogs/file',
  'other/x',
];

async function fill(bench: Bench, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => put(bench, key)));
}

interface Listed {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  readonly pages: number;
}

/** Follows the tokens to the end, at most 50 pages. */
async function listAll(bench: Bench, input: Omit<ListObjectsV2CommandInput, 'Bucket'>): Promise<Listed> {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let token: string | undefined;
  for (let pages = 1; pages <= 50; pages += 1) {
    const more = token === undefined ? {} : { ContinuationToken: token };
    const page = await bench.owner.send(new ListObjectsV2Command({ Bucket: bench.bucket, ...input, ...more }));
    keys.push(...(page.Contents ?? []).map((one) => one.Key ?? ''));
    prefixes.push(...(page.CommonPrefixes ?? []).map((one) => one.Prefix ?? ''));
    expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
    expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
    token = page.NextContinuationToken;
    if (token === undefined) return { keys, prefixes, pages };
  }
  throw new Error('the listing does not end');
}

export const LISTING_CASES: readonly Case[] = [
  {
    name: 'an empty bucket has no keys and says so',
    run: async (bench) => expect(await listAll(bench, {})).toEqual({ keys: [], prefixes: [], pages: 1 }),
  },
  {
    name: 'keys come in UTF-8 byte order, in pages of every size',
    run: async (bench) => {
      await fill(bench, ORDERED.toReversed());
      for (const MaxKeys of [1, 3, 1000]) expect((await listAll(bench, { MaxKeys })).keys).toEqual(ORDERED);
    },
  },
  {
    name: 'StartAfter is exclusive and need not be a key',
    run: async (bench) => {
      await fill(bench, ['a', 'b', 'c']);
      expect((await listAll(bench, { StartAfter: 'a' })).keys).toEqual(['b', 'c']);
      expect((await listAll(bench, { StartAfter: 'aa', MaxKeys: 1 })).keys).toEqual(['b', 'c']);
      expect((await listAll(bench, { StartAfter: 'z' })).keys).toEqual([]);
    },
  },
  {
    name: 'a prefix is no folder: it may end anywhere',
    run: async (bench) => {
      await fill(bench, TREE);
      expect((await listAll(bench, { Prefix: 'AWSLogs/1/CloudTrail' })).keys).toHaveLength(3);
      expect((await listAll(bench, { Prefix: 'AWSLogs/1/CloudTrail/' })).keys).toEqual(TREE.slice(0, 2));
    },
  },
  {
    name: 'a delimiter rolls up, page by page, each prefix once',
    run: async (bench) => {
      await fill(bench, TREE);
      for (const MaxKeys of [1, 2, 1000]) {
        const root = await listAll(bench, { Delimiter: '/', MaxKeys });
        expect([root.keys, root.prefixes]).toEqual([[], ['AWSLogs/', 'other/']]);
        const below = await listAll(bench, { Prefix: 'AWSLogs/', Delimiter: '/', MaxKeys });
        expect([below.keys, below.prefixes]).toEqual([['AWSLogs/file'], ['AWSLogs/1/', 'AWSLogs/2/']]);
      }
    },
  },
  {
    name: 'encoding-type=url: a key with a newline comes encoded, spaces as + or %20',
    run: async (bench) => {
      await fill(bench, ['a b/line\nbreak+é']);
      const page = await bench.owner.send(new ListObjectsV2Command({ Bucket: bench.bucket, EncodingType: 'url' }));
      const [key = ''] = (page.Contents ?? []).map((one) => one.Key);
      expect(key).toMatch(/^a(?:\+|%20)b\/line%0Abreak%2B%C3%A9$/i);
      expect(decodeURIComponent(key.replaceAll('+', ' '))).toBe('a b/line\nbreak+é');
    },
  },
  {
    name: 'version 1: markers lead through all pages, as the AWS CLI asks',
    run: async (bench) => {
      await fill(bench, TREE);
      const seen: string[] = [];
      let Marker: string | undefined;
      for (let pages = 0; pages < 20; pages += 1) {
        const page = await bench.owner.send(
          new ListObjectsCommand({ Bucket: bench.bucket, MaxKeys: 2, ...(Marker === undefined ? {} : { Marker }) }),
        );
        seen.push(...(page.Contents ?? []).map((one) => one.Key ?? ''));
        Marker = seen.at(-1);
        if (page.IsTruncated !== true) break;
      }
      expect(seen).toEqual(TREE.toSorted((a, b) => (a < b ? -1 : 1)));
    },
  },
  {
    name: 'a page of no keys is a whole page',
    run: async (bench) => {
      await fill(bench, ['a']);
      const page = await bench.owner.send(new ListObjectsV2Command({ Bucket: bench.bucket, MaxKeys: 0 }));
      expect([page.KeyCount, page.IsTruncated]).toEqual([0, false]);
    },
  },
  {
    name: 'a token that was never given is refused',
    run: async (bench) =>
      void (await expectRefused(listAll(bench, { ContinuationToken: 'made up' }), 400, 'InvalidArgument')),
  },
  {
    name: 'a bucket that is not there is NoSuchBucket, and 404 to HEAD',
    run: async ({ owner }) => {
      await expectRefused(owner.send(new ListObjectsV2Command({ Bucket: freshName() })), 404, 'NoSuchBucket');
      await expectRefused(owner.send(new HeadBucketCommand({ Bucket: freshName() })), 404);
    },
  },
];
