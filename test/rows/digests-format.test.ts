/** Rows 110, 112 and 113: what a digest may look like, and what it may name. */
import { describe, expect, test } from 'vitest';
import { inspectGzip } from '../../src/core/gzip.ts';
import { MINUTE } from '../../src/core/time.ts';
import { putObjects } from '../cloud/forge/buckets.ts';
import * as digests from '../cloud/forge/damage/digests.ts';
import { bomb } from '../cloud/forge/damage/gzip-bytes.ts';
import type { Damage } from '../cloud/forge/damage/scene.ts';
import * as contents from '../cloud/forge/damage/signed-contents.ts';
import { judgeStage, newStage } from '../core/forged-chain.ts';
import { damaged, notGreen, saidOf } from './ground.ts';

const MALFORMED: readonly (readonly [string, Damage])[] = [
  ['text', digests.replaceDigestByText],
  ['nothing', digests.emptyDigest],
  ['junk at its end', digests.appendJunkToDigest],
  ['a second gzip member', digests.appendMemberToDigest],
  ['zeros at its end', digests.appendZerosToDigest],
  ['a cut trailer', digests.cutDigestTrailer],
  ['a duplicate key', contents.duplicateLogFiles],
  ['a prototype key', contents.prototypeKey],
  ['an object for a list', contents.logFilesNoList],
  ['a missing field', contents.fieldMissing],
  ['half a predecessor', contents.halfLinked],
  ['MD5 for hashes', contents.otherHashAlgorithm],
];

describe('F. CloudTrail digests', () => {
  test.each(MALFORMED)(
    '110 a digest of a wrong form (%s): digest-malformed, and its hour is not green',
    (_what, damage) => {
      const { judged, codes } = damaged((stage) => damage(stage, { hour: 6 }));
      expect(codes).toContain('digest-malformed');
      expect(notGreen(judged)).toContain(6);
    },
  );

  test('110 a digest that inflates without end, or names a hundred thousand files: refused before it costs memory', () => {
    const limit = 1024 * 1024;
    const bytes = bomb();
    const before = process.memoryUsage().arrayBuffers;
    const inspection = inspectGzip(bytes, { maxInflated: limit, keepContent: true });
    expect(inspection).toMatchObject({ ok: false, tooLarge: true });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * limit);
    expect(saidOf(digests.replaceDigestByBomb)).toContain('digest-malformed');
    expect(saidOf(contents.swellDigest(100_001))).toContain('digest-malformed');
  });

  test('112 one log file named twice with one hash: a note; with two hashes the digest contradicts itself', () => {
    const twice = damaged((stage) => contents.listLogTwice(stage, { hour: 6 }));
    expect([twice.codes, notGreen(twice.judged)]).toEqual([['log-listed-twice'], []]);
    const differently = damaged((stage) => contents.listLogTwiceDifferently(stage, { hour: 6 }));
    expect(differently.codes).toContain('log-hash-mismatch');
    expect(notGreen(differently.judged)).toEqual([6]);
  });

  test('113 one log file named by a standard and by a backfill digest with one hash: nothing to say', () => {
    const stage = newStage(2);
    const made = stage.chain.hour({ logs: 2 });
    const { start, end, logs } = made;
    const backfill = stage.chain.backfill({ start, end, logs, generatedAt: end + 90 * MINUTE });
    for (const { deliveries } of [made, backfill])
      putObjects(
        stage.buckets,
        deliveries.map(({ object }) => object),
      );
    const { judged, codes } = judgeStage({ ...stage, now: end + 100 * MINUTE });
    expect([...codes]).toEqual([]);
    expect(judged.backfills.map(({ state }) => state)).toEqual(['verified']);
    expect(judged.logs.get('valid')).toBe(8);
  });
});
