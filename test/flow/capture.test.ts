/** Capture through the whole pipeline: whatever a source held for a moment is kept, and looking costs little. */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { pendingKey } from '../../src/core/layout.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import type { DigestJob } from '../../src/core/job.ts';
import { createRandom } from '../cloud/forge/random.ts';
import type { CloudObject } from '../cloud/types.ts';
import {
  allReceipts,
  archiveMark,
  compareArchive,
  keysWith,
  objectAt,
  overwrite,
  receipts,
  remove,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization, type OrganizationOptions } from './organization.ts';
import { openPipeline, pass, type OpenPipeline } from './pass.ts';

const START = Date.UTC(2026, 2, 1);

let organization: Organization;
let pipeline: OpenPipeline;
let now: number;
afterEach(async () => {
  await pipeline.close();
  await organization.close();
});

/** One account with one chain; nothing is delivered yet unless `deliverUntil` says so. */
async function open(options: Partial<OrganizationOptions> = {}): Promise<void> {
  now = START + 8 * HOUR;
  const usual = {
    seed: 'capture',
    start: START,
    hours: 3,
    logsPerHour: 3,
    accounts: 1,
    regions: ['us-east-1'],
    cheap: true,
  };
  organization = await openOrganization({ ...usual, deliverUntil: START, now: () => now, ...options });
  pipeline = openPipeline(organization, { now: () => now });
}

async function sweep(depth: 'recent' | 'full' = 'recent') {
  const { surveys, problems } = await pipeline.discover();
  expect([...problems, ...surveys.flatMap((one) => one.problems)]).toEqual([]);
  return pipeline.sweep(depth, surveys);
}

/** One sweep and everything it found to be judged. */
async function round(depth: 'recent' | 'full' = 'recent') {
  const found = await sweep(depth);
  return pipeline.judge(found.flatMap((one): readonly DigestJob[] => one.digests));
}

function shuffled<Item>(items: readonly Item[], random: ReturnType<typeof createRandom>): Item[] {
  return items.reduce<Item[]>((mixed, item, at) => mixed.toSpliced(random.int(0, at), 0, item), []);
}

const isDigest = ({ key }: { readonly key: string }): boolean => key.includes('CloudTrail-Digest');
const everything = (): CloudObject[] => Array.from(organization.world.deliverAll(), ({ object }) => object);
const pending = (object: { readonly bucket: string; readonly key: string }): string =>
  pendingKey('', object.bucket, object.key);

describe('a log file', () => {
  test('is in pending/ after the next sweep, before any digest names it, with its bytes and metadata', async () => {
    await open();
    const logs = everything().filter((one) => !isDigest(one));
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
    await open();
    const objects = everything();
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
      await open({ seed: `order/${seed}` });
      const random = createRandom(`arrival/${seed}`);
      const objects = everything();
      const logs = shuffled(
        objects.filter((one) => !isDigest(one)),
        random,
      );
      const digests = shuffled(objects.filter(isDigest), random);
      const queue = [...logs];
      for (const digest of digests) queue.splice(random.int(logs.length, queue.length), 0, digest);
      while (queue.length > 0) {
        for (const object of queue.splice(0, random.int(1, 5))) organization.cloud.put(object);
        now += MINUTE;
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
      await open({ seed: `chaos/${seed}` });
      const random = createRandom(`anyhow/${seed}`);
      const queue = shuffled(everything(), random);
      while (queue.length > 0) {
        for (const object of queue.splice(0, random.int(1, 6))) organization.cloud.put(object);
        now += MINUTE;
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

describe('a sweep', () => {
  test('at rest asks one LIST a digest folder, one for the kinds and one for each kind, reads no object and writes nothing', async () => {
    await open({ accounts: 3, regions: ['us-east-1', 'eu-west-1'], deliverUntil: START + 8 * HOUR });
    now = START + 5 * HOUR;
    // A digest that is as old as its receipt, to the second that S3 keeps, would be compared: it may be a later one.
    await sleep(1100);
    await round('full');
    const { surveys } = await pipeline.discover();
    const jobs = (
      await Promise.all(surveys.map((one) => pipeline.work.sweeps(one, 'recent', new AbortController().signal)))
    ).flat();
    expect(jobs).toHaveLength(organization.world.chains.length);
    const mark = archiveMark(organization);
    for (const job of jobs) {
      organization.cloud.requests.clear();
      expect(await pipeline.work.sweep(job, new AbortController().signal)).toMatchObject({
        digests: [],
        captured: 0,
        problem: null,
      });
      const { entries } = organization.cloud.requests;
      const source = entries.filter((entry) => entry.bucket !== ARCHIVE);
      expect(source.map((entry) => entry.operation)).toEqual(['ListObjectsV2', 'ListObjectsV2', 'ListObjectsV2']);
      expect(entries.filter((entry) => entry.operation !== 'ListObjectsV2')).toEqual([]);
      expect(entries.length - source.length).toBeLessThanOrEqual(4);
    }
    expect(archiveMark(organization)).toBe(mark);
    organization.cloud.requests.clear();
    expect((await pass(organization, now)).exitCode).toBe(0);
    const touched = organization.cloud.requests.entries.filter(
      (entry) => entry.service === 's3' && entry.operation !== 'ListObjectsV2',
    );
    expect(touched.filter((entry) => !/^orgtrail\/(?:inventory\/|trails\/|probe$)/.test(entry.key ?? ''))).toEqual([]);
    expect(archiveMark(organization)).toBe(mark);
  });

  test('finds a file and a digest that come days late, within its window', async () => {
    await open();
    const objects = everything();
    const [late, ...rest] = objects.filter((one) => !isDigest(one));
    if (late === undefined) throw new Error('a log is wanted');
    for (const object of rest) organization.cloud.put(object);
    now = START + 24 * HOUR;
    await round();
    for (const object of [late, ...objects.filter(isDigest)]) organization.cloud.put(object);
    now = START + 44 * HOUR;
    await round();
    await round();
    expect(compareArchive(organization, sourceObjects(organization))).toEqual({ lost: [], foreign: [] });
  });

  test('counts keys outside the grammar and leaves them alone', async () => {
    await open({ deliverUntil: START + 8 * HOUR });
    const log = [...sourceObjects(organization).values()].find((one) => !isDigest(one));
    const bucket = organization.world.trails[0]?.bucket;
    if (log === undefined || bucket === undefined) throw new Error('a log is wanted');
    const folder = log.key.slice(0, log.key.lastIndexOf('/') + 1);
    const name = log.key.slice(folder.length);
    const hostile = [
      folder,
      `${folder}../${name}`,
      `${folder}%2F${name}`,
      `${folder}a\nb.json.gz`,
      `${folder}${'x'.repeat(1024 - Buffer.byteLength(folder))}`,
    ];
    const twins = [`${folder}${name.replace('T', '\u0422')}`, `${folder}${name}.bak`, `${folder}copy/${name}`];
    for (const key of [...hostile, ...twins])
      organization.cloud.put({
        bucket,
        key,
        body: Buffer.from('not a log'),
        metadata: new Map(),
        contentType: 'text/plain',
        contentEncoding: null,
      });
    organization.cloud.requests.clear();
    expect(await sweep('full')).toMatchObject([{ unrecognised: 8, captured: 0 }]);
    expect(
      organization.cloud.requests.entries.filter((entry) => entry.operation === 'GetObject' && entry.bucket === bucket),
    ).toEqual([]);
  });

  test('captures all others when one file may not be read (it ended the whole sweep, digests and all)', async () => {
    await open();
    const logs = everything().filter((one) => !isDigest(one));
    for (const log of logs) organization.cloud.put(log);
    const [refused] = logs;
    const bucket = organization.cloud.state.buckets.get(refused?.bucket ?? '');
    if (bucket === undefined) throw new Error('a bucket is wanted');
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket.name}/${refused?.key}`,
    };
    bucket.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    expect(await sweep()).toMatchObject([{ captured: logs.length - 1, problem: { code: 'blocked-access' } }]);
    bucket.policy = null;
    expect(await sweep()).toMatchObject([{ captured: 1, problem: null }]);
  });

  test('goes on beside an object that is far too large to be a log file (it failed for ever)', async () => {
    await open({ config: { limits: { maxObjectBytes: 1024 * 1024 } } });
    const logs = everything().filter((one) => !isDigest(one));
    const [first, ...others] = logs;
    if (first === undefined) throw new Error('a log is wanted');
    for (const log of others) organization.cloud.put(log);
    organization.cloud.put({ ...first, body: new Uint8Array(1024 * 1024 + 1) });
    expect(await sweep()).toMatchObject([{ captured: others.length, problem: { code: 'object-too-large' } }]);
  });

  test('is given up beyond limits.maxListedObjects, and says why (the limit was read and never kept)', async () => {
    await open({ deliverUntil: START + 8 * HOUR, config: { limits: { maxListedObjects: 1000 } } });
    expect(await sweep('full')).toMatchObject([{ problem: null }]);
    const object = [...sourceObjects(organization)].find(([, one]) => !isDigest(one));
    if (object === undefined) throw new Error('a log is wanted');
    const [place, log] = object;
    const bucket = place.slice(0, place.indexOf('/'));
    for (let junk = 0; junk < 1001; junk += 1) organization.cloud.put({ ...log, bucket, key: `${log.key}.${junk}` });
    expect(await sweep('full')).toMatchObject([{ digests: [], problem: { code: 'blocked-access' } }]);
  });

  test('captures what a digest names that could not be judged (it counted as good as proven, and was lost with the source)', async () => {
    await open({ deliverUntil: START + 8 * HOUR });
    const lift = organization.cloud.control.fail({
      operation: 'ListPublicKeys',
      outcome: { type: 'error', code: 'AccessDeniedException', status: 400 },
    });
    const truth = sourceObjects(organization);
    await round('full');
    expect(receipts(organization).map(({ receipt }) => receipt.digest.verdict)).toEqual([
      'blocked-keys',
      'blocked-keys',
      'blocked-keys',
    ]);
    await round('full');
    const logs = [...truth].filter(([, object]) => !isDigest(object));
    expect(keysWith(organization, ARCHIVE, 'orgtrail/pending/')).toHaveLength(logs.length);
    for (const [place, { key }] of logs) remove(organization, place.slice(0, place.indexOf('/')), key);
    lift();
    await round('recent');
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(receipts(organization).map(({ name }) => [name.state, name.revision])).toEqual([
      ['defended', 1],
      ['defended', 1],
      ['defended', 1],
    ]);
    expect(allReceipts(organization)).toHaveLength(6);
  });
});
