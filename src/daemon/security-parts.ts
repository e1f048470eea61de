/** What the pages' security stands on, made from the configuration and its secrets. */
import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Config } from '../config.ts';
import { httpTls } from '../config/secrets.ts';
import type { AccessUser } from '../core/access-list.ts';
import { passwordEntry } from '../core/password.ts';
import type { Clock, Log } from '../ports.ts';
import type { CertificatePair } from '../web/security/certificate.ts';
import type { OidcSettings, SecurityParts } from '../web/security/parts.ts';
import { openAccess } from './access.ts';
import { createSessionStore } from './sessions.ts';

export interface SecurityMaking {
  readonly http: Config['http'];
  /** As config/secrets.ts reads them; null where there is none. */
  readonly passwords: { readonly http: string | null; readonly oidc: string | null };
  /** For sessions. */
  readonly redis: Redis;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
}

/** Reads the access file. Throws ConfigError when it is not good. */
export async function createSecurityParts(making: SecurityMaking): Promise<SecurityParts> {
  const { http, passwords, redis, clock, log, version } = making;
  const { accessFile, user, oidc } = http;
  const administrator = user === null || passwords.http === null ? null : await administratorOf(user, passwords.http);
  const access = openAccess({ file: accessFile, administrator, clock, log });
  return {
    host: http.host,
    publicUrl: http.publicUrl,
    tls: http.tls !== null,
    readCertificate: http.tls === null ? null : () => certificateOf(http),
    signInWanted: user !== null || accessFile !== null || oidc !== null,
    access: access.list,
    problem: access.problem,
    oidc: oidc === null ? null : oidcSettings(oidc, passwords.oidc),
    store: createSessionStore(redis),
    sessionMs: http.sessionHours * 3_600_000,
    idleMs: http.idleMinutes * 60_000,
    log,
    now: () => clock.now(),
    version,
  };
}

function certificateOf(http: Config['http']): CertificatePair {
  const pair = httpTls({ http });
  if (pair === null) throw new Error('a certificate is configured, and none was read');
  return pair;
}

/**
 * The entry is never written anywhere, so its salt may be the same at each start: it must be, for sessions to outlive a
 * restart and to hold in every process that serves pages.
 */
async function administratorOf(name: string, password: string): Promise<AccessUser> {
  const salt = hash('sha256', `orgtrail http.user ${name}`, 'buffer');
  return { name, role: 'administrator', password: await passwordEntry(password, salt) };
}

function oidcSettings(oidc: NonNullable<Config['http']['oidc']>, clientSecret: string | null): OidcSettings {
  // config/secrets.ts refuses a provider without a secret.
  if (clientSecret === null) throw new Error('a provider is configured, and its secret was not read');
  const { issuer, clientId, label, scopes, nameClaim, roleClaim, roles } = oidc;
  const byValue = new Map(Object.entries(roles));
  return { issuer, clientId, clientSecret, label, scopes, nameClaim, roleClaim, roles: byValue };
}
