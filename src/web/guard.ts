/** What every request passes before a page sees it: the Host header, the sign-in, and where a change came from. */
import { hash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from '../core/address.ts';

export interface SignIn {
  readonly user: string;
  readonly password: string;
}

/** A wrong password is answered this late, which bounds guessing by one connection. */
const REFUSAL_MS = 250;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Refuses names that are not ours. A page elsewhere may point its own name at 127.0.0.1 (DNS rebinding) and would then
 * read everything here. Behind a sign-in a foreign name gains nothing, since the browser keeps credentials by name.
 */
export function checkHost(host: string, signedIn: boolean) {
  const own: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', bracketed(host)]);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const name = nameOf(request.headers.host ?? '');
    const known = own.has(name) || (signedIn && !isLoopback(host) && name !== '');
    return known ? undefined : reply.code(421).send({ error: 'this server does not go by that name' });
  };
}

/** A form or script of another site cannot change anything here: browsers say where a request comes from. */
export async function checkOrigin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  if (SAFE_METHODS.has(request.method)) return undefined;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const own =
    site === undefined ? origin === undefined || hostOf(origin) === request.headers.host : site === 'same-origin';
  return own ? undefined : reply.code(403).send({ error: "changes are taken from this server's own pages only" });
}

/** Compares in constant time, over hashes so that not even the length shows. */
export async function checkSignIn(expected: SignIn, given: SignIn): Promise<boolean> {
  const right = [sameText(expected.user, given.user), sameText(expected.password, given.password)].every(Boolean);
  if (!right) await pause(REFUSAL_MS);
  return right;
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

/** The name in a Host header, without its port. */
function nameOf(header: string): string {
  return header.toLowerCase().replace(/:\d{1,5}$/, '');
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
