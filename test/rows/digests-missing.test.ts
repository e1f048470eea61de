/** Rows 91-96, 103, 114 and 115 of the failure model: digests that are missing, early, late, twice or not the same again. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import { replaceDigest } from '../cloud/forge/damage/signed-contents.ts';
import { objectAt as forgedAt, putObjects } from '../cloud/forge/buckets.ts';
import { trailAt } from '../cloud/forge/trail-status.ts';
import { chainOf, evidenceOf, HOURS, judgeStage, newStage } from '../core/forged-chain.ts';
import { judgeChain } from '../core/judge-buckets.ts';
import { archiveMark, objectAt } from '../flow/evidence.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { archived, collected, damaged, ground, provenAt, recorded, round, statesOf, statusCodes } from './ground.ts';

describe('F. CloudTrail digests', () => {
  test('91 digest missing in the middle: told, and the log files of its hour are kept as unproven', async () => {
    const chain = await ground();
    const hour = chain.chain.hours[1];
    digests.deleteDigests(chain, { from: 1, to: 1, keepLogs: true });
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([3, ['digest-missing']]);
    await collected(chain);
    const held = archived(chain, 'orgtrail/pending/');
    for (const log of hour?.logs ?? []) {
      expect(held).toContain(`orgtrail/pending/${log.bucket}/${log.key}`);
      expect(archived(chain, 'AWSLogs/')).not.toContain(provenAt(log));
    }
  });

  test('92 newest digests missing: nothing at first, late after the grace, failed once AWS says that it delivered', () => {
    const stage = newStage();
    const end = stage.chain.hours.at(-1)?.end ?? 0;
    const at = (now: number, delivered: number | null) => {
      const seen = trailAt(stage.chain.trail, { chains: [stage.chain], t: now });
      const status = { ...seen.status, latestDigestDelivery: delivered };
      const { coverage } = judgeChain(evidenceOf({ ...stage, now }), chainOf(stage.chain, { ...seen, status }));
      const newest = coverage.cells.at(-1)?.state;
      return { newest, state: coverage.state, codes: coverage.findings.map(({ code }) => code) };
    };
    const soon = at(end + 1.5 * HOUR, end);
    expect(soon).toEqual({ newest: 'pending', state: 'verified', codes: [] });
    expect(at(end + 4 * HOUR, end + 30 * MINUTE)).toMatchObject({ state: 'late', codes: ['chain-truncated'] });
    expect(at(end + 4 * HOUR, end + 2 * HOUR)).toMatchObject({ state: 'failed', codes: ['chain-truncated'] });
  });

  test('93 all digests missing: failed, and no "no trail"', () => {
    const { judged, codes } = damaged(digests.deleteAllDigests);
    expect([judged.coverage.state, codes]).toEqual(['failed', ['chain-empty']]);
  });

  test('94 digests out of order: unlinked until the predecessor is there, and the same in the end', async () => {
    const inOrder = await ground();
    inOrder.publish();
    await round(inOrder);
    const outOfOrder = await ground({ hours: 0 });
    const late: (() => void)[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      const made = outOfOrder.chain.hour({ logs: 2 });
      late.unshift(
        () =>
          void putObjects(
            outOfOrder.buckets,
            made.deliveries.map(({ object }) => object),
          ),
      );
    }
    const seen: string[] = [];
    for (const deliver of late) {
      deliver();
      outOfOrder.publish();
      await round(outOfOrder);
      seen.push(statesOf(outOfOrder)[0] ?? '');
    }
    expect(seen).toEqual(['unlinked', 'unlinked', 'unlinked', 'start']);
    expect(statesOf(outOfOrder)).toEqual(['start', 'linked', 'linked', 'linked']);
    expect(archived(outOfOrder, 'AWSLogs/')).toEqual(archived(inOrder, 'AWSLogs/'));
    const verdicts = (chain: typeof inOrder) =>
      recorded(chain).map(({ digest, link, logs }) => [
        digest.verdict,
        link.verdict,
        logs.map(({ verdict }) => verdict),
      ]);
    expect(verdicts(outOfOrder)).toEqual(verdicts(inOrder));
  });

  test('95 a digest put twice and judged twice: one receipt, nothing written again', async () => {
    const chain = await ground();
    chain.publish();
    await round(chain);
    const mark = archiveMark(chain);
    const digest = chain.chain.hours[1]?.digest ?? { bucket: '', key: '' };
    chain.cloud.put(forgedAt(chain.buckets, digest));
    expect(await round(chain, { depth: 'full' })).toEqual([]);
    expect(archiveMark(chain)).toBe(mark);
  });

  test('96 other bytes under the key of a digest: digest-replaced, and the first version stays', async () => {
    const chain = await ground();
    chain.publish();
    await collected(chain);
    const digest = chain.chain.hours.at(-1)?.digest ?? { bucket: '', key: '' };
    const first = Buffer.from(objectAt(chain, ARCHIVE, provenAt(digest)).body);
    replaceDigest(chain);
    chain.publish();
    const after = await collected(chain);
    expect(after.exitCode).toBe(3);
    expect(statusCodes(after)).toContain('digest-replaced');
    expect(Buffer.from(objectAt(chain, ARCHIVE, provenAt(digest)).body)).toEqual(first);
  });

  test('103 a chain rolled back to an older state: told, since the archive holds what the source has lost', async () => {
    const chain = await ground();
    chain.publish();
    expect((await collected(chain)).exitCode).toBe(0);
    const proven = archived(chain, 'AWSLogs/');
    digests.deleteDigests(chain, { from: 2, to: 3 });
    chain.publish(chain.start + 3 * HOUR);
    const after = await collected(chain);
    expect(after.exitCode).toBe(3);
    expect(statusCodes(after)).toContain('chain-truncated');
    expect(archived(chain, 'AWSLogs/')).toEqual(proven);
  });

  test('114 an empty digest: the hour is green, which an hour without a digest is not', () => {
    const stage = newStage();
    const [quiet, gone] = [stage.chain.hour({ logs: 0 }), stage.chain.hour({ logs: 0 })];
    putObjects(
      stage.buckets,
      quiet.deliveries.map(({ object }) => object),
    );
    const { judged } = judgeStage({ ...stage, now: gone.end + 4 * HOUR });
    expect(judged.views.at(-1)?.logs).toEqual([]);
    expect(judged.coverage.cells.at(HOURS)?.state).toBe('verified');
    expect(judged.coverage.cells.at(HOURS + 1)?.state).not.toBe('verified');
  });

  test('115 a backfill digest days later: what nobody named is proven then', async () => {
    const chain = await ground({ hours: 2 });
    const hour = chain.hour({ logs: 3, withheld: 1 });
    chain.hour();
    chain.publish();
    const days = chain.end() + 40 * HOUR;
    const before = await collected(chain, chain.end() + 1.5 * HOUR);
    expect(before.exitCode).toBe(0);
    await collected(chain, chain.end() + 1.6 * HOUR);
    const [withheld] = hour.withheld;
    const key = withheld?.object.key ?? '';
    expect(archived(chain, 'orgtrail/pending/')).toContain(`orgtrail/pending/${withheld?.object.bucket}/${key}`);
    const { start, end } = hour;
    const backfill = chain.chain.backfill({ start, end, logs: hour.withheld, generatedAt: days - HOUR });
    chain.put(backfill.deliveries.map(({ object }) => object));
    while (chain.end() < days - 2 * HOUR) chain.hour({ logs: 0 });
    chain.publish(days);
    const after = await collected(chain, days);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    expect(archived(chain, 'AWSLogs/')).toContain(provenAt({ bucket: '', key }));
    expect(statesOf(chain).filter((state) => state !== 'linked')).toEqual(['start', 'start']);
  });
});
