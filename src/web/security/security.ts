/**
 * Everything that stands between a request and its route, in this order: headers, shape, Host, origin, who asks, whether
 * they may, how often. A route that says no right does not start; an answer about rights that cannot be had is a no.
 */
import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Right } from '../../core/access.ts';
import { isLoopback } from '../../core/address.ts';
import { OperatingError } from '../../errors.ts';
import { RefusedError } from '../problem.ts';
import { checkHost, checkOrigin, checkShape, createNameCheck } from './guard.ts';
import { addHeaders } from './headers.ts';
import { identify } from './identity.ts';
import { addOidc } from './oidc.ts';
import { addressOf } from './origin.ts';
import type { Person, SecurityParts } from './parts.ts';
import { routeOf } from './path.ts';
import { addRates, type RateChecks } from './rates.ts';
import { addReports } from './reports.ts';
import { holdToRules, type RouteRule } from './rules.ts';
import { addSignIn } from './sign-in.ts';

/** What routes may ask about whoever asks. */
export interface Security {
  /** Every route that was registered after this, with the right that it demands. */
  readonly rules: readonly RouteRule[];
  /** Whether whoever asks holds a right, for public routes that say more to some. False where that cannot be told. */
  holds(request: FastifyRequest, right: Right): Promise<boolean>;
  /** For answers that go on for long: whether whoever asked would still be let in. False where that cannot be told. */
  stillAllowed(request: FastifyRequest): Promise<boolean>;
}

/** Secures every route that is registered from now on. Throws `config-invalid` where others could reach it without sign-in. */
export async function registerSecurity(app: FastifyInstance, parts: SecurityParts): Promise<Security> {
  demandSignIn(parts);
  const encrypted = parts.tls || parts.publicUrl?.startsWith('https:') === true;
  app.decorateRequest('actor', null);
  addHeaders(app, encrypted);
  const isOwnName = createNameCheck(parts);
  const checkName = checkHost(isOwnName);
  const checkSite = checkOrigin(parts.publicUrl);
  app.addHook('onRequest', async (request) => {
    checkShape(request);
    checkName(request);
    checkSite(request);
  });
  await app.register(cookie);
  const rates = await addRates(app, parts.rates);
  app.addHook('onRequest', async (request, reply) => letIn(request, reply, { parts, rates }));
  const rules = holdToRules(app);
  addSignIn(app, parts, rates);
  addOidc(app, parts, rates);
  await addReports(app, { log: parts.log, now: parts.now, rates });
  return {
    rules,
    // Probes answer by any name: who is on this machine counts for nothing to whoever uses a foreign one.
    holds: async (request, right) => isOwnName(request) && holds(request, right, parts),
    stillAllowed: (request) => {
      const right = request.routeOptions.config.right;
      return right === undefined || right === 'public' ? Promise.resolve(true) : holds(request, right, parts);
    },
  };
}

/** The pages show what is missing and where: nobody else may see them. */
function demandSignIn({ signInWanted, host, publicUrl }: SecurityParts): void {
  const reachable = !isLoopback(host) || (publicUrl !== null && !isLoopback(new URL(publicUrl).hostname));
  if (signInWanted || !reachable) return;
  throw new OperatingError({
    code: 'config-invalid',
    message: `http.host ${host} is reachable from outside and there is no sign-in`,
    hint: 'set http.accessFile, http.oidc, or http.user and http.passwordFile; or http.host to 127.0.0.1',
  });
}

interface LetIn {
  readonly parts: SecurityParts;
  readonly rates: RateChecks;
}

/** What is no route is answered by the handler for that, which gives nothing away. */
async function letIn(request: FastifyRequest, reply: FastifyReply, { parts, rates }: LetIn): Promise<void> {
  const right = request.is404 ? 'public' : request.routeOptions.config.right;
  if (right === 'public') return;
  const actor = await identify(request, parts, 'request');
  request.actor = actor;
  await rates.actor(request, reply);
  if (right !== undefined && actor?.rights.includes(right) === true) return;
  logDenied(request, right, parts);
  if (actor === null) throw unknown(reply);
  const hint = 'ask an administrator for the right; /api/session says which ones you have';
  const detail = right === undefined ? 'nobody may do this' : `this takes the right "${right}"`;
  throw new RefusedError({ status: 403, code: 'not-allowed', detail, hint });
}

function unknown(reply: FastifyReply): RefusedError {
  reply.header('www-authenticate', 'Bearer realm="orgtrail"');
  const hint = 'sign in at /sign-in, or send "Authorization: Bearer" with a token of `orgtrail access token`';
  return new RefusedError({ status: 401, code: 'not-signed-in', detail: 'nobody is signed in', hint });
}

function logDenied(request: FastifyRequest, right: string | undefined, { log }: SecurityParts): void {
  const who = request.actor === null ? null : `${request.actor.via}:${request.actor.name}`;
  const fields = { event: 'denied', who, right: right ?? null, method: request.method, route: routeOf(request) };
  log.warn({ ...fields, from: addressOf(request), request: request.id }, 'a request was denied');
}

async function holds(request: FastifyRequest, right: Right, parts: SecurityParts): Promise<boolean> {
  try {
    return (await identify(request, parts, 'look'))?.rights.includes(right) === true;
  } catch (error) {
    // The sessions cannot be read: then nobody holds anything.
    if (error instanceof OperatingError) return false;
    throw error;
  }
}

/** Who asks, on a route that demands a right. */
export function actorOf(request: FastifyRequest): Person {
  if (request.actor === null) throw new Error('a route that is public asked who is there');
  return request.actor;
}
