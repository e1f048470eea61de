/**
 * The pages with made-up answers: serves what `vite build` made, under the real Content-Security-Policy, and answers
 * `/api/…` from the fixtures. `node test/pages/fake-server.ts [folder] [port]` to look at them in a browser.
 */
import { hash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { overviewRoutes } from './fixtures/overview.ts';
import { matchPath, Refusal, type FixtureRoute } from './fixtures/route.ts';

const ROOT = join(import.meta.dirname, '../..');
const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.json', 'application/json'],
  ['.md', 'text/markdown; charset=utf-8'],
]);

export interface FakeServer {
  readonly url: string;
  /** Paths that were asked for, in order, with their query. */
  readonly asked: string[];
  /** While this is set, `/api/…` is answered by it where it gives something. */
  intercept: ((path: string, request: IncomingMessage) => Refusal | 'drop' | null) | null;
  /** Tells everybody who listens. */
  tell(event: { readonly topics: readonly string[]; readonly accounts: readonly string[] }): void;
  /** Cuts every stream of events. */
  cut(): void;
  close(): Promise<void>;
}

/** `folder`: what `vite build` made. Routes given first win. */
export async function startFakeServer(
  routes: readonly FixtureRoute[],
  options: { readonly folder?: string; readonly port?: number } = {},
): Promise<FakeServer> {
  const folder = options.folder ?? join(ROOT, 'dist/web/public');
  const streams = new Set<ServerResponse>();
  const fake: Omit<FakeServer, 'url' | 'close'> = {
    asked: [],
    intercept: null,
    tell: (event) => streams.forEach((stream) => stream.write(`data: ${JSON.stringify(event)}\n\n`)),
    cut: () => streams.forEach((stream) => stream.destroy()),
  };
  const server = createServer((request, response) => {
    void answer({ request, response, routes, folder, fake, streams }).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  const { port } = await listening(server, options.port ?? 0);
  const close = async (): Promise<void> => {
    fake.cut();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(fake, { url: `http://127.0.0.1:${port}`, close });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly routes: readonly FixtureRoute[];
  readonly folder: string;
  readonly fake: Omit<FakeServer, 'url' | 'close'>;
  readonly streams: Set<ServerResponse>;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, folder, fake } = exchange;
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  fake.asked.push(url.pathname + url.search);
  if (!url.pathname.startsWith('/api/')) return givePage(response, folder, url.pathname);
  const instead = fake.intercept?.(url.pathname, request) ?? null;
  if (instead === 'drop') return void response.destroy();
  if (instead !== null) return giveJson(request, response, instead);
  if (url.pathname === '/api/events') return openStream(exchange);
  await giveFixture(exchange, url);
}

async function giveFixture({ request, response, routes }: Exchange, url: URL): Promise<void> {
  for (const route of routes) {
    const at = route.method === request.method ? matchPath(route.path, url.pathname) : null;
    if (at === null) continue;
    const body = await text(request);
    const asked = { method: route.method, url, at, request, body: body === '' ? null : (JSON.parse(body) as unknown) };
    const given = route.answer(asked);
    if (!(given instanceof Refusal)) route.shape?.parse(given);
    return giveJson(request, response, given);
  }
  giveJson(request, response, new Refusal(404, 'not-found', { detail: `There is no fixture for ${url.pathname}.` }));
}

function giveJson(request: IncomingMessage, response: ServerResponse, given: unknown): void {
  if (given instanceof Refusal) {
    const { status, code, detail, hint } = given;
    response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ type: `about:blank#${code}`, title: code, status, detail, hint, request: 'req-1' }));
    return;
  }
  const body = JSON.stringify(given);
  const etag = `"${hash('sha256', body).slice(0, 20)}"`;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
  response.writeHead(given === null ? 204 : 200, {
    'content-type': 'application/json',
    'cache-control': 'no-cache',
    etag,
  });
  response.end(given === null ? undefined : body);
}

function openStream({ response, streams }: Exchange): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 300\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

function givePage(response: ServerResponse, folder: string, path: string): void {
  const file = join(folder, normalize(path));
  const known = extname(path) !== '' && file.startsWith(folder) && existsSync(file);
  if (!known && extname(path) !== '') return void response.writeHead(404).end();
  const type = TYPES.get(known ? extname(path) : '.html') ?? 'application/octet-stream';
  const nonce = randomBytes(16).toString('base64');
  const bytes = readFileSync(known ? file : join(folder, 'index.html'));
  const given = known ? bytes : bytes.toString().replaceAll('__STYLE_NONCE__', nonce);
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': policyWith(nonce),
    'x-content-type-options': 'nosniff',
  });
  response.end(given);
}

/** As the server sends it with every page. */
function policyWith(nonce: string): string {
  return (
    `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; ` +
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  );
}

async function listening(server: Server, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server.address() as AddressInfo;
}

/** Every `…Routes` that a file of test/pages/fixtures makes from a `Shape`. */
export async function allRoutes(accounts: number): Promise<readonly FixtureRoute[]> {
  const folder = join(import.meta.dirname, 'fixtures');
  const names = readdirSync(folder).filter(
    (name) => name.endsWith('.ts') && name !== 'route.ts' && name !== 'overview.ts',
  );
  const modules = (await Promise.all(names.map((name) => import(join(folder, name))))) as Record<string, unknown>[];
  const found = modules.flatMap((one) => Object.entries(one).filter(([name]) => name.endsWith('Routes')));
  const shape = { accounts, trouble: process.env['TROUBLE'] !== 'none' };
  const routes = found.flatMap(([, make]) => (typeof make === 'function' ? (make(shape) as FixtureRoute[]) : []));
  return [...routes, ...overviewRoutes(shape)];
}

if (import.meta.main) {
  const [folder = join(ROOT, 'dist/web/public'), port = '4600', accounts = '214'] = process.argv.slice(2);
  const { url } = await startFakeServer(await allRoutes(Number(accounts)), { folder, port: Number(port) });
  console.log(url);
}
