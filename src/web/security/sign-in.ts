/** `GET|POST|DELETE /api/session`: who one is, signing in by password, signing out. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { rightsOf, ROLES } from '../../core/access.ts';
import type { AccessUser } from '../../core/access-list.ts';
import { isPassword, nobodysEntry } from '../../core/password.ts';
import { credentials, type SessionView, sessionView } from '../contract/session.ts';
import { RefusedError } from '../problem.ts';
import { createGate } from './gate.ts';
import { takesSecureCookie } from './guard.ts';
import { endSession, identify, SESSION_COOKIE, startSession } from './identity.ts';
import { addressOf } from './origin.ts';
import type { Person, SecurityParts } from './parts.ts';
import type { RateChecks } from './rates.ts';

/** Each takes 64 MiB while it is computed. */
const SIGN_INS_AT_ONCE = 2;
const SIGN_INS_WAITING = 16;

const COOKIE = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const;

/** Adds the routes. */
export function addSignIn(app: FastifyInstance, parts: SecurityParts, rates: RateChecks): void {
  const check = createCheck(parts);
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const config = { right: 'public' } as const;
  const schema = { querystring: z.strictObject({}), response: { 200: sessionView }, tags: ['session'] };
  const look = (request: FastifyRequest) => identify(request, parts, 'request').then((person) => viewOf(person, parts));
  routes.get('/api/session', { config, schema }, look);
  routes.post('/api/session', { config, schema: { ...schema, body: credentials } }, async (request, reply) => {
    const { user: name, password } = request.body;
    needSecure(request, parts);
    await rates.signIn(request, reply, name);
    const user = await check(name, password);
    const token = user === null ? null : await startSession({ name, role: user.role, via: 'password' }, parts);
    if (user === null || token === null) throw refusedFor(request, parts);
    await replaceSession(request, reply, { token, parts });
    logEntry(request, { name, role: user.role, via: 'password' }, parts);
    const { role } = user;
    return viewOf({ name, role, rights: rightsOf(role), via: 'password', address: addressOf(request) }, parts);
  });
  routes.delete('/api/session', { config, schema }, async (request, reply) => {
    const token = request.cookies[SESSION_COOKIE];
    if (token !== undefined) await endSession(token, parts);
    reply.clearCookie(SESSION_COOKIE, COOKIE);
    parts.log.info({ event: 'signed-out', from: addressOf(request) }, 'somebody signed out');
    return viewOf(null, parts);
  });
}

/** Checks a name and a password. An unknown name costs the same time as a wrong password. */
function createCheck(parts: SecurityParts) {
  const gate = createGate(SIGN_INS_AT_ONCE, SIGN_INS_WAITING);
  const nobody = nobodysEntry(randomBytes(48));
  return async (name: string, password: string): Promise<AccessUser | null> => {
    const { users } = parts.access();
    const user = users.find((one) => one.name === name) ?? null;
    // Where entries cost more or less than new ones, nobody's costs what theirs do.
    const entry = user?.password ?? costLike(nobody, users[0]);
    const right = await gate(() => isPassword(entry, password));
    return right ? user : null;
  };
}

function costLike(nobody: string, user: AccessUser | undefined): string {
  const cost = user?.password.split('$')[1];
  return cost === undefined ? nobody : nobody.replace(/^scrypt\$\d+/, `scrypt$${cost}`);
}

function refusedFor(request: FastifyRequest, parts: SecurityParts): RefusedError {
  parts.log.warn({ event: 'sign-in-refused', via: 'password', from: addressOf(request) }, 'wrong user or password');
  const hint = 'check both; whoever administers orgtrail can set a new password with `orgtrail access user`';
  return new RefusedError({ status: 401, code: 'sign-in-refused', detail: 'the user or the password is wrong', hint });
}

/** A browser keeps no Secure cookie otherwise: signing in would seem to work and then not have. */
export function needSecure(request: FastifyRequest, parts: SecurityParts): void {
  if (takesSecureCookie(request, parts)) return;
  const hint = 'set http.tls, or put a proxy that speaks TLS in front and set http.publicUrl to its https: address';
  throw new RefusedError({ status: 403, code: 'not-encrypted', detail: 'signing in needs https', hint });
}

interface NewSession {
  readonly token: string;
  readonly parts: SecurityParts;
}

/** Hands the new session over. The one that this browser had before ends. */
export async function replaceSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { token, parts }: NewSession,
): Promise<void> {
  const before = request.cookies[SESSION_COOKIE];
  if (before !== undefined) await endSession(before, parts);
  reply.setCookie(SESSION_COOKIE, token, { ...COOKIE, maxAge: Math.floor(parts.sessionMs / 1000) });
}

/** Who signed in, for the log. */
export function logEntry(
  request: FastifyRequest,
  who: Pick<Person, 'name' | 'role' | 'via'>,
  parts: SecurityParts,
): void {
  parts.log.info(
    { event: 'signed-in', who: who.name, role: who.role, via: who.via, from: addressOf(request) },
    'signed in',
  );
}

function viewOf(person: Person | null, parts: SecurityParts): SessionView {
  const signIn = { password: parts.access().users.length > 0, oidc: parts.oidc?.label ?? null };
  if (person === null) return { user: null, signIn, version: parts.version };
  const { name, via, rights } = person;
  const role = ROLES.find((one) => one === person.role) ?? null;
  return { user: { name, role, via, rights: [...rights] }, signIn, version: parts.version };
}
