/** What a sweep reads before it decides: the chain's digests as its source lists them, page by page and within bounds. */
import { folderOf, parseKey, placesOf } from '../core/key.ts';
import type { SourceDigest } from '../core/source-now.ts';
import type { Chain, Place } from '../core/source.ts';
import { formatDay } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ListRequest, ObjectReader } from '../ports.ts';

/** Where the archive is. */
export interface ArchivePlace extends Place {
  readonly owner: string;
}

export interface CapturePorts {
  readonly objects: ObjectReader;
  readonly archive: ArchiveStore;
  readonly place: ArchivePlace;
  /** Runs one transfer when there is room: bounds sockets and memory over all jobs of the process. */
  readonly slot: <Value>(transfer: () => Promise<Value>) => Promise<Value>;
  readonly maxBytes: number;
  /** Objects that one sweep may list. */
  readonly maxListed: number;
  readonly signal: AbortSignal;
  readonly now: number;
  /** Told of each object that is listed, and of each that is captured. */
  readonly onProgress?: ((done: { readonly listed: number; readonly captured: number }) => void) | undefined;
}

/** What one sweep has listed and captured so far. */
export type Counter = { unrecognised: number; listed: number; captured: number };

/** Counts every object that a source lists: whoever fills a member bucket with keys must not keep a sweep busy for ever. */
export function count(counter: Counter, { maxListed, onProgress }: CapturePorts, key: string): void {
  counter.listed += 1;
  onProgress?.(counter);
  if (counter.listed <= maxListed) return;
  throw new OperatingError({
    code: 'blocked-access',
    message: `one sweep listed more than ${maxListed} objects, the last one ${JSON.stringify(key.slice(0, 200))}`,
    hint: 'Look who writes to the bucket besides CloudTrail; raise limits.maxListedObjects if all of it is genuine.',
  });
}

/** The chain's digests in every configured place; digests of other trails lie in the same folder and are not its own. */
export async function listDigests(
  chain: Chain,
  since: number | null,
  { ports, counter }: { readonly ports: CapturePorts; readonly counter: Counter },
): Promise<SourceDigest[]> {
  const { account, region, source } = chain;
  const listed: SourceDigest[] = [];
  for (const place of placesOf(source)) {
    const folder = folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
    for await (const { key: rawKey, etag, lastModified } of ports.objects.list(
      below(place.bucket, source.bucketOwner, { folder, since }),
    )) {
      ports.signal.throwIfAborted();
      count(counter, ports, rawKey);
      const key = parseKey(rawKey);
      if (key?.type !== 'digest') counter.unrecognised += 1;
      else if (key.trail === source.trail && key.homeRegion === source.homeRegion)
        listed.push({ bucket: place.bucket, rawKey, key, etag, lastModified });
    }
  }
  return listed;
}

/** A folder's objects from a day on; null: all of them. */
export function below(
  bucket: string,
  owner: string,
  where: { readonly folder: string; readonly since: number | null },
): ListRequest {
  const prefix = where.folder;
  return where.since === null
    ? { bucket, owner, prefix }
    : { bucket, owner, prefix, startAfter: `${prefix}${formatDay(where.since)}/` };
}
