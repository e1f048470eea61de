/** Conditions and versions: what makes writing once and reading exactly that possible. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Case, keepVersions, put, expectRefused, textAt } from './bench.ts';

export const CONDITION_CASES: readonly Case[] = [
  {
    name: 'PUT If-None-Match * writes once and never over',
    run: async (bench) => {
      await put(bench, 'k', { Body: 'first', IfNoneMatch: '*' });
      await expectRefused(put(bench, 'k', { Body: 'second', IfNoneMatch: '*' }), 412, 'PreconditionFailed');
      expect(await textAt(bench, 'k')).toBe('first');
    },
  },
  {
    name: 'of eight simultaneous conditional writes one wins',
    run: async (bench) => {
      const writes = Array.from({ length: 8 }, (_, n) =>
        put(bench, 'k', { Body: `writer ${n}`, IfNoneMatch: '*' }).then(() => n, statusOf),
      );
      const outcomes = await Promise.all(writes);
      const winners = outcomes.filter((outcome) => outcome < 8);
      expect(winners).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome >= 8).every((status) => status === 412 || status === 409)).toBe(true);
      expect(await textAt(bench, 'k')).toBe(`writer ${winners[0]}`);
    },
  },
  {
    name: 'PUT If-Match with a wrong ETag is refused',
    run: async (bench) => {
      await put(bench, 'k', { Body: 'first' });
      await expectRefused(put(bench, 'k', { IfMatch: '"00000000000000000000000000000000"' }), 412);
      expect(await textAt(bench, 'k')).toBe('first');
    },
  },
  {
    name: 'PUT If-Match with the right ETag replaces the object',
    run: async (bench) => {
      const { ETag } = await put(bench, 'k', { Body: 'first' });
      await put(bench, 'k', { Body: 'second', IfMatch: ETag });
      expect(await textAt(bench, 'k')).toBe('second');
    },
  },
  {
    name: 'PUT If-Match of a key that is not there is 404',
    run: async (bench) => {
      const { ETag } = await put(bench, 'k');
      await expectRefused(put(bench, 'missing', { IfMatch: ETag }), 404);
    },
  },
  {
    name: 'GET If-Match and If-None-Match',
    run: async (bench) => {
      const { ETag } = await put(bench, 'k');
      const get = (condition: { IfMatch?: string | undefined; IfNoneMatch?: string | undefined }): Promise<unknown> =>
        bench.owner.send(new GetObjectCommand({ Bucket: bench.bucket, Key: 'k', ...condition }));
      await get({ IfMatch: ETag });
      await expectRefused(get({ IfMatch: '"00"' }), 412);
      await expectRefused(get({ IfNoneMatch: ETag }), 304);
    },
  },
  {
    name: 'COPY of a source that changed is refused',
    run: async (bench) => {
      const { ETag } = await put(bench, 'k', { Body: 'seen' });
      const copy = { Bucket: bench.bucket, Key: 'c', CopySource: `${bench.bucket}/k`, CopySourceIfMatch: ETag };
      await bench.owner.send(new CopyObjectCommand(copy));
      await put(bench, 'k', { Body: 'swapped' });
      await expectRefused(bench.owner.send(new CopyObjectCommand(copy)), 412);
    },
  },
  {
    name: 'COPY If-None-Match * does not overwrite',
    run: async (bench) => {
      await put(bench, 'k', { Body: 'source' });
      await put(bench, 'c', { Body: 'there' });
      const copy = new CopyObjectCommand({
        Bucket: bench.bucket,
        Key: 'c',
        CopySource: `${bench.bucket}/k`,
        IfNoneMatch: '*',
      });
      await expectRefused(bench.owner.send(copy), 412);
      expect(await textAt(bench, 'c')).toBe('there');
    },
  },
  {
    name: 'a copy onto itself that changes nothing is refused',
    run: async (bench) => {
      await put(bench, 'k');
      await expectRefused(
        bench.owner.send(new CopyObjectCommand({ Bucket: bench.bucket, Key: 'k', CopySource: `${bench.bucket}/k` })),
        400,
        'InvalidRequest',
      );
    },
  },
];

export const VERSION_CASES: readonly Case[] = [
  {
    name: 'versions are kept, listed newest first, and read by id',
    run: async (bench) => {
      await keepVersions(bench);
      const first = await put(bench, 'k', { Body: '1' });
      const second = await put(bench, 'k', { Body: '2' });
      expect(first.VersionId).not.toBe(second.VersionId);
      const { Versions = [] } = await bench.owner.send(new ListObjectVersionsCommand({ Bucket: bench.bucket }));
      expect(Versions.map((one) => [one.VersionId, one.IsLatest])).toEqual([
        [second.VersionId, true],
        [first.VersionId, false],
      ]);
      expect([await textAt(bench, 'k'), await textAt(bench, 'k', first.VersionId)]).toEqual(['2', '1']);
    },
  },
  {
    name: 'a delete marker hides the key and counts as absent for a conditional write',
    run: async (bench) => {
      await keepVersions(bench);
      const { VersionId } = await put(bench, 'k', { Body: 'old' });
      const deleted = await bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      expect(deleted.DeleteMarker).toBe(true);
      await expectRefused(textAt(bench, 'k'), 404, 'NoSuchKey');
      expect(await textAt(bench, 'k', VersionId)).toBe('old');
      await put(bench, 'k', { Body: 'new', IfNoneMatch: '*' });
      expect(await textAt(bench, 'k')).toBe('new');
    },
  },
  {
    name: 'the 404 of a hidden key names the delete marker',
    run: async (bench) => {
      await keepVersions(bench);
      await put(bench, 'k');
      await bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      const missing = await expectRefused(textAt(bench, 'k'), 404, 'NoSuchKey');
      expect(missing.$response?.headers['x-amz-delete-marker']).toBe('true');
    },
  },
  {
    name: 'reading a delete marker by its version is 405',
    run: async (bench) => {
      await keepVersions(bench);
      await put(bench, 'k');
      const { VersionId } = await bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      await expectRefused(textAt(bench, 'k', VersionId), 405);
    },
  },
  {
    name: 'removing the delete marker brings the object back',
    run: async (bench) => {
      await keepVersions(bench);
      await put(bench, 'k', { Body: 'back' });
      const { VersionId } = await bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: 'k' }));
      await bench.owner.send(new DeleteObjectCommand({ Bucket: bench.bucket, Key: 'k', VersionId }));
      expect(await textAt(bench, 'k')).toBe('back');
    },
  },
  {
    name: 'a copy can be pinned to a version of its source',
    run: async (bench) => {
      await keepVersions(bench);
      const { VersionId } = await put(bench, 'k', { Body: 'verified' });
      await put(bench, 'k', { Body: 'swapped' });
      const CopySource = `${bench.bucket}/k?versionId=${encodeURIComponent(VersionId ?? '')}`;
      await bench.owner.send(new CopyObjectCommand({ Bucket: bench.bucket, Key: 'c', CopySource }));
      expect(await textAt(bench, 'c')).toBe('verified');
    },
  },
  {
    name: 'a version that never was is NoSuchVersion',
    run: async (bench) => {
      await keepVersions(bench);
      await put(bench, 'k');
      await expectRefused(textAt(bench, 'k', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'), 404);
    },
  },
  {
    name: 'objects from before versioning have the version "null"',
    run: async (bench) => {
      await put(bench, 'k', { Body: 'before' });
      await keepVersions(bench);
      await bench.owner.send(new PutObjectCommand({ Bucket: bench.bucket, Key: 'k', Body: 'after' }));
      expect(await textAt(bench, 'k', 'null')).toBe('before');
      const head = await bench.owner.send(new HeadObjectCommand({ Bucket: bench.bucket, Key: 'k', VersionId: 'null' }));
      expect(head.VersionId).toBe('null');
    },
  },
];

function statusOf(error: unknown): number {
  return (error as S3ServiceException).$metadata?.httpStatusCode ?? 0;
}
