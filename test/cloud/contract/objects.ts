/** Objects: bytes, names and descriptions come back as they went in, or are refused. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { type Bench, type Case, put, expectRefused, textAt } from './bench.ts';

/** Names that break servers which normalise, decode twice or split at the wrong place. */
const ODD_KEYS: readonly string[] = [
  'AWSLogs/../../x',
  './a',
  'a//b',
  '/leading',
  'trailing/',
  'percent%2Fslash',
  'double%252e',
  'space and+plus',
  'query?versionId=1',
  'hash#tag&and=equals',
  'quote"\'<>&amp;',
  'unicode-é-漢-😀',
  'new\nline\ttab',
  '%',
  `${'k'.repeat(1020)}.end`,
];

async function hello(bench: Bench, Key = 'k'): Promise<void> {
  const Metadata = { signature: 'ab12', 'signature-algorithm': 'SHA256withRSA' };
  await put(bench, Key, { Body: 'hello', Metadata, ContentType: 'application/json', ContentEncoding: 'gzip' });
}

const described = {
  ContentType: 'application/json',
  ContentEncoding: 'gzip',
  Metadata: { signature: 'ab12', 'signature-algorithm': 'SHA256withRSA' },
};

export const OBJECT_CASES: readonly Case[] = [
  {
    name: 'an object comes back with its bytes, type, encoding and metadata',
    run: async (bench) => {
      await hello(bench);
      const got = await bench.owner.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      expect(got).toMatchObject({
        ...described,
        ContentLength: 5,
        ETag: `"${createHash('md5').update('hello').digest('hex')}"`,
      });
      expect(await got.Body?.transformToString()).toBe('hello');
      expect(Math.abs((got.LastModified?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    },
  },
  {
    name: 'HEAD says what GET says',
    run: async (bench) => {
      await hello(bench);
      const head = await bench.owner.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      expect(head).toMatchObject({ ...described, ContentLength: 5 });
    },
  },
  {
    name: 'an empty object is an object',
    run: async (bench) => {
      await put(bench, 'empty', { Body: '' });
      expect(await textAt(bench, 'empty')).toBe('');
    },
  },
  {
    name: 'ranges: middle, end, open and unsatisfiable',
    run: async (bench) => {
      await hello(bench);
      const range = async (Range: string): Promise<string | undefined> =>
        (
          await bench.owner.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', Range }))
        ).Body?.transformToString();
      expect([
        await range('bytes=1-2'),
        await range('bytes=-2'),
        await range('bytes=3-'),
        await range('bytes=2-99'),
      ]).toEqual(['el', 'lo', 'lo', 'llo']);
      await expectRefused(range('bytes=5-9'), 416);
    },
  },
  {
    name: 'a missing key is NoSuchKey to its owner, and 404 to HEAD',
    run: async (bench) => {
      await expectRefused(textAt(bench, 'nope'), 404, 'NoSuchKey');
      await expectRefused(bench.owner.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'nope' })), 404);
    },
  },
  ...ODD_KEYS.map((key) => ({
    name: `the key ${JSON.stringify(key.length > 40 ? `${key.slice(0, 8)}… (${key.length} bytes)` : key)} is kept as it is`,
    run: async (bench: Bench): Promise<void> => {
      await put(bench, key, { Body: key });
      expect(await textAt(bench, key)).toBe(key);
      const listed = await bench.owner.send(new ListObjectsV2Command({ Bucket: bench.bucket }));
      expect(listed.Contents?.map((one) => one.Key)).toEqual([key]);
      await bench.owner.send(
        new CopyObjectCommand({
          Bucket: bench.bucket,
          Key: 'copy',
          CopySource: `${bench.bucket}/${encodeURIComponent(key)}`,
        }),
      );
      expect(await textAt(bench, 'copy')).toBe(key);
      await bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: key }));
      await expectRefused(textAt(bench, key), 404);
    },
  })),
  {
    name: 'a key of 1,025 bytes is too long',
    run: async (bench) => void (await expectRefused(put(bench, 'k'.repeat(1025)), 400, 'KeyTooLongError')),
  },
  {
    name: 'a wrong Content-MD5 is refused and nothing is stored',
    run: async (bench) => {
      const ContentMD5 = createHash('md5').update('other').digest('base64');
      await expectRefused(put(bench, 'k', { ContentMD5 }), 400, 'BadDigest');
      await expectRefused(textAt(bench, 'k'), 404);
    },
  },
  {
    name: 'a wrong CRC32 is refused',
    run: async (bench) => void (await expectRefused(put(bench, 'k', { ChecksumCRC32: 'AAAAAA==' }), 400)),
  },
  {
    name: 'a wrong SHA-256 checksum is refused',
    run: async (bench) =>
      void (await expectRefused(
        put(bench, 'k', { ChecksumSHA256: createHash('sha256').update('other').digest('base64') }),
        400,
      )),
  },
  {
    name: 'a checksum that was sent comes back when it is asked for',
    run: async (bench) => {
      await put(bench, 'k', { Body: '123456789', ChecksumAlgorithm: 'CRC32' });
      const got = await bench.owner.send(
        new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', ChecksumMode: 'ENABLED' }),
      );
      // CRC-32 of "123456789", the check value of every catalogue.
      expect(got.ChecksumCRC32).toBe(Buffer.from('cbf43926', 'hex').toString('base64'));
    },
  },
  {
    name: 'a streamed body with its checksum in the trailer is stored without its framing',
    run: async (bench) => {
      const body = Buffer.alloc(200_000, 'ab');
      const stream = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
      await put(bench, 'k', {
        Body: stream,
        ContentLength: body.length,
        ChecksumAlgorithm: 'CRC32',
        ContentEncoding: 'gzip',
      });
      const got = await bench.owner.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      expect(got.ContentEncoding).toBe('gzip');
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    },
  },
  {
    name: 'a copy keeps metadata and type, a replacing copy has its own',
    run: async (bench) => {
      await hello(bench);
      const { bucket: Bucket, owner } = bench;
      await owner.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/k` }));
      expect(await owner.send(new HeadObjectCommand({ Bucket, Key: 'c' }))).toMatchObject(described);
      const replaced = { MetadataDirective: 'REPLACE' as const, Metadata: { new: '1' }, ContentType: 'text/plain' };
      await owner.send(new CopyObjectCommand({ Bucket, Key: 'r', CopySource: `${Bucket}/k`, ...replaced }));
      const head = await owner.send(new HeadObjectCommand({ Bucket, Key: 'r' }));
      expect([head.Metadata, head.ContentType]).toEqual([{ new: '1' }, 'text/plain']);
    },
  },
  {
    name: 'tags: with the object, later, and copied along',
    run: async (bench) => {
      const { bucket: Bucket, owner } = bench;
      const tagsOf = async (Key: string): Promise<unknown> =>
        (await owner.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
      await put(bench, 'k', { Tagging: 'a=1&b=x%20y' });
      expect(await tagsOf('k')).toEqual([
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: 'x y' },
      ]);
      await owner.send(
        new PutObjectTaggingCommand({
          Bucket,
          Key: 'k',
          Tagging: { TagSet: [{ Key: 'orgtrail', Value: 'promoted' }] },
        }),
      );
      await owner.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/k` }));
      expect(await tagsOf('c')).toEqual([{ Key: 'orgtrail', Value: 'promoted' }]);
    },
  },
  {
    name: 'deleting what is not there is no error; many keys go at once, a newline among them',
    run: async (bench) => {
      const { bucket: Bucket, owner } = bench;
      await owner.send(new DeleteObjectCommand({ Bucket, Key: 'nope' }));
      const keys = ['a', 'line\nbreak', 'c&<d>'];
      for (const key of keys) await put(bench, key);
      const Objects = keys.map((Key) => ({ Key }));
      const result = await owner.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      expect([result.Errors ?? [], result.Deleted?.length]).toEqual([[], 3]);
      expect((await owner.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    },
  },
];
