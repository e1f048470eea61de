/** The people and tokens in force: the access file, read again when it changes, and the one administrator of the configuration. */
import { statSync } from 'node:fs';
import { loadAccess } from '../config/access-file.ts';
import { type AccessList, type AccessUser, NO_ACCESS } from '../core/access-list.ts';
import { OperatingError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';

/** How often it is looked whether the file changed; only when somebody asks. */
const LOOK_EVERY_MS = 5000;

export interface AccessParts {
  /** http.accessFile; null: none. */
  readonly file: string | null;
  /** http.user with its password's entry; null: none. */
  readonly administrator: AccessUser | null;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Reads the file; the answer gives what is in force at any time. Throws ConfigError when the file is not good at the
 * start. A file that is no longer good later on changes nothing, and is said once.
 */
export function openAccess({ file, administrator, clock, log }: AccessParts): () => AccessList {
  const own = administrator === null ? [] : [administrator];
  const withOwn = (list: AccessList): AccessList => ({ users: [...own, ...list.users], tokens: list.tokens });
  if (file === null) return () => withOwn(NO_ACCESS);
  const reserved = administrator?.name ?? null;
  let mark = markOf(file);
  let current = withOwn(loadAccess(file, reserved));
  let lookedAt = clock.now();
  return () => {
    const now = clock.now();
    if (now - lookedAt < LOOK_EVERY_MS && now >= lookedAt) return current;
    lookedAt = now;
    const seen = markOf(file);
    if (seen === mark) return current;
    mark = seen;
    current = reread(file, { reserved, log, withOwn }) ?? current;
    return current;
  };
}

interface Rereading {
  readonly reserved: string | null;
  readonly log: Log;
  readonly withOwn: (list: AccessList) => AccessList;
}

function reread(file: string, { reserved, log, withOwn }: Rereading): AccessList | null {
  try {
    const list = withOwn(loadAccess(file, reserved));
    const fields = { event: 'access-changed', users: list.users.length, tokens: list.tokens.length };
    log.info(fields, 'the new access file is in force');
    return list;
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const what = 'the new access file is not valid: the old one stays in force';
    log.error({ event: 'access-refused', problem: error.message }, what);
    return null;
  }
}

/** What tells one version of the file from another; of one that cannot be looked at, reading it says why. */
function markOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'gone';
  }
}
