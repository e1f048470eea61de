/** What every request passes before anybody is asked who they are: method, address, Host, query, and where it came from. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../core/address.ts';
import { RefusedError } from '../problem.ts';
import { REPORT_PATH } from './headers.ts';
import { isCall, pathOf } from './path.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const MOST_URL = 4096;
const MOST_PARAMETERS = 64;
/** Names that reach into objects, and the list notations of other servers: no query of ours has them. */
const ODD_NAME = /[[\]]|^(?:__proto__|constructor|prototype)$/;

/** Refuses methods that nothing here answers, and addresses that are too long or say one thing twice. */
export function checkShape(request: FastifyRequest): void {
  if (!METHODS.has(request.method)) throw refused(405, 'this method is not taken', 'see /api/docs');
  if (request.url.length > MOST_URL) throw refused(414, 'the address is too long', 'ask for less at once');
  if (hostsOf(request) !== 1) throw refused(400, 'the request does not name one host', 'send one Host header');
  const query = request.url.indexOf('?');
  if (query !== -1) checkQuery(new URLSearchParams(request.url.slice(query + 1)));
}

/** Node takes the first of two, others may take the second. */
function hostsOf({ raw }: FastifyRequest): number {
  return raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
}

/** Parsers differ in which of two values counts, so neither does. */
function checkQuery(query: URLSearchParams): void {
  const names = [...query.keys()];
  const odd = names.length > MOST_PARAMETERS || names.some((name) => ODD_NAME.test(name));
  if (odd || new Set(names).size !== names.length)
    throw refused(400, 'the query is not valid: each name may stand there once', 'see /api/docs for what may be asked');
}

/** The names that this server goes by. */
export interface OwnNames {
  readonly host: string;
  readonly publicUrl: string | null;
}

/** Say no more than yes or no to whoever calls us by another name. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz']);

/**
 * Whether a request calls us by a name of ours. A page elsewhere may point its own name at this machine (DNS rebinding)
 * and would then read everything here. A program that carries a token has it from us, and may use any name.
 */
export function createNameCheck(names: OwnNames): (request: FastifyRequest) => boolean {
  const own = new Set(['localhost', '127.0.0.1', '[::1]', bracketed(names.host)]);
  if (names.publicUrl !== null) own.add(new URL(names.publicUrl).hostname);
  return (request) => {
    const name = nameOf((request.headers.host ?? '').trim());
    return own.has(name) || (name !== '' && name === bracketed(localAddress(request))) || hasBearer(request);
  };
}

/** Refuses names that are not ours, but for probes: whoever balances load knows us by a name of its own. */
export function checkHost(isOwnName: (request: FastifyRequest) => boolean): (request: FastifyRequest) => void {
  return (request) => {
    if (isOwnName(request) || PROBES.has(pathOf(request))) return;
    throw refused(421, 'this server does not go by that name', 'set http.publicUrl to the address that people use');
  };
}

/** True where a program says who it is: no browser does so for a foreign page. */
function hasBearer(request: FastifyRequest): boolean {
  return /^bearer /i.test(request.headers.authorization ?? '');
}

/** An IP address as the name is no rebinding: only names can be pointed elsewhere. */
function localAddress(request: FastifyRequest): string {
  return (request.socket.localAddress ?? '').replace(/^::ffff:(?=\d)/, '');
}

/**
 * A form or script of another site cannot change or read anything here: browsers say where a request comes from.
 * Other ports of this machine are other sites too (`same-site`, not `same-origin`), though cookies do not tell them apart.
 */
export function checkOrigin(publicUrl: string | null): (request: FastifyRequest) => void {
  const own = publicUrl === null ? null : new URL(publicUrl).origin;
  return (request) => {
    if (hasBearer(request) || pathOf(request) === REPORT_PATH) return;
    const site = request.headers['sec-fetch-site'];
    if (SAFE_METHODS.has(request.method)) {
      if (isCall(pathOf(request)) && isForeign(request)) throw foreign();
      return;
    }
    const fromUs = site === undefined ? isOwnOrigin(request, own) : site === 'same-origin';
    if (!fromUs) throw foreign();
    checkContentType(request);
  };
}

/** A page of elsewhere reads, or tries to. Following a link here is no such thing: its answer is shown, not handed over. */
function isForeign(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  const mode = request.headers['sec-fetch-mode'];
  return (site === 'cross-site' || site === 'same-site') && mode !== 'navigate';
}

function isOwnOrigin(request: FastifyRequest, own: string | null): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === own || (new URL(origin).host === (host ?? '').toLowerCase() && host !== '');
}

/** Forms of other sites can send other types without being asked first. */
function checkContentType(request: FastifyRequest): void {
  const type = request.headers['content-type'];
  const empty =
    (request.headers['content-length'] ?? '0') === '0' && request.headers['transfer-encoding'] === undefined;
  if (type === undefined && empty) return;
  if (!/^application\/json\s*(?:;|$)/i.test(type ?? ''))
    throw refused(415, 'this type of content is not taken', 'send application/json');
}

/** True where a browser keeps a Secure cookie: by https, or on this machine. */
export function takesSecureCookie(request: FastifyRequest, names: OwnNames & { readonly tls: boolean }): boolean {
  const name = nameOf(request.headers.host ?? '');
  if (names.tls || isLoopback(name)) return true;
  if (names.publicUrl === null) return false;
  const url = new URL(names.publicUrl);
  return url.protocol === 'https:' && url.hostname === name;
}

/** The name in a Host header, without its port. */
function nameOf(header: string): string {
  return header.toLowerCase().replace(/:\d{1,5}$/, '');
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
}

function foreign(): RefusedError {
  return refused(403, "this is taken from this server's own pages only", 'open the page itself, or use a token');
}

function refused(status: number, detail: string, hint: string): RefusedError {
  return new RefusedError({ status, detail, hint });
}
