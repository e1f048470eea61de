/** What the pages read of records beside receipts: the history of trails, quarantine, and changes of policies. */
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import type { BoardFinding } from '../../src/core/board/finding.ts';
import { parseQuarantineKey, trailRecordKey } from '../../src/core/layout.ts';
import type { ChangeNote } from '../../src/core/plan/change-record.ts';
import { HOUR } from '../../src/core/time.ts';
import { trailRecordName, TRAIL_SCHEMA, type TrailRecord } from '../../src/core/trail-record.ts';
import { createEvidence } from '../../src/pipeline/evidence.ts';
import { archivePlace } from '../../src/pipeline/parts.ts';
import { acceptEntry } from '../../src/stages/quarantine.ts';
import { keepBegun, keepDone } from '../../src/stages/change-records.ts';
import { keepChanges } from '../../src/stages/changes.ts';
import { keepTrailRecord } from '../../src/stages/trails.ts';
import { historyPage } from '../../src/web/contract/accounts.ts';
import { quarantineView } from '../../src/web/contract/findings.ts';
import * as logs from '../cloud/forge/damage/logs.ts';
import { changeAt } from '../core/trail-changes.ts';
import { OWNER, sourceOf } from '../core/trail-source.ts';
import { keysWith, overwrite, remove } from '../flow/evidence.ts';
import { BUCKET } from '../flow/one-chain.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { memoryArchive } from '../stages/memory-archive.ts';
import { collected, nth, partsOf, recordedIn } from './evidence-ground.ts';

const NOW = Date.UTC(2026, 2, 10, 12);
const DAY = 24 * HOUR;
const config = parseConfig(
  'archive: { bucket: archive, prefix: p/, region: us-east-1, owner: "999999999999" }\naccounts: [{ id: "111122223333" }]\n',
  'test.yaml',
  {},
);
const place = { bucket: 'archive', prefix: 'p/', owner: '999999999999' };

function shelf() {
  const memory = memoryArchive();
  const { archive } = memory;
  const inspector = { inspect: () => expect.unreachable('no file is read') };
  const evidence = createEvidence({ archive, config, inspector, clock: { now: () => NOW } });
  return { ...memory, evidence, ports: { archive, place } };
}

function sighting(seen: number, change: Partial<TrailRecord['source']> = {}): TrailRecord {
  return {
    schema: TRAIL_SCHEMA,
    seen,
    source: sourceOf(change),
    wider: null,
    listed: true,
    accounts: [{ account: OWNER, since: null }],
    regions: [{ region: 'us-east-1', since: null, until: null, accounts: null }],
  };
}

const told = (entries: readonly { readonly kind: string; readonly title: string }[]): readonly string[] =>
  entries.map(({ kind, title }) => `${kind}: ${title}`);

describe('the history of an account', () => {
  test('tells what became another between two records, and the calls that did it, newest first', async () => {
    const { evidence, ports } = shelf();
    const status = sourceOf().status;
    if (status === null) throw new Error('a status is wanted');
    const delivered = { ...status, latestDigestDelivery: NOW };
    const records = [
      sighting(NOW - 9 * HOUR),
      sighting(NOW - 8 * HOUR, { status: delivered }),
      sighting(NOW - 7 * HOUR, { status: delivered, validation: false }),
      sighting(NOW - 5 * HOUR, { status: { ...delivered, logging: false, stoppedLogging: NOW - 5 * HOUR } }),
      sighting(NOW - 4 * HOUR, { gone: true, status: null }),
    ];
    for (const record of records) await keepTrailRecord(record, ports);
    const chain = { source: sourceOf() };
    await keepChanges([changeAt(chain, 'StopLogging', NOW - 5 * HOUR - 60_000)], ports);
    const page = historyPage.parse({ readAt: '2026-03-10T12:00:00Z', ...(await evidence.history(OWNER)) });
    expect(told(page.entries)).toEqual([
      'trail-changed: Trail gone',
      'trail-changed: Log file validation switched on, and 1 more',
      'trail-call: StopLogging',
      'trail-changed: Log file validation switched off',
      'trail-seen: First seen',
    ]);
    const [, both, call, , first] = page.entries;
    expect(both?.detail).toContain('Logging stopped: since 2026-03-10T07:00:00Z');
    expect(call?.detail).toContain('by arn:aws:iam::111122223333:user/alice');
    expect(first?.detail).toContain('into s3://member-logs/logs/');
    expect(first?.key).toBe(trailRecordKey('p/', trailRecordName(nth(records, 0))));
    expect([page.more, page.problems]).toEqual([false, []]);
  });

  test('tells of places, organizations, selectors, regions and accounts that changed', async () => {
    const { evidence, ports } = shelf();
    await keepTrailRecord(sighting(NOW - 3 * HOUR), ports);
    const wider = {
      ...sighting(NOW - 2 * HOUR, { bucket: 'other', org: 'o-exampleorgid', multiRegion: false, selectors: [] }),
      accounts: [OWNER, '444455556666'].map((account) => ({ account, since: null })),
      regions: [{ region: 'eu-west-1', since: null, until: null, accounts: null }],
    };
    await keepTrailRecord(wider, ports);
    const [entry] = (await evidence.history(OWNER)).entries;
    for (const words of [
      's3://member-logs/logs/ became s3://other/logs/',
      'Multi-region switched off',
      'no organization became o-exampleorgid',
      'no longer recorded',
      'more: eu-west-1; no longer: us-east-1',
      'Accounts seen changed: more: 444455556666',
    ])
      expect(entry?.detail).toContain(words);
  });

  test('with a record that was altered tells that, and says nothing of what was before it', async () => {
    const { evidence, ports, objects } = shelf();
    const records = [1, 2, 3].map((at) => sighting(NOW - at * HOUR, { bucket: `bucket-${at}` }));
    for (const record of records) await keepTrailRecord(record, ports);
    const key = trailRecordKey('p/', trailRecordName(nth(records, 1)));
    objects.set(key, Buffer.from('{}'));
    const page = await evidence.history(OWNER);
    expect(told(page.entries)).toEqual(['trail-seen: First seen']);
    expect(page.problems).toMatchObject([{ code: 'archive-changed', detail: expect.stringContaining(key) as string }]);
  });

  test('of years is bounded: the newest two months are compared, the first record is told, and that there is more', async () => {
    const { evidence, ports, reads } = shelf();
    const first = sighting(NOW - 900 * DAY);
    await keepTrailRecord(first, ports);
    for (let day = 0; day < 90; day += 1)
      await keepTrailRecord(sighting(NOW - day * DAY, { bucket: `bucket-${day}` }), ports);
    const page = await evidence.history(OWNER);
    expect(page.more).toBe(true);
    expect(page.entries.at(-1)?.at).toBe('2023-09-22T12:00:00Z');
    expect(page.entries.length).toBeGreaterThan(55);
    expect(reads.length).toBeLessThan(65);
  });

  test('holds two hundred entries and says that there are more', async () => {
    const { evidence, ports } = shelf();
    await keepTrailRecord(sighting(NOW - HOUR), ports);
    const chain = { source: sourceOf() };
    const calls = Array.from({ length: 230 }, (_, at) => changeAt(chain, 'StopLogging', NOW - at * 60_000));
    await keepChanges(calls, ports);
    const page = await evidence.history(OWNER);
    expect([page.entries.length, page.more]).toEqual([200, true]);
    expect(page.entries[0]?.at).toBe('2026-03-10T12:00:00Z');
  });

  test('of what is no account is refused, and of one that nothing is known of is empty', async () => {
    const { evidence } = shelf();
    for (const account of ['', '../1', '1111222233334'])
      await expect(evidence.history(account)).rejects.toMatchObject({ code: 'usage' });
    expect(await evidence.history('000000000000')).toEqual({ entries: [], problems: [], more: false });
  });
});

function finding(change: Partial<BoardFinding>): BoardFinding {
  return { bucket: BUCKET, key: null, ...change } as BoardFinding;
}

describe('quarantine of a finding', () => {
  test("is what lies there of the finding's own file: why, and who has looked at it", async () => {
    const { world, evidence, now } = await collected(logs.alterLog);
    const failed = recordedIn(world).flatMap(({ receipt }) =>
      receipt.logs.filter(({ verdict }) => verdict !== 'valid'),
    );
    const { origin, expectedSha256, contentSha256, place: bytes } = nth(failed, 0);
    const [entry] = await evidence.quarantine(finding({ key: origin.key }));
    expect(quarantineView.parse(entry)).toMatchObject({
      verdict: 'log-hash-mismatch',
      state: 'open',
      bytes,
      expectedSha256,
      contentSha256,
      acceptance: null,
      problems: [],
    });
    const name = parseQuarantineKey('', bytes ?? '')?.name;
    if (name === undefined) throw new Error('a name is wanted');
    const { archive, config: own } = partsOf(world, now);
    const said = { reason: 'a known drill', by: 'alice', caller: null, at: 'yesterday' };
    await acceptEntry(name, said, { archive, place: archivePlace(own) });
    const [seen] = await evidence.quarantine(finding({ key: origin.key }));
    expect(quarantineView.parse(seen)).toMatchObject({ state: 'accepted', acceptance: { by: 'alice' } });
    const noted = nth(keysWith(world, ARCHIVE, '/note-'), 0);
    overwrite(world, ARCHIVE, noted, Buffer.from('{}'));
    const [damaged] = await evidence.quarantine(finding({ key: origin.key }));
    expect(damaged?.problems).toEqual([expect.stringContaining(noted)]);
    remove(world, ARCHIVE, noted);
    const [without] = await evidence.quarantine(finding({ key: origin.key }));
    expect(without?.problems).toEqual(['there is no note: the process ended in between']);
  });

  test('of another file, of a chain as a whole, or of a key that is none, is nothing', async () => {
    const { world, evidence } = await collected(logs.alterLog);
    const [file] = recordedIn(world).flatMap(({ receipt }) =>
      receipt.logs.filter(({ verdict }) => verdict !== 'valid'),
    );
    const key = file?.origin.key ?? '';
    for (const one of [{}, { key, bucket: 'other-logs' }]) expect(await evidence.quarantine(finding(one))).toEqual([]);
    world.cloud.requests.clear();
    for (const one of [{ key: `${key}x` }, { key: '../../receipts' }, { key, bucket: '../a' }])
      expect(await evidence.quarantine(finding(one))).toEqual([]);
    expect(world.cloud.requests.entries).toEqual([]);
  });
});

function note(at: number, change: Partial<ChangeNote> = {}): ChangeNote {
  const ref = { kind: 'bucket-policy', account: place.owner, target: place.bucket } as const;
  return {
    ref,
    who: 'alice',
    by: 'apply',
    at,
    before: { a: 0 },
    after: { a: 1 },
    reasons: ['why'],
    breaks: [],
    ...change,
  };
}

describe('changes of policies and settings', () => {
  test('are told newest first, page by page, each once, with how they ended and what they changed', async () => {
    const { evidence, ports } = shelf();
    const notes = [0, 1, 2, 3, 4].map((at) => note(NOW - at * DAY - 1000));
    for (const one of notes) await keepBegun(one, ports);
    const [newest] = notes;
    if (newest !== undefined) await keepDone(newest, { at: NOW, outcome: 'written' }, ports);
    const first = await evidence.drift({ before: null, limit: 2 });
    const second = await evidence.drift({ before: first.next, limit: 2 });
    const last = await evidence.drift({ before: second.next, limit: 2 });
    expect([first, second, last].flatMap(({ entries }) => entries.map(({ at }) => at))).toEqual(
      notes.map(({ at }) => at),
    );
    expect([last.next, first.problems]).toEqual([null, []]);
    expect(first.entries[0]).toMatchObject({ who: 'alice', by: 'apply', outcome: 'written', reasons: ['why'] });
    expect(first.entries[0]?.diff).toContain('+  "a": 1');
    expect(first.entries[1]?.outcome).toBeNull();
  });

  test('whose record was altered are a problem, and the others are shown', async () => {
    const { evidence, ports, objects } = shelf();
    const [one, other] = [note(NOW - 2000), note(NOW - 1000)];
    for (const each of [one, other]) await keepBegun(each, ports);
    const [key = ''] = [...objects.keys()].toSorted();
    objects.set(key, Buffer.from('{}'));
    const page = await evidence.drift({ before: null, limit: 10 });
    expect(page.entries.map(({ at }) => at)).toEqual([NOW - 1000]);
    expect(page.problems).toMatchObject([{ code: 'archive-changed' }]);
  });

  test('are read no more than a page holds, whatever is asked for', async () => {
    const { evidence, ports, reads } = shelf();
    for (let at = 0; at < 60; at += 1) await keepBegun(note(NOW - at * 1000), ports);
    reads.length = 0;
    const page = await evidence.drift({ before: null, limit: 1_000_000 });
    expect([page.entries.length, reads.length]).toEqual([50, 50]);
  });

  test.each(['', 'x', '20260310T120000Z', '20260310T120000Z_bucket-policy_0123456789abcdef/..'])(
    'behind the cursor "%s" are refused: it was given out by nobody',
    async (before) => {
      await expect(shelf().evidence.drift({ before, limit: 10 })).rejects.toMatchObject({ code: 'usage' });
    },
  );
});
