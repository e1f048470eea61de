/** The objects of the member buckets one by one, each with the bucket it lies in. */
import type { StoredVersion } from '../cloud/s3/bucket.ts';
import { sourceObjects } from './evidence.ts';
import type { Organization } from './organization.ts';

export interface Spot extends StoredVersion {
  readonly bucket: string;
}

/** The digests or the log files of all sources, in the order of their keys: of one chain, oldest first. */
export function spots(organization: Pick<Organization, 'cloud' | 'world'>, what: 'logs' | 'digests'): readonly Spot[] {
  return [...sourceObjects(organization)]
    .map(([place, object]) => ({ ...object, bucket: place.slice(0, place.indexOf('/')) }))
    .filter(({ key }) => key.includes('CloudTrail-Digest') === (what === 'digests'));
}

/** One of them; a negative index counts from the end. */
export function nth(list: readonly Spot[], index: number): Spot {
  const spot = list.at(index);
  if (spot === undefined) throw new Error(`no object ${index}`);
  return spot;
}
