import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Receipt } from '../../src/core/receipt.ts';
import type { Bucket } from '../cloud/s3/bucket.ts';
import { objectAt, archiveMark, forbidden, keysWith, overwrite, remove } from './evidence.ts';
import { archiveAnswer, archiveHere, downloads, type ArchiveAsk } from './archive-here.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';
import { pass } from './pass.ts';

const HOUR = 3_600_000;
const NOW = Date.now();
const START = Math.floor((NOW - 8 * HOUR) / 1000) * 1000;
const DIGESTS = 6;
const LOGS = 12;

let organization: Organization;
beforeEach(async () => {
  organization = await openOrganization({
    seed: 'memory',
    start: START,
    hours: 6,
    accounts: 1,
    regions: ['us-east-1'],
  });
  await pass(organization, NOW);
  // S3 tells times to the second: what is written from here on is newer than all this.
  const { index } = archive();
  for (const one of [...index.versions.values()].flat()) Object.assign(one, { lastModified: one.lastModified - HOUR });
});
afterEach(() => organization.close());

function archive(): Bucket {
  const held = organization.cloud.state.buckets.get(ARCHIVE);
  if (held === undefined) throw new Error('no archive');
  return held;
}

/** One run: its exit, what it says it read, and what it downloaded. */
async function run(ask: ArchiveAsk = {}): Promise<{
  readonly exit: number;
  readonly read: string;
  readonly stderr: string;
  readonly logs: readonly string[];
  readonly digests: readonly string[];
}> {
  organization.cloud.requests.clear();
  const { exit, stdout, stderr } = await archiveAnswer(organization, { now: NOW, json: false, ...ask });
  const read = /^read: .*$/m.exec(stdout)?.[0] ?? '';
  const keys = downloads(organization);
  expect(forbidden(organization)).toEqual([]);
  const of = (part: string): readonly string[] => [...new Set(keys.filter((key) => key.includes(part)))].toSorted();
  return { exit, read, stderr, logs: of('/CloudTrail/'), digests: of('/CloudTrail-Digest/') };
}

const logs = (): readonly string[] =>
  keysWith(organization, ARCHIVE, '/CloudTrail/').filter((key) => key.startsWith('AWS'));
const body = (key: string): Uint8Array => objectAt(organization, ARCHIVE, key).body;

/** The log files of the digest that names this one, as archive keys. */
function together(key: string): readonly string[] {
  const receipts = keysWith(organization, ARCHIVE, 'orgtrail/receipts/').map(
    (one) => JSON.parse(Buffer.from(body(one)).toString('utf8')) as Receipt,
  );
  const own = receipts.find(({ logs: lines }) => lines.some(({ place }) => place === key));
  return (own?.logs ?? []).flatMap(({ place }) => place ?? []).toSorted();
}

const READ_ALL = `read: ${DIGESTS} digests with ${LOGS} log files; proven before and unchanged: 0 digests with 0 log files`;
const READ_NONE = `read: 0 digests with 0 log files; proven before and unchanged: ${DIGESTS} digests with ${LOGS} log files`;

test('what was proven and is unchanged is not downloaded again, and the answer is the same to the byte', async () => {
  const first = await run();
  expect({ exit: first.exit, read: first.read, logs: first.logs }).toEqual({ exit: 0, read: READ_ALL, logs: logs() });
  const before = archiveMark(organization);
  const second = await run();
  expect(second).toMatchObject({ exit: 0, read: READ_NONE, logs: [], digests: [] });
  expect(archiveMark(organization)).toBe(before);
  const [anew, remembered] = [
    await archiveHere(organization, { now: NOW, full: true }),
    await archiveHere(organization, { now: NOW }),
  ];
  expect(remembered.stdout).toBe(anew.stdout);
});

test('--full reads everything again, and --sample 1 as well', async () => {
  await run();
  expect(await run({ full: true })).toMatchObject({ exit: 0, read: READ_ALL, logs: logs() });
  expect(await run({ sample: 1 })).toMatchObject({ exit: 0, read: READ_ALL, logs: logs() });
});

test('a sample is chosen by the moment: other runs read other digests, and every one is read at last', async () => {
  await run();
  const read = new Set<string>();
  let fewest = LOGS;
  for (let second = 0; read.size < LOGS && second < 300; second += 1) {
    const round = await run({ sample: 0.2, now: NOW + second * 1000 });
    for (const key of round.logs) read.add(key);
    fewest = Math.min(fewest, round.logs.length);
  }
  expect(read.size).toBe(LOGS);
  expect(fewest).toBeLessThan(LOGS);
});

test.for(['a log file', 'a digest', 'a receipt'] as const)(
  '%s that is written again, with the same bytes: its digest alone is read again',
  async (what) => {
    await run();
    const parts = {
      'a log file': '/CloudTrail/',
      'a digest': '/CloudTrail-Digest/',
      'a receipt': 'orgtrail/receipts/',
    };
    const keys = keysWith(organization, ARCHIVE, parts[what]).filter((one) => !one.startsWith('orgtrail/pending/'));
    const key = keys.at(-1) ?? '';
    overwrite(organization, ARCHIVE, key, body(key));
    const newest = logs().at(-1) ?? '';
    const again = await run();
    expect({ exit: again.exit, logs: again.logs }).toEqual({ exit: 0, logs: together(newest) });
    expect(await run()).toMatchObject({ exit: 0, read: READ_NONE, logs: [] });
  },
);

test('a log file that is altered or deleted after it was proven is found by the next run', async () => {
  await run();
  const [altered = '', deleted = ''] = [logs().at(0), logs().at(-1)];
  overwrite(organization, ARCHIVE, altered, Buffer.from(body(altered)).fill(0, 40, 60));
  remove(organization, ARCHIVE, deleted);
  const { exit, report } = await archiveHere(organization, { now: NOW });
  expect({ exit, codes: report.findings.map(({ code }) => code) }).toEqual({
    exit: 3,
    codes: ['log-malformed', 'log-missing'],
  });
  const again = await archiveHere(organization, { now: NOW });
  expect(again.report).toEqual(report);
});

test('a digest with a failed log file is never remembered: it is read again by every run', async () => {
  const [key = ''] = logs();
  overwrite(organization, ARCHIVE, key, Buffer.from('nothing'));
  await run();
  const again = await run();
  expect({ exit: again.exit, logs: again.logs }).toEqual({ exit: 3, logs: together(key) });
});

test('memory that is not what its name tells of is told and not used', async () => {
  await run();
  const memories = keysWith(organization, ARCHIVE, 'orgtrail/verified/');
  expect(memories.length).toBeGreaterThan(0);
  for (const key of memories) {
    const text = Buffer.from(body(key)).toString('utf8');
    overwrite(organization, ARCHIVE, key, Buffer.from(text.replace('"previousKey":', '"previousKez":')));
  }
  const { exit, read, stderr } = await run();
  expect({ exit, read }).toEqual({ exit: 0, read: READ_ALL });
  for (const key of memories) expect(stderr).toContain(`${key} is not used`);
});

test('whoever may not write to the archive verifies it as well, and is told that nothing is remembered', async () => {
  organization.cloud.faults.add({
    match: { operation: 'PutObject' },
    fault: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  const { exit, read, stderr } = await run();
  expect({ exit, read }).toEqual({ exit: 0, read: READ_ALL });
  expect(stderr).toContain('what was proven is not remembered');
  expect(await run()).toMatchObject({ exit: 0, read: READ_ALL });
});
