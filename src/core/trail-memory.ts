/** What is known of a trail after another look at it: what was seen before is never forgotten because it is seen no more. */
import { recordsLess } from './selectors.ts';
import type { Chain, Place, Source } from './source.ts';
import { formatIso, HOUR } from './time.ts';
import {
  encodeTrailRecord,
  TRAIL_SCHEMA,
  type RecordedAccount,
  type RecordedRegion,
  type TrailRecord,
} from './trail-record.ts';

/** Whoever may update a trail may do so all day: the oldest places are kept, where what came first lies. */
const MOST_FORMER_PLACES = 20;

/**
 * The record after the trail was described.
 * @param previous the newest record; null when there is none
 * @param source as it was described; what could not be read is null there, and is taken over from before
 */
export function afterLook(previous: TrailRecord | null, source: Source, now: number): TrailRecord {
  const before = previous?.source ?? null;
  const known: Source = {
    ...source,
    status: source.status ?? (source.gone ? null : (before?.status ?? null)),
    selectors: source.selectors ?? before?.selectors ?? null,
    ...(source.regionsFrom === 'seen' && before?.regionsFrom === 'enabled'
      ? { regions: before.regions, regionsFrom: before.regionsFrom }
      : {}),
    formerBuckets: formerPlaces(source, before),
  };
  const { narrowed, wider } = narrowing(previous, known, now);
  return {
    schema: TRAIL_SCHEMA,
    seen: seenAt(previous, now),
    source: { ...known, narrowed },
    wider,
    listed: previous?.listed ?? false,
    accounts: source.org === null ? [{ account: source.reader, since: null }] : accountsOf(previous, source.org),
    regions: regionsAfter(previous, known, now),
  };
}

/** The record after the trail was looked for and is not described any more. */
export function afterLoss(previous: TrailRecord, now: number): TrailRecord {
  if (previous.source.gone) return previous;
  return { ...previous, seen: seenAt(previous, now), source: { ...previous.source, gone: true, status: null } };
}

/** The record after buckets or receipts have shown accounts with their regions. */
export function afterListing(
  record: TrailRecord,
  shown: ReadonlyMap<string, readonly string[]>,
  now: number,
): TrailRecord {
  const { source, accounts, regions, listed } = record;
  const since = listed ? now : null;
  const newcomers = [...shown.keys()].filter((id) => !accounts.some(({ account }) => account === id));
  const joined = source.org === null ? [] : newcomers.map((account) => ({ account, since }));
  const found = new Map(regions.map((one) => [one.region, one]));
  if (source.multiRegion && source.regionsFrom !== 'configured')
    for (const [account, names] of shown) {
      if (source.org === null && account !== source.reader) continue;
      for (const region of names) found.set(region, withAccount(found.get(region), { region, account, since }));
    }
  return {
    ...record,
    seen: seenAt(record, now),
    listed: true,
    accounts: byName([...accounts, ...joined], ({ account }) => account),
    regions: byName([...found.values()], ({ region }) => region),
  };
}

function withAccount(
  known: RecordedRegion | undefined,
  { region, account, since }: { readonly region: string; readonly account: string; readonly since: number | null },
): RecordedRegion {
  if (known === undefined) return { region, since, until: null, accounts: [account] };
  if (known.accounts === null || known.accounts.includes(account)) return known;
  return { ...known, accounts: [...known.accounts, account].toSorted() };
}

/**
 * The newest record with the accounts and regions that records of the same moment know beside it: of two processes
 * that wrote at once, the later one did not know what the earlier one had seen.
 */
export function withForgotten(newest: TrailRecord, earlier: readonly TrailRecord[]): TrailRecord {
  const { org, regionsFrom } = newest.source;
  const alike = earlier.filter(({ source }) => source.org === org && source.regionsFrom === regionsFrom);
  if (regionsFrom === 'configured') return newest;
  const accounts = new Map(
    [...alike, newest].flatMap((one) => one.accounts.map((line) => [line.account, line] as const)),
  );
  const regions = new Map(newest.regions.map((one) => [one.region, one]));
  for (const one of alike.flatMap((record) => record.regions)) {
    const known = regions.get(one.region);
    const among = known?.accounts;
    if (known === undefined) regions.set(one.region, one);
    else if (among !== null && among !== undefined && one.accounts !== null)
      regions.set(one.region, { ...known, accounts: [...new Set([...among, ...one.accounts])].toSorted() });
  }
  return {
    ...newest,
    accounts: byName([...accounts.values()], ({ account }) => account),
    regions: byName([...regions.values()], ({ region }) => region),
  };
}

/** True when nothing else was seen. AWS's delivery time moves with every digest: within an hour it says nothing new. */
export function sameSighting(a: TrailRecord, b: TrailRecord): boolean {
  const [before, after] = [a.source.status, b.source.status];
  const moved = (after?.latestDigestDelivery ?? 0) - (before?.latestDigestDelivery ?? 0);
  const settled =
    before !== null && after !== null && moved >= 0 && moved < HOUR
      ? { ...after, latestDigestDelivery: before.latestDigestDelivery }
      : after;
  const same = { ...b, seen: a.seen, source: { ...b.source, status: settled } };
  return Buffer.compare(encodeTrailRecord(a), encodeTrailRecord(same)) === 0;
}

/** The chains that ought to exist by a record, of the trail as it is known now. */
export function recordedChains(record: TrailRecord, source: Source): readonly Chain[] {
  const joined = new Map(record.accounts.map(({ account, since }) => [account, since]));
  return record.accounts.flatMap(({ account }) =>
    record.regions.flatMap(({ region, since, until, accounts }) => {
      if (accounts !== null && !accounts.includes(account)) return [];
      const begins = Math.max(since ?? Number.NEGATIVE_INFINITY, joined.get(account) ?? Number.NEGATIVE_INFINITY);
      const bounds = {
        ...(Number.isFinite(begins) ? { since: begins } : {}),
        ...(until === null ? {} : { until }),
      };
      return [{ account, region, source, ...bounds }];
    }),
  );
}

/** Records of one trail never share a second, and a clock that was set back does not make a new one look old. */
function seenAt(previous: TrailRecord | null, now: number): number {
  const second = Math.floor(now / 1000) * 1000;
  return previous === null ? second : Math.max(second, previous.seen + 1000);
}

function accountsOf(previous: TrailRecord | null, org: string): readonly RecordedAccount[] {
  return previous?.source.org === org ? previous.accounts : [];
}

/** The configured ones, then those that AWS itself described before, oldest first. */
function formerPlaces(source: Source, before: Source | null): readonly Place[] {
  const text = ({ bucket, prefix }: Place): string => JSON.stringify([bucket, prefix]);
  const past = before === null ? [] : [...before.formerBuckets, { bucket: before.bucket, prefix: before.prefix }];
  const configured = new Map(source.formerBuckets.map((place) => [text(place), place]));
  const places = new Map([...configured, ...past.map((place) => [text(place), place] as const)]);
  places.delete(text(source));
  return [...places.values()].slice(0, Math.max(MOST_FORMER_PLACES, configured.size));
}

type Narrowing = Pick<TrailRecord, 'wider'> & Pick<Source, 'narrowed'>;

/**
 * Each step from one record to the next is compared, so whatever was lost was lost at one of them. What was narrowed
 * and widened again stays narrowed at that time: the events between were not recorded.
 */
function narrowing(previous: TrailRecord | null, source: Source, now: number): Narrowing {
  if (previous === null) return { narrowed: null, wider: null };
  const { narrowed: last, selectors: before, multiRegion, org } = previous.source;
  const lost =
    (before !== null && source.selectors !== null ? recordsLess(source.selectors, before) : null) ??
    (multiRegion && !source.multiRegion ? `no longer recorded: regions other than ${source.homeRegion}` : null) ??
    (org !== null && source.org === null ? `no longer recorded: accounts other than ${source.reader}` : null);
  if (lost !== null) {
    const earlier = last === null ? '' : `; narrowed before at ${formatIso(last.at)}`;
    return { narrowed: { at: now, detail: `${lost}${earlier}` }, wider: before };
  }
  const { wider } = previous;
  const changed = JSON.stringify(before) !== JSON.stringify(source.selectors);
  const restored =
    changed && wider !== null && source.selectors !== null && recordsLess(source.selectors, wider) === null;
  if (last === null || !restored) return { narrowed: last, wider };
  return { narrowed: { at: last.at, detail: `${last.detail}; recorded again since ${formatIso(now)}` }, wider: null };
}

/** Regions that ought to deliver now, then those of before: closed when AWS says that they are off, kept otherwise. */
function regionsAfter(previous: TrailRecord | null, source: Source, now: number): readonly RecordedRegion[] {
  const before = previous?.source.org === source.org ? previous.regions : [];
  const known = new Map(before.map((one) => [one.region, one]));
  const exact = source.regionsFrom === 'configured';
  const wanted = new Set([...(source.regions ?? []), ...(exact ? [] : [source.homeRegion])]);
  // A list compared with a list: without one of before nobody knows how long a region has been on.
  const compared = source.regionsFrom === 'enabled' && previous?.source.regionsFrom === 'enabled';
  const on = [...wanted].map((region): RecordedRegion => {
    const one = known.get(region);
    const fresh = one === undefined ? compared : one.until !== null;
    return { region, since: fresh ? now : (one?.since ?? null), until: null, accounts: null };
  });
  if (previous === null || (exact && source.multiRegion)) return byName(on, ({ region }) => region);
  const kept = before
    .filter(({ region }) => !wanted.has(region))
    .map((one) => {
      const off = !source.multiRegion || (compared && one.accounts === null);
      return off ? { ...one, until: one.until ?? previous.seen } : one;
    });
  return byName([...on, ...kept], ({ region }) => region);
}

function byName<Value>(values: readonly Value[], name: (value: Value) => string): readonly Value[] {
  return values.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}
