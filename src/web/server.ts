/** The HTTP surface: security first, then probes, the API, live events, the job board and the pages. It runs no stage. */
import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../core/snapshot.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { builtPages, registerAssets } from './assets.ts';
import { registerBoard } from './board.ts';
import { addEncoding } from './encoding.ts';
import { registerLive, type LiveTiming } from './live.ts';
import { collectRoutes, registerDocs } from './openapi.ts';
import { setErrors } from './problem.ts';
import { registerAccounts } from './routes/accounts.ts';
import { createApiParts, typed } from './routes/api.ts';
import { registerChains } from './routes/chains.ts';
import { registerExports } from './routes/exports.ts';
import { registerFindings } from './routes/findings.ts';
import { registerJobs } from './routes/jobs.ts';
import { registerOverview } from './routes/overview.ts';
import { registerPolicy } from './routes/policy.ts';
import { registerSystem } from './routes/system.ts';
import { createBoundedApp } from './security/bounded.ts';
import { type Certificate, type CertificatePair, keepCertificate, openCertificate } from './security/certificate.ts';
import type { SecurityParts } from './security/parts.ts';
import { actorOf, registerSecurity, type Security } from './security/security.ts';
import type { PageSources } from './sources.ts';

export interface WebParts {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Certificate and key as PEM; null serves http. */
  readonly tls: CertificatePair | null;
  /** Proxies whose word on where a request comes from is taken. */
  readonly trustedProxies: readonly string[];
  readonly log: Log;
  readonly security: SecurityParts;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  /** The pages for people; null on workers and schedulers, which serve probes and metrics only. */
  readonly pages: PageSources | null;
  /** Where the built pages lie; the usual place where it is absent. */
  readonly publicFolder?: string;
  readonly liveTiming?: LiveTiming;
  /** How often certificate and key are read again. */
  readonly certificateEveryMs?: number;
}

const CERTIFICATE_EVERY_MS = 60_000;

export interface RunningServer {
  /** Where it listens, with the port it got. */
  readonly url: string;
  close(): Promise<void>;
}

/** Resolves when it listens. */
export async function startServer(parts: WebParts): Promise<RunningServer> {
  const { app } = await buildServer(parts);
  try {
    // By its name, Fastify would make a second server for its second address, without the bounds of the first.
    const host = parts.host === 'localhost' ? '127.0.0.1' : parts.host;
    await app.listen({ host, port: parts.port });
  } catch (cause) {
    await app.close();
    const hint = 'free the port, or set http.host and http.port to an address of this machine';
    throw new OperatingError({ code: 'usage', message: `cannot listen on ${parts.host}:${parts.port}`, hint, cause });
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : parts.port;
  const scheme = parts.tls === null ? 'http' : 'https';
  return {
    url: `${scheme}://${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${port}`,
    close: () => app.close(),
  };
}

export interface BuiltServer {
  readonly app: FastifyInstance;
  /** Every route with the right that it demands. */
  readonly rules: Security['rules'];
}

/** The server without a socket. */
export async function buildServer(parts: WebParts): Promise<BuiltServer> {
  const certificate = certificateOf(parts);
  const app = createBoundedApp(parts);
  if (certificate !== null) keepCertificate(app, certificate, parts.certificateEveryMs ?? CERTIFICATE_EVERY_MS);
  setErrors(app, parts.log);
  if (parts.pages !== null) await collectRoutes(app, parts.security.version);
  const security = await registerSecurity(app, parts.security);
  const probed = { ...parts, certificate };
  registerProbes(app, probed, security);
  if (parts.pages !== null) await registerPages(app, { ...probed, pages: parts.pages }, security);
  return { app, rules: security.rules };
}

/** Null: http is served. */
function certificateOf({ tls, security, log }: WebParts): Certificate | null {
  if (tls === null) return null;
  const { readCertificate, now } = security;
  return openCertificate({ pair: tls, read: readCertificate ?? (() => tls), log, now });
}

/** What somebody must see to, and what nobody restarts a daemon for that does its work. */
function problemsOf({ certificate, security }: ProbeParts): readonly Problem[] {
  const access = security.problem?.() ?? null;
  return [...(certificate?.problems() ?? []), ...(access === null ? [] : [access])];
}

type ProbeParts = WebParts & { readonly certificate: Certificate | null };

function registerProbes(app: FastifyInstance, parts: ProbeParts, security: Security): void {
  const schema = { hide: true };
  app.get('/livez', { config: { right: 'public' }, schema }, async () => ({ ok: true }));
  app.get('/readyz', { config: { right: 'public' }, schema }, async (request, reply) => {
    const { ok, reasons } = await parts.readiness();
    // Whoever balances load asks without a token; what is wrong is for those who may read.
    const all = { ok, reasons, problems: problemsOf(parts) };
    const said = (await security.holds(request, 'read')) ? all : { ok };
    return reply.code(ok ? 200 : 503).send(said);
  });
  app.get('/metrics', { config: { right: 'metrics' }, schema }, async (_request, reply) => {
    const { text, contentType } = await parts.metrics();
    return reply.type(contentType).send(text);
  });
}

type PageParts = ProbeParts & { readonly pages: PageSources };

async function registerPages(app: FastifyInstance, parts: PageParts, security: Security): Promise<void> {
  const { pages } = parts;
  const api = createApiParts(pages, () => problemsOf(parts));
  await app.register(async (scope) => {
    addEncoding(scope);
    const routes = typed(scope);
    registerOverview(routes, api);
    registerAccounts(routes, api);
    registerChains(routes, api);
    registerFindings(routes, api);
    registerExports(routes, api);
    registerJobs(routes, api);
    registerPolicy(routes, api);
    registerSystem(routes, api);
  });
  const live = registerLive(app, (request) => security.stillAllowed(request), parts.liveTiming);
  const unsubscribe = pages.subscribe((news) => {
    // First, so that whoever hears of it reads what is new.
    api.drop();
    live.tell(news);
  });
  app.addHook('onClose', async () => unsubscribe());
  await registerDocs(app);
  const { queues, acts, redisTrouble } = pages;
  const mayOperate = (request: Parameters<typeof actorOf>[0]) => actorOf(request).rights.includes('operate');
  await registerBoard(app, { queues, acts, redisTrouble, log: parts.log, mayOperate, actorOf });
  await registerAssets(app, parts.publicFolder ?? builtPages());
}
