/** The server itself, with a bound on everything that one client can hold: slow requests, idle sockets, large heads and bodies. */
import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { ProblemAnswer } from '../contract/shape.ts';
import { sendProblem } from '../problem.ts';
import { type CertificatePair, LEAST_TLS } from './certificate.ts';
import { headersFor } from './headers.ts';
import { boundSockets } from './sockets.ts';

const LIMITS = {
  requestMs: 10_000,
  idleMs: 5000,
  checkMs: 1000,
  bodyBytes: 64 * 1024,
  headBytes: 16 * 1024,
  headers: 100,
  parameterLength: 512,
  socketRequests: 1000,
} as const;

export interface BoundedOptions {
  /** PEM texts; null: plain HTTP. */
  readonly tls: CertificatePair | null;
  /** Addresses and CIDRs whose X-Forwarded-* is believed; nobody's where it is empty. */
  readonly trustedProxies: readonly string[];
}

/** The server without routes. It takes requests by zod schemas. */
export function createBoundedApp({ tls, trustedProxies }: BoundedOptions): FastifyInstance {
  const timing = {
    maxHeaderSize: LIMITS.headBytes,
    headersTimeout: LIMITS.requestMs,
    connectionsCheckingInterval: LIMITS.checkMs,
    insecureHTTPParser: false,
    requireHostHeader: false, // refused by our own guard, with our own headers
  };
  const options = {
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    connectionTimeout: 2 * LIMITS.requestMs,
    keepAliveTimeout: LIMITS.idleMs,
    maxRequestsPerSocket: LIMITS.socketRequests,
    forceCloseConnections: true,
    requestIdHeader: false,
    genReqId: () => randomBytes(8).toString('hex'),
    routerOptions: { maxParamLength: LIMITS.parameterLength },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseBytes,
  } as const;
  const app =
    tls === null
      ? fastify({ ...options, http: timing })
      : fastify({
          ...options,
          https: { ...timing, ...tls, minVersion: LEAST_TLS, handshakeTimeout: LIMITS.requestMs },
        });
  const bounded = app as unknown as FastifyInstance; // the two kinds of server differ in their types alone
  bounded.server.maxHeadersCount = LIMITS.headers;
  boundSockets(bounded.server);
  bounded.setValidatorCompiler(validatorCompiler);
  bounded.setSerializerCompiler(serializerCompiler);
  return bounded;
}

/** An address that cannot be decoded, or a name in it that is too long, before any hook of ours has run. */
function refuseAddress(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of headersFor('/api/', '', false)) reply.header(name, value);
  const status = error.statusCode === 414 ? 414 : 400;
  sendProblem(reply, { status, detail: 'the address is not valid', hint: 'see /api/docs for what may be asked' });
}

const BYTE_REFUSALS: ReadonlyMap<string, readonly [status: number, detail: string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'the request took too long to arrive']],
  ['HPE_HEADER_OVERFLOW', [431, 'the headers of the request are too large']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'the request is too large']],
]);

/** What is no HTTP, or two requests at once to whoever reads it differently. The connection ends. */
function refuseBytes(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = BYTE_REFUSALS.get(error.code ?? '') ?? [400, 'this is no valid HTTP request'];
  const title = STATUS_CODES[status] ?? 'Error';
  const hint = 'send one well-formed request at a time';
  const problem: ProblemAnswer = { type: 'about:blank', title, status, detail, hint, request: '' };
  const body = JSON.stringify(problem);
  const headers = [
    ...headersFor('/api/', '', false),
    ['content-type', 'application/problem+json'],
    ['content-length', String(Buffer.byteLength(body))],
    ['connection', 'close'],
  ].map(([name = '', value = '']) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${headers.join('')}\r\n${body}`, () => socket.destroy());
}
