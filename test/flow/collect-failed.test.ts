/** What collecting does with what fails: kept apart as received, told, and proven once the evidence is back. */
import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { provenKey } from '../../src/core/layout.ts';
import { HOUR } from '../../src/core/time.ts';
import { LATER, NOW, openCollect, START } from './collect-ground.ts';
import {
  allReceipts,
  archiveMark,
  compareArchive,
  keysWith,
  objectAt,
  overwrite,
  receiptStates,
  remove,
  rewritten,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE, type Organization } from './organization.ts';
import { pass } from './pass.ts';
import { nth, spots } from './spots.ts';

/** A JSON object of the archive. */
function parsed(organization: Organization, key: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(objectAt(organization, ARCHIVE, key).body).toString('utf8')) as Record<string, unknown>;
}

describe('what fails', () => {
  test('is kept in quarantine as received, with a note that holds every hash, and nowhere else', async () => {
    const organization = await openCollect();
    const log = nth(spots(organization, 'logs'), 1);
    const forged = gzipSync('{"Records":[{"eventName":"Nothing"}]}');
    overwrite(organization, log.bucket, log.key, forged);
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(answer.status.findings).toMatchObject([{ code: 'log-hash-mismatch', key: log.key, bucket: log.bucket }]);
    const kept = keysWith(organization, ARCHIVE, `quarantine/log-hash-mismatch/${log.bucket}/${log.key}/`);
    expect(kept).toHaveLength(2);
    const [bytes = '', note = ''] = kept;
    expect(Buffer.from(objectAt(organization, ARCHIVE, bytes).body)).toEqual(forged);
    expect(parsed(organization, note)).toMatchObject({
      verdict: 'log-hash-mismatch',
      origin: { bucket: log.bucket, key: log.key },
      expectedSha256: hash('sha256', gunzipSync(log.body)),
      contentSha256: hash('sha256', gunzipSync(forged)),
      storedSha256: hash('sha256', forged),
      size: forged.length,
      bytes,
    });
    expect(keysWith(organization, ARCHIVE, provenKey('', log.key)).filter((key) => key.startsWith('AWSLogs/'))).toEqual(
      [],
    );
    expect(receiptStates(organization).filter((state) => state === 'r0.failed')).toHaveLength(1);
  });

  test('and changes again under one ETag is kept again: quarantine is named by the bytes (it was named by what the source claims)', async () => {
    const organization = await openCollect();
    const log = nth(spots(organization, 'logs'), 1);
    for (const content of ['one', 'two']) {
      Object.assign(objectAt(organization, log.bucket, log.key), { body: gzipSync(content) });
      await pass(organization, NOW);
    }
    const kept = keysWith(organization, ARCHIVE, 'orgtrail/quarantine/').filter((key) => key.includes('/bytes-'));
    const contents = kept.map((key) => gunzipSync(objectAt(organization, ARCHIVE, key).body).toString());
    expect(contents.toSorted()).toEqual(['one', 'two']);
  });

  test('for a moment on the way here is read again and is no finding (a flipped bit was a failed receipt)', async () => {
    const organization = await openCollect();
    const truth = sourceObjects(organization);
    for (const spot of [...spots(organization, 'logs'), ...spots(organization, 'digests')])
      organization.cloud.faults.add({
        match: { operation: 'GetObject', bucket: spot.bucket, key: new RegExp(spot.key.slice(-24)) },
        fault: { kind: 'wrong-bytes' },
        times: 2,
      });
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, digests: { failed: 0 } });
    expect(organization.cloud.faults.counts().get('wrong-bytes')).toBe(2 * truth.size);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(receiptStates(organization)).toEqual(['r0.start', 'r0.linked', 'r0.linked']);
  });

  test('heals when the evidence comes back: a revision beside the first receipt, which stays', async () => {
    const organization = await openCollect();
    const truth = sourceObjects(organization);
    const log = nth(spots(organization, 'logs'), 3);
    remove(organization, log.bucket, log.key);
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(3);
    expect(first.status.findings).toMatchObject([{ code: 'log-missing', key: log.key }]);
    organization.cloud.put(log);
    expect((await pass(organization, LATER)).exitCode).toBe(0);
    expect(receiptStates(organization).toSorted()).toEqual(['r0.linked', 'r0.start', 'r1.linked']);
    expect(allReceipts(organization)).toHaveLength(4);
    expect(rewritten(organization)).toEqual([]);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    const mark = archiveMark(organization);
    await pass(organization, LATER + 1000);
    expect(archiveMark(organization)).toBe(mark);
  });

  test('longer ago than status looks back is still exit 3 (collect ended with 0 over a log altered a week before)', async () => {
    const pause = { type: 'pause', hour: 0, hours: 200 } as const;
    const end = START + 206 * HOUR;
    const organization = await openCollect({ hours: 204, incidents: [pause], now: () => end });
    const log = nth(spots(organization, 'logs'), 0);
    const healthy = await pass(organization, end);
    expect(healthy.exitCode).toBe(0);
    const other = await openCollect({ hours: 204, incidents: [pause], now: () => end });
    overwrite(other, log.bucket, log.key, gzipSync('{}'));
    const answer = await pass(other, end);
    expect(answer).toMatchObject({ exitCode: 3, digests: { failed: 1 }, status: { verdict: 'verified' } });
  });
});

describe('a backfill digest', () => {
  const backfill = { type: 'backfill', hour: 1, logs: 2, generatedAfter: 30 * 60_000 } as const;

  test('is judged as a chain of its own, and what it names is proven', async () => {
    const organization = await openCollect({ incidents: [backfill] });
    const truth = sourceObjects(organization);
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, problems: [] });
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(receiptStates(organization).toSorted()).toEqual(['r0.linked', 'r0.linked', 'r0.start', 'r0.start']);
  });

  test('that failed shows in the status too (only standard digests were looked at: it said verified)', async () => {
    const organization = await openCollect({ incidents: [backfill] });
    const [named] = organization.world.chains.flatMap((chain) => chain.backfills.flatMap((one) => one.logs));
    if (named === undefined) throw new Error('a backfilled log is wanted');
    overwrite(organization, named.bucket, named.key, gzipSync('{}'));
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(3);
    expect(answer.status).toMatchObject({
      verdict: 'failed',
      findings: [{ code: 'log-hash-mismatch', key: named.key }],
    });
    expect(answer.status.accounts.map((line) => line.state)).toEqual(['failed']);
    expect(answer.status.days.at(-1)).toMatchObject({ state: 'failed', reason: 'log-hash-mismatch' });
  });
});
