/** Capture through the whole pipeline: whatever a source held for a moment is kept, in whatever order it came. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../src/core/time.ts';
import { createRandom } from '../cloud/forge/random.ts';
import { everything, isDigest, openCapture, pending } from './capture-ground.ts';
import {
  archiveMark,
  compareArchive,
  keysWith,
  objectAt,
  overwrite,
  receipts,
  remove,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE } from './organization.ts';

function shuffled<Item>(items: readonly Item[], random: ReturnType<typeof createRandom>): Item[] {
  return items.reduce<Item[]>((mixed, item, at) => mixed.toSpliced(random.int(0, at), 0, item), []);
}

describe('a log file', () => {
  test('is in pending/ after the next sweep, before any digest names it, with its bytes and metadata', async () => {
    const { organization, sweep } = await openCapture();
    const logs = everything(organization).filter((one) => !isDigest(one));
    for (const log of logs) organization.cloud.put(log);
    expect(await sweep()).toMatchObject([
      { digests: [], captured: logs.length, pendingLogs: logs.length, problem: null },
    ]);
    expect(keysWith(organization, ARCHIVE, 'orgtrail/pending/')).toEqual(logs.map(pending).toSorted());
    for (const log of logs) {
      const { body, metadata, contentType, contentEncoding } = objectAt(organization, ARCHIVE, pending(log));
      expect({ body: Buffer.from(body), metadata, contentType, contentEncoding }).toEqual({
        body: Buffer.from(log.body),
        metadata: log.metadata,
        contentType: log.contentType,
        contentEncoding: log.contentEncoding,
      });
    }
    expect(await sweep()).toMatchObject([{ captured: 0, pendingLogs: logs.length }]);
  });

  test('that was captured and then deleted or altered in the member bucket is proven from the capture', async () => {
    const { organization, round, sweep } = await openCapture();
    const objects = everything(organization);
    const [first, second, ...others] = objects.filter((one) => !isDigest(one));
    if (first === undefined || second === undefined) throw new Error('logs are wanted');
    for (const log of [first, second, ...others]) organization.cloud.put(log);
    const truth = sourceObjects(organization);
    await sweep();
    remove(organization, first.bucket, first.key);
    overwrite(organization, second.bucket, second.key, gzipSync('{"Records":[]}'));
    for (const digest of objects.filter(isDigest)) organization.cloud.put(digest);
    const all = new Map([...truth, ...[...sourceObjects(organization)].filter(([, object]) => isDigest(object))]);
    await round();
    expect(compareArchive(organization, all)).toEqual({ lost: [], foreign: [] });
    const lines = receipts(organization).flatMap(({ receipt }) => receipt.logs);
    expect(lines.map((line) => line.verdict)).toEqual(lines.map(() => 'valid'));
    const fromCapture = lines.filter((line) => line.via === 'pending').map((line) => line.origin.key);
    expect(fromCapture.toSorted()).toEqual([first.key, second.key].toSorted());
    for (const log of [first, second, ...others])
      expect([...objectAt(organization, ARCHIVE, pending(log)).tags]).toEqual([['orgtrail', 'promoted']]);
  });
});

describe('whatever the order of arrival', () => {
  test.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'recent sweeps miss nothing when every digest follows its files (seed %i)',
    async (seed) => {
      const ground = await openCapture({ seed: `order/${seed}` });
      const { organization, round } = ground;
      const random = createRandom(`arrival/${seed}`);
      const objects = everything(organization);
      const logs = shuffled(
        objects.filter((one) => !isDigest(one)),
        random,
      );
      const digests = shuffled(objects.filter(isDigest), random);
      const queue = [...logs];
      for (const digest of digests) queue.splice(random.int(logs.length, queue.length), 0, digest);
      while (queue.length > 0) {
        for (const object of queue.splice(0, random.int(1, 5))) organization.cloud.put(object);
        ground.now += MINUTE;
        await round();
      }
      await round();
      const truth = sourceObjects(organization);
      expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
      expect(receipts(organization).map(({ name }) => name.state)).toEqual(['start', 'linked', 'linked']);
    },
  );

  test.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'files that come after the digest that names them heal at the next full sweep (seed %i)',
    async (seed) => {
      const ground = await openCapture({ seed: `chaos/${seed}` });
      const { organization, round } = ground;
      const random = createRandom(`anyhow/${seed}`);
      const queue = shuffled(everything(organization), random);
      while (queue.length > 0) {
        for (const object of queue.splice(0, random.int(1, 6))) organization.cloud.put(object);
        ground.now += MINUTE;
        await round(random.int(0, 3) === 0 ? 'full' : 'recent');
      }
      await round('full');
      await round('full');
      expect(compareArchive(organization, sourceObjects(organization))).toEqual({ lost: [], foreign: [] });
      expect(receipts(organization).map(({ name }) => name.state)).toEqual(['start', 'linked', 'linked']);
      const mark = archiveMark(organization);
      expect(await round('full')).toEqual([]);
      expect(archiveMark(organization)).toBe(mark);
    },
  );
});
