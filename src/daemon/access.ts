/** The people and tokens in force: the access file, read again when it changes, and the one administrator of the configuration. */
import { statSync } from 'node:fs';
import { loadAccess } from '../config/access-file.ts';
import { type AccessList, type AccessUser, NO_ACCESS } from '../core/access-list.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';

/** How often it is looked whether the file changed; only when somebody asks. */
const LOOK_EVERY_MS = 5000;
const HINT = 'correct the file that http.accessFile names: until then nobody who was removed from it is shut out';
const NOT_TAKEN = 'the new access file is not valid: the old one stays in force';

export interface AccessParts {
  /** http.accessFile; null: none. */
  readonly file: string | null;
  /** http.user with its password's entry; null: none. */
  readonly administrator: AccessUser | null;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Access {
  /** What is in force now. */
  readonly list: () => AccessList;
  /** Why the file as it is now is not in force; null: it is. */
  readonly problem: () => Problem | null;
}

/**
 * Reads the file, and again when it changes. Throws ConfigError when the file is not good at the start. A file that is no
 * longer good later on changes nothing, is said once in the log, and read again at each look.
 */
export function openAccess({ file, administrator, clock, log }: AccessParts): Access {
  const own = administrator === null ? [] : [administrator];
  const withOwn = (list: AccessList): AccessList => ({ users: [...own, ...list.users], tokens: list.tokens });
  if (file === null) return { list: () => withOwn(NO_ACCESS), problem: () => null };
  const reserved = administrator?.name ?? null;
  let mark = markOf(file);
  let current = withOwn(loadAccess(file, reserved));
  let lookedAt = clock.now();
  let refused: string | null = null;
  const look = (): void => {
    const now = clock.now();
    if (now - lookedAt < LOOK_EVERY_MS && now >= lookedAt) return;
    lookedAt = now;
    const seen = markOf(file);
    if (seen === mark) return;
    const list = reread(file, reserved);
    if (typeof list === 'string') {
      // Not marked as seen: what may not be read now may be at the next look, and who was withdrawn must go then.
      if (list !== refused) log.error({ event: 'access-refused', problem: list }, NOT_TAKEN);
      refused = list;
      return;
    }
    [mark, refused, current] = [seen, null, withOwn(list)];
    const fields = { event: 'access-changed', users: current.users.length, tokens: current.tokens.length };
    log.info(fields, 'the new access file is in force');
  };
  return {
    list: () => {
      look();
      return current;
    },
    problem: () => {
      look();
      return refused === null ? null : { code: 'access-file', detail: `${NOT_TAKEN}: ${refused}`, hint: HINT };
    },
  };
}

/** What is wrong with the file, where something is. */
function reread(file: string, reserved: string | null): AccessList | string {
  try {
    return loadAccess(file, reserved);
  } catch (error) {
    if (error instanceof OperatingError) return error.message;
    throw error;
  }
}

/**
 * What tells one version of the file from another, by the time of any change to it: that of the content can be set, and
 * copies keep it. Of a file that cannot be looked at, reading it says why.
 */
function markOf(file: string): string {
  try {
    const { ctimeMs, size, ino } = statSync(file);
    return `${ctimeMs} ${size} ${ino}`;
  } catch {
    return 'gone';
  }
}
