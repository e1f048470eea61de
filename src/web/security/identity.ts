/**
 * Who asks: the token of a program, the session of a person, or whoever is on this machine where no sign-in is wanted.
 * Everything is looked up again on every request, so what was withdrawn ends at once.
 */
import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { type PageRole, rightsOf } from '../../core/access.ts';
import { isCurrent } from '../../core/access-list.ts';
import { isLoopback } from '../../core/address.ts';
import { addressOf } from './origin.ts';
import type { OidcSettings, Person, SecurityParts, SessionRecord } from './parts.ts';

/** `__Host-`: only ever from this very host, by https (or this machine), for every path. */
export const SESSION_COOKIE = '__Host-orgtrail';

const TOKEN = /^bearer (ot_[A-Za-z0-9_-]{43})$/i;
/** How exact the time of the last request is kept, as a part of the idle time. */
const TOUCHES = 20;

/** A request keeps a session from being idle; a look at whether it still stands, as of an open stream, does not. */
export type Use = 'request' | 'look';

/** Null: nobody. Throws an OperatingError when the sessions cannot be read. */
export async function identify(request: FastifyRequest, parts: SecurityParts, use: Use): Promise<Person | null> {
  // Who shows a token is judged by it alone: a wrong one does not fall back to a cookie or to this machine.
  if (request.headers.authorization !== undefined) return tokenHolder(request, parts);
  if (!parts.signInWanted) return onThisMachine(request);
  const token = request.cookies[SESSION_COOKIE];
  if (token === undefined || token.length > 128) return null;
  const record = await liveSession(hash('sha256', token), parts, use);
  if (record === null) return null;
  return { ...person(record.name, record.role), via: record.via, address: addressOf(request) };
}

function person(name: string, role: PageRole): Pick<Person, 'name' | 'role' | 'rights'> {
  return { name, role, rights: rightsOf(role) };
}

function onThisMachine(request: FastifyRequest): Person | null {
  if (!isLoopback(request.socket.remoteAddress ?? '')) return null;
  return { ...person('loopback', 'operator'), via: 'loopback', address: addressOf(request) };
}

function tokenHolder(request: FastifyRequest, parts: SecurityParts): Person | null {
  const given = TOKEN.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return null;
  const digest = hash('sha256', given);
  const found = parts.access().tokens.find((token) => sameText(token.sha256, digest));
  if (found === undefined || !isCurrent(found, parts.now())) return null;
  return { name: found.name, role: 'token', rights: found.rights, via: 'token', address: addressOf(request) };
}

/** A new session; the answer is its token, which is kept nowhere. Null: that sign-in is no longer in force. */
export async function startSession(
  holder: Pick<SessionRecord, 'name' | 'role' | 'via'>,
  parts: SecurityParts,
): Promise<string | null> {
  const token = randomBytes(32).toString('base64url');
  const id = hash('sha256', token);
  const at = parts.now();
  const bare = { ...holder, createdAt: at };
  const key = sealKey(bare, parts);
  if (key === null) return null;
  const record = { ...bare, seenAt: at, seal: sealOf(id, bare, key) };
  await parts.store.put(id, record, Math.min(parts.idleMs, parts.sessionMs));
  return token;
}

/** Ends it; a token that is none is no error. */
export async function endSession(token: string, parts: SecurityParts): Promise<void> {
  await parts.store.remove(hash('sha256', token));
}

async function liveSession(id: string, parts: SecurityParts, use: Use): Promise<SessionRecord | null> {
  const record = await parts.store.get(id);
  if (record === null) return null;
  const now = parts.now();
  const left = Math.min(parts.idleMs, record.createdAt + parts.sessionMs - now);
  if (left <= 0 || now - record.seenAt >= parts.idleMs || !isSealed(id, record, parts)) {
    await parts.store.remove(id);
    return null;
  }
  const due = use === 'request' && now - record.seenAt > parts.idleMs / TOUCHES;
  if (due) await parts.store.touch(id, { ...record, seenAt: now }, left);
  return record;
}

/**
 * Sessions lie in a store that others may be able to write. The seal is made with the entry that its holder signed in
 * with, which never lies there: nobody can make one up, and it breaks when password or role of that entry change.
 */
function isSealed(id: string, record: SessionRecord, parts: SecurityParts): boolean {
  const key = sealKey(record, parts);
  return key !== null && sameText(record.seal, sealOf(id, record, key));
}

function sealKey({ via, name, role }: Pick<SessionRecord, 'via' | 'name' | 'role'>, parts: SecurityParts) {
  if (via === 'oidc') return parts.oidc === null ? null : oidcKey(parts.oidc);
  const user = parts.access().users.find((one) => one.name === name);
  return user === undefined || user.role !== role ? null : user.password;
}

function oidcKey({ issuer, clientId, clientSecret, roleClaim, roles }: OidcSettings): string {
  return JSON.stringify([
    clientSecret,
    issuer,
    clientId,
    roleClaim,
    [...roles].map((pair) => JSON.stringify(pair)).toSorted(),
  ]);
}

function sealOf(id: string, record: Omit<SessionRecord, 'seenAt' | 'seal'>, key: string): string {
  const { name, role, via, createdAt } = record;
  return createHmac('sha256', key)
    .update(JSON.stringify([id, name, role, via, createdAt]))
    .digest('hex');
}

/** Compares in constant time, over hashes so that not even the length shows. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
