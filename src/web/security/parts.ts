/** What the sign-in stands on: settings, the people and tokens in force, and where sessions are kept. */
import type { PageRole, Right } from '../../core/access.ts';
import type { AccessList } from '../../core/access-list.ts';
import type { Problem } from '../../core/source.ts';
import type { Log } from '../../ports.ts';
import type { Actor } from '../sources.ts';
import type { CertificatePair } from './certificate.ts';

/** One that is signed in, with the rights of this request. */
export interface Person extends Actor {
  readonly rights: readonly Right[];
}

/** What a route demands. `public`: nothing, also of nobody. */
export type Demand = Right | 'public';

/** One session as it is kept. `seal` ties it to the token and to the entry that its holder signed in with. */
export interface SessionRecord {
  readonly name: string;
  readonly role: PageRole;
  readonly via: 'password' | 'oidc';
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly seenAt: number;
  readonly seal: string;
}

/**
 * Sessions by the SHA-256 of their token; the token itself is never handed over. Every call throws an OperatingError
 * when the store is away: then nobody is let in.
 */
export interface SessionStore {
  put(id: string, record: SessionRecord, ttlMs: number): Promise<void>;
  /** Writes only what is still there, so that a session that ended meanwhile stays ended. */
  touch(id: string, record: SessionRecord, ttlMs: number): Promise<void>;
  get(id: string): Promise<SessionRecord | null>;
  remove(id: string): Promise<void>;
}

/** Signing in at an OpenID Connect provider. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The words on the button. */
  readonly label: string;
  readonly scopes: string;
  readonly nameClaim: string;
  readonly roleClaim: string;
  /** Values of the role claim; whoever has none of them is refused. */
  readonly roles: ReadonlyMap<string, PageRole>;
}

/** What `registerSecurity` is given. */
export interface SecurityParts {
  /** The address that is listened on. */
  readonly host: string;
  /** The address that people use, where it is another one. */
  readonly publicUrl: string | null;
  /** True: this server speaks TLS itself. */
  readonly tls: boolean;
  /** Reads certificate and key again, as they are now; null and absent: they stay what they were at the start. */
  readonly readCertificate?: (() => CertificatePair) | null;
  /** False: nothing to sign in with is configured, which only loopback may. */
  readonly signInWanted: boolean;
  /** The people and tokens in force now. */
  readonly access: () => AccessList;
  /** Why those are not who the access file names now; null and absent: they are. */
  readonly problem?: () => Problem | null;
  readonly oidc: OidcSettings | null;
  readonly store: SessionStore;
  /** How long a session lasts at most, and without a request. */
  readonly sessionMs: number;
  readonly idleMs: number;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly version: string;
  /** Lower bounds for tests; the usual ones where it is absent. */
  readonly rates?: Partial<Rates>;
}

/** How often is often enough; each a minute, per process. */
export interface Rates {
  readonly signInsByAddress: number;
  readonly signInsByName: number;
  readonly requestsByActor: number;
  readonly reportsByAddress: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    right?: Demand;
  }
  interface FastifyRequest {
    /** Who asks; null: nobody, or the route is public and nobody looked. */
    actor: Person | null;
    /** Of the inline styles of the page that is answered. */
    styleNonce: string;
  }
}
