/**
 * Capture: list one chain, find the digests that have no settled receipt, and copy new log files to pending/ at once.
 * Who empties the member bucket within the hour before the digest is too late (reliability.md 0.3).
 */
import { newestReceipts, parseReceiptKey, receiptFolder } from '../core/layout.ts';
import { digestsToJudge, withoutReceipt, type ListedDigest } from '../core/work-list.ts';
import { listedId, rewrittenOf, type KnownReceipt, type Rewritten } from '../core/source-now.ts';
import type { Chain, Problem } from '../core/source.ts';
import { below, listDigests, type CapturePorts, type Counter } from './capture-listing.ts';
import { captureLogs, settledBy } from './capture-logs.ts';

/** What one look at a chain found. */
export interface Sweep {
  readonly digests: readonly ListedDigest[];
  /** Judged before and written again since: to be judged anew where the bytes are not the same. */
  readonly rewritten: readonly Rewritten[];
  readonly captured: number;
  /** Log files that lie in pending/ or were captured now: seen, not yet proven. */
  readonly pendingLogs: number;
  /** Keys in the chain's folders that are no CloudTrail keys: counted and left alone. */
  readonly unrecognised: number;
  readonly newestDigestEnd: number | null;
  /** Why some log file could not be captured; null when all could. */
  readonly problem: Problem | null;
}

/**
 * One sweep of one chain.
 * @param since epoch ms: look at the folders of that day and later; null for everything the source holds. Key time is
 *   not delivery order (cloudtrail.md 5.2), so the window trails by days and nothing depends on a last-seen key
 */
export async function sweepChain(chain: Chain, since: number | null, ports: CapturePorts): Promise<Sweep> {
  const counter: Counter = { unrecognised: 0, listed: 0, captured: 0 };
  const listed = await listDigests(chain, since, { ports, counter });
  const receipts = await listReceipts(chain, since, ports);
  const digests = digestsToJudge(listed, receipts, since === null);
  const due = new Set(digests.map((one) => listedId(one)));
  const rewritten = rewrittenOf(receipts, listed).filter(({ digest }) => !due.has(listedId(digest)));
  const fresh = new Set(withoutReceipt(listed, receipts));
  const standard = listed
    .filter((one) => one.key.kind === 'standard')
    .map((one) => ({ end: one.key.end, open: fresh.has(one) }));
  const { captured, pendingLogs, problem } = await captureLogs(
    chain,
    { since, covered: settledBy(standard, ports.now), counter },
    ports,
  );
  const newest = listed.reduce<number | null>(
    (end, one) => (end === null || one.key.end > end ? one.key.end : end),
    null,
  );
  const { unrecognised } = counter;
  return { digests, rewritten, captured, pendingLogs, unrecognised, newestDigestEnd: newest, problem };
}

/** The newest receipt of every digest in the window, standard and backfill. */
export async function listReceipts(
  chain: Chain,
  since: number | null,
  ports: Pick<CapturePorts, 'archive' | 'place'>,
): Promise<readonly KnownReceipt[]> {
  const { archive, place } = ports;
  const names: KnownReceipt[] = [];
  for (const kind of ['standard', 'backfill'] as const) {
    const folder = receiptFolder(place.prefix, {
      account: chain.account,
      region: chain.region,
      trail: chain.source.trail,
      kind,
    });
    for await (const { key, lastModified } of archive.list(below(place.bucket, place.owner, { folder, since }))) {
      const name = parseReceiptKey(place.prefix, key);
      if (name?.homeRegion === chain.source.homeRegion) names.push({ ...name, recorded: lastModified });
    }
  }
  return [
    ...newestReceipts(names.filter((name) => name.kind === 'standard')),
    ...newestReceipts(names.filter((name) => name.kind === 'backfill')),
  ];
}
