/** Pages of a bucket's keys, without XML: order, prefix, delimiter, where a page starts and where it ends. */
import { endOfPrefix, type KeyIndex, lowerBound, sortedKeys } from './keyindex.ts';

/** One line of a listing: a key, or a prefix under which at least one visible key lies. */
export interface ListedName {
  readonly kind: 'key' | 'prefix';
  readonly name: string;
}

export interface Range {
  readonly prefix: string;
  /** Null: nothing is rolled up. */
  readonly delimiter: string | null;
  /** Exclusive lower bound; empty for the beginning. */
  readonly after: string;
  /** `after` is a rolled-up prefix that an earlier page has named: what lies below it is not named again. */
  readonly afterPrefix: boolean;
}

export interface Page {
  readonly names: readonly ListedName[];
  readonly truncated: boolean;
}

const SAFE = /[!'()~]/g;

/** Names in order from the start of the range. `visible` leaves out keys that a delete marker hides. */
export function* namesIn(index: KeyIndex, range: Range, visible: (key: string) => boolean): Generator<ListedName> {
  const keys = sortedKeys(index);
  for (let at = start(keys, range); at < keys.length;) {
    const key = keys[at] ?? '';
    if (!key.startsWith(range.prefix)) return;
    const rolled = visible(key) ? rolledUp(key, range) : null;
    if (rolled !== null) {
      yield { kind: 'prefix', name: rolled };
      at = endOfPrefix(keys, rolled, at);
      continue;
    }
    if (visible(key)) yield { kind: 'key', name: key };
    at += 1;
  }
}

function start(keys: readonly string[], range: Range): number {
  const first = lowerBound(keys, range.prefix);
  if (range.after === '') return first;
  const at = lowerBound(keys, range.after);
  if (range.afterPrefix) return Math.max(first, endOfPrefix(keys, range.after, at));
  return Math.max(first, keys[at] === range.after ? at + 1 : at);
}

function rolledUp(key: string, range: Range): string | null {
  if (range.delimiter === null) return null;
  const at = key.indexOf(range.delimiter, range.prefix.length);
  return at < 0 ? null : key.slice(0, at + range.delimiter.length);
}

/** At most `max` names; none asked for is a whole (empty) page, as S3 answers it. */
export function takePage(names: Iterable<ListedName>, max: number): Page {
  const taken: ListedName[] = [];
  if (max === 0) return { names: taken, truncated: false };
  for (const name of names) {
    if (taken.length === max) return { names: taken, truncated: true };
    taken.push(name);
  }
  return { names: taken, truncated: false };
}

/** Where the next page begins, opaque to clients. */
export function pageToken(after: string, afterPrefix: boolean): string {
  return Buffer.from(JSON.stringify([after, afterPrefix])).toString('base64url');
}

/** Null for a token that this S3 never gave. */
export function readToken(token: string): Pick<Range, 'after' | 'afterPrefix'> | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || typeof parsed[0] !== 'string' || typeof parsed[1] !== 'boolean') return null;
    return { after: parsed[0], afterPrefix: parsed[1] };
  } catch {
    return null;
  }
}

/** `encoding-type=url`: form encoding with `/` left alone, so a space is `+` (botocore undoes exactly this). */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(SAFE, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
