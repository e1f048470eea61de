/** Which chains ought to exist: from the trails and from what was recorded of them, never from what a bucket holds. */
import { afterEach, describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { decodeTrailRecord, type TrailRecord } from '../../src/core/trail-record.ts';
import { parseTrailRecordKey } from '../../src/core/layout.ts';
import type { CloudTrail } from '../cloud/types.ts';
import { keysWith, objectAt, overwrite, receipts, remove } from './evidence.ts';
import { ARCHIVE, openOrganization, orgtrail, type Organization, type OrganizationOptions } from './organization.ts';
import { openPipeline, pass, type Pass } from './pass.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 4 * HOUR;
const RECORDS = 'orgtrail/trails/';

let organization: Organization;
afterEach(() => organization.close());

/** One account with one multi-region trail in two regions, unless told otherwise; everything is delivered. */
async function open(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const usual = { seed: 'trails', start: START, hours: 2, logsPerHour: 1, cheap: true, accounts: 1, now: () => NOW };
  organization = await openOrganization({ ...usual, ...options });
  return organization;
}

async function surveyed(now = NOW) {
  const pipeline = openPipeline(organization, { now: () => now });
  try {
    return (await pipeline.discover()).surveys;
  } finally {
    await pipeline.close();
  }
}

function theTrail(): CloudTrail {
  const [trail] = organization.cloud.control.trails;
  if (trail === undefined) throw new Error('a trail is wanted');
  return trail;
}

function records(): readonly TrailRecord[] {
  return keysWith(organization, ARCHIVE, RECORDS).flatMap((key) => {
    const name = parseTrailRecordKey('', key);
    const decoded = name === null ? null : decodeTrailRecord(objectAt(organization, ARCHIVE, key).body, name);
    return decoded !== null && 'record' in decoded ? [decoded.record] : [];
  });
}

const findingsOf = ({ status }: Pass): readonly string[] =>
  status.findings.map((finding) => `${finding.code} ${finding.region}`).toSorted();

function refuse(operation: string): void {
  const outcome = { type: 'error', code: 'AccessDeniedException', status: 403 } as const;
  organization.cloud.control.fail({ operation, outcome });
}

function forgetRecords(): void {
  for (const key of keysWith(organization, ARCHIVE, RECORDS)) remove(organization, ARCHIVE, key);
}

/** Takes every object below this out of the member bucket, folders and all. */
function empty(part: string): void {
  const { bucket } = theTrail();
  const keys = keysWith(organization, bucket, part);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) remove(organization, bucket, key);
}

describe('a region', () => {
  test('that is on and has nothing in the bucket is an empty chain', async () => {
    const { cloud } = await open();
    cloud.control.regions.add('ap-northeast-1');
    const answer = await pass(organization, NOW);
    expect([answer.exitCode, findingsOf(answer)]).toEqual([3, ['chain-empty ap-northeast-1']]);
  });

  test('whose folders were taken out before anybody looked is an empty chain', async () => {
    await open();
    empty('/eu-west-1/');
    expect(findingsOf(await pass(organization, NOW))).toEqual(['chain-empty eu-west-1']);
  });

  test('is unknown where regions and selectors may not be read: said, and nothing else is kept from being proven', async () => {
    await open();
    refuse('ListRegions');
    refuse('GetEventSelectors');
    const answer = await pass(organization, NOW);
    expect([answer.exitCode, answer.problems, findingsOf(answer)]).toEqual([0, [], []]);
    const [survey] = await surveyed();
    expect(survey?.sources).toMatchObject([{ regions: null, regionsFrom: 'seen', selectors: null, narrowed: null }]);
    expect(survey?.unknowns.map(({ code, hint }) => [code, /Add (\S+) on/.exec(hint)?.[1]])).toEqual([
      ['blocked-access', 'account:ListRegions'],
      ['blocked-access', 'cloudtrail:GetEventSelectors'],
    ]);
  });

  test('that was seen once is not forgotten, though ListRegions is refused now and the bucket holds nothing of it', async () => {
    await open();
    await pass(organization, NOW);
    refuse('ListRegions');
    empty('/eu-west-1/');
    const answer = await pass(organization, NOW + 10 * HOUR);
    expect(new Set(answer.status.findings.map((finding) => finding.region))).toContain('eu-west-1');
    const [survey] = await surveyed(NOW + 10 * HOUR);
    expect(survey?.sources).toMatchObject([{ regions: ['eu-west-1', 'us-east-1'], regionsFrom: 'seen' }]);
  });

  test('of which receipts alone tell is not forgotten either: an archive of before has no trail records', async () => {
    await open();
    refuse('ListRegions');
    await pass(organization, NOW);
    forgetRecords();
    empty('/eu-west-1/');
    const answer = await pass(organization, NOW);
    expect(new Set(answer.status.findings.map((finding) => finding.region))).toEqual(new Set(['eu-west-1']));
  });

  test('that is switched on later owes no digest at once, and one after the grace', async () => {
    const { cloud } = await open();
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    cloud.control.optIn.set(theTrail().account, new Map([['ap-east-1', 'ENABLING']]));
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    cloud.control.optIn.set(theTrail().account, new Map([['ap-east-1', 'ENABLED']]));
    expect(findingsOf(await pass(organization, NOW))).toEqual([]);
    const late = findingsOf(await pass(organization, NOW + 9 * HOUR));
    expect(late).toContain('chain-empty ap-east-1');
    cloud.control.optIn.set(theTrail().account, new Map([['ap-east-1', 'DISABLED']]));
    const [survey] = await surveyed(NOW + 9 * HOUR);
    expect(survey?.sources[0]?.regions).toEqual(['eu-west-1', 'us-east-1']);
  });

  test('that the management account switched on for itself is not expected of its members', async () => {
    const { cloud, world } = await open({ accounts: 2, organizationTrail: true, memberTrails: false });
    cloud.control.optIn.set(world.management, new Map([['ap-east-1', 'ENABLED']]));
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    cloud.control.regions.add('ap-northeast-1');
    const answer = await pass(organization, NOW + HOUR / 2);
    expect(findingsOf(answer)).toEqual([]);
    expect(
      records()
        .at(-1)
        ?.regions.map(({ region }) => region),
    ).toEqual(['ap-northeast-1', 'eu-west-1', 'us-east-1']);
  });
});

describe('what was recorded', () => {
  test('is written when something else is seen, and by collecting alone', async () => {
    await open();
    for (const words of [['verify', '--source'], ['status']]) await orgtrail(organization, ...words);
    expect(organization.archived()).toEqual([]);
    await pass(organization, NOW);
    const first = organization.archived();
    expect(records().length).toBeGreaterThan(0);
    organization.cloud.requests.clear();
    await pass(organization, NOW + 1000);
    await surveyed(NOW + 2000);
    expect(organization.archived()).toEqual(first);
    const writes = organization.cloud.requests.entries.filter(({ mutating }) => mutating);
    expect(writes.filter(({ key }) => key?.startsWith(RECORDS))).toEqual([]);
    organization.cloud.control.changeTrail(theTrail().arn, { validation: false });
    await pass(organization, NOW + 3000);
    expect(organization.archived().length).toBe(first.length + 1);
    expect(records().at(-1)?.source).toMatchObject({ validation: false, gone: false });
  });

  test('and damaged since is told for that account, hides nothing of the others, and is not written over', async () => {
    await open({ accounts: 3, regions: ['us-east-1'] });
    await pass(organization, NOW);
    const damaged = theTrail().account;
    for (const key of keysWith(organization, ARCHIVE, `${RECORDS}${damaged}/`))
      overwrite(organization, ARCHIVE, key, Buffer.from('{}'));
    const kept = organization.archived();
    organization.cloud.control.changeTrail(theTrail().arn, { selectors: { EventSelectors: [] } });
    const answer = await pass(organization, NOW + 1000);
    expect(answer.exitCode).not.toBe(0);
    expect(new Set(answer.problems.map(({ account, code }) => `${account} ${code}`))).toEqual(
      new Set([`${damaged} archive-changed`]),
    );
    expect(answer.status.accounts.filter(({ state }) => state === 'verified')).toHaveLength(2);
    expect(organization.archived()).toEqual(kept);
  });

  test('by somebody else beside it is no record', async () => {
    const { cloud } = await open();
    await pass(organization, NOW);
    const stray = { metadata: new Map<string, string>(), contentType: 'application/json', contentEncoding: null };
    const { account, name } = theTrail();
    cloud.put({
      ...stray,
      bucket: ARCHIVE,
      key: `${RECORDS}${account}/us-east-1/${name}/zzz.json`,
      body: Buffer.from('{}'),
    });
    expect((await pass(organization, NOW + 1000)).exitCode).toBe(0);
  });
});

describe('a trail that is deleted', () => {
  test('keeps its chains, which were cut unless a recorded call says otherwise; its files are read on', async () => {
    const { cloud } = await open();
    await pass(organization, NOW);
    cloud.control.trails.splice(0, 1);
    const answer = await pass(organization, NOW + 9 * HOUR);
    expect([answer.exitCode, answer.problems]).toEqual([3, []]);
    expect(new Set(findingsOf(answer))).toEqual(new Set(['chain-truncated eu-west-1', 'chain-truncated us-east-1']));
    const [survey] = await surveyed(NOW + 9 * HOUR);
    expect(survey?.sources).toMatchObject([{ gone: true, status: null }]);
    const written = organization.archived();
    await pass(organization, NOW + 9 * HOUR + 1000);
    expect(organization.archived()).toEqual(written);
  });

  test('with its bucket is told of as such: its chains stay, and nobody is blocked by what cannot be read', async () => {
    const { cloud } = await open();
    await pass(organization, NOW);
    const { bucket } = theTrail();
    cloud.control.trails.splice(0, 1);
    cloud.state.buckets.delete(bucket);
    const [survey] = await surveyed(NOW + 1000);
    expect(survey?.problems).toEqual([]);
    expect(survey?.unknowns).toMatchObject([
      { code: 'blocked-access', detail: expect.stringContaining('the trail is gone') as string },
    ]);
    const pipeline = openPipeline(organization, { now: () => NOW + 1000 });
    try {
      expect(await pipeline.sweep('recent', (await pipeline.discover()).surveys)).toEqual([]);
    } finally {
      await pipeline.close();
    }
  });

  test('before trail records were kept is known from its receipts', async () => {
    const { cloud } = await open();
    await pass(organization, NOW);
    forgetRecords();
    const { arn, bucket } = theTrail();
    cloud.control.trails.splice(0, 1);
    const answer = await pass(organization, NOW + 9 * HOUR);
    expect(new Set(findingsOf(answer))).toEqual(new Set(['chain-truncated eu-west-1', 'chain-truncated us-east-1']));
    expect(records().at(-1)?.source).toMatchObject({ trailArn: arn, bucket, gone: true });
  });

  test('and is not configured any more is asked of nobody', async () => {
    const { cloud, world } = await open();
    await pass(organization, NOW);
    cloud.control.trails.splice(0, 1);
    const arn = `arn:aws:cloudtrail:us-east-1:${world.management}:trail/another`;
    organization.configure({ accounts: [{ id: world.management, trails: [{ arn, bucket: 'another-bucket' }] }] });
    expect((await surveyed(NOW + 1000))[0]?.sources.map(({ trailArn }) => trailArn)).toEqual([arn]);
  });

  test('and made anew with another bucket is followed into the old one, as long as that can be read', async () => {
    const { cloud, world } = await open({ deliverUntil: START + 3 * HOUR, hours: 6 });
    await pass(organization, START + 3 * HOUR);
    const before = receipts(organization).length;
    for (const { object } of world.deliverAll()) cloud.put(object);
    const old = theTrail();
    cloud.state.buckets.set('another', { ...(cloud.state.buckets.get(old.bucket) ?? never()), name: 'another' });
    const held = keysWith(organization, old.bucket, 'CloudTrail-Digest');
    cloud.control.changeTrail(old.arn, { bucket: 'another', prefix: 'elsewhere' });
    await pass(organization, START + 9 * HOUR);
    expect(receipts(organization).length).toBeGreaterThan(before);
    expect(new Set(receipts(organization).map(({ receipt }) => receipt.digest.origin.key))).toEqual(new Set(held));
    cloud.state.buckets.delete(old.bucket);
    const [survey] = await surveyed(START + 9 * HOUR);
    expect(survey?.problems).toEqual([]);
    expect(survey?.unknowns).toMatchObject([{ detail: expect.stringContaining('delivers elsewhere now') as string }]);
    expect(survey?.sources[0]?.formerBuckets).toEqual([]);
    expect(records().at(-1)?.source.formerBuckets).toMatchObject([{ bucket: old.bucket }]);
  });
});

function never(): never {
  throw new Error('the bucket is there');
}
