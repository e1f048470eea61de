/** `status` against what the source holds now: what was proven and is there no more is told, by name and with both sides. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { provenKey } from '../../src/core/layout.ts';
import { HOUR } from '../../src/core/time.ts';
import { forgeWorld } from '../cloud/forge/world.ts';
import {
  allReceipts,
  archiveMark,
  keysWith,
  objectAt,
  overwrite,
  receiptStates,
  remove,
  rewritten,
} from './evidence.ts';
import { ARCHIVE, type Organization } from './organization.ts';
import { openPipeline, pass } from './pass.ts';
import { collected, digests, found, HOURS, nth, NOW, open, show, START, text, type Spot } from './status-here.ts';

function take(organization: Organization, ...spots: readonly Spot[]): void {
  for (const { bucket, key } of spots) remove(organization, bucket, key);
}

const stateOf = ({ report }: Awaited<ReturnType<typeof show>>): readonly string[] =>
  report.accounts.map(({ state }) => state);

describe('a source that holds what was recorded', () => {
  test('is proven, with every day of the window and no finding', async () => {
    const organization = await collected({ accounts: 2 });
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 0, codes: [] });
    expect(stateOf(shown)).toEqual(['verified', 'verified']);
    expect(shown.report.days).toHaveLength(16);
    const today = shown.report.days.filter(({ day }) => day === '2026-03-01');
    expect(today.map(({ state, reason }) => [state, reason])).toEqual([
      ['verified', null],
      ['verified', null],
    ]);
  });

  test('and delivers the same bytes anew has no finding, and nothing is written (a later date alone is no evidence)', async () => {
    const organization = await collected();
    const mark = archiveMark(organization);
    for (const digest of digests(organization)) organization.cloud.put(digest);
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 0, codes: [] });
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, digests: { written: 0 } });
    expect(archiveMark(organization)).toBe(mark);
  });

  test('and loses its oldest digests by a lifecycle rule has no finding', async () => {
    const organization = await collected();
    const all = digests(organization);
    take(organization, nth(all, 0), nth(all, 1));
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 0, codes: [] });
    // A window that begins within what is left of the source sees its own oldest end gone, and nothing before it.
    const from = START + 2 * HOUR;
    take(organization, nth(all, 2));
    expect(await show(organization, NOW, { from })).toMatchObject({ exitCode: 0, codes: [] });
  });
});

describe('digests that were recorded and are gone', () => {
  test('at the newest end: chain-truncated once, both sides told, and what the archive proves stays proven', async () => {
    const organization = await collected();
    const all = digests(organization);
    take(organization, nth(all, -1), nth(all, -2));
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 3, codes: ['chain-truncated'] });
    const { detail, from, to } = found(shown, 'chain-truncated');
    expect(detail).toMatch(/2 that end from .* were recorded, the last at 20/);
    expect(detail).toContain(`the archive holds the proven bytes at ${provenKey('', nth(all, -1).key)}`);
    expect((Date.parse(to ?? '') - Date.parse(from ?? '')) / HOUR).toBe(2);
    expect(stateOf(shown)).toEqual(['verified']);
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 3 });
  });

  test('by a bucket put back to an older state: chain-truncated though every date is new (reliability.md row 103)', async () => {
    const organization = await collected();
    const all = digests(organization);
    take(organization, ...all);
    for (const digest of all.slice(0, 3)) organization.cloud.put(digest);
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 3, codes: ['chain-truncated'] });
    expect(found(shown, 'chain-truncated').detail).toContain('put back to an older state');
  });

  test('all of them: chain-empty', async () => {
    const organization = await collected();
    take(organization, ...digests(organization));
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 3, codes: ['chain-empty'] });
    expect(found(shown, 'chain-empty').detail).toContain(`${HOURS} that end from`);
  });

  test('in between: one digest-missing for each interval', async () => {
    const organization = await collected();
    const all = digests(organization);
    take(organization, nth(all, 2), nth(all, 3));
    const shown = await show(organization, NOW);
    expect(shown).toMatchObject({ exitCode: 3, codes: ['digest-missing', 'digest-missing'] });
    expect(shown.report.findings.map(({ key }) => key)).toEqual([nth(all, 2).key, nth(all, 3).key]);
    expect(found(shown, 'digest-missing').detail).toMatch(
      /the source lists it no longer, though it was recorded at .*; the archive holds the proven bytes at AWSLogs/,
    );
    expect(stateOf(shown)).toEqual(['verified']);
  });

  test('before the window is no question, and the first of the window is held against what is before it', async () => {
    const organization = await collected();
    const all = digests(organization);
    take(organization, nth(all, 3));
    const hour = (index: number): number =>
      Date.parse(
        `${nth(all, index).key.replace(/.*_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*/, '$1-$2-$3T$4:$5:$6')}Z`,
      );
    expect(await show(organization, NOW, { from: hour(3) })).toMatchObject({ exitCode: 0, codes: [] });
    expect(await show(organization, NOW, { from: hour(2) })).toMatchObject({ exitCode: 3, codes: ['digest-missing'] });
  });

  test('at the first hours of a window of whole days is told by what lies before them (the listing began with the day)', async () => {
    const evening = START + 10 * HOUR;
    const now = evening + 8 * HOUR;
    const organization = await open({ start: evening, now: () => now });
    await pass(organization, now);
    const midnight = evening + 2 * HOUR;
    const all = digests(organization);
    const first = all.findIndex(({ key }) => key.includes('/2026/03/02/'));
    take(organization, nth(all, first));
    expect(await show(organization, now, { from: midnight })).toMatchObject({ exitCode: 3, codes: ['digest-missing'] });
    // With nothing older left it is the oldest end, which goes by the member's own rule.
    take(organization, ...all.slice(0, first));
    expect(await show(organization, now, { from: midnight })).toMatchObject({ exitCode: 0, codes: [] });
  });
});

describe('a digest replaced under its key', () => {
  const junk = (): Uint8Array => gzipSync(Buffer.from('{"logFiles": []}'));

  const replacements: readonly (readonly [string, (spot: Spot) => Parameters<Organization['cloud']['put']>[0]])[] = [
    ['by junk', (spot) => ({ ...spot, body: junk() })],
    ['by no gzip at all', (spot) => ({ ...spot, body: Buffer.from('gone') })],
    ['by other content without a signature', (spot) => ({ ...spot, body: junk(), metadata: new Map() })],
    ['by another digest that AWS signed', (spot) => signedOtherwise(spot)],
  ];

  test.each(replacements)('%s is digest-replaced, and the first version stays and stays proven', async (_, replace) => {
    const organization = await collected();
    const spot = nth(digests(organization), 2);
    const proven = objectAt(organization, ARCHIVE, provenKey('', spot.key));
    organization.cloud.put(replace(spot));
    const before = await show(organization, NOW);
    expect(before).toMatchObject({ exitCode: 3, codes: ['digest-replaced'] });
    expect(stateOf(before)).toEqual(['failed']);
    expect(found(before, 'digest-replaced').detail).toContain(provenKey('', spot.key));
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 3, digests: { written: 1 } });
    expect(receiptStates(organization).filter((one) => one !== 'r0.linked')).toEqual(['r0.start', 'r1.failed']);
    expect(allReceipts(organization).map(({ receipt }) => receipt.digest.verdict)).toContain('digest-replaced');
    expect(objectAt(organization, ARCHIVE, provenKey('', spot.key)).versionId).toBe(proven.versionId);
    expect(rewritten(organization)).toEqual([]);
    const after = await show(organization, NOW);
    expect(after).toMatchObject({ exitCode: 3, codes: ['digest-replaced'] });
    expect(stateOf(after)).toEqual(['failed']);
    const mark = archiveMark(organization);
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 3, digests: { written: 0 } });
    expect(archiveMark(organization)).toBe(mark);
  });

  test('is handed to the digest job by a sweep of the last days too, and one delivered anew is not', async () => {
    const organization = await collected();
    const [first, second] = [nth(digests(organization), 1), nth(digests(organization), 2)];
    organization.cloud.put(first);
    organization.cloud.put({ ...second, body: junk() });
    const pipeline = openPipeline(organization, { now: () => NOW });
    try {
      const { surveys } = await pipeline.discover();
      const swept = await pipeline.sweep('recent', surveys);
      expect(swept.flatMap((one) => one.digests.map(({ key }) => key))).toEqual([second.key]);
      expect((await pipeline.judge(swept.flatMap((one) => one.digests))).map(({ state }) => state)).toEqual(['failed']);
      expect((await pipeline.sweep('recent', surveys)).flatMap((one) => one.digests)).toEqual([]);
    } finally {
      await pipeline.close();
    }
  });

  test('and too large to be read is digest-replaced as well', async () => {
    const organization = await collected();
    organization.configure({ limits: { maxObjectBytes: 1024 * 1024 } });
    const spot = nth(digests(organization), 2);
    organization.cloud.put({ ...spot, body: Buffer.alloc(1024 * 1024 + 1) });
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 3, codes: ['digest-replaced'] });
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 3 });
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 3, codes: ['digest-replaced'] });
  });

  test('by itself compressed anew is the same digest: no finding, no revision', async () => {
    const organization = await collected();
    const spot = nth(digests(organization), 2);
    organization.cloud.put({ ...spot, body: gzipSync(gunzipSync(spot.body), { level: 1 }) });
    const mark = archiveMark(organization);
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 0, codes: [] });
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, digests: { written: 0 } });
    expect(archiveMark(organization)).toBe(mark);
  });

  test('and put back is proven again', async () => {
    const organization = await collected();
    const spot = nth(digests(organization), 2);
    organization.cloud.put({ ...spot, body: junk() });
    await pass(organization, NOW);
    organization.cloud.put(spot);
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 0, digests: { written: 1 } });
    expect(receiptStates(organization)).toContain('r2.linked');
    expect(await show(organization, NOW)).toMatchObject({ exitCode: 0, codes: [] });
  });
});

/** The digest of the same hour in a world that was the same but for its log files. */
function signedOtherwise(spot: Spot): Parameters<Organization['cloud']['put']>[0] {
  const world = forgeWorld({
    seed: 'status',
    start: START,
    hours: HOURS,
    accounts: 1,
    regions: ['us-east-1'],
    cheap: true,
    logsPerHour: 1,
  });
  const other = [...world.deliverAll()].find(({ object }) => object.key === spot.key)?.object;
  if (other === undefined || Buffer.compare(other.body, spot.body) === 0)
    throw new Error('no other digest of that key');
  return other;
}

describe('a digest that was not judged yet', () => {
  test('is late, not missing, while the ones around it have receipts; delivered after 20 days it is simply proven', async () => {
    const organization = await open();
    const spot = nth(digests(organization), 2);
    take(organization, spot);
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(3);
    const later = NOW + 20 * 24 * HOUR;
    const from = START - HOUR;
    const to = NOW - 2 * HOUR;
    expect((await show(organization, later, { from, to })).codes).toEqual(['digest-missing']);
    organization.cloud.put(spot);
    const waiting = await show(organization, later, { from, to });
    expect(waiting).toMatchObject({ exitCode: 5, codes: [] });
    expect(stateOf(waiting)).toEqual(['late']);
    expect(waiting.report.accounts[0]?.chains[0]?.waiting).toBe(1);
    expect(await text(organization, NOW, { from })).toMatch(
      /late: \d{12} us-east-1 main: 1 digest in the source waits to be judged/,
    );
    await pass(organization, NOW);
    expect(await show(organization, later, { from, to })).toMatchObject({ exitCode: 0, codes: [] });
  });
});

describe('a receipt that is not what was recorded', () => {
  test('is told of its account, ends neither status nor a sweep, and holds up no other account', async () => {
    const organization = await collected({ accounts: 2 });
    const [spot] = digests(organization);
    const account = /\d{12}/.exec(spot?.key ?? '')?.[0] ?? '';
    const [receipt = ''] = keysWith(organization, ARCHIVE, `orgtrail/receipts/${account}/`);
    overwrite(organization, ARCHIVE, receipt, Buffer.from('{}'));
    organization.cloud.put({ ...nth(digests(organization), 0), body: gzipSync(Buffer.from('{}')) });
    const shown = await show(organization, NOW);
    expect(shown.exitCode).toBe(5);
    expect(shown.report.findings.map((one) => [one.code, one.account])).toEqual([['blocked-access', account]]);
    expect(shown.report.findings[0]?.detail).toContain('is not what was recorded');
    expect(shown.report.accounts.find((line) => line.account !== account)?.state).toBe('verified');
    expect(await pass(organization, NOW)).toMatchObject({ exitCode: 5 });
  });
});
