/** What one sweep has to do: which digests need judging, which log files need capturing. */
import { originMark, type ReceiptName } from './layout.ts';
import type { DigestKey } from './key.ts';

/** A digest as the source lists it. */
export interface ListedDigest {
  readonly bucket: string;
  readonly rawKey: string;
  readonly key: DigestKey;
}

/**
 * The digests without a settled receipt, oldest first. Blocked and unlinked ones are judged again on every sweep, failed
 * and defended ones only on a full sweep: evidence may have been restored, and the source may hold other bytes by now.
 */
export function digestsToJudge(
  listed: readonly ListedDigest[],
  receipts: readonly ReceiptName[],
  full: boolean,
): readonly ListedDigest[] {
  const states = new Map(receipts.map((name) => [receiptId(name.end, name.kind, name.mark), name.state]));
  const open = listed.filter((digest) => {
    const state = states.get(idOf(digest));
    if (state === undefined || state === 'blocked' || state === 'unlinked') return true;
    return full && (state === 'failed' || state === 'defended');
  });
  return open.toSorted((a, b) => a.key.end - b.key.end);
}

/** The digests that have never been judged. */
export function withoutReceipt(
  listed: readonly ListedDigest[],
  receipts: readonly ReceiptName[],
): readonly ListedDigest[] {
  const known = new Set(receipts.map((name) => receiptId(name.end, name.kind, name.mark)));
  return listed.filter((digest) => !known.has(idOf(digest)));
}

function idOf({ bucket, rawKey, key }: ListedDigest): string {
  return receiptId(key.end, key.kind, originMark(bucket, rawKey));
}

function receiptId(end: number, kind: string, mark: string): string {
  return `${end}|${kind}|${mark}`;
}

/**
 * Which files are covered by a digest that is about to be judged: those need no capture, the digest's job takes them.
 * Everything else that is not archived is captured: the digest has not come yet, or was judged and left it unproven
 * (it did not name it, failed, or could not be looked at, which may last longer than the file does).
 * @param digests every standard digest listed, and whether it is about to be judged for the first time
 */
export function aboutToBeProven(
  digests: readonly { readonly end: number; readonly open: boolean }[],
): (logTime: number) => boolean {
  const sorted = digests.toSorted((a, b) => a.end - b.end);
  return (logTime) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.end ?? 0) < logTime) low = middle + 1;
      else high = middle;
    }
    return sorted[low]?.open ?? false;
  };
}

/**
 * The items of `wanted` that no other stream has: a merge of sorted streams, so memory does not grow with their length.
 * @param keyOf strictly increasing over each stream
 */
export async function* missingFrom<Item>(
  wanted: AsyncIterable<Item>,
  have: readonly AsyncIterable<string>[],
  keyOf: (item: Item) => string,
): AsyncGenerator<Item> {
  const others = have.map((stream) => ({
    iterator: stream[Symbol.asyncIterator](),
    head: null as string | null,
    done: false,
  }));
  for await (const item of wanted) {
    const key = keyOf(item);
    let found = false;
    for (const other of others) {
      while (!other.done && (other.head === null || other.head < key)) {
        const next = await other.iterator.next();
        if (next.done === true) other.done = true;
        else other.head = next.value;
      }
      found ||= !other.done && other.head === key;
    }
    if (!found) yield item;
  }
}

/**
 * Each item of `wanted` with the item of the same name in the other stream, null where there is none. Both streams are
 * sorted, so memory does not grow with their length; the other one is opened at the first item that is wanted.
 * @param keyOf strictly increasing over each stream
 */
export async function* beside<Item>(
  wanted: AsyncIterable<Item>,
  open: (first: Item) => AsyncIterable<Item>,
  keyOf: { readonly wanted: (item: Item) => string; readonly other: (item: Item) => string },
): AsyncGenerator<{ readonly item: Item; readonly match: Item | null }> {
  let others: AsyncIterator<Item> | null = null;
  let head: Item | null = null;
  let done = false;
  for await (const item of wanted) {
    others ??= open(item)[Symbol.asyncIterator]();
    const key = keyOf.wanted(item);
    while (!done && (head === null || keyOf.other(head) < key)) {
      const next: IteratorResult<Item> = await others.next();
      if (next.done === true) done = true;
      else head = next.value;
    }
    yield { item, match: head !== null && keyOf.other(head) === key ? head : null };
  }
}
