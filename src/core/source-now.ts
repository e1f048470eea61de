/**
 * What the source lists now against what was recorded of it before. A listing alone cannot tell that the newest end was
 * cut, that a bucket was put back to an older state or that a digest was overwritten; receipts remember (reliability.md
 * rows 92, 93, 96, 103).
 */
import { formatKey, placesOf } from './key.ts';
import { originMark, type ReceiptName } from './layout.ts';
import type { ListedDigest } from './work-list.ts';
import type { Chain, ChainKind } from './source.ts';
import { HOUR } from './time.ts';

/** A digest as the source lists it now: when it was written last (epoch milliseconds), and its ETag without quotes. */
export interface SourceDigest extends ListedDigest {
  readonly etag: string;
  readonly lastModified: number;
}

/** A receipt as the archive lists it. `recorded`: when it was written, epoch milliseconds. */
export interface KnownReceipt extends ReceiptName {
  readonly recorded: number;
}

/** A digest that was written again after its receipt. The same bytes delivered anew look so too: who finds one compares. */
export interface Rewritten {
  readonly receipt: KnownReceipt;
  readonly digest: SourceDigest;
}

/** Receipts whose digest the source ought to list and does not. */
export interface Gone {
  /** Nothing older is kept from going by a lifecycle rule: each is an interval of its own. In order of time. */
  readonly middle: readonly KnownReceipt[];
  /** The newest ones, without one left after them. In order of time. */
  readonly newest: readonly KnownReceipt[];
  /** True when the source lists no digest of that chain at all any more; `newest` then holds them all. */
  readonly emptied: boolean;
}

export interface SourceNow {
  readonly standard: Gone;
  readonly backfill: Gone;
  readonly replaced: readonly Rewritten[];
  /** Listed and without any receipt: they wait to be judged. In order of time. */
  readonly waiting: readonly SourceDigest[];
}

const DAY = 24 * HOUR;

/**
 * @param receipts of places that are configured now: nobody looks anywhere else
 * @param listed everything in the window, and where there is one a digest older and one newer than the window
 * @param isValid false for digests that proved nothing: when junk goes away or is written again nothing is lost
 */
export function compareWithSource(
  receipts: readonly KnownReceipt[],
  listed: readonly SourceDigest[],
  { now, isValid }: { readonly now: number; readonly isValid: (receipt: KnownReceipt) => boolean },
): SourceNow {
  const there = new Set(listed.map((digest) => listedId(digest)));
  const known = new Map(receipts.map((receipt) => [receiptId(receipt), receipt]));
  const valid = receipts.filter((receipt) => isValid(receipt));
  const goneOf = (kind: ChainKind): Gone =>
    missingOf(
      valid.filter((receipt) => receipt.kind === kind && !there.has(receiptId(receipt))),
      listed
        .filter((digest) => digest.key.kind === kind)
        .map((digest) => ({ digest, receipt: known.get(listedId(digest)) })),
      now,
    );
  return {
    standard: goneOf('standard'),
    backfill: goneOf('backfill'),
    replaced: rewrittenOf(valid, listed),
    waiting: listed.filter((digest) => !known.has(listedId(digest))).toSorted((a, b) => a.key.end - b.key.end),
  };
}

/** The digests that were written again after their receipt. */
export function rewrittenOf(receipts: readonly KnownReceipt[], listed: readonly SourceDigest[]): readonly Rewritten[] {
  const there = new Map(listed.map((digest) => [listedId(digest), digest]));
  return receipts.flatMap((receipt) => {
    const digest = there.get(receiptId(receipt));
    return digest !== undefined && isRewritten(receipt, digest) ? [{ receipt, digest }] : [];
  });
}

/** S3 keeps whole seconds: what was written within the receipt's own second may have come after it. */
function isRewritten(receipt: KnownReceipt, digest: SourceDigest): boolean {
  return digest.lastModified >= receipt.recorded;
}

/** Tells apart the digests of one chain by time, kind and place. */
function receiptId({ end, kind, mark }: Pick<ReceiptName, 'end' | 'kind' | 'mark'>): string {
  return `${end}|${kind}|${mark}`;
}

export function listedId({ bucket, rawKey, key }: ListedDigest): string {
  return receiptId({ end: key.end, kind: key.kind, mark: originMark(bucket, rawKey) });
}

/** Where the digest of a receipt lay; null when that is no configured place of the chain any more. */
export function placeOfReceipt(
  chain: Chain,
  name: ReceiptName,
): { readonly bucket: string; readonly key: string } | null {
  const { account, region, source } = chain;
  const { trail, homeRegion, end, kind } = name;
  for (const { bucket, prefix } of placesOf(source)) {
    const key = formatKey({ type: 'digest', prefix, org: source.org, account, region, trail, homeRegion, end, kind });
    if (originMark(bucket, key) === name.mark) return { bucket, key };
  }
  return null;
}

type Left = { readonly digest: SourceDigest; readonly receipt: KnownReceipt | undefined };

/** The oldest end goes by the member's own lifecycle rule, which is no finding: something older must be left. */
function missingOf(absent: readonly KnownReceipt[], left: readonly Left[], now: number): Gone {
  const sorted = absent.toSorted((a, b) => a.end - b.end);
  if (left.length === 0) return { middle: [], newest: sorted, emptied: sorted.length > 0 };
  const lastEnd = left.reduce((end, { digest }) => Math.max(end, digest.key.end), Number.NEGATIVE_INFINITY);
  const oldest = left.reduce((end, { digest }) => Math.min(end, digest.key.end), Number.POSITIVE_INFINITY);
  const expiring = sorted.some(({ end }) => end < oldest);
  const lost = sorted.filter((receipt) => left.some((one) => isOlder(one, receipt)));
  return {
    middle: lost.filter(({ end }) => end < lastEnd && !(expiring && isExpiring(end, oldest, now))),
    newest: lost.filter(({ end }) => end >= lastEnd),
    emptied: false,
  };
}

/**
 * Lifecycle rules go by the day of writing. A digest that came late, after the other was recorded already, stays longer
 * than that one by right; one that was only written again, as by a restored bucket, was there before all the same.
 */
function isOlder({ digest, receipt }: Left, lost: KnownReceipt): boolean {
  if (digest.key.end >= lost.end) return false;
  const again = receipt !== undefined && isRewritten(receipt, digest);
  return again || digest.lastModified <= lost.recorded;
}

/** S3 removes what has expired one by one: on the oldest day that is left holes are the rule at work. */
function isExpiring(end: number, oldest: number, now: number): boolean {
  return end < oldest + DAY + 2 * HOUR && now - end > DAY;
}
