/** Rows 104-108: the order of a chain. Both ends of every link are held against each other, and time is tiled. */
import { describe, expect, test } from 'vitest';
import * as chains from '../cloud/forge/damage/signed-chains.ts';
import * as contents from '../cloud/forge/damage/signed-contents.ts';
import { HOURS } from '../core/forged-chain.ts';
import { archived, collected, damaged, ground, LATER, notGreen, provenAt, saidOf, statusCodes } from './ground.ts';

describe('F. CloudTrail digests', () => {
  test('104 a fork: told, and both digests are kept', async () => {
    expect(saidOf(chains.forkChain)).toContain('chain-fork');
    const chain = await ground();
    const forked = chains.forkChain(chain, { hour: 2 }).objects[0] ?? { bucket: '', key: '' };
    chain.publish();
    const after = await collected(chain);
    expect(after.exitCode).toBe(3);
    expect(statusCodes(after)).toContain('chain-fork');
    const kept = archived(chain, 'AWSLogs/');
    expect(kept).toContain(provenAt(forked));
    expect(kept).toContain(provenAt(chain.chain.hours[2]?.digest ?? forked));
  });

  test.each([
    ['hash', contents.wrongPreviousHash, 'link-hash-mismatch'],
    ['signature', contents.previousSignatureOfAnother, 'link-signature-mismatch'],
  ] as const)(
    '105 a wrong %s of the predecessor: told, and neither side of the link is green',
    (_what, damage, code) => {
      const { judged, codes } = damaged((stage) => damage(stage, { hour: 6 }));
      expect([codes, notGreen(judged)]).toEqual([[code], [5, 6]]);
    },
  );

  test('106 a chain that starts anew for no reason: told; its first start is none', () => {
    expect(damaged(() => undefined).codes).toEqual([]);
    const { judged, codes } = damaged((stage) => chains.restartForNoReason(stage, { hour: 6 }));
    expect(codes).toEqual(['chain-restarted']);
    expect(notGreen(judged)).toContain(6);
  });

  test.each([
    ['a gap', contents.gapBeforeDigest],
    ['an overlap', contents.overlapWithPrevious],
    ['three digests skipped', chains.skipDigests],
  ] as const)('107 %s between linked digests: time-gap', (_what, damage) => {
    const { judged, codes } = damaged((stage) => damage(stage, { hour: 6 }));
    expect(codes).toContain('time-gap');
    expect(notGreen(judged)).toContain(6);
  });

  test.each([
    ['begins in 1970', contents.startIn1970],
    ['ends before it starts', contents.startAfterEnd],
    ['covers more than a day', contents.startTooEarly],
    ['begins on 30 February', contents.startOnNoDay],
  ] as const)(
    '108 a digest that %s: told, and every hour but its own and its neighbours is still judged',
    (_what, damage) => {
      const { judged, codes } = damaged((stage) => damage(stage, { hour: 6 }));
      expect(codes.some((code) => code === 'digest-impossible-time' || code === 'digest-malformed')).toBe(true);
      expect(judged.digests.get('valid')).toBe(HOURS - 1);
      expect(notGreen(judged).filter((hour) => hour < 5 || hour > 7)).toEqual([]);
    },
  );

  test('108 a digest of next year: told once, and it covers for nobody', () => {
    const { judged, codes } = damaged((stage) => chains.plantFutureDigest(stage, stage.now + LATER));
    expect(codes).toEqual(['digest-impossible-time']);
    expect(judged.coverage.findings).toHaveLength(1);
  });
});
