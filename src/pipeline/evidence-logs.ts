/** The log files of a receipt as the page of a digest shows them: what needs a person first. */
import { peerOf } from '../core/board/peer.ts';
import { hintFor } from '../core/hint.ts';
import type { LogReceipt, Origin } from '../core/receipt.ts';
import type { LogView } from '../web/contract/chains.ts';

/** How many are shown: an hour of a busy chain names more, and nearly all of them are alike. */
export const MOST_LOGS = 1000;

/** At most MOST_LOGS: those that are not proven first, then those with something to be said, then the rest in order. */
export function logViews(logs: readonly LogReceipt[]): readonly LogView[] {
  const sorted = logs.toSorted((a, b) => rank(a) - rank(b));
  return sorted.slice(0, MOST_LOGS).map(viewOf);
}

function rank({ verdict, source, notes }: LogReceipt): number {
  if (verdict !== 'valid') return 0;
  return source === null && notes.length === 0 ? 2 : 1;
}

function viewOf(log: LogReceipt): LogView {
  const { verdict, detail, via, place, expectedSha256, contentSha256, storedSha256, notes, source } = log;
  return {
    origin: originOf(log.origin),
    verdict,
    detail,
    hint: hintOf(log),
    via,
    place,
    expectedSha256,
    contentSha256,
    storedSha256,
    size: sizeOf(log.size),
    notes: [...notes],
    source: source === null ? null : { verdict: source.verdict, detail: source.detail },
    peer: peerOf(verdict, { detail, notes, source }),
  };
}

function hintOf({ verdict, source, notes }: LogReceipt): string | null {
  if (verdict !== 'valid') return hintFor(verdict);
  if (source !== null && source.verdict !== 'valid') return hintFor(source.verdict);
  return notes.includes('gzip-header-data') ? hintFor('gzip-header-data') : null;
}

/** Version and ETag are not held by the receipt's own checks: anything but a text is nothing. */
export function originOf({ bucket, key, versionId, etag }: Origin): Origin {
  return { bucket, key, versionId: textOrNull(versionId), etag: textOrNull(etag) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function sizeOf(size: number | null): number | null {
  return size === null || size < 0 ? null : size;
}
