/** What is another between two records of one trail, in words for people: who changed what is in CloudTrail's own events. */
import { recordsLess } from './selectors.ts';
import type { Place, Source } from './source.ts';
import { formatIso } from './time.ts';
import type { RecordedRegion, TrailRecord } from './trail-record.ts';

export interface Difference {
  readonly title: string;
  readonly detail: string;
}

/** More names than this in one sentence nobody reads. */
const MOST_NAMED = 20;

/** What the trail is, in a sentence: for the first record of it. */
export function firstSighting({ source, accounts, regions }: TrailRecord): string {
  const { trailArn, multiRegion, org, homeRegion, validation } = source;
  const whose = org === null ? 'of its account' : `of the organization ${org} (${accounts.length} accounts seen)`;
  const where = multiRegion ? `all regions (${regions.length} known)` : homeRegion;
  const held = validation ? 'log file validation is on' : 'log file validation is off';
  return `${trailArn} records ${where} ${whose} into ${placeText(source)}; ${held}`;
}

/** Every difference that says something; empty where AWS's delivery time alone has moved. */
export function differences(before: TrailRecord, after: TrailRecord): readonly Difference[] {
  const [old, now] = [before.source, after.source];
  return [
    ...when(old.gone !== now.gone, now.gone ? 'Trail gone' : 'Trail back', () =>
      now.gone ? 'AWS does not describe the trail any more' : 'AWS describes the trail again',
    ),
    ...when(placeText(old) !== placeText(now), 'Bucket changed', () => `${placeText(old)} became ${placeText(now)}`),
    ...switched('Log file validation', old.validation, now.validation),
    ...logging(old, now),
    ...switched('Multi-region', old.multiRegion, now.multiRegion),
    ...when(
      old.org !== now.org,
      'Organization changed',
      () => `${old.org ?? 'no organization'} became ${now.org ?? 'none'}`,
    ),
    ...selectorsOf(old, now),
    ...regionsOf(before.regions, after.regions),
    ...joined('Accounts seen', namesOf(before.accounts), namesOf(after.accounts)),
    ...when(
      old.reader !== now.reader,
      'Reader changed',
      () => `read through ${now.reader}, before through ${old.reader}`,
    ),
  ];
}

function when(differs: boolean, title: string, detail: () => string): readonly Difference[] {
  return differs ? [{ title, detail: detail() }] : [];
}

function switched(what: string, before: boolean, after: boolean): readonly Difference[] {
  const title = `${what} switched ${after ? 'on' : 'off'}`;
  return when(before !== after, title, () => `it was ${before ? 'on' : 'off'} when the trail was seen before`);
}

/** What GetTrailStatus said; a status that could not be read is taken over from before, so it differs in nothing. */
function logging(old: Source, now: Source): readonly Difference[] {
  const [before, after] = [old.status, now.status];
  if (before === null || after === null) return [];
  const since = after.logging ? after.startedLogging : after.stoppedLogging;
  const told = since === null ? 'AWS does not say since when' : `since ${formatIso(since)}`;
  return [
    ...when(before.logging !== after.logging, after.logging ? 'Logging started' : 'Logging stopped', () => told),
    ...when(
      before.logging === after.logging && before.startedLogging !== after.startedLogging,
      'Logging started anew',
      () => told,
    ),
    ...when(before.latestDigestError !== after.latestDigestError, 'Digest delivery', () =>
      after.latestDigestError === null ? 'digests are delivered again' : `delivery fails: ${after.latestDigestError}`,
    ),
  ];
}

function selectorsOf(old: Source, now: Source): readonly Difference[] {
  if (old.selectors === null || now.selectors === null) return [];
  const [former, latter] = [old.selectors, now.selectors];
  return when(JSON.stringify(former) !== JSON.stringify(latter), 'Event selectors changed', () => {
    const lost = recordsLess(latter, former);
    return lost ?? 'nothing that was recorded before is left out now';
  });
}

function regionsOf(before: readonly RecordedRegion[], after: readonly RecordedRegion[]): readonly Difference[] {
  const open = (all: readonly RecordedRegion[]): readonly string[] =>
    all.filter(({ until }) => until === null).map(({ region }) => region);
  return joined('Regions', open(before), open(after));
}

function joined(what: string, before: readonly string[], after: readonly string[]): readonly Difference[] {
  const [old, now] = [new Set(before), new Set(after)];
  const came = after.filter((one) => !old.has(one));
  const went = before.filter((one) => !now.has(one));
  const told = [...listed('more', came), ...listed('no longer', went)];
  return when(told.length > 0, `${what} changed`, () => told.join('; '));
}

function listed(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} others` : '';
  return [`${what}: ${names.slice(0, MOST_NAMED).join(', ')}${rest}`];
}

function namesOf(accounts: TrailRecord['accounts']): readonly string[] {
  return accounts.map(({ account }) => account);
}

function placeText({ bucket, prefix }: Place): string {
  return `s3://${bucket}/${prefix}`;
}
