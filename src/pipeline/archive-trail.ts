/** A trail put together from what was recorded of its digests, where no trail record speaks of it. */
import { parseDigest } from '../core/digest.ts';
import { formatKey, parseKey, type DigestKey } from '../core/key.ts';
import { originMark } from '../core/layout.ts';
import { partitionOf } from '../core/partition.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Place, Source } from '../core/source.ts';
import { ownerOf } from '../core/trail-change.ts';
import type { ListedObject } from '../ports.ts';
import { readSmall, type FiledReceipt, type Shelf } from './archive-index.ts';
import { receiptOf } from './archive-reader.ts';

/** A trail as keys name it. */
export interface TrailAt {
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly homeRegion: string;
}

type Placed = Place & { readonly key: DigestKey };

/** Null when none of the receipts can be read. @param receipts of one trail, in key order */
export async function sourceOfReceipts(receipts: readonly FiledReceipt[], shelf: Shelf): Promise<Source | null> {
  const places: Place[] = [];
  let newest: { readonly receipt: Receipt; readonly place: Placed } | null = null;
  for (const one of receipts.toReversed()) {
    if (newest !== null && places.some((place) => isAt(one, { ...place, key: newest?.place.key ?? null }))) continue;
    const found = await receiptOf(one, shelf);
    const place = found !== null && 'receipt' in found ? placeOf(found.receipt) : null;
    if (place === null || found === null || 'problem' in found) continue;
    newest ??= { receipt: found.receipt, place };
    if (!places.some(({ bucket, prefix }) => bucket === place.bucket && prefix === place.prefix))
      places.push({ bucket: place.bucket, prefix: place.prefix });
  }
  if (newest === null) return null;
  const [current, ...formerBuckets] = places;
  if (current === undefined) return null;
  return sourceAt(newest.place.key, { trailArn: newest.receipt.chain.trailArn, current, formerBuckets });
}

/** From the newest of a trail's proven digests, which says where it lay. @param listed in key order */
export async function sourceOfDigests(listed: readonly ListedObject[], shelf: Shelf): Promise<Source | null> {
  const newest = listed.at(-1);
  const key = newest === undefined ? null : parseKey(newest.key);
  if (newest === undefined || key?.type !== 'digest') return null;
  const { bucket } = shelf.place;
  const object = await readSmall(shelf, newest.key, shelf.maxBytes);
  const options = { maxInflated: shelf.maxInflated, keepContent: true };
  const [inspection] = object === null ? [] : await shelf.inspector.inspect([object.bytes], options);
  const parsed = inspection?.ok === true && inspection.content !== null ? parseDigest(inspection.content) : null;
  const signed = parsed !== null && 'digest' in parsed ? parsed.digest : null;
  const own = signed === null ? null : parseKey(signed.key);
  // What cannot be read is taken to have lain in the archive itself: it is judged there, and fails there.
  const current =
    own === null || signed === null ? { bucket, prefix: key.prefix } : { bucket: signed.bucket, prefix: own.prefix };
  const trailArn = `arn:${partitionOf(key.homeRegion)}:cloudtrail:${key.homeRegion}:${key.account}:trail/${key.trail}`;
  return sourceAt(key, { trailArn, current, formerBuckets: [] });
}

function isAt({ name }: FiledReceipt, place: Place & { readonly key: DigestKey | null }): boolean {
  if (place.key === null) return false;
  const { account, region, trail, homeRegion, end, kind, mark } = name;
  const { bucket, prefix, key } = place;
  const parts = { type: 'digest', prefix, org: key.org, account, region, trail, homeRegion, end, kind } as const;
  return originMark(bucket, formatKey(parts)) === mark;
}

function placeOf({ digest }: Receipt): Placed | null {
  const key = parseKey(digest.origin.key);
  return key?.type === 'digest' ? { bucket: digest.origin.bucket, prefix: key.prefix, key } : null;
}

/** Nothing is known of its status: it is taken to be on, so that silence up to now is a finding. */
function sourceAt(
  key: DigestKey,
  known: { readonly trailArn: string; readonly current: Place; readonly formerBuckets: readonly Place[] },
): Source {
  const { trailArn, current, formerBuckets } = known;
  return {
    ...current,
    reader: ownerOf({ trailArn, reader: key.account }),
    trailArn,
    trail: key.trail,
    homeRegion: key.homeRegion,
    bucketOwner: '',
    org: key.org,
    multiRegion: true,
    regions: null,
    regionsFrom: 'seen',
    formerBuckets,
    validation: true,
    status: null,
    selectors: null,
    narrowed: null,
    gone: false,
  };
}
