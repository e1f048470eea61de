/** Findings on what the source held once and lists no longer: the archive proves it, and somebody must look at the source. */
import type { Finding } from './coverage.ts';
import type { Say } from './finding.ts';
import { provenKey } from './layout.ts';
import type { Chain } from './source.ts';
import { placeOfReceipt, type Gone, type KnownReceipt, type SourceNow } from './source-now.ts';
import { formatIso, HOUR } from './time.ts';

/** Where findings on one chain come from. `prefix`: the archive's. */
export interface GoneFrom {
  readonly chain: Chain;
  readonly prefix: string;
  readonly say: Say;
}

const NEXT =
  "what was recorded stays proven; look at the bucket's versions and at CloudTrail's data events for who deleted it, or whether the bucket was restored";

/** One finding for each digest that is gone in between, one for a newest end that was cut, one for an emptied chain. */
export function goneFindings(now: Pick<SourceNow, 'standard' | 'backfill'>, from: GoneFrom): readonly Finding[] {
  const findings = [...standardGone(now.standard, from), ...backfillGone(now.backfill, from)];
  return findings.map((finding) => ({ ...finding, hint: NEXT }));
}

function standardGone({ middle, newest, emptied }: Gone, from: GoneFrom): readonly Finding[] {
  const findings = middle.map((receipt) => oneGone(receipt, from));
  const [first, last] = [newest[0], newest.at(-1)];
  if (first === undefined || last === undefined) return findings;
  const detail = emptied
    ? `the source lists no digest of this chain any more, though ${told(newest)}`
    : `the source lists no digest after ${formatIso(startOf(first))}, though ${told(newest)}: it was cut, or put back to an older state`;
  const spot = { from: startOf(first), to: last.end };
  return [...findings, from.say(emptied ? 'chain-empty' : 'chain-truncated', `${detail}; ${heldAt(last, from)}`, spot)];
}

/** Backfill digests have no cadence and no newest end: each stands for itself. */
function backfillGone({ middle, newest }: Gone, from: GoneFrom): readonly Finding[] {
  return [...middle, ...newest].map((receipt) => oneGone(receipt, from));
}

function oneGone(receipt: KnownReceipt, from: GoneFrom): Finding {
  const place = placeOfReceipt(from.chain, receipt);
  const detail = `the source lists it no longer, though it was recorded at ${formatIso(receipt.recorded)}; ${heldAt(receipt, from)}`;
  const where = place === null ? {} : place;
  return from.say('digest-missing', detail, { ...where, from: startOf(receipt), to: receipt.end });
}

function told(receipts: readonly KnownReceipt[]): string {
  const [first, last] = [receipts[0], receipts.at(-1)];
  if (first === undefined || last === undefined || receipts.length === 1)
    return `one that ends at ${formatIso(first?.end ?? 0)} was recorded at ${formatIso(first?.recorded ?? 0)}`;
  return `${receipts.length} that end from ${formatIso(first.end)} to ${formatIso(last.end)} were recorded, the last at ${formatIso(last.recorded)}`;
}

function heldAt(receipt: KnownReceipt, { chain, prefix }: GoneFrom): string {
  const place = placeOfReceipt(chain, receipt);
  return place === null
    ? 'the archive holds the proven bytes'
    : `the archive holds the proven bytes at ${provenKey(prefix, place.key)}`;
}

function startOf(receipt: KnownReceipt): number {
  return receipt.start ?? receipt.end - HOUR;
}
