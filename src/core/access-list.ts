/** The people who may sign in and the tokens that programs carry, as an access file or the configuration names them. */
import type { PageRole, Right } from './access.ts';

export interface AccessUser {
  readonly name: string;
  readonly role: PageRole;
  /** As `passwordEntry` writes it. */
  readonly password: string;
}

/** Tokens never administer: applying a plan takes a person. */
export const TOKEN_RIGHTS = ['metrics', 'read', 'evidence', 'operate'] as const satisfies readonly Right[];

export interface AccessToken {
  readonly name: string;
  readonly rights: readonly (typeof TOKEN_RIGHTS)[number][];
  /** SHA-256 of the whole token, in hex. */
  readonly sha256: string;
  /** The last UTC day on which it is good: YYYY-MM-DD. */
  readonly expires: string;
}

export interface AccessList {
  readonly users: readonly AccessUser[];
  readonly tokens: readonly AccessToken[];
}

export const NO_ACCESS: AccessList = { users: [], tokens: [] };

/** True while the token is good: through the end of the day it names. */
export function isCurrent(token: AccessToken, now: number): boolean {
  return now < Date.parse(`${token.expires}T00:00:00Z`) + 86_400_000;
}
