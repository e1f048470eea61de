/** Contradictions between the options of the pages: above all, nobody may reach them from elsewhere without a sign-in. */
import { isLoopback } from '../core/address.ts';
import { listenHost, publicUrl } from './address.ts';
import { filePath, userName } from './grammar.ts';
import type { Conflict } from './problem.ts';
import { child, good, isNothing, items, type Seen } from './view.ts';

/** What the environment adds to the file. */
export interface Given {
  readonly httpPassword: boolean;
  readonly oidcSecret: boolean;
}

const WAYS_IN = 'http.accessFile, http.oidc, or http.user and http.passwordFile';

/** Every contradiction; none where no pages are served. */
export function httpConflicts(http: Seen<unknown>, given: Given): readonly Conflict[] {
  if (child(http, 'enabled').value === false) return [];
  return [...passwordConflicts(http, given), ...reachConflicts(http, given), ...oidcConflicts(http, given)];
}

/** A user without a password, or a password without a user, would look like a sign-in and be none. */
function passwordConflicts(http: Seen<unknown>, given: Given): readonly Conflict[] {
  const user = good(child(http, 'user'), userName);
  const file = good(child(http, 'passwordFile'), filePath);
  if (user === null && file !== null) return [conflict(file, 'is given, but http.user is not')];
  if (user === null && given.httpPassword)
    return [conflict(child(http, 'user'), 'is missing, but the environment variable ORGTRAIL_HTTP_PASSWORD is set')];
  if (user === null || file !== null || given.httpPassword) return [];
  const what = 'has no password: set http.passwordFile, or the environment variable ORGTRAIL_HTTP_PASSWORD';
  return [conflict(user, what)];
}

/** The pages show what is missing and where: whoever can reach them from elsewhere has to sign in. */
function reachConflicts(http: Seen<unknown>, given: Given): readonly Conflict[] {
  const password = !isNothing(child(http, 'passwordFile')) || given.httpPassword;
  const user = !isNothing(child(http, 'user')) && password;
  if (user || !isNothing(child(http, 'accessFile')) || !isNothing(child(http, 'oidc'))) return [];
  const conflicts: Conflict[] = [];
  const host = good(child(http, 'host'), listenHost);
  if (host !== null && !isLoopback(host.value))
    conflicts.push(conflict(host, `is reachable from other machines, so a sign-in is wanted too: ${WAYS_IN}`));
  const address = good(child(http, 'publicUrl'), publicUrl);
  if (address !== null && !isLoopback(new URL(address.value).hostname))
    conflicts.push(conflict(address, `is for people elsewhere, so a sign-in is wanted too: ${WAYS_IN}`));
  const [proxy] = items(child(http, 'trustedProxies'));
  if (proxy !== undefined)
    conflicts.push(conflict(proxy, `speaks for people elsewhere, so a sign-in is wanted too: ${WAYS_IN}`));
  const apply = child(http, 'apply');
  if (apply.value === true)
    conflicts.push(conflict(apply, `needs to know who applies, so a sign-in is wanted: ${WAYS_IN}`));
  return conflicts;
}

/** The provider leads people back to publicUrl, and the secret is what it knows orgtrail by. */
function oidcConflicts(http: Seen<unknown>, given: Given): readonly Conflict[] {
  const oidc = child(http, 'oidc');
  if (isNothing(oidc)) {
    if (!given.oidcSecret) return [];
    return [conflict(oidc, 'is missing, but the environment variable ORGTRAIL_OIDC_SECRET is set')];
  }
  const conflicts: Conflict[] = [];
  if (isNothing(child(http, 'publicUrl')))
    conflicts.push(conflict(oidc, 'needs http.publicUrl, where the provider sends people back to'));
  if (isNothing(child(oidc, 'clientSecretFile')) && !given.oidcSecret) {
    const what = 'has no secret: set http.oidc.clientSecretFile, or the environment variable ORGTRAIL_OIDC_SECRET';
    conflicts.push(conflict(oidc, what));
  }
  return conflicts;
}

function conflict({ path }: Seen<unknown>, what: string): Conflict {
  return { path, what, other: null };
}
