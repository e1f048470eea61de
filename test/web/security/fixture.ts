/** Security for tests of routes: one person of each role and one token of each right, signed in without waiting for scrypt. */
import { hash, randomBytes } from 'node:crypto';
import { type PageRole, ROLES } from '../../../src/core/access.ts';
import type { AccessList, TOKEN_RIGHTS } from '../../../src/core/access-list.ts';
import { SESSION_COOKIE, startSession } from '../../../src/web/security/identity.ts';
import type { SecurityParts, SessionRecord, SessionStore } from '../../../src/web/security/parts.ts';
import { keptLog } from '../../daemon/fake.ts';

export type Headers = Readonly<Record<string, string>>;

/** What a browser sends along with a change from our own page. */
export const SAME_ORIGIN: Headers = { 'sec-fetch-site': 'same-origin' };

export interface TestSecurity {
  readonly parts: SecurityParts;
  /** Everything that was logged, one line each. */
  readonly lines: readonly string[];
  /** The headers of somebody of that role, who is signed in. */
  as(role: PageRole): Promise<Headers>;
  /** The headers of a program whose token has exactly these rights. */
  token(...rights: readonly (typeof TOKEN_RIGHTS)[number][]): Headers;
}

type TokenRight = (typeof TOKEN_RIGHTS)[number];

/** Sessions in this process. */
export function memoryStore(): SessionStore & { readonly records: Map<string, SessionRecord> } {
  const records = new Map<string, SessionRecord>();
  return {
    records,
    put: async (id, record) => void records.set(id, record),
    touch: async (id, record) => void (records.has(id) && records.set(id, record)),
    get: async (id) => records.get(id) ?? null,
    remove: async (id) => void records.delete(id),
  };
}

/** Somebody of each role, by the role's name. Nobody knows their passwords. */
function people(): AccessList['users'] {
  return ROLES.map((role) => ({ name: role, role, password: `of-${role}-${randomBytes(8).toString('hex')}` }));
}

/** Parts with a sign-in; `overrides` over them. */
export function buildTestSecurity(overrides: Partial<SecurityParts> = {}): TestSecurity {
  const tokens: AccessList['tokens'][number][] = [];
  const list: AccessList = { users: people(), tokens };
  const { log, lines } = keptLog();
  const parts: SecurityParts = {
    host: '127.0.0.1',
    publicUrl: null,
    tls: false,
    signInWanted: true,
    access: () => list,
    oidc: null,
    store: memoryStore(),
    sessionMs: 12 * 3_600_000,
    idleMs: 3_600_000,
    log,
    now: () => Date.now(),
    version: '0.0.0-test',
    rates: { requestsByActor: 1_000_000, signInsByAddress: 1_000_000, signInsByName: 1_000_000 },
    ...overrides,
  };
  return {
    parts,
    lines,
    as: async (role) => {
      const token = await startSession({ name: role, role, via: 'password' }, parts);
      return { cookie: `${SESSION_COOKIE}=${token ?? ''}` };
    },
    token: (...rights: readonly TokenRight[]) => {
      const text = `ot_${randomBytes(32).toString('base64url')}`;
      tokens.push({ name: `token ${rights.join('+')}`, rights, sha256: hash('sha256', text), expires: '2999-12-31' });
      return { authorization: `Bearer ${text}` };
    },
  };
}

/** Security where nothing to sign in with is configured: this machine may look and retry. */
export function openSecurity(overrides: Partial<SecurityParts> = {}): TestSecurity {
  return buildTestSecurity({ signInWanted: false, access: () => ({ users: [], tokens: [] }), ...overrides });
}
