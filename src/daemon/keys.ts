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
  /** Set by the watchdog's catch-up; its absence says that Redis is new or was emptied. */
  marker: `${KEY_PREFIX}:marker`,
} as const;

/** The field of a record in the hash. */
export function fieldOf(kind: 'account' | 'chain' | 'seen', id: string): string {
  return `${kind}:${id}`;
}
