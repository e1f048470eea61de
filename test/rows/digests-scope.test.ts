/** Rows 118-120 and 122: what no digest speaks of, because validation, logging, selectors or a region are not what they were. */
import { describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { restartHidingDeletion } from '../cloud/forge/damage/signed-chains.ts';
import type { OneChain } from '../flow/one-chain.ts';
import { openOrganization } from '../flow/organization.ts';
import { pass, type Pass } from '../flow/pass.ts';
import { verifyHere } from '../flow/verify-here.ts';
import { tally } from '../flow/verify-report.ts';
import { archived, collected, ground, statesOf, statusCodes } from './ground.ts';

/** Four hours, a pause of three, and four hours again. */
async function paused(): Promise<OneChain> {
  const chain = await ground({ hours: 3 });
  chain.put(chain.chain.stop({ logs: 1 }).deliveries.map(({ object }) => object));
  chain.chain.restart(chain.end() + 3 * HOUR);
  for (let hour = 0; hour < 4; hour += 1) chain.hour();
  chain.publish();
  return chain;
}

const NARROW = { EventSelectors: [{ ReadWriteType: 'ReadOnly', IncludeManagementEvents: true, DataResources: [] }] };

describe('F. CloudTrail digests', () => {
  test('118 validation switched off: told, unverifiable and never green; its log files are kept apart as unproven', async () => {
    const chain = await ground({ hours: 2 });
    const unproven = chain.chain.unproven({ until: chain.end() + 6 * HOUR, logs: 3 });
    chain.put(unproven.map(({ object }) => object));
    const now = chain.start + 6 * HOUR;
    chain.publish(now);
    const after = await collected(chain, now);
    expect([after.exitCode, statusCodes(after)]).toEqual([3, ['validation-off']]);
    expect(after.status.accounts.map(({ state }) => state)).toEqual(['unverifiable']);
    const held = archived(chain, 'orgtrail/pending/');
    for (const { object } of unproven) expect(held).toContain(`orgtrail/pending/${object.bucket}/${object.key}`);
    expect(statesOf(chain)).toEqual(['start', 'linked']);
  });

  test('119 logging stopped: told at once', async () => {
    const chain = await ground({ hours: 3 });
    chain.put(chain.chain.stop({ logs: 1 }).deliveries.map(({ object }) => object));
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([3, ['logging-stopped']]);
  });

  test('119 logging stopped and started again: explained by the calls in proven log files, in the source and in the archive', async () => {
    const chain = await paused();
    const { exit, report } = await verifyHere(chain, { to: chain.end() });
    expect({ exit, findings: tally(report), states: report.chains.map(({ state }) => state) }).toEqual({
      exit: 0,
      findings: {},
      states: ['gap-explained'],
    });
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    expect(after.status.accounts.map(({ state }) => state)).toEqual(['gap-explained']);
  });

  test('119 a restart that no call explains: told, not explained away', async () => {
    const chain = await ground({ hours: 8 });
    restartHidingDeletion(chain, { hour: 3 });
    chain.publish();
    const { exit, report } = await verifyHere(chain, { to: chain.end() });
    expect(exit).toBe(3);
    expect(Object.keys(tally(report))).toEqual(['chain-restarted']);
  });

  test('120 event selectors narrowed: told, though every digest is proven', async () => {
    const chain = await ground();
    chain.publish();
    expect((await collected(chain)).exitCode).toBe(0);
    chain.hour();
    chain.publish();
    chain.cloud.control.changeTrail(chain.chain.trail.arn, { selectors: NARROW });
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([3, ['selectors-narrowed']]);
    expect(statesOf(chain)).toEqual(['start', 'linked', 'linked', 'linked', 'linked']);
  });

  test.each([
    ['that stays on and delivers nothing: not known at first, then empty', 'ENABLED', ['chain-empty']],
    ['that is switched off again: nothing is due of it', 'DISABLED', []],
  ] as const)('122 a region is switched on %s; no gap before it was on', async (_what, then, codes) => {
    const start = Date.UTC(2026, 2, 1);
    const now = start + 5 * HOUR;
    const shape = { accounts: 1, regions: ['us-east-1'], cheap: true };
    const organization = await openOrganization({ seed: 'rows', start, hours: 3, now: () => now, ...shape });
    const account = organization.world.accounts[0]?.id ?? '';
    const turn = (status: 'ENABLED' | 'DISABLED') =>
      organization.cloud.control.optIn.set(account, new Map([['af-south-1', status]]));
    const ofRegion = ({ status }: Pass) => ({
      state: status.accounts[0]?.chains.find(({ region }) => region === 'af-south-1')?.state,
      findings: status.findings.filter(({ region }) => region === 'af-south-1'),
    });
    try {
      expect(ofRegion(await pass(organization, now))).toEqual({ state: undefined, findings: [] });
      turn('ENABLED');
      const on = await pass(organization, now + HOUR / 2);
      expect({ exit: on.exitCode, ...ofRegion(on) }).toEqual({ exit: 0, state: 'unknown', findings: [] });
      turn(then);
      await pass(organization, now + HOUR);
      const { findings } = ofRegion(await pass(organization, now + 6 * HOUR));
      expect(findings.map(({ code }) => code)).toEqual(codes);
      for (const { from } of findings) expect(Date.parse(from ?? '')).toBeGreaterThanOrEqual(now);
    } finally {
      await organization.close();
    }
  });
});
