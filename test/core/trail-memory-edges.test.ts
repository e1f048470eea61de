/** What is remembered of a trail, by hand: who joined when, what two writers knew, and what counts as nothing new. */
import { describe, expect, test } from 'vitest';
import { selectorsOf } from '../../src/core/selectors.ts';
import type { Source, TrailStatus } from '../../src/core/source.ts';
import { HOUR } from '../../src/core/time.ts';
import {
  afterListing,
  afterLook,
  afterLoss,
  recordedChains,
  sameSighting,
  withForgotten,
} from '../../src/core/trail-memory.ts';
import type { RecordedRegion, TrailRecord } from '../../src/core/trail-record.ts';
import { OWNER, sourceOf } from './trail-source.ts';

const NOW = Date.UTC(2026, 2, 1, 5);
const LATER = NOW + 2 * HOUR;
const [A, B] = ['222222222222', '333333333333'];
const ORG = { org: 'o-exampleorgid' };
const SEEN = { regions: null, regionsFrom: 'seen' } as const;
const look = (change: Partial<Source>, previous: TrailRecord | null = null, now = NOW): TrailRecord =>
  afterLook(previous, sourceOf(change), now);
const shown = (parts: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(parts));
const accounts = (record: TrailRecord): readonly string[] => record.accounts.map(({ account }) => account);
const regions = (record: TrailRecord): unknown =>
  Object.fromEntries(record.regions.map(({ region, accounts: among }) => [region, among]));
const region = (name: string, parts: Partial<RecordedRegion> = {}): RecordedRegion => ({
  region: name,
  since: null,
  until: null,
  accounts: null,
  ...parts,
});

describe('a listing', () => {
  test('shows accounts of an organization once each, by name', () => {
    const first = afterListing(look(ORG), shown({ [B]: [], [A]: [] }), NOW);
    expect(accounts(first)).toEqual([A, B]);
    const again = afterListing(first, shown({ [B]: [], [OWNER]: [] }), LATER);
    expect(again.accounts).toEqual([
      { account: OWNER, since: LATER },
      { account: A, since: null },
      { account: B, since: null },
    ]);
  });
  test('of an account’s own trail shows nothing of others', () => {
    const record = afterListing(look(SEEN), shown({ [A]: ['ap-south-1'], [OWNER]: ['sa-east-1'] }), NOW);
    expect(accounts(record)).toEqual([OWNER]);
    expect(regions(record)).toEqual({ 'sa-east-1': [OWNER], 'us-east-1': null });
  });
  test('shows a region in each account that wrote from it', () => {
    const one = afterListing(look({ ...ORG, ...SEEN }), shown({ [B]: ['ap-south-1'] }), NOW);
    const two = afterListing(one, shown({ [A]: ['ap-south-1', 'us-east-1'], [B]: ['ap-south-1'] }), LATER);
    expect(regions(two)).toEqual({ 'ap-south-1': [A, B], 'us-east-1': null });
    expect(two.regions.map(({ since }) => since)).toEqual([null, null]);
  });
});

describe('another look', () => {
  test('keeps accounts and listings of the same organization, and not of another', () => {
    const listed = afterListing(look(ORG), shown({ [A]: [] }), NOW);
    expect(listed.listed).toBe(true);
    expect(look(ORG, listed, LATER)).toMatchObject({ listed: true, accounts: [{ account: A, since: null }] });
    expect(look({ org: 'o-other' }, listed, LATER).accounts).toEqual([]);
    expect(look({}, listed, LATER).accounts).toEqual([{ account: OWNER, since: null }]);
    expect(look(ORG).listed).toBe(false);
  });
  test('of another organization forgets its regions too', () => {
    const one = afterListing(look({ ...ORG, ...SEEN }), shown({ [A]: ['ap-south-1'] }), NOW);
    expect(regions(look({ ...ORG, ...SEEN }, one, LATER))).toEqual({ 'ap-south-1': [A], 'us-east-1': null });
    expect(look({ ...SEEN, org: 'o-other' }, one, LATER).regions).toEqual([region('us-east-1')]);
  });
  test('without status and without any before has none', () => {
    expect(look({ status: null }).source.status).toBeNull();
    expect(look({ gone: true, status: null }, look({}), LATER).source.status).toBeNull();
    expect(look({ status: null }, look({}), LATER).source.status).toEqual(sourceOf().status);
  });
  test('of exactly configured regions has these, in order', () => {
    expect(
      look({ regions: ['sa-east-1', 'eu-west-1'], regionsFrom: 'configured' }).regions.map((one) => one.region),
    ).toEqual(['eu-west-1', 'sa-east-1']);
  });
  test('first of all has no former place and, of an organization, no account', () => {
    expect(look(ORG).accounts).toEqual([]);
    expect(look({}).source.formerBuckets).toEqual([]);
  });
  test('of regions that are configured now takes none for newly switched on', () => {
    const record = look({ regions: ['us-east-1', 'sa-east-1'], regionsFrom: 'configured' }, look({}), LATER);
    expect(record.regions.map(({ since }) => since)).toEqual([null, null]);
  });
  test('keeps since when a region is on', () => {
    const on = look({ regions: ['us-east-1', 'ap-east-1'] }, look({ regions: ['us-east-1'] }), LATER);
    const again = look({ regions: ['us-east-1', 'ap-east-1'] }, on, LATER + HOUR);
    expect(again.regions).toEqual([region('ap-east-1', { since: LATER }), region('us-east-1')]);
  });
  test('closes a region that AWS says is off, unless it was only seen in a bucket, or nobody said', () => {
    const on = look({ regions: ['us-east-1', 'ap-east-1'] });
    const seen = afterListing(on, shown({ [OWNER]: ['ap-south-1'] }), NOW);
    const off = look({ regions: ['us-east-1'] }, seen, LATER);
    expect(off.regions).toEqual([
      region('ap-east-1', { until: seen.seen }),
      region('ap-south-1', { accounts: [OWNER] }),
      region('us-east-1'),
    ]);
    expect(look({ regions: ['us-east-1'] }, off, LATER + HOUR).regions[0]?.until).toBe(seen.seen);
    const unsaid = look(SEEN, { ...seen, source: { ...seen.source, regionsFrom: 'seen' } }, LATER);
    expect(unsaid.regions.map(({ until }) => until)).toEqual([null, null, null]);
  });
  test('that first tells which regions are on closes none', () => {
    const before = afterListing(look(SEEN), shown({ [OWNER]: ['ap-south-1'] }), NOW);
    const told = look({ regions: ['us-east-1', 'eu-west-1'] }, before, LATER);
    expect(told.regions).toEqual([
      region('ap-south-1', { accounts: [OWNER] }),
      region('eu-west-1'),
      region('us-east-1'),
    ]);
  });
});

describe('what was narrowed', () => {
  const wide = { selectors: selectorsOf({ basic: [{}], advanced: [] }) };
  const without = (source: string): Partial<Source> => ({
    selectors: selectorsOf({ basic: [{ ExcludeManagementEventSources: [source] }], advanced: [] }),
  });
  const detail = (record: TrailRecord): string => record.source.narrowed?.detail ?? '';
  test('is recorded again only when all of it is', () => {
    const narrow = look(without('kms'), look(wide), LATER);
    const other = look(without('rds'), narrow, LATER + HOUR);
    expect(detail(other)).toContain('eventSource=rds; narrowed before at 2026-03-01T07:00:00Z');
    const both = selectorsOf({ basic: [{ ExcludeManagementEventSources: ['kms', 'rds'] }], advanced: [] });
    const partly = look(without('kms'), look({ selectors: both }, look(wide), LATER), LATER + HOUR);
    expect(detail(partly)).not.toContain('recorded again');
    expect(partly.wider).toEqual(wide.selectors);
    const blind = look({ selectors: null }, narrow, LATER + HOUR);
    expect(blind.source.narrowed).toEqual(narrow.source.narrowed);
    expect(blind.wider).toEqual(wide.selectors);
    expect(look(without('kms'), narrow, LATER + HOUR).source.narrowed).toEqual(narrow.source.narrowed);
  });
  test('once recorded again stays told so, and nothing wider is waited for', () => {
    const restored = look(wide, look(without('kms'), look(wide), NOW + HOUR), LATER);
    expect(restored.wider).toBeNull();
    expect(detail(look(wide, restored, LATER + HOUR))).toBe(detail(restored));
    const wider = { selectors: selectorsOf({ basic: [{}], advanced: [{ FieldSelectors: [] }] }) };
    expect(detail(look(wider, restored, LATER + HOUR))).toBe(detail(restored));
  });
  test('by regions is not recorded again by the same selectors', () => {
    const single = look(
      { multiRegion: false, regions: ['us-east-1'], regionsFrom: 'configured', ...wide },
      look(wide),
      LATER,
    );
    expect(detail(single)).toBe('no longer recorded: regions other than us-east-1');
    expect(detail(look(wide, single, LATER + HOUR))).toBe(detail(single));
  });
  test('of an organization is told when it is one no more', () => {
    expect(detail(look(ORG, look(ORG), LATER))).toBe('');
    expect(detail(look({}, look(ORG), LATER))).toBe(`no longer recorded: accounts other than ${OWNER}`);
  });
});

describe('what two writers knew', () => {
  const record = (parts: Partial<TrailRecord>, source: Partial<Source> = {}): TrailRecord => ({
    ...look({ ...ORG, ...SEEN, ...source }),
    accounts: [],
    regions: [],
    ...parts,
  });
  const a = record({ accounts: [{ account: B, since: 5 }], regions: [region('sa-east-1', { accounts: [B] })] });
  const b = record({
    accounts: [
      { account: A, since: null },
      { account: B, since: null },
    ],
    regions: [region('ap-south-1', { accounts: [A] }), region('sa-east-1', { accounts: [A], until: 7 })],
  });
  test('is put together by name; of one thing the newest is right', () => {
    const both = withForgotten(a, [b]);
    expect(both.accounts).toEqual([
      { account: A, since: null },
      { account: B, since: 5 },
    ]);
    expect(both.regions).toEqual([region('ap-south-1', { accounts: [A] }), region('sa-east-1', { accounts: [A, B] })]);
    expect(withForgotten(b, [a]).accounts.map(({ account }) => account)).toEqual([A, B]);
    expect(withForgotten(b, [a]).regions[1]).toEqual(region('sa-east-1', { accounts: [A, B], until: 7 }));
  });
  test('of a region that is on everywhere stays so for the newest', () => {
    const everywhere = record({ regions: [region('sa-east-1')] });
    expect(withForgotten(everywhere, [a]).regions).toEqual([region('sa-east-1')]);
    expect(withForgotten(a, [everywhere]).regions).toEqual([region('sa-east-1', { accounts: [B] })]);
  });
  test('is not put together across organizations or ways of knowing, nor against the configuration', () => {
    const known = { accounts: b.accounts, regions: b.regions };
    expect(withForgotten(a, [record(known, { org: 'o-other' })])).toEqual(a);
    expect(withForgotten(a, [record(known, { regions: [], regionsFrom: 'enabled' })])).toEqual(a);
    const exact = record({}, { regions: [], regionsFrom: 'configured' });
    expect(withForgotten(exact, [record(known, { regions: [], regionsFrom: 'configured' })])).toBe(exact);
  });
});

describe('the same sight', () => {
  const at = (latestDigestDelivery: number | null, rest: Partial<TrailStatus> = {}): TrailRecord => {
    const { status } = sourceOf();
    return look(status === null ? {} : { status: { ...status, latestDigestDelivery, ...rest } });
  };
  test('has the same status, but for a delivery within the hour', () => {
    expect(sameSighting(at(NOW), at(NOW))).toBe(true);
    expect(sameSighting(at(NOW), at(NOW + HOUR - 1))).toBe(true);
    for (const other of [NOW + HOUR, NOW - 1, null]) expect(sameSighting(at(NOW), at(other))).toBe(false);
    expect(sameSighting(at(NOW), at(NOW, { logging: false }))).toBe(false);
    expect(sameSighting(at(null), at(NOW))).toBe(false);
  });
  test('is none when a status came or went', () => {
    const none = look({ status: null });
    expect([sameSighting(none, at(null)), sameSighting(at(null), none), sameSighting(none, none)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(sameSighting(at(NOW), afterLoss(at(NOW), LATER))).toBe(false);
  });
});

test('a chain is due since its account and its region, whichever is later', () => {
  const record = {
    ...look(ORG),
    accounts: [
      { account: A, since: 5 },
      { account: B, since: null },
    ],
  };
  const since = (parts: Partial<RecordedRegion>): unknown =>
    recordedChains({ ...record, regions: [region('us-east-1', parts)] }, record.source).map((one) => [
      one.since,
      one.until,
    ]);
  expect(since({ since: 3 })).toEqual([
    [5, undefined],
    [3, undefined],
  ]);
  expect(since({ since: 9, until: 11 })).toEqual([
    [9, 11],
    [9, 11],
  ]);
  expect(since({ accounts: [B] })).toEqual([[undefined, undefined]]);
});
