/** Digests whose predecessor is not there: it may still come, it may have expired before anybody looked, or it was deleted. */
import { folderOf, parseKey, placesOf } from '../core/key.ts';
import { parseReceiptKey, receiptFolder } from '../core/layout.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { formatDay, MINUTE } from '../core/time.ts';
import type { Bench } from './judge.ts';
import { archivePlace } from './parts.ts';

/** Its start and end, epoch milliseconds. */
type Digest = { readonly start: number; readonly end: number; readonly kind: ChainKind };

/**
 * True when nothing says that the predecessor was taken away: it is not late yet, or neither the source nor the receipts
 * know any older digest of the chain, as after the member's own lifecycle rule. `status` judges the rest by its window.
 */
export async function mayLackPredecessor(chain: Chain, digest: Digest, bench: Bench): Promise<boolean> {
  const { clock, config } = bench.parts;
  if (clock.now() < digest.end + config.limits.digestGraceMinutes * MINUTE) return true;
  return !(await isRecordedBefore(chain, digest, bench)) && !(await isListedBefore(chain, digest, bench));
}

/** Names sort by time below one folder, so the first of the chain settles it. */
async function isRecordedBefore(chain: Chain, { start, kind }: Digest, { parts }: Bench): Promise<boolean> {
  const place = archivePlace(parts.config);
  const { account, region, source } = chain;
  const prefix = receiptFolder(place.prefix, { account, region, trail: source.trail, kind });
  for await (const { key } of parts.archive.list({ bucket: place.bucket, owner: place.owner, prefix })) {
    const name = parseReceiptKey(place.prefix, key);
    if (name?.homeRegion === source.homeRegion) return name.end <= start;
  }
  return false;
}

async function isListedBefore(chain: Chain, { start, kind }: Digest, { session }: Bench): Promise<boolean> {
  const { account, region, source } = chain;
  for (const place of placesOf(source)) {
    const prefix = folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
    const last = `${prefix}${formatDay(start)}/~`;
    for await (const { key: rawKey } of session.objects.list({
      bucket: place.bucket,
      owner: source.bucketOwner,
      prefix,
    })) {
      if (rawKey > last) break;
      const key = parseKey(rawKey);
      if (key?.type !== 'digest' || key.kind !== kind) continue;
      if (key.trail === source.trail && key.homeRegion === source.homeRegion && key.end <= start) return true;
    }
  }
  return false;
}
