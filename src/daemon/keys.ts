/** The names of the daemon's own records in Redis. All of them are hints that may vanish. */
import { KEY_PREFIX } from '../adapters/redis.ts';

export const STATE_KEYS = {
  /** Hash of JSON records: one an account, one a chain, the last survey, the archive. */
  state: `${KEY_PREFIX}:state`,
  /** Sorted sets of chain names by epoch milliseconds: last look, last look without trouble, last full look, newest proven digest end. */
  looked: `${KEY_PREFIX}:looked`,
  clean: `${KEY_PREFIX}:clean`,
  full: `${KEY_PREFIX}:full`,
  proven: `${KEY_PREFIX}:proven`,
  /** Sorted set of chain names by up to when coverage says that all of the chain is proven, epoch milliseconds. */
  until: `${KEY_PREFIX}:until`,
  /** Set by the watchdog's catch-up; its absence says that Redis is new or was emptied. */
  marker: `${KEY_PREFIX}:marker`,
} as const;

/** What the pages show beside the state. Hashes of JSON records unless it says otherwise. */
export const BOARD_KEYS = {
  /** By `account:reader`: coverage (a tuple each, for there are thousands), and findings where there are any. */
  parts: `${KEY_PREFIX}:board:parts`,
  findings: `${KEY_PREFIX}:board:findings`,
  /** Sorted set of `account:reader` by when that part was computed, epoch milliseconds. */
  covered: `${KEY_PREFIX}:board:covered`,
  /** Sorted set of accounts by when they were last surveyed. */
  listed: `${KEY_PREFIX}:board:listed`,
  /** Hash from a chain's id to its account. */
  chainIds: `${KEY_PREFIX}:board:chain-ids`,
  /** By account: trails as last seen, the last preflight, and when one was asked for (epoch milliseconds). */
  facts: `${KEY_PREFIX}:board:facts`,
  preflights: `${KEY_PREFIX}:board:preflights`,
  preflightAsked: `${KEY_PREFIX}:board:preflight-asked`,
  /** Single records: `plan`, `applied`, `apply-asked`, `rebuilding` (epoch milliseconds). */
  single: `${KEY_PREFIX}:board:single`,
  /** A channel, not a key. */
  news: `${KEY_PREFIX}:news`,
} as const;

/** Set of the readers that have a part of this account. */
export function readersKey(account: string): string {
  return `${KEY_PREFIX}:board:readers:${account}`;
}

/** Set of the accounts of which this reader has a part. */
export function accountsKey(reader: string): string {
  return `${KEY_PREFIX}:board:accounts:${reader}`;
}

/** Hash of one account's chains by `reader:id`. */
export function chainsKey(account: string): string {
  return `${KEY_PREFIX}:board:chains:${account}`;
}

/** Hash of what was judged within one minute; `minute` in minutes since the epoch. */
export function judgedKey(minute: number): string {
  return `${KEY_PREFIX}:board:judged:${minute}`;
}

/** The field of one part. */
export function pairOf({ account, reader }: { readonly account: string; readonly reader: string }): string {
  return `${account}:${reader}`;
}

/** The field of a record in the hash. */
export function fieldOf(kind: 'account' | 'chain' | 'seen', id: string): string {
  return `${kind}:${id}`;
}
