/** What collecting leaves in the archive: verified bytes, receipts that add up, and nothing that was there before changed. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DigestJob } from '../../src/core/job.ts';
import { provenKey } from '../../src/core/layout.ts';
import { LATER, lineOf, NOW, openCollect } from './collect-ground.ts';
import {
  archiveContent,
  archiveMark,
  compareArchive,
  forbidden,
  keysWith,
  objectAt,
  receipts,
  rewritten,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE } from './organization.ts';
import { openPipeline, pass } from './pass.ts';
import { nth, spots, type Spot } from './spots.ts';

describe('a healthy organization', () => {
  test('ends in the archive byte by byte with metadata, members only read, every call with its owner, every write under a condition', async () => {
    const organization = await openCollect({ accounts: 3, regions: ['us-east-1', 'eu-west-1'] });
    const truth = sourceObjects(organization);
    const answer = await pass(organization, NOW);
    expect(answer).toMatchObject({ exitCode: 0, problems: [], digests: { failed: 0, blocked: 0 } });
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(forbidden(organization)).toEqual([]);
    expect(rewritten(organization)).toEqual([]);
    for (const { receipt } of receipts(organization)) {
      const { named, valid, invalid, missing, blocked } = receipt.counts;
      expect(named).toBe(receipt.logs.length);
      expect(valid + invalid + missing + blocked).toBe(named);
    }
    const signature = spots(organization, 'digests').map((digest) => digest.metadata.get('signature'));
    expect(signature.every((one) => one !== undefined && one.length >= 512)).toBe(true);
    const mark = archiveMark(organization);
    expect(await pass(organization, LATER)).toMatchObject({ exitCode: 0, digests: { written: 0, captured: 0 } });
    expect(archiveMark(organization)).toBe(mark);
  });

  test('gives the same receipts, byte by byte, in two archives at two times', async () => {
    const [one, two] = [await openCollect(), await openCollect()];
    // The sources' version ids and ETags go into a receipt; these buckets keep no versions, so they are the same.
    await pass(one, NOW);
    await pass(two, NOW + 30 * 60_000);
    expect(archiveContent(one).size).toBeGreaterThan(9);
    // What is captured depends on when one looks: files of the last hours are, whatever digest lies there.
    const lasting = (archive: ReadonlyMap<string, string>) =>
      new Map([...archive].filter(([key]) => !key.startsWith('orgtrail/pending/')));
    expect(lasting(archiveContent(two))).toEqual(lasting(archiveContent(one)));
  });
});

describe('what stands in the archive already', () => {
  test('with the same content is success, also when it was compressed otherwise', async () => {
    const organization = await openCollect();
    const [first, second] = [nth(spots(organization, 'logs'), 0), nth(spots(organization, 'logs'), 1)];
    const put = (spot: Spot, body: Uint8Array) =>
      organization.cloud.put({ ...spot, bucket: ARCHIVE, key: provenKey('', spot.key), body });
    put(first, first.body);
    put(second, gzipSync(gunzipSync(second.body), { level: 1 }));
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0 });
    expect(rewritten(organization)).toEqual([]);
  });

  test('with other content is an archive-conflict: the true bytes go to quarantine, and it is never overwritten', async () => {
    const organization = await openCollect();
    const log = nth(spots(organization, 'logs'), 2);
    const key = provenKey('', log.key);
    const planted = gzipSync('{"Records":["planted"]}');
    organization.cloud.put({ ...log, bucket: ARCHIVE, key, body: planted });
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(answer.status.findings.map((finding) => [finding.code, finding.key])).toEqual([
      ['archive-conflict', log.key],
    ]);
    expect(Buffer.from(objectAt(organization, ARCHIVE, key).body)).toEqual(planted);
    expect(rewritten(organization)).toEqual([]);
    const line = lineOf(organization, log.key);
    expect(line).toMatchObject({ verdict: 'archive-conflict', via: 'source' });
    expect(line?.place).toMatch(/^orgtrail\/quarantine\/archive-conflict\//);
    expect(Buffer.from(objectAt(organization, ARCHIVE, line?.place ?? '').body)).toEqual(Buffer.from(log.body));
  });

  test('a digest that another took the place of is digest-replaced', async () => {
    const organization = await openCollect();
    const digest = nth(spots(organization, 'digests'), 1);
    const key = provenKey('', digest.key);
    organization.cloud.put({ ...digest, bucket: ARCHIVE, key, body: gzipSync('{"planted":true}') });
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(new Set(answer.status.findings.map((finding) => finding.code))).toEqual(new Set(['digest-replaced']));
    expect(keysWith(organization, ARCHIVE, 'quarantine/digest-replaced/')).toHaveLength(2);
    expect(rewritten(organization)).toEqual([]);
  });
});

describe('a job', () => {
  test('for another bucket, key, account, region, trail or reader than the configuration knows is refused, and nothing is asked of any bucket', async () => {
    const organization = await openCollect({ accounts: 2 });
    const pipeline = openPipeline(organization, { now: () => NOW });
    try {
      const signal = new AbortController().signal;
      const { surveys } = await pipeline.discover();
      const jobs = (await pipeline.sweep('full', surveys)).flatMap((one): readonly DigestJob[] => one.digests);
      const [mine] = jobs;
      const other = jobs.find((job) => job.reader !== mine?.reader);
      if (mine === undefined || other === undefined) throw new Error('two accounts with digests are wanted');
      const { bucket, key } = mine;
      const forged: readonly DigestJob[] = [
        { ...mine, bucket: other.bucket },
        { ...mine, bucket: ARCHIVE },
        { ...mine, key: other.key },
        { ...mine, bucket: other.bucket, key: other.key },
        { ...mine, key: `elsewhere/${key}` },
        { ...mine, key: key.replace('/CloudTrail-Digest/', '/../CloudTrail-Digest/') },
        { ...mine, key: 'orgtrail/probe' },
        { ...mine, account: other.account },
        { ...mine, account: '../../../..' },
        { ...mine, region: 'eu-north-1' },
        { ...mine, region: 'us-east-1/' },
        { ...mine, trailArn: other.trailArn },
        { ...mine, trailArn: `${mine.trailArn}-2` },
        { ...mine, reader: other.reader },
        { ...mine, reader: '999999999999' },
      ];
      organization.cloud.requests.clear();
      for (const job of forged)
        await expect(pipeline.work.digest(job, signal)).rejects.toMatchObject({
          code: 'job-refused',
          retryable: false,
        });
      const { type: _type, bucket: _bucket, key: _key, ...chain } = mine;
      await expect(
        pipeline.work.sweep({ ...chain, type: 'sweep', depth: 'full', account: other.account }, signal),
      ).rejects.toMatchObject({ code: 'job-refused' });
      expect(organization.cloud.requests.entries.filter((entry) => entry.service === 's3')).toEqual([]);
      expect(await pipeline.work.digest({ ...mine, bucket }, signal)).toMatchObject({ state: 'verified' });
    } finally {
      await pipeline.close();
    }
  });
});
