/** The source's digests as they are listed now: what receipts are held against (core/source-now). */
import { folderOf, parseKey, placesOf } from '../core/key.ts';
import type { SourceDigest } from '../core/source-now.ts';
import type { Chain, ChainKind, Place } from '../core/source.ts';
import { formatDay, HOUR } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession } from '../ports.ts';
import type { Window } from './verify-source.ts';

export interface LookPorts {
  readonly session: AccountSession;
  /** Objects that one look at a chain may list. */
  readonly maxListed: number;
}

/**
 * The chain's digests from the day on that the window begins in, and one newer than the window: what lifecycle rules
 * have removed goes from the old end, so a newer or older digest that is left tells something.
 */
export async function lookAtSource(chain: Chain, window: Window, ports: LookPorts): Promise<readonly SourceDigest[]> {
  const counter = { left: ports.maxListed };
  const found: SourceDigest[] = [];
  for (const place of placesOf(chain.source)) {
    const prefix = folderAt(chain, place);
    const start = window.from === null ? {} : { startAfter: `${prefix}${formatDay(window.from)}/` };
    for await (const digest of digestsBelow(chain, { place, prefix, ...start }, { ...ports, counter })) {
      found.push(digest);
      if (window.to !== null && digest.key.end - HOUR >= window.to) break;
    }
  }
  return found;
}

/** The oldest digest that is listed before a time, or null: asked where the oldest ones of a window are gone. */
export async function oldestBefore(chain: Chain, before: number, ports: LookPorts): Promise<SourceDigest | null> {
  const counter = { left: ports.maxListed };
  for (const place of placesOf(chain.source)) {
    const prefix = folderAt(chain, place);
    const end = `${prefix}${formatDay(before)}/`;
    for await (const digest of digestsBelow(chain, { place, prefix, end }, { ...ports, counter })) return digest;
  }
  return null;
}

/** Whether a digest of that kind is listed that ends by the start of this one. */
export async function isListedBefore(
  chain: Chain,
  { start, kind }: { readonly start: number; readonly kind: ChainKind },
  ports: LookPorts,
): Promise<boolean> {
  const counter = { left: ports.maxListed };
  for (const place of placesOf(chain.source)) {
    const prefix = folderAt(chain, place);
    const end = `${prefix}${formatDay(start)}/~`;
    for await (const { key } of digestsBelow(chain, { place, prefix, end }, { ...ports, counter }))
      if (key.kind === kind && key.end <= start) return true;
  }
  return false;
}

type Where = { readonly place: Place; readonly prefix: string; readonly startAfter?: string; readonly end?: string };

async function* digestsBelow(
  chain: Chain,
  { place, prefix, startAfter, end }: Where,
  { session, counter }: LookPorts & { readonly counter: { left: number } },
): AsyncGenerator<SourceDigest> {
  const { source } = chain;
  const request = { bucket: place.bucket, owner: source.bucketOwner, prefix };
  const listing = session.objects.list(startAfter === undefined ? request : { ...request, startAfter });
  for await (const { key: rawKey, etag, lastModified } of listing) {
    if (end !== undefined && rawKey >= end) return;
    counter.left -= 1;
    if (counter.left < 0) throw tooMany(place);
    const key = parseKey(rawKey);
    if (key?.type !== 'digest' || key.trail !== source.trail || key.homeRegion !== source.homeRegion) continue;
    yield { bucket: place.bucket, rawKey, key, etag, lastModified };
  }
}

function folderAt({ account, region, source }: Chain, place: Place): string {
  return folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
}

function tooMany({ bucket }: Place): OperatingError {
  return new OperatingError({
    code: 'blocked-access',
    message: `the digest folder of one chain in s3://${bucket} lists more objects than limits.maxListedObjects`,
    hint: 'Look who writes to the bucket besides CloudTrail; raise limits.maxListedObjects if all of it is genuine.',
  });
}
