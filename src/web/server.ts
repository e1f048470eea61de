/** The HTTP surface: probes, metrics, the overview and the job board. It reads, and retries jobs; it runs no stage. */
import basicAuth from '@fastify/basic-auth';
import type { Queue } from 'bullmq';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { isLoopback } from '../core/address.ts';
import type { Readiness, Snapshot } from '../core/snapshot.ts';
import { describeError, OperatingError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { registerBoard } from './board.ts';
import { checkHost, checkOrigin, checkSignIn, type SignIn } from './guard.ts';
import { headersFor } from './headers.ts';
import { renderOverview, STYLE } from './overview.ts';

export interface WebParts {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Null serves without sign-in, which only loopback may. */
  readonly signIn: SignIn | null;
  readonly log: Log;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  /** The pages for people; null on workers and schedulers, which serve probes and metrics only. */
  readonly pages: {
    readonly queues: readonly Queue[];
    /** Null when Redis cannot be read. */
    readonly snapshot: () => Promise<Snapshot | null>;
    readonly redisTrouble: () => string | null;
    readonly now: () => number;
  } | null;
}

export interface RunningServer {
  /** Where it listens, with the port it got. */
  readonly url: string;
  close(): Promise<void>;
}

/** Bounds on what one client can hold: slow requests, idle sockets, large heads and bodies. */
const LIMITS = {
  requestMs: 10_000,
  idleMs: 5000,
  bodyBytes: 64 * 1024,
  headBytes: 16 * 1024,
  sockets: 256,
  socketRequests: 1000,
} as const;

/** Resolves when it listens. */
export async function startServer(parts: WebParts): Promise<RunningServer> {
  const app = await buildServer(parts);
  try {
    await app.listen({ host: parts.host, port: parts.port });
  } catch (cause) {
    await app.close();
    const hint = 'free the port, or set http.host and http.port to an address of this machine';
    throw new OperatingError({ code: 'usage', message: `cannot listen on ${parts.host}:${parts.port}`, hint, cause });
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : parts.port;
  return {
    url: `http://${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${port}`,
    close: () => app.close(),
  };
}

/** The server without a socket. */
export async function buildServer(parts: WebParts): Promise<FastifyInstance> {
  if (parts.signIn === null && !isLoopback(parts.host)) {
    const hint = 'set http.user and http.passwordFile (or ORGTRAIL_HTTP_PASSWORD), or http.host to 127.0.0.1';
    throw new OperatingError({
      code: 'config-invalid',
      message: `http.host ${parts.host} is reachable from outside and there is no sign-in`,
      hint,
    });
  }
  const app = createApp();
  setErrors(app, parts.log);
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of headersFor(pathOf(request), STYLE)) reply.header(name, value);
  });
  app.addHook('onRequest', checkHost(parts.host, parts.signIn !== null));
  if (parts.signIn !== null) await requireSignIn(app, parts.signIn, parts.log);
  app.addHook('onRequest', checkOrigin);
  registerProbes(app, parts);
  if (parts.pages !== null) await registerPages(app, parts.pages, parts.readiness);
  return app;
}

function createApp(): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    connectionTimeout: 2 * LIMITS.requestMs,
    keepAliveTimeout: LIMITS.idleMs,
    maxRequestsPerSocket: LIMITS.socketRequests,
    forceCloseConnections: true,
    trustProxy: false,
    http: { maxHeaderSize: LIMITS.headBytes, headersTimeout: LIMITS.requestMs },
  });
  app.server.maxConnections = LIMITS.sockets;
  return app;
}

/** Answers never carry an error's own text: it may name buckets, keys and hosts. */
function setErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ event: 'http-error', err: describeError(error) }, 'a page failed');
    return reply.code(status).send({ error: status >= 500 ? 'internal error' : 'the request was refused' });
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'not found' }));
}

async function requireSignIn(app: FastifyInstance, signIn: SignIn, log: Log): Promise<void> {
  await app.register(basicAuth, {
    authenticate: { realm: 'orgtrail' },
    validate: async (user, password, request) => {
      if (await checkSignIn(signIn, { user, password })) return undefined;
      log.warn({ event: 'sign-in-refused', from: request.ip }, 'wrong user or password');
      return new Error('wrong user or password');
    },
  });
  // The plugin takes its server from `this`.
  app.addHook('onRequest', function (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply, done) {
    if (pathOf(request) === '/livez') return done();
    return this.basicAuth(request, reply, done);
  });
}

function registerProbes(app: FastifyInstance, parts: WebParts): void {
  app.get('/livez', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = await parts.readiness();
    return reply.code(readiness.ok ? 200 : 503).send(readiness);
  });
  app.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await parts.metrics();
    return reply.type(contentType).send(text);
  });
}

async function registerPages(
  app: FastifyInstance,
  pages: NonNullable<WebParts['pages']>,
  readiness: WebParts['readiness'],
): Promise<void> {
  app.get('/', async (_request, reply) => {
    const [ready, snapshot] = await Promise.all([readiness(), pages.snapshot()]);
    return reply
      .type('text/html; charset=utf-8')
      .send(renderOverview({ readiness: ready, snapshot, now: pages.now() }));
  });
  app.addHook('onRequest', async (request, reply) => {
    // The board's own calls would wait for Redis without limit.
    if (pathOf(request).startsWith('/jobs/api') && pages.redisTrouble() !== null)
      return reply.code(503).send({ error: 'Redis cannot be used' });
    return undefined;
  });
  await registerBoard(app, pages.queues);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
