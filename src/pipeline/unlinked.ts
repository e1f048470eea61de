/** Digests whose predecessor is not there: it may still come, it may have expired before anybody looked, or it was deleted. */
import { parseReceiptKey, receiptFolder } from '../core/layout.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { MINUTE } from '../core/time.ts';
import type { Bench } from './judge.ts';
import { archivePlace } from './parts.ts';
import { isListedBefore } from './source-look.ts';

/** Its start and end, epoch milliseconds. */
type Digest = { readonly start: number; readonly end: number; readonly kind: ChainKind };

/**
 * True when nothing says that the predecessor was taken away: it is not late yet, or neither the source nor the receipts
 * know any older digest of the chain, as after the member's own lifecycle rule. `status` judges the rest by its window.
 */
export async function mayLackPredecessor(chain: Chain, digest: Digest, bench: Bench): Promise<boolean> {
  const { clock, config } = bench.parts;
  if (clock.now() < digest.end + config.limits.digestGraceMinutes * MINUTE) return true;
  return (
    !(await isRecordedBefore(chain, digest, bench)) &&
    !(await isListedBefore(chain, digest, { session: bench.session, maxListed: config.limits.maxListedObjects }))
  );
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
