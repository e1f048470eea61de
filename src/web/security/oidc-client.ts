/** Speaks to the OpenID Connect provider: code flow with PKCE, state and nonce. Signatures of id tokens are always checked. */
import * as openid from 'openid-client';
import { ROLES, type PageRole } from '../../core/access.ts';
import { isLoopback } from '../../core/address.ts';
import type { OidcSettings } from './parts.ts';

const TIMEOUT_SECONDS = 10;
/** After a failure, so that a provider that is away is not asked for every click. */
const PAUSE_MS = 5000;
const LONGEST_NAME = 128;
/** Some providers say nothing of it, some say it as a word; what else they say is no yes. */
const CONFIRMED: ReadonlySet<unknown> = new Set([undefined, true, 'true']);

/** What must be known again when the person comes back. */
export interface Handshake {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** How a sign-in ended. `no-role`: the provider knows the person, and we give them no role. */
export type OidcOutcome =
  | { readonly kind: 'person'; readonly name: string; readonly role: PageRole }
  | { readonly kind: 'refused'; readonly why: 'no-role' | 'no-name' | 'failed' };

export interface OidcClient {
  /** Where to send the person. Throws when the provider cannot be reached. */
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly handshake: Handshake }>;
  /** `current`: the address that the person came back to. Throws what the provider or the library refuses. */
  finish(current: URL, handshake: Handshake): Promise<OidcOutcome>;
}

/** Asks the provider nothing yet: it may be away when we start. */
export function createOidcClient(settings: OidcSettings, now: () => number): OidcClient {
  const configuration = discovered(settings, now);
  return {
    begin: async (redirectUri) => {
      const config = await configuration();
      const verifier = openid.randomPKCECodeVerifier();
      const handshake = { state: openid.randomState(), nonce: openid.randomNonce(), verifier };
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: handshake.state,
        nonce: handshake.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url, handshake };
    },
    finish: async (current, { state, nonce, verifier }) => {
      const tokens = await openid.authorizationCodeGrant(await configuration(), current, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      return outcomeOf(new Map(Object.entries(tokens.claims() ?? {})), settings);
    },
  };
}

/** The provider's own description, read at the first need and again after a failure. */
function discovered(settings: OidcSettings, now: () => number): () => Promise<openid.Configuration> {
  let known: Promise<openid.Configuration> | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (known !== null && now() - failedAt < PAUSE_MS) return known;
    if (known !== null && failedAt === Number.NEGATIVE_INFINITY) return known;
    failedAt = Number.NEGATIVE_INFINITY;
    known = discover(settings);
    known.catch(() => {
      failedAt = now();
    });
    return known;
  };
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<openid.Configuration> {
  const url = new URL(issuer);
  const plain = url.protocol === 'http:' && isLoopback(url.hostname) ? [openid.allowInsecureRequests] : [];
  return openid.discovery(url, clientId, clientSecret, undefined, {
    timeout: TIMEOUT_SECONDS,
    execute: [openid.enableNonRepudiationChecks, ...plain],
  });
}

/** Name and role out of the claims. Of several roles the highest counts. */
function outcomeOf(claims: ReadonlyMap<string, unknown>, settings: OidcSettings): OidcOutcome {
  const name = claims.get(settings.nameClaim);
  if (typeof name !== 'string' || !isName(name)) return { kind: 'refused', why: 'no-name' };
  if (settings.nameClaim === 'email' && !CONFIRMED.has(claims.get('email_verified')))
    return { kind: 'refused', why: 'no-name' };
  const given = claims.get(settings.roleClaim);
  const values: readonly unknown[] = Array.isArray(given) ? given : [given];
  const roles = new Set(values.map((value) => (typeof value === 'string' ? settings.roles.get(value) : undefined)));
  const role = ROLES.findLast((one) => roles.has(one));
  return role === undefined ? { kind: 'refused', why: 'no-role' } : { kind: 'person', name, role };
}

/** It becomes a name in the log and in the records of what was done. */
function isName(name: string): boolean {
  return name.length > 0 && name.length <= LONGEST_NAME && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name);
}
