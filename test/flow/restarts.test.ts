/** Where the proof for a chain that begins anew comes from: log files, what the archive keeps of them, the event history. */
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Incident } from '../cloud/forge/incidents.ts';
import { archiveMark, keysWith, objectAt, remove } from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';
import { pass } from './pass.ts';
import { verifyHere } from './verify-here.ts';
import { tally } from './verify-report.ts';

const HOUR = 3_600_000;
const HOURS = 8;
/** So long ago that everything has been delivered, and the last digests are not late yet. */
const START = Math.floor((Date.now() - 10 * HOUR) / 1000) * 1000;

let opened: Organization | null = null;
afterEach(async () => {
  await opened?.close();
  opened = null;
});

async function open(...incidents: readonly Incident[]): Promise<Organization> {
  opened = await openOrganization({
    seed: 'restarts',
    start: START,
    hours: HOURS,
    accounts: 1,
    regions: ['us-east-1', 'eu-west-1'],
    incidents,
  });
  return opened;
}

const OFF: Incident = { type: 'validation-off', hour: 1, hours: 3, trail: 0 };
const PAUSE: Incident = { type: 'pause', hour: 1, hours: 3, trail: 0 };

/** The records of these calls in the log files of the trail's bucket. */
function recordsOf(
  organization: Organization,
  name: string,
): readonly { readonly key: string; readonly record: Event }[] {
  const bucket = organization.world.buckets[0]?.name ?? '';
  return keysWith(organization, bucket, '/CloudTrail/').flatMap((key) => {
    const text = gunzipSync(objectAt(organization, bucket, key).body).toString('utf8');
    const { Records: records } = JSON.parse(text) as { readonly Records: readonly Event[] };
    return records.filter(({ eventName }) => eventName === name).map((record) => ({ key, record }));
  });
}

interface Event {
  readonly eventName: string;
  readonly eventID: string;
  readonly eventTime: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
}

/** The event history knows of these calls, as AWS's own index would. */
function remember(organization: Organization, ...names: readonly string[]): void {
  for (const { record } of names.flatMap((name) => recordsOf(organization, name)))
    organization.cloud.control.events.push({
      account: record.recipientAccountId,
      region: record.awsRegion,
      id: record.eventID,
      name: record.eventName,
      source: 'cloudtrail.amazonaws.com',
      at: Date.parse(record.eventTime),
      readOnly: false,
      username: 'alice',
      accessKeyId: null,
      resources: [],
      record: JSON.stringify(record),
    });
}

/** Somebody removes the log files that tell of these calls; their digests then tell that they are missing. */
function forget(organization: Organization, name: string): number {
  const told = recordsOf(organization, name);
  for (const { key } of told) remove(organization, organization.world.buckets[0]?.name ?? '', key);
  return told.length;
}

const lookups = ({ cloud }: Organization): number =>
  cloud.control.calls.filter(({ operation }) => operation === 'LookupEvents').length;

describe('verify --source', () => {
  test.each([
    ['a pause', PAUSE],
    ['validation switched off', OFF],
    ['a trail made anew', { type: 'recreate', hour: 1, minutes: 130, trail: 0 } as const],
  ])('%s that log files tell of is explained in every region of the trail', async (_what, incident) => {
    const organization = await open(incident);
    const { exit, report } = await verifyHere(organization);
    expect(report.findings).toEqual([]);
    expect([exit, report.verdict]).toEqual([0, 'verified']);
    expect(report.chains.map(({ state }) => state)).toEqual(['gap-explained', 'gap-explained']);
  });

  test('asks the event history when the log file that tells of the call is gone, and says so when it may not', async () => {
    const organization = await open(OFF);
    remember(organization, 'UpdateTrail');
    expect(forget(organization, 'UpdateTrail')).toBe(2);
    const known = await verifyHere(organization);
    expect(tally(known.report)).toEqual({ 'log-missing': 2 });
    expect(lookups(organization)).toBeGreaterThan(0);
    organization.cloud.control.fail({
      operation: 'LookupEvents',
      outcome: { type: 'error', code: 'AccessDeniedException', status: 400 },
    });
    const denied = await verifyHere(organization);
    expect(tally(denied.report)).toEqual({ 'log-missing': 2, 'chain-restarted': 2 });
    const restart = denied.report.findings.find(({ code }) => code === 'chain-restarted');
    expect(restart?.detail).toContain('cloudtrail:LookupEvents');
    expect([known.exit, denied.exit]).toEqual([3, 3]);
  });

  test('asks nothing of a trail that ran on', async () => {
    const organization = await open();
    expect((await verifyHere(organization)).exit).toBe(0);
    expect(lookups(organization)).toBe(0);
  });

  test('V17: hours deleted behind a stop and start are missing one by one, whatever the event history says', async () => {
    const organization = await open({ ...PAUSE, hour: 4, hours: 1 });
    remember(organization, 'StopLogging', 'StartLogging');
    const home = organization.world.chains.find(({ trail, region }) => trail.homeRegion === region);
    for (const { digest } of home?.hours.slice(1, 4) ?? []) remove(organization, digest.bucket, digest.key);
    const { exit, report } = await verifyHere(organization);
    expect([exit, tally(report)]).toEqual([3, { 'digest-missing': 3 }]);
  });
});

describe('collect', () => {
  test('keeps what log files tell of changes, once, and a second pass writes nothing', async () => {
    const organization = await open(PAUSE);
    const now = Date.now();
    const first = await pass(organization, now);
    expect(first.status.verdict).toBe('verified');
    const kept = keysWith(organization, ARCHIVE, 'orgtrail/trail-changes/');
    expect(kept).toHaveLength(2);
    expect(kept[0]).toMatch(
      /^orgtrail\/trail-changes\/\d{12}\/us-east-1\/\d{4}\/\d\d\/\d\d\/\d{8}T\d{6}Z_StopLogging_[0-9a-f-]{36}\.json$/,
    );
    const mark = archiveMark(organization);
    await pass(organization, now);
    expect(archiveMark(organization)).toBe(mark);
  });

  test('keeps what the event history tells of a restart that no log file explains, before it forgets', async () => {
    const organization = await open(OFF);
    remember(organization, 'UpdateTrail');
    forget(organization, 'UpdateTrail');
    const now = Date.now();
    await pass(organization, now);
    await pass(organization, now);
    expect(keysWith(organization, ARCHIVE, 'orgtrail/trail-changes/')).toHaveLength(2);
    organization.cloud.control.events.splice(0);
    const { status } = await pass(organization, now);
    expect(status.findings.map(({ code }) => code)).toEqual(['log-missing', 'log-missing']);
  });
});
