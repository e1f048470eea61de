/** Rows 132-134, 137 and 142: log files that nobody names, come late, come twice, come in masses, or are none. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { entryOf } from '../cloud/forge/digest-file.ts';
import { plantLog } from '../cloud/forge/damage/logs.ts';
import { reseal } from '../cloud/forge/damage/reseal.ts';
import { deliverEventsTwice } from '../cloud/forge/damage/signed-chains.ts';
import { keysWith } from '../flow/evidence.ts';
import { BUCKET } from '../flow/one-chain.ts';
import { verifyHere } from '../flow/verify-here.ts';
import { tally } from '../flow/verify-report.ts';
import { archived, collected, ground, provenAt, round, statesOf, statusCodes } from './ground.ts';

const NOWHERE = { bucket: '', key: '' };

describe('G. Log files', () => {
  test('132 a log file that no digest names: captured, told after the grace and not before, and nowhere deleted', async () => {
    const chain = await ground({ hours: 3, config: { limits: { unlistedGraceHours: 3 } } });
    const [planted = NOWHERE] = plantLog(chain, { hour: 1 }).objects;
    chain.publish();
    await collected(chain, chain.end() + 30 * MINUTE);
    const early = await collected(chain, chain.end() + 31 * MINUTE);
    expect([early.exitCode, early.digests.unlisted]).toEqual([0, 0]);
    expect(archived(chain, 'orgtrail/pending/')).toContain(`orgtrail/pending/${planted.bucket}/${planted.key}`);
    chain.hour();
    chain.hour();
    chain.publish();
    for (let again = 0; again < 2; again += 1) {
      const late = await collected(chain);
      expect([late.exitCode, late.digests.unlisted]).toEqual([3, 1]);
    }
    const { report } = await verifyHere(chain, { to: chain.end() });
    expect(tally(report)).toEqual({ 'log-unlisted': 1 });
    expect(archived(chain, 'orgtrail/quarantine/log-unlisted/').some((key) => key.includes(planted.key))).toBe(true);
    expect(archived(chain, 'AWSLogs/')).not.toContain(provenAt(planted));
    expect(keysWith(chain, BUCKET, planted.key)).toEqual([planted.key]);
  });

  test('133 a log file hours late, named by the digest of the hour it came in: verified', async () => {
    const chain = await ground();
    chain.publish();
    await collected(chain);
    const late = chain.chain.strayLog(chain.start + 10 * MINUTE);
    chain.hour();
    reseal(chain, 4, (fields) => void fields.logFiles.push(entryOf(late)));
    chain.put([late.object]);
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    expect(archived(chain, 'AWSLogs/')).toContain(provenAt(late.object));
  });

  test('134 the same events delivered in two files: both are archived, nothing is said', async () => {
    const chain = await ground();
    const [twin = NOWHERE] = deliverEventsTwice(chain, { hour: 1 }).objects;
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    const both = [twin, chain.chain.hours[1]?.logs[0] ?? NOWHERE].map((name) => provenAt(name));
    expect(archived(chain, 'AWSLogs/')).toEqual(expect.arrayContaining(both));
  });

  test(
    '137 more log files in an hour than a listing has on a page: all archived, page by page, within the limit on transfers',
    { timeout: 90_000 },
    async () => {
      const chain = await ground({ hours: 0, config: { limits: { objectConcurrency: 8 } } });
      const hour = chain.hour({ logs: Array.from({ length: 1010 }, () => ({ content: '{"Records":[]}' })) });
      chain.publish();
      // Long enough after its end that no file is captured beside its digest's job.
      const outcomes = await round(chain, { now: chain.end() + 4 * HOUR });
      expect(outcomes).toMatchObject([{ state: 'verified', logs: 1010 }]);
      expect(archived(chain, 'AWSLogs/')).toHaveLength(1011);
      expect(statesOf(chain)).toEqual(['start']);
      const lists = chain.cloud.requests.entries.filter(({ operation }) => operation === 'ListObjectsV2');
      expect(lists.filter(({ key, bucket }) => bucket === BUCKET && key === null).length).toBeGreaterThan(2);
      const gets = chain.cloud.requests.entries.filter((one) => one.operation === 'GetObject' && one.bucket === BUCKET);
      expect(gets).toHaveLength(hour.logs.length + 1);
    },
  );

  test("142 folders, access logs and other services' files: counted where they are listed, never read, kept or told", async () => {
    const chain = await ground({ hours: 1 });
    const kinds = ['CloudTrail-Insight', 'CloudTrail-NetworkActivity', 'CloudTrail-Aggregated'] as const;
    const { logs } = chain.hour({ logs: [{}, ...kinds.map((kind) => ({ kind }))] });
    const root = `logs/AWSLogs/${chain.chain.account}/`;
    const none = [
      `${root}CloudTrail/`,
      `${root}CloudTrail/eu-west-1/`,
      `${root}CloudTrail-Digest/eu-west-1/`,
      `${root}Config/eu-west-1/2026/3/1/ConfigSnapshot/111122223333_Config_eu-west-1_ConfigSnapshot_20260301T003000Z_a.json.gz`,
      `${root}elasticloadbalancing/eu-west-1/2026/03/01/111122223333_elasticloadbalancing_eu-west-1_a.log.gz`,
      'logs/2026-03-01-00-30-00-0123456789ABCDEF',
    ];
    const [first] = logs;
    chain.put(none.map((key) => ({ ...(first?.object ?? never()), key, body: new Uint8Array() })));
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after)]).toEqual([0, []]);
    const kept = archived(chain, '').filter((key) => !key.startsWith('orgtrail/receipts/'));
    expect(
      kept.filter((key) =>
        none.some((one) => key.includes(provenAt({ bucket: '', key: one })) && key.endsWith(one.slice(-6))),
      ),
    ).toEqual([]);
    expect(archived(chain, 'orgtrail/quarantine/')).toEqual([]);
    const read = new Set(
      chain.cloud.requests.entries.filter(({ operation }) => operation === 'GetObject').map(({ key }) => key),
    );
    expect(none.filter((key) => read.has(key))).toEqual([]);
    // What a digest names is proven, of whichever kind it is.
    expect(archived(chain, 'AWSLogs/')).toEqual(expect.arrayContaining(logs.map(({ object }) => provenAt(object))));
  });
});

function never(): never {
  throw new Error('the hour has log files');
}
