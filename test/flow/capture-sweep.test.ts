/** Sweeps: what one finds and what it leaves alone, what stops it and what does not, and how little it costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { everything, isDigest, openCapture, START } from './capture-ground.ts';
import {
  allReceipts,
  archiveMark,
  compareArchive,
  denyRead,
  keysWith,
  receipts,
  remove,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE } from './organization.ts';
import { pass } from './pass.ts';

describe('a sweep', () => {
  test('at rest asks one LIST a digest folder, one for the kinds and one for each kind, reads no object and writes nothing', async () => {
    const ground = await openCapture({
      accounts: 3,
      regions: ['us-east-1', 'eu-west-1'],
      deliverUntil: START + 8 * HOUR,
    });
    const { organization, pipeline, round } = ground;
    ground.now = START + 5 * HOUR;
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
    expect((await pass(organization, ground.now)).exitCode).toBe(0);
    const touched = organization.cloud.requests.entries.filter(
      (entry) => entry.service === 's3' && entry.operation !== 'ListObjectsV2',
    );
    expect(touched.filter((entry) => !/^orgtrail\/(?:inventory\/|trails\/|probe$)/.test(entry.key ?? ''))).toEqual([]);
    expect(archiveMark(organization)).toBe(mark);
  });

  test('finds a file and a digest that come days late, within its window', async () => {
    const ground = await openCapture();
    const { organization, round } = ground;
    const objects = everything(organization);
    const [late, ...rest] = objects.filter((one) => !isDigest(one));
    if (late === undefined) throw new Error('a log is wanted');
    for (const object of rest) organization.cloud.put(object);
    ground.now = START + 24 * HOUR;
    await round();
    for (const object of [late, ...objects.filter(isDigest)]) organization.cloud.put(object);
    ground.now = START + 44 * HOUR;
    await round();
    await round();
    expect(compareArchive(organization, sourceObjects(organization))).toEqual({ lost: [], foreign: [] });
  });

  test('counts keys outside the grammar and leaves them alone', async () => {
    const { organization, sweep } = await openCapture({ deliverUntil: START + 8 * HOUR });
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
    const { organization, sweep } = await openCapture();
    const logs = everything(organization).filter((one) => !isDigest(one));
    for (const log of logs) organization.cloud.put(log);
    const [refused] = logs;
    const lift = denyRead(organization, refused?.bucket ?? '', refused?.key ?? '');
    expect(await sweep()).toMatchObject([{ captured: logs.length - 1, problem: { code: 'blocked-access' } }]);
    lift();
    expect(await sweep()).toMatchObject([{ captured: 1, problem: null }]);
  });

  test('goes on beside an object that is far too large to be a log file (it failed for ever)', async () => {
    const { organization, sweep } = await openCapture({ config: { limits: { maxObjectBytes: 1024 * 1024 } } });
    const logs = everything(organization).filter((one) => !isDigest(one));
    const [first, ...others] = logs;
    if (first === undefined) throw new Error('a log is wanted');
    for (const log of others) organization.cloud.put(log);
    organization.cloud.put({ ...first, body: new Uint8Array(1024 * 1024 + 1) });
    expect(await sweep()).toMatchObject([{ captured: others.length, problem: { code: 'object-too-large' } }]);
  });

  test('is given up beyond limits.maxListedObjects, and says why (the limit was read and never kept)', async () => {
    const { organization, sweep } = await openCapture({
      deliverUntil: START + 8 * HOUR,
      config: { limits: { maxListedObjects: 1000 } },
    });
    expect(await sweep('full')).toMatchObject([{ problem: null }]);
    const object = [...sourceObjects(organization)].find(([, one]) => !isDigest(one));
    if (object === undefined) throw new Error('a log is wanted');
    const [place, log] = object;
    const bucket = place.slice(0, place.indexOf('/'));
    for (let junk = 0; junk < 1001; junk += 1) organization.cloud.put({ ...log, bucket, key: `${log.key}.${junk}` });
    expect(await sweep('full')).toMatchObject([{ digests: [], problem: { code: 'blocked-access' } }]);
  });

  test('captures what a digest names that could not be judged (it counted as good as proven, and was lost with the source)', async () => {
    const { organization, round } = await openCapture({ deliverUntil: START + 8 * HOUR });
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
