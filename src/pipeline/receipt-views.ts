/** Receipts as the digests that they tell of: those whose name says that all is proven are not opened. */
import pLimit from 'p-limit';
import type { DigestView } from '../core/coverage.ts';
import { formatKey } from '../core/key.ts';
import type { ReceiptName } from '../core/layout.ts';
import type { Receipt } from '../core/receipt.ts';
import type { KnownReceipt } from '../core/source-now.ts';
import type { Chain } from '../core/source.ts';
import { readReceipt } from '../stages/record.ts';
import { archivePlace, type PipelineParts } from './parts.ts';

/** Digests of one time, each proven by itself: whether both name one predecessor, which is a fork, is in the receipts. */
function overlapping(names: readonly KnownReceipt[]): ReadonlySet<KnownReceipt> {
  const standard = names.filter(({ kind }) => kind === 'standard').toSorted((a, b) => a.end - b.end);
  const pairs = standard.map((name, index) => [standard[index - 1], name] as const);
  return new Set(
    pairs.flatMap(([before, name]) =>
      before !== undefined && (name.start ?? name.end) < before.end ? [before, name] : [],
    ),
  );
}

/** Receipts whose name says that all is proven need not be opened. */
export async function viewsOf(
  chain: Chain,
  names: readonly KnownReceipt[],
  parts: PipelineParts,
): Promise<ReadonlyMap<KnownReceipt, DigestView>> {
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const limit = pLimit(parts.config.limits.digestConcurrency);
  const twice = overlapping(names);
  const views = await Promise.all(
    names.map((name) =>
      limit(async () =>
        isProven(name) && !twice.has(name) ? provenView(chain, name) : receiptView(await readReceipt(name, ports)),
      ),
    ),
  );
  return new Map(names.flatMap((name, index) => (views[index] === undefined ? [] : [[name, views[index]] as const])));
}

function isProven(name: ReceiptName): boolean {
  return name.state === 'linked' || name.state === 'start';
}

/** What a receipt's name alone says of a proven digest. */
export function provenView(chain: Chain, name: ReceiptName): DigestView {
  const { account, region, source } = chain;
  const key = formatKey({
    type: 'digest',
    prefix: source.prefix,
    org: source.org,
    account,
    region,
    trail: name.trail,
    homeRegion: name.homeRegion,
    end: name.end,
    kind: name.kind,
  });
  const link = name.state === 'start' ? 'chain-start' : 'linked';
  return {
    bucket: source.bucket,
    key,
    end: name.end,
    start: name.start,
    verdict: 'valid',
    detail: '',
    link,
    linkDetail: '',
    previousKey: null,
    logs: [],
  };
}

function receiptView(receipt: Receipt): DigestView {
  const { digest, link, logs } = receipt;
  return {
    bucket: digest.origin.bucket,
    key: digest.origin.key,
    end: Date.parse(digest.end),
    start: digest.start === null ? null : Date.parse(digest.start),
    verdict: digest.verdict,
    detail: digest.detail,
    link: link.verdict,
    linkDetail: link.detail,
    previousKey: digest.previous?.key ?? null,
    notes: digest.notes ?? [],
    logs: logs.map((log) => ({
      bucket: log.origin.bucket,
      key: log.origin.key,
      verdict: log.verdict,
      detail: log.detail,
      source: log.source === null ? null : { code: log.source.verdict, detail: log.source.detail },
      notes: log.notes,
    })),
  };
}
