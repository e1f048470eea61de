/** Rows 124-131, 135 and 136: log files that are gone, changed, cut, swollen or swapped, and what is kept of them. */
import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { objectAt as forgedAt } from '../cloud/forge/buckets.ts';
import { bomb } from '../cloud/forge/damage/gzip-bytes.ts';
import { hideDataInDigestHeader } from '../cloud/forge/damage/digests.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import { reseal } from '../cloud/forge/damage/reseal.ts';
import type { Damage } from '../cloud/forge/damage/scene.ts';
import type { ObjectName } from '../cloud/forge/buckets.ts';
import { objectAt } from '../flow/evidence.ts';
import { BUCKET, type OneChain } from '../flow/one-chain.ts';
import { ARCHIVE, orgtrail } from '../flow/organization.ts';
import { verifyHere } from '../flow/verify-here.ts';
import { readReport } from '../flow/verify-report.ts';
import { archived, askedFor, collected, ground, provenAt, recorded, round, statesOf, statusCodes } from './ground.ts';

const MIB = 1024 * 1024;
const NOWHERE: ObjectName = { bucket: '', key: '' };

/** The bytes that the archive holds for a file of the member's bucket, as a hash. */
function proven(chain: OneChain, name: ObjectName): string {
  return hash('sha256', objectAt(chain, ARCHIVE, provenAt(name)).body);
}

/** What is kept of bytes that failed: one copy of them and one note. */
function quarantined(chain: OneChain, code: string, name: ObjectName): readonly string[] {
  const folder = `orgtrail/quarantine/${code}/${name.bucket}/${name.key}/`;
  return archived(chain, folder).map((key) => key.slice(folder.length).replace(/-.*/, ''));
}

/** One hour whose log files are captured before anything happens to them; `harm` acts before their digest comes. */
async function afterCapture(
  harm: Damage,
): Promise<{ readonly chain: OneChain; readonly log: ObjectName; readonly bytes: string }> {
  const chain = await ground({ hours: 1 });
  const [hour] = chain.chain.hours;
  const digest = forgedAt(chain.buckets, hour?.digest ?? NOWHERE);
  chain.buckets.get(BUCKET)?.delete(digest.key);
  chain.publish();
  await round(chain);
  const [log] = harm(chain, { hour: 0 }).objects;
  if (hour === undefined || log === undefined) throw new Error('no log file');
  const before = hash('sha256', objectAt(chain, ARCHIVE, `orgtrail/pending/${log.bucket}/${log.key}`).body);
  chain.put([digest]);
  chain.publish();
  return { chain, log, bytes: before };
}

/** A chain whose second hour was damaged before anybody looked, after one pass. */
async function judged(damage: Damage, config: Readonly<Record<string, unknown>> = {}) {
  const chain = await ground({ config });
  const [log] = damage(chain, { hour: 1 }).objects;
  chain.publish();
  const after = await collected(chain);
  return { chain, log: log ?? NOWHERE, exit: after.exitCode, codes: statusCodes(after) };
}

describe('G. Log files', () => {
  test('124 deleted before our first look: log-missing; restored, it is found by a later full sweep', async () => {
    const chain = await ground();
    const [log = NOWHERE] = chain.chain.hours[1]?.logs ?? [];
    const object = forgedAt(chain.buckets, log);
    logs.deleteLog(chain, { hour: 1 });
    chain.publish();
    const before = await collected(chain);
    expect([before.exitCode, statusCodes(before), statesOf(chain)[1]]).toEqual([3, ['log-missing'], 'failed']);
    chain.put([object]);
    chain.publish();
    const after = await collected(chain);
    expect([after.exitCode, statusCodes(after), statesOf(chain)[1]]).toEqual([0, [], 'linked']);
  });

  test.each([
    ['125 deleted', logs.deleteLog, 'log-missing'],
    ['126 altered', logs.alterLog, 'log-hash-mismatch'],
  ] as const)(
    '%s after its capture and before its digest: the captured bytes are proven, and what the source holds is told',
    async (_what, harm, code) => {
      const { chain, log, bytes } = await afterCapture(harm);
      const after = await collected(chain);
      expect(proven(chain, log)).toBe(bytes);
      const line = recorded(chain)[0]?.logs.find(({ origin }) => origin.key === log.key);
      expect(line).toMatchObject({ verdict: 'valid', via: 'pending' });
      expect([after.exitCode, statusCodes(after)]).toEqual([3, [code]]);
      expect(after.status.findings[0]).toMatchObject({ key: log.key });
    },
  );

  test('126 altered before anybody looked: log-hash-mismatch, the bytes in quarantine with a note', async () => {
    const { chain, log, exit, codes } = await judged(logs.alterLog);
    expect([exit, codes]).toEqual([3, ['log-hash-mismatch']]);
    expect(quarantined(chain, 'log-hash-mismatch', log)).toEqual(['bytes', 'note']);
    expect(archived(chain, 'AWSLogs/')).not.toContain(provenAt(log));
  });

  test.each([
    ['127 truncated', logs.truncateLog],
    ['127 emptied', logs.emptyLog],
    ['129 with a second gzip member', logs.appendMemberToLog],
    ['129 with junk at its end', logs.appendJunkToLog],
    ['129 with zeros at its end', logs.appendZerosToLog],
  ] as const)('%s: log-malformed, the bytes in quarantine with a note', async (_what, damage) => {
    const { chain, log, exit, codes } = await judged(damage);
    expect([exit, codes]).toEqual([3, ['log-malformed']]);
    expect(quarantined(chain, 'log-malformed', log)).toEqual(['bytes', 'note']);
    expect(archived(chain, 'AWSLogs/')).not.toContain(provenAt(log));
  });

  test('128 recompressed, same content: accepted, archived as received', async () => {
    const { chain, log, exit, codes } = await judged(logs.recompressLog);
    expect([exit, codes]).toEqual([0, []]);
    expect(proven(chain, log)).toBe(hash('sha256', forgedAt(chain.buckets, log).body));
  });

  test.each(['extra', 'name', 'comment'] as const)(
    '130 data in the gzip %s field: archived since its hash is right, and told, since nobody signed it',
    async (field) => {
      const { chain, log, exit, codes } = await judged(logs.hideDataInLogHeader(field));
      expect([exit, codes]).toEqual([3, ['gzip-header-data']]);
      expect(proven(chain, log)).toBe(hash('sha256', forgedAt(chain.buckets, log).body));
      const line = recorded(chain)[1]?.logs.find(({ origin }) => origin.key === log.key);
      expect(line).toMatchObject({ verdict: 'valid', notes: ['gzip-header-data'] });
    },
  );

  test('130 data in gzip headers, of a log file and of a digest: told by every command, each time it is asked', async () => {
    const chain = await ground();
    const [log = NOWHERE] = logs.hideDataInLogHeader('comment')(chain, { hour: 1 }).objects;
    const [digest = NOWHERE] = hideDataInDigestHeader('name')(chain, { hour: 2 }).objects;
    chain.publish();
    const said = (findings: readonly { readonly code: string; readonly key: string | null }[]) =>
      findings.map(({ code, key }) => [code, key]);
    const wanted = [log, digest].map(({ key }) => ['gzip-header-data', key]);
    const source = await verifyHere(chain, { to: chain.end() });
    expect([source.exit, said(source.report.findings)]).toEqual([3, wanted]);
    expect(source.report.chains.map(({ state }) => state)).toEqual(['verified']);
    for (let again = 0; again < 2; again += 1) {
      const after = await collected(chain);
      expect([after.exitCode, said(after.status.findings)]).toEqual([3, wanted]);
      expect(statesOf(chain)).toEqual(['start', 'defended', 'defended', 'linked']);
      const words = ['verify', '--archive', '--json', '--to', new Date(chain.end()).toISOString()];
      const { code, stdout, stderr } = await orgtrail(chain, ...words);
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.not.stringContaining('bug') });
      expect(said(readReport(stdout).findings)).toEqual(wanted);
    }
  });

  test('131 replaced between two looks: what is archived are the bytes that were judged, read once and never copied', async () => {
    const chain = await ground();
    const [log = NOWHERE] = chain.chain.hours[1]?.logs ?? [];
    const genuine = forgedAt(chain.buckets, log);
    chain.publish();
    const other = { ...genuine, body: gzipSync('{"Records":[]}') };
    const match = { operation: 'GetObject', bucket: log.bucket, key: new RegExp(`${log.key.slice(-30)}$`) };
    chain.cloud.faults.add({ match, fault: { kind: 'interfere', act: () => chain.cloud.put(other) }, times: 1 });
    chain.cloud.faults.add({ match, fault: { kind: 'interfere', act: () => chain.cloud.put(genuine) }, times: 1 });
    await round(chain);
    expect(chain.cloud.faults.counts().get('interfere')).toBe(2);
    expect(proven(chain, log)).toBe(hash('sha256', genuine.body));
    expect(statesOf(chain)).toEqual(['start', 'linked', 'linked', 'linked']);
    expect(new Set(askedFor(chain, log))).toEqual(new Set(['GetObject']));
    expect(chain.cloud.requests.entries.filter(({ operation }) => operation === 'CopyObject')).toEqual([]);
  });

  const SMALL = { limits: { maxObjectBytes: MIB, maxInflatedBytes: MIB } };

  test('135 a gzip bomb: refused within the limit on memory, its bytes kept', async () => {
    const bytes = bomb();
    const before = process.memoryUsage().arrayBuffers;
    const { chain, log, exit, codes } = await judged(logs.replaceLogByBomb, SMALL);
    expect([exit, codes]).toEqual([3, ['log-malformed']]);
    expect(quarantined(chain, 'log-malformed', log)).toEqual(['bytes', 'note']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB + 2 * bytes.length);
  });

  test.each([
    ['archived within the limits', {}, 0],
    ['in quarantine beyond them', SMALL, 3],
  ] as const)('136 a log file of 3 MiB with the right hash: %s', async (_what, config, exit) => {
    const chain = await ground({ config });
    const [log = NOWHERE] = chain.chain.hours[1]?.logs ?? [];
    const content = JSON.stringify({
      Records: Array.from({ length: 30_000 }, (_, eventID) => ({ eventID, pad: 'x'.repeat(80) })),
    });
    chain.put([{ ...forgedAt(chain.buckets, log), body: gzipSync(content) }]);
    reseal(chain, 1, ({ logFiles }) => {
      const entry = logFiles.find(({ s3Object }) => s3Object === log.key);
      if (entry !== undefined) entry.hashValue = hash('sha256', content);
    });
    chain.publish();
    const after = await collected(chain);
    expect([content.length > 3 * MIB, after.exitCode]).toEqual([true, exit]);
    expect(archived(chain, 'AWSLogs/').includes(provenAt(log))).toBe(exit === 0);
    expect(quarantined(chain, 'log-malformed', log)).toEqual(exit === 0 ? [] : ['bytes', 'note']);
  });
});
