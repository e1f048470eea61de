/** Contradictions in what is to be gathered, between options that are each good on their own. Each names both places. */
import type { Place } from '../core/source.ts';
import { parseArn } from './arn.ts';
import { partitionOf } from '../core/partition.ts';
import { overlap } from './place.ts';
import type { Conflict, OptionPath } from './problem.ts';
import { awsSchema } from './service.ts';
import type { AccountView, EstateView, Seen, TrailView } from './view.ts';

/** Every contradiction in what is to be gathered, in the order of the file within each kind. */
export function estateConflicts(estate: EstateView): readonly Conflict[] {
  return [
    ...repeated(
      estate.accounts.map((one) => one.id),
      'is the id of another account here too',
    ),
    ...repeated(
      estate.organizations.map((one) => one.name),
      'is the name of another organization here too',
    ),
    ...repeatedInLists(estate),
    ...estate.accounts.flatMap(foreignRole),
    ...loops(estate),
    ...trailsTwice(estate.accounts),
    ...owners(estate),
    ...partitions(estate),
  ];
}

/** A conflict for every value that stood there before. `what` is the end of its sentence. */
export function repeated(values: readonly (Seen<string> | null)[], what: string): readonly Conflict[] {
  const first = new Map<string, OptionPath>();
  return values.flatMap((one) => {
    if (one === null) return [];
    const other = first.get(one.value);
    if (other !== undefined) return [{ path: one.path, what, other }];
    first.set(one.value, one.path);
    return [];
  });
}

function repeatedInLists(estate: EstateView): readonly Conflict[] {
  const holders = [...estate.organizations, ...estate.accounts.flatMap((one) => one.trails)];
  return holders.flatMap((holder) => holder.lists.flatMap((list) => repeated(list, 'stands in this list twice')));
}

/** A role of another account would be entered, and its files be taken for this account's. */
function foreignRole(account: AccountView): readonly Conflict[] {
  const { id, role } = account;
  if (id === null || role === null || id.value === role.value.account) return [];
  return [
    {
      path: role.path,
      what: `is a role of account ${role.value.account}, but the account is ${id.value}`,
      other: id.path,
    },
  ];
}

/** An archive that is its own source would gather what it wrote, without end (reliability.md row 169). */
function loops(estate: EstateView): readonly Conflict[] {
  const { place } = estate.archive;
  if (place === null) return [];
  const sources = trailsOf(estate).flatMap((trail) =>
    trail.place === null ? trail.former : [trail.place, ...trail.former],
  );
  return sources
    .filter((source) => overlap(source.value, place.value))
    .map((source) => ({
      path: source.path,
      what: `lies at ${show(source.value)}, which overlaps with the archive at ${show(place.value)}`,
      other: place.path,
    }));
}

interface Configured {
  readonly account: number;
  readonly trail: TrailView;
  readonly arn: Seen<string>;
}

/**
 * Each trail has one reader. Not refused, because the keys tell them apart: trails of several accounts in one bucket
 * (`AWSLogs/{account}/`), and several trails of one account, whose digests name them.
 */
function trailsTwice(accounts: readonly AccountView[]): readonly Conflict[] {
  const byArn = new Map<string, Configured>();
  const byBucket = new Map<string, Configured[]>();
  const result: Conflict[] = [];
  for (const [account, { trails }] of accounts.entries()) {
    for (const trail of trails) {
      if (trail.arn === null) continue;
      const configured = { account, trail, arn: trail.arn };
      const same = byArn.get(trail.arn.value);
      if (same !== undefined)
        result.push({ path: trail.arn.path, what: 'is a trail that is configured here too', other: same.arn.path });
      else result.push(...secondReader(configured, byBucket));
      byArn.set(trail.arn.value, same ?? configured);
    }
  }
  return result;
}

/** Two configured accounts that read the same owner's folder: nobody could say which of them a log file belongs to. */
function secondReader(one: Configured, byBucket: Map<string, Configured[]>): readonly Conflict[] {
  const { place } = one.trail;
  if (place === null) return [];
  const name = `${place.value.bucket}/${parseArn(one.arn.value)?.account ?? ''}`;
  const known = byBucket.get(name) ?? [];
  byBucket.set(name, [...known, one]);
  const other = known.find(
    (rival) =>
      rival.account !== one.account && rival.trail.place !== null && overlap(rival.trail.place.value, place.value),
  );
  if (other === undefined || other.trail.place === null) return [];
  const what = `lies at ${show(place.value)}, where another account here reads the same owner's files (${show(other.trail.place.value)})`;
  return [{ path: place.path, what, other: other.trail.place.path }];
}

/** A bucket has one owner; the wrong one would be sent as the expected owner. */
function owners(estate: EstateView): readonly Conflict[] {
  const first = new Map<string, Seen<string>>();
  const { place, owner } = estate.archive;
  if (place !== null && owner !== null) first.set(place.value.bucket, owner);
  return estate.accounts.flatMap(({ id, trails }) =>
    trails.flatMap((trail) => {
      const stated = trail.bucketOwner ?? id;
      if (trail.place === null || stated === null) return [];
      const known = first.get(trail.place.value.bucket);
      if (known === undefined) first.set(trail.place.value.bucket, stated);
      if (known === undefined || known.value === stated.value) return [];
      const what = `makes ${stated.value} the owner of bucket ${trail.place.value.bucket}, but it belongs to ${known.value} elsewhere: set bucketOwner`;
      return [{ path: trail.bucketOwner?.path ?? trail.place.path, what, other: known.path }];
    }),
  );
}

/** Credentials and keys end at the partition's border, and a bucket's KMS key must be in its region. */
function partitions(estate: EstateView): readonly Conflict[] {
  const { region, key } = estate.archive;
  const result: Conflict[] = [];
  if (region === null) return result;
  if (key !== null && key.value.region !== region.value) {
    result.push({
      path: key.path,
      what: `is a key in ${key.value.region}, but the archive bucket is in ${region.value}`,
      other: region.path,
    });
  }
  const called = estate.awsRegion?.value ?? awsSchema.parse({}).region;
  const [there, here] = [partitionOf(called), partitionOf(region.value)];
  if (estate.awsEndpoint || there === here) return result;
  if (estate.awsRegion === null)
    result.push({
      path: region.path,
      what: `is in partition ${here}: set aws.region to a region of it, ${called} is not`,
      other: null,
    });
  else
    result.push({
      path: estate.awsRegion.path,
      what: `is in partition ${there}, but the archive is in ${here}`,
      other: region.path,
    });
  return result;
}

function trailsOf(estate: EstateView): readonly TrailView[] {
  return estate.accounts.flatMap((one) => one.trails);
}

function show(place: Place): string {
  return `${place.bucket}/${place.prefix}`;
}
