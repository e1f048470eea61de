/** Contradictions in how the daemon runs, between options that are each good on their own. */
import { isLoopback } from '../core/address.ts';
import { listenHost, redisUrl } from './address.ts';
import { filePath, userName } from './grammar.ts';
import { limitsSchema, ORDERED_LIMITS } from './limits.ts';
import type { Conflict } from './problem.ts';
import { child, good, type Seen } from './view.ts';

/** What the environment adds to the file. */
export interface Given {
  readonly httpPassword: boolean;
}

/** Every contradiction. `root` is the parsed file, which may be wrong elsewhere. */
export function serviceConflicts(root: unknown, given: Given): readonly Conflict[] {
  const file: Seen<unknown> = { value: root, path: [] };
  return [
    ...tlsWithoutTls(child(file, 'redis')),
    ...signIn(child(file, 'http'), given),
    ...limitsOutOfOrder(child(file, 'limits')),
  ];
}

/** The settings would be taken for encryption that is not there. */
function tlsWithoutTls(redis: Seen<unknown>): readonly Conflict[] {
  const tls = child(redis, 'tls');
  const address = child(redis, 'url');
  const url = good(address, redisUrl);
  const plain = address.value === undefined || (url !== null && !url.value.toLowerCase().startsWith('rediss:'));
  if (!plain || typeof tls.value !== 'object' || tls.value === null) return [];
  return [
    {
      path: tls.path,
      what: 'is given, but redis.url is no rediss: address',
      other: url === null ? null : address.path,
    },
  ];
}

/**
 * The pages show what is missing and where: nobody else may see them. A user without a password, or a password
 * without a user, would look like a sign-in and be none.
 */
function signIn(http: Seen<unknown>, given: Given): readonly Conflict[] {
  if (child(http, 'enabled').value === false) return [];
  const user = good(child(http, 'user'), userName);
  const file = good(child(http, 'passwordFile'), filePath);
  const host = good(child(http, 'host'), listenHost);
  const conflicts: Conflict[] = [];
  const open = host !== null && !isLoopback(host.value);
  const password = file !== null || given.httpPassword;
  if (open && (user === null || !password)) {
    conflicts.push({
      path: host.path,
      what: 'is reachable from other machines, so http.user and http.passwordFile are wanted too',
      other: null,
    });
  }
  if (user === null && file !== null)
    conflicts.push({ path: file.path, what: 'is given, but http.user is not', other: null });
  if (user === null && file === null && given.httpPassword) {
    conflicts.push({
      path: ['http', 'user'],
      what: 'is missing, but the environment variable ORGTRAIL_HTTP_PASSWORD is set',
      other: null,
    });
  }
  if (user !== null && !password && !open) {
    conflicts.push({
      path: user.path,
      what: 'has no password: set http.passwordFile, or the environment variable ORGTRAIL_HTTP_PASSWORD',
      other: null,
    });
  }
  return conflicts;
}

function limitsOutOfOrder(limits: Seen<unknown>): readonly Conflict[] {
  const usual = limitsSchema.parse({});
  const amount = (name: keyof typeof usual): number => {
    const { value } = child(limits, name);
    return typeof value === 'number' ? value : usual[name];
  };
  return ORDERED_LIMITS.filter(([smaller, larger]) => amount(smaller) > amount(larger)).map(([smaller, larger]) => {
    const here = child(limits, smaller).value === undefined ? larger : smaller;
    const there = here === smaller ? larger : smaller;
    const what = `is ${here === smaller ? 'larger' : 'smaller'} than limits.${there}, which is ${amount(there)}`;
    return { path: ['limits', here], what, other: child(limits, there).value === undefined ? null : ['limits', there] };
  });
}
