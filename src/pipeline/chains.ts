/** What the buckets of a trail show of its chains: folders of accounts and regions. They add to what ought to be there. */
import { placesOf, rootOf } from '../core/key.ts';
import type { Source } from '../core/source.ts';
import type { ObjectReader } from '../ports.ts';

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;
const ACCOUNT = /^\d{12}$/;

/** True for what may stand in a key as account and region. */
export function isWellFormed(account: string, region: string): boolean {
  return ACCOUNT.test(account) && REGION.test(region);
}

/** The regions that have folders, by account. A bucket that may not be listed throws; it is never "no folders". */
export async function shownChains(
  source: Source,
  objects: ObjectReader,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const accounts =
    source.org === null ? [source.reader] : (await foldersAt(source, '', objects)).filter((name) => ACCOUNT.test(name));
  const lists = await Promise.all(
    accounts.map(async (account) => [account, await regionsShown(source, account, objects)] as const),
  );
  return new Map(lists);
}

async function regionsShown(source: Source, account: string, objects: ObjectReader): Promise<readonly string[]> {
  // The regions are settled: the accounts are all that is to be seen.
  if (source.regionsFrom === 'configured') return [];
  const seen = await Promise.all(
    [`${account}/CloudTrail-Digest/`, `${account}/CloudTrail/`].map((below) => foldersAt(source, below, objects)),
  );
  return [...new Set(seen.flat().filter((name) => REGION.test(name)))].toSorted();
}

async function foldersAt(source: Source, below: string, objects: ObjectReader): Promise<readonly string[]> {
  const lists = await Promise.all(
    placesOf(source).map((place) =>
      objects.folders({
        bucket: place.bucket,
        owner: source.bucketOwner,
        prefix: `${rootOf({ ...place, org: source.org })}${below}`,
      }),
    ),
  );
  return [...new Set(lists.flat().map((name) => name.replace(/\/$/, '')))];
}
