/** The keys of one bucket in S3's order, with all their versions. Cheap to fill, cheap to list from any point. */
import type { StoredVersion } from './bucket.ts';

/** `added` holds new keys that are not yet sorted in: a forge puts millions of keys before anybody lists. */
export interface KeyIndex {
  readonly versions: Map<string, StoredVersion[]>;
  sorted: string[];
  added: string[];
}

export function createKeyIndex(): KeyIndex {
  return { versions: new Map(), sorted: [], added: [] };
}

/** UTF-8 byte order. JavaScript compares UTF-16 units, which puts U+1F600 before U+FFFD; S3 does not. */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank above the rest of the basic plane. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Newest version first; the list is live. */
export function versionsOf(index: KeyIndex, key: string): StoredVersion[] {
  return index.versions.get(key) ?? [];
}

/** The newest version of a key, delete marker or object; null when the key is unknown. */
export function newestOf(index: KeyIndex, key: string): StoredVersion | null {
  return index.versions.get(key)?.[0] ?? null;
}

export function addVersion(index: KeyIndex, version: StoredVersion): void {
  const known = index.versions.get(version.key);
  if (known !== undefined) {
    known.unshift(version);
    return;
  }
  index.versions.set(version.key, [version]);
  index.added.push(version.key);
}

/** Takes one version out; a key without versions is no longer there. */
export function dropVersion(index: KeyIndex, version: StoredVersion): void {
  const left = versionsOf(index, version.key).filter((other) => other !== version);
  if (left.length > 0) {
    index.versions.set(version.key, left);
    return;
  }
  sortIn(index);
  index.versions.delete(version.key);
  const at = lowerBound(index.sorted, version.key);
  if (index.sorted[at] === version.key) index.sorted.splice(at, 1);
}

/** All keys, in order. The list is live: it is read, never changed. */
export function sortedKeys(index: KeyIndex): readonly string[] {
  sortIn(index);
  return index.sorted;
}

/** The place of the first key that is not below `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place of the first key after all those that start with `prefix`, looked for from `from` on. */
export function endOfPrefix(keys: readonly string[], prefix: string, from: number): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '').startsWith(prefix)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortIn(index: KeyIndex): void {
  if (index.added.length === 0) return;
  const added = index.added.toSorted(compareKeys);
  index.added = [];
  index.sorted = added.length < 16 ? inserted(index.sorted, added) : merged(index.sorted, added);
}

function inserted(sorted: string[], added: readonly string[]): string[] {
  for (const key of added) sorted.splice(lowerBound(sorted, key), 0, key);
  return sorted;
}

function merged(left: readonly string[], right: readonly string[]): string[] {
  const result: string[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const a = left[l] ?? '';
    const b = right[r] ?? '';
    if (compareKeys(a, b) < 0) {
      result.push(a);
      l += 1;
    } else {
      result.push(b);
      r += 1;
    }
  }
  for (; l < left.length; l += 1) result.push(left[l] ?? '');
  for (; r < right.length; r += 1) result.push(right[r] ?? '');
  return result;
}
