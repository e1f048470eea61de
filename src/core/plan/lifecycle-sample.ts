/** What receipts say of the proven files of an account: how many there are of which age and size. */
import type { Receipt } from '../receipt.ts';
import { HOUR, parseIso } from '../time.ts';

/** Files of one kind, age and size. `sizeClass`: 2^n bytes up to, and without, twice that. */
export interface SampledFiles {
  readonly kind: 'log' | 'digest';
  readonly ageDays: number;
  readonly sizeClass: number;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Receipts of one account, read in part. `listed` and `read` count receipts of the time that is looked at, newest
 * revisions only; `files` is what those that were read name as proven.
 */
export interface ReceiptSample {
  readonly account: string;
  readonly listed: number;
  readonly read: number;
  readonly files: readonly SampledFiles[];
}

/** Age counts from the end of the digest's hour; `now` is epoch milliseconds. Files in quarantine are not counted. */
export function sampleReceipts(
  account: string,
  receipts: Iterable<Receipt>,
  { listed, now }: { readonly listed: number; readonly now: number },
): ReceiptSample {
  const cells = new Map<string, SampledFiles>();
  let read = 0;
  for (const { digest, logs } of receipts) {
    read += 1;
    const end = parseIso(digest.end);
    if (end === null) continue;
    const ageDays = Math.max(0, Math.floor((now - end) / (24 * HOUR)));
    const files = [{ ...digest, kind: 'digest' as const }, ...logs.map((log) => ({ ...log, kind: 'log' as const }))];
    for (const { kind, verdict, place, size } of files) {
      if (verdict === 'valid' && place !== null && size !== null) addFile(cells, { kind, ageDays, size });
    }
  }
  return { account, listed: Math.max(listed, read), read, files: [...cells.values()] };
}

function addFile(
  cells: Map<string, SampledFiles>,
  file: { readonly kind: SampledFiles['kind']; readonly ageDays: number; readonly size: number },
): void {
  const sizeClass = Math.floor(Math.log2(Math.max(1, file.size)));
  const key = `${file.kind} ${file.ageDays} ${sizeClass}`;
  const { objects, bytes } = cells.get(key) ?? { objects: 0, bytes: 0 };
  const { kind, ageDays } = file;
  cells.set(key, { kind, ageDays, sizeClass, objects: objects + 1, bytes: bytes + file.size });
}
