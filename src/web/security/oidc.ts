/** `GET /api/session/oidc` sends a person to the provider, `…/callback` takes them back. Both are links, opened by hand. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { startSession } from './identity.ts';
import { createOidcClient, type Handshake, type OidcClient, type OidcOutcome } from './oidc-client.ts';
import { addressOf } from './origin.ts';
import type { OidcSettings, SecurityParts } from './parts.ts';
import type { RateChecks } from './rates.ts';
import { logEntry, needSecure, replaceSession } from './sign-in.ts';

const PATH = '/api/session/oidc';
/** Lax: the provider's site leads the person back here. It holds nothing that would be of use to anybody else. */
const COOKIE = '__Host-orgtrail-oidc';
const COOKIE_OPTIONS = { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge: 600 } as const;

const begun = z.strictObject({
  state: z.string().max(128),
  nonce: z.string().max(128),
  verifier: z.string().max(128),
  to: z.string().max(1024),
});

const beginQuery = z.strictObject({
  /** The page to go to afterwards. */
  to: z.string().max(1024).optional(),
});

/** Why a person was not let in; the sign-in page says it in words (`/sign-in?refused=…`). */
type Refused = Extract<OidcOutcome, { kind: 'refused' }>['why'] | 'expired' | 'provider-away';

interface Oidc {
  readonly client: OidcClient;
  readonly settings: OidcSettings;
  readonly redirectUri: string;
  readonly parts: SecurityParts;
  readonly rates: RateChecks;
}

/** Adds the routes where a provider is configured. */
export function addOidc(app: FastifyInstance, parts: SecurityParts, rates: RateChecks): void {
  const settings = parts.oidc;
  if (settings === null) return;
  // The configuration demands publicUrl beside oidc.
  if (parts.publicUrl === null) throw new Error('signing in at a provider needs the address that people use');
  const redirectUri = new URL(`${PATH}/callback`, parts.publicUrl).href;
  const oidc = { client: createOidcClient(settings, parts.now), settings, redirectUri, parts, rates };
  const config = { right: 'public' } as const;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(PATH, { config, schema: { querystring: beginQuery, hide: true } }, async (request, reply) =>
    begin(oidc, { request, reply, to: request.query.to ?? '/' }),
  );
  app.get(`${PATH}/callback`, { config, schema: { hide: true } }, async (request, reply) =>
    finish(oidc, request, reply),
  );
}

interface Beginning {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly to: string;
}

async function begin(oidc: Oidc, { request, reply, to }: Beginning): Promise<FastifyReply> {
  needSecure(request, oidc.parts);
  await oidc.rates.actor(request, reply);
  const started = await oidc.client.begin(oidc.redirectUri).catch((error: unknown) => {
    oidc.parts.log.warn({ event: 'oidc-away', err: error }, 'the provider of the sign-in cannot be used');
    return null;
  });
  if (started === null) return turnAway(reply, 'provider-away');
  const kept = JSON.stringify({ ...started.handshake, to: ownPath(to) });
  reply.setCookie(COOKIE, Buffer.from(kept).toString('base64url'), COOKIE_OPTIONS);
  return reply.redirect(started.url.href, 303);
}

async function finish(oidc: Oidc, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { parts } = oidc;
  await oidc.rates.signIn(request, reply, null);
  const started = readCookie(request);
  reply.clearCookie(COOKIE, COOKIE_OPTIONS);
  if (started === null) return turnAway(reply, 'expired');
  const outcome = await ask(oidc, request, started);
  if (outcome.kind === 'refused') {
    parts.log.warn({ event: 'sign-in-refused', via: 'oidc', why: outcome.why, from: addressOf(request) }, 'not let in');
    return turnAway(reply, outcome.why);
  }
  const who = { name: outcome.name, role: outcome.role, via: 'oidc' } as const;
  const token = await startSession(who, parts);
  if (token === null) return turnAway(reply, 'failed');
  await replaceSession(request, reply, { token, parts });
  logEntry(request, who, parts);
  return reply.redirect(ownPath(started.to), 303);
}

async function ask(oidc: Oidc, request: FastifyRequest, handshake: Handshake): Promise<OidcOutcome> {
  // The address as the provider was told it, whatever a proxy made of it on the way.
  const current = new URL(oidc.redirectUri);
  current.search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  return oidc.client.finish(current, handshake).catch((error: unknown) => {
    oidc.parts.log.warn({ event: 'oidc-refused', err: error }, 'a sign-in at the provider failed');
    return { kind: 'refused', why: 'failed' };
  });
}

function readCookie(request: FastifyRequest): z.infer<typeof begun> | null {
  const text = request.cookies[COOKIE];
  if (text === undefined || text.length > 4096) return null;
  try {
    return begun.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null; // somebody else's or a damaged one: the person begins again
  }
}

function turnAway(reply: FastifyReply, why: Refused): FastifyReply {
  return reply.redirect(`/sign-in?refused=${why}`, 303);
}

/** A path of ours, never an address elsewhere: browsers read `//` and `\` at its start as another host. */
function ownPath(to: string): string {
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to) && !to.startsWith('/api/') ? to : '/';
}
