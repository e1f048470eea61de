import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CloudObject } from './types.ts';
import { createForge } from './forge/forge.ts';
import type { LogSpec } from './forge/log-file.ts';

const START = Date.parse('2026-05-01T00:13:52Z');
const STRATUS = new URL('../../../shared/data/stratus-red-team/docs/detonation-logs/', import.meta.url);

type Records = Record<string, unknown>[];

function chainOf(options: { readonly cheap?: boolean; readonly records?: Records } = {}) {
  const forge = createForge({ seed: 'logs', ...options });
  return forge.chain({
    trail: forge.trail({ account: '111122223333', homeRegion: 'us-east-1', bucket: 'logs' }),
    firstDigestStart: START,
  });
}

const contentOf = (object: CloudObject): string => gunzipSync(object.body).toString('utf8');
const recordsOf = (object: CloudObject): Records => (JSON.parse(contentOf(object)) as { Records: Records }).Records;

function logsOf(
  specs: number | readonly LogSpec[],
  options: { readonly cheap?: boolean; readonly records?: Records } = {},
) {
  return chainOf(options).hour({ logs: specs }).logs;
}

test('sizes and compression are those of real files', () => {
  const logs = logsOf(60);
  const sizes = logs.map(({ inflatedSize }) => inflatedSize);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const ratio =
    sizes.reduce((sum, size) => sum + size, 0) / logs.reduce((sum, { object }) => sum + object.body.length, 0);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(510_000);
  expect(mean).toBeGreaterThan(35_000);
  expect(mean).toBeLessThan(100_000);
  expect(ratio).toBeGreaterThan(7);
  expect(ratio).toBeLessThan(11);
});

test('records are of the account and region, hold every field that is always there, and differ in their event id', () => {
  const records = logsOf(6).flatMap(({ object }) => recordsOf(object));
  const always = [
    'eventVersion',
    'userIdentity',
    'eventTime',
    'eventSource',
    'eventName',
    'awsRegion',
    'sourceIPAddress',
    'requestParameters',
    'responseElements',
    'eventID',
    'eventType',
    'eventCategory',
  ];
  expect(records.every((record) => always.every((name) => name in record))).toBe(true);
  expect(new Set(records.map((record) => record['eventID'])).size).toBe(records.length);
  expect(
    records.every((record) => record['recipientAccountId'] === '111122223333' && record['awsRegion'] === 'us-east-1'),
  ).toBe(true);
  expect(new Set(records.map((record) => record['eventName'])).size).toBeGreaterThan(10);
});

test('events lie 3 to 594 seconds before the minute in the name, in no order', () => {
  const logs = logsOf([{ count: 200 }]);
  const [log] = logs;
  if (log === undefined) throw new Error('no log');
  const minute = Date.parse(
    (/_(\d{8}T\d{4})Z_/.exec(log.object.key)?.[1] ?? '').replace(/^(....)(..)(..)T(..)(..)$/, '$1-$2-$3T$4:$5:00Z'),
  );
  const ages = recordsOf(log.object).map((record) => (minute - Date.parse(String(record['eventTime']))) / 1000);
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(3);
  expect(Math.max(...ages)).toBeLessThanOrEqual(594);
  expect(ages).not.toEqual(ages.toSorted((a, b) => b - a));
});

describe('what a log holds can be chosen', () => {
  test('by size, by count, or cheaply', () => {
    const [sized, counted] = logsOf([{ size: 20_000 }, { count: 7 }]);
    expect(sized?.inflatedSize).toBeGreaterThanOrEqual(20_000);
    expect(sized?.inflatedSize).toBeLessThan(23_000);
    expect(counted === undefined ? [] : recordsOf(counted.object)).toHaveLength(7);
    expect(
      logsOf(5, { cheap: true }).every(
        ({ object, inflatedSize }) => recordsOf(object).length === 2 && inflatedSize < 6000,
      ),
    ).toBe(true);
  });

  test('by records or content, verbatim', () => {
    const record = { eventTime: '2026-04-30T22:00:00Z', eventName: 'Odd' };
    const [given, raw] = logsOf([{ records: [record] }, { content: '\uFEFFnot json' }]);
    expect(given === undefined ? '' : contentOf(given.object)).toBe(JSON.stringify({ Records: [record] }));
    expect(given?.newestEvent).toBe(Date.parse('2026-04-30T22:00:00Z'));
    expect(raw === undefined ? '' : contentOf(raw.object)).toBe('\uFEFFnot json');
  });

  test.each([
    ['CloudTrail-Insight', 'AwsCloudTrailInsight', 'Insight'],
    ['CloudTrail-NetworkActivity', 'AwsVpceEvents', 'NetworkActivity'],
  ] as const)('%s files lie in their own folder', (kind, eventType, eventCategory) => {
    const [log] = logsOf([{ kind, count: 3 }]);
    expect(log?.object.key).toMatch(
      new RegExp(
        `^AWSLogs/111122223333/${kind}/us-east-1/2026/05/01/111122223333_${kind}_us-east-1_20260501T\\d{4}Z_[A-Za-z0-9]{16}\\.json\\.gz$`,
      ),
    );
    expect(
      log === undefined ? [] : recordsOf(log.object).map((record) => [record['eventType'], record['eventCategory']]),
    ).toEqual([1, 2, 3].map(() => [eventType, eventCategory]));
  });

  test('CloudTrail-Aggregated files hold an array', () => {
    const [log] = logsOf([{ kind: 'CloudTrail-Aggregated', count: 2 }]);
    const list = JSON.parse(log === undefined ? '' : contentOf(log.object)) as Records;
    expect(list).toHaveLength(2);
    expect(list[0]).toMatchObject({
      eventCategory: 'Aggregated',
      eventType: 'AwsAggregatedEvent',
      accountId: '111122223333',
    });
    expect(log?.object.key).toContain('/CloudTrail-Aggregated/us-east-1/');
  });
});

describe.skipIf(!existsSync(STRATUS))('genuine records (skipped: no shared data)', () => {
  test('are mixed in, moved to this account, region and time', () => {
    const genuine = readdirSync(STRATUS).flatMap(
      (name) => JSON.parse(readFileSync(new URL(name, STRATUS), 'utf8')) as Records,
    );
    const records = logsOf([{ count: 400 }], { records: genuine }).flatMap(({ object }) => recordsOf(object));
    const requests = new Set(genuine.map((record) => record['requestID']).filter((id) => typeof id === 'string'));
    const mixed = records.filter((record) => requests.has(String(record['requestID'])));
    expect(mixed.length).toBeGreaterThan(120);
    expect(mixed.length).toBeLessThan(280);
    expect(
      mixed.every(
        (record) =>
          record['recipientAccountId'] === '111122223333' && String(record['eventTime']).startsWith('2026-05-01'),
      ),
    ).toBe(true);
    expect(new Set(records.map((record) => record['eventID'])).size).toBe(400);
  });
});
