/** The reader and the archive against a store that is none of ours: Ceph's object gateway. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createArchive } from '../../src/adapters/aws-archive.ts';
import type { ArchiveStore, NewObject } from '../../src/ports.ts';
import { startCeph, type CephStack } from '../stack/ceph.ts';
import { CEPH, reasonToSkip } from '../stack/need.ts';
import { collect, failure, transportTo, useCredentials } from './raw-s3.ts';

const PAYER = '111111111111';
const BUCKET = 'archive-on-ceph';

function object(text: string): NewObject {
  return {
    bytes: Buffer.from(text),
    contentType: 'application/json',
    contentEncoding: 'gzip',
    metadata: new Map([['signature', 'ab']]),
  };
}

const missing = reasonToSkip('Ceph', CEPH);

describe.skipIf(missing !== null)('on Ceph', () => {
  let ceph: CephStack;
  let archive: ArchiveStore;

  beforeAll(async () => {
    ceph = await startCeph({ members: ['222222222222'], payer: PAYER });
    const client = ceph.client(ceph.plain.owner);
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    client.destroy();
    const transport = transportTo(ceph.endpoint, { timeouts: { connectMs: 2000, requestMs: 10_000, readMs: 20_000 } });
    useCredentials(ceph.plain.owner.accessKeyId, ceph.plain.owner.secretAccessKey);
    archive = createArchive(transport, { owner: PAYER, region: 'us-east-1', kmsKey: null });
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await ceph?.stop();
  });

  test('conditional writes pass the probe and keep the first object', async () => {
    const ref = { bucket: BUCKET, key: 'AWSLogs/x.gz', owner: PAYER };
    await archive.probeConditionalWrites(BUCKET, PAYER, 'p/');
    expect(await archive.putIfAbsent(ref, object('one'))).toBe('created');
    expect(await archive.putIfAbsent(ref, object('two'))).toBe('exists');
    const stored = await archive.get(ref, { maxBytes: 100 });
    expect(Buffer.from(stored?.bytes ?? []).toString()).toBe('one');
    expect(stored).toMatchObject({ contentEncoding: 'gzip', metadata: new Map([['signature', 'ab']]) });
    expect(await archive.get(ref, { maxBytes: 100, ifMatch: stored?.etag ?? '' })).toMatchObject({ size: 3 });
    expect((await failure(archive.get(ref, { maxBytes: 100, ifMatch: 'f'.repeat(32) }))).message).toContain(
      'changed while reading',
    );
    expect(await archive.get({ ...ref, key: 'AWSLogs/none' }, { maxBytes: 100 })).toBeNull();
    expect(await archive.head({ ...ref, key: 'AWSLogs/none' })).toBeNull();
    await archive.tag(ref, new Map([['orgtrail', 'promoted']]));
  });

  test('pages, folders and odd keys pass all guards', async () => {
    const names = ['a b', 'a+b', 'ä%', '\u{1F600}', '\uFFFD', 'd/1', 'd/2', 'e/1'];
    const keys = [
      ...names,
      ...Array.from({ length: 1100 }, (_, index) => `many/${String(index).padStart(4, '0')}`),
    ].map((name) => `list/${name}`);
    for (let at = 0; at < keys.length; at += 20)
      await Promise.all(
        keys.slice(at, at + 20).map((key) => archive.putIfAbsent({ bucket: BUCKET, key, owner: PAYER }, object('x'))),
      );
    const listed = await collect(archive.list({ bucket: BUCKET, owner: PAYER, prefix: 'list/' }));
    expect(listed.map(({ key }) => key)).toEqual(
      keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
    );
    expect(await archive.folders({ bucket: BUCKET, owner: PAYER, prefix: 'list/' })).toEqual(['d/', 'e/', 'many/']);
    expect(
      await collect(archive.list({ bucket: BUCKET, owner: PAYER, prefix: 'list/many/', startAfter: 'list/many/1090' })),
    ).toHaveLength(9);
    expect(await collect(archive.list({ bucket: BUCKET, owner: PAYER, prefix: 'nothing/' }))).toEqual([]);
  });

  test('says what the bucket is set to', async () => {
    expect(await archive.posture(BUCKET, PAYER)).toMatchObject({ versioning: false, objectLock: false });
    expect(await failure(archive.posture('no-such-bucket-here', PAYER))).toMatchObject({ code: 'blocked-access' });
    expect(await failure(archive.head({ bucket: 'no-such-bucket-here', key: 'x', owner: PAYER }))).toMatchObject({
      code: 'blocked-access',
    });
  });
});
