/** The built pages: files with a hash in their name for ever, `index.html` anew each time, for every address of a page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addFileEncoding } from './encoding.ts';
import { styleNonce } from './security/headers.ts';

/** The addresses that the pages route themselves (`src/web/ui/app.tsx`). */
const PAGES = [
  '/',
  '/accounts',
  '/accounts/*',
  '/findings',
  '/findings/*',
  '/work',
  '/policy',
  '/system',
  '/reading',
  '/sign-in',
];
const YEAR_MS = 365 * 24 * 3600_000;
const PLACEHOLDER = '__STYLE_NONCE__';

const NOT_BUILT = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>orgtrail</title></head>
<body><h1>orgtrail</h1><p>The pages are not built yet: run <code>npm run build</code>, then start orgtrail again.</p>
<p>The API works: <a href="/api/docs">/api/docs</a>.</p></body></html>`;

/** Beside the compiled server, or where `npm run build` leaves it for a run from the sources. */
export function builtPages(): string {
  const beside = join(import.meta.dirname, 'public');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../dist/web/public');
}

/** Serves the folder. Reads the first page and the names of the files once, now. */
export async function registerAssets(app: FastifyInstance, folder: string): Promise<void> {
  const first = join(folder, 'index.html');
  const built = existsSync(first);
  const html = built ? readFileSync(first, 'utf8') : NOT_BUILT;
  await app.register(async (scope) => {
    addFileEncoding(scope);
    if (built) await registerFiles(scope, folder);
    for (const url of PAGES) {
      scope.get(url, { config: { right: 'public' }, schema: { hide: true } }, (request, reply) => {
        if (!isPageVisit(request)) return reply.callNotFound();
        return sendPage(reply, html.replaceAll(PLACEHOLDER, styleNonce(request)));
      });
    }
  });
}

/** One route for each file that is there now: nothing else of the disk can be asked for. */
async function registerFiles(scope: FastifyInstance, folder: string): Promise<void> {
  await scope.register(fastifyStatic, { root: folder, serve: false, index: false, dotfiles: 'deny' });
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const file of found) {
    const name = relative(folder, join(file.parentPath, file.name)).split(sep).join('/');
    const hidden = name === 'index.html' || name.endsWith('.map') || /(^|\/)\./.test(name);
    if (!file.isFile() || hidden) continue;
    // What Vite names by its content never changes under that name.
    const cache = name.startsWith('assets/') ? { maxAge: YEAR_MS, immutable: true } : { maxAge: 0, immutable: false };
    const options = { config: { right: 'public' }, schema: { hide: true } } as const;
    scope.get(`/${name}`, options, (_request, reply) => reply.sendFile(name, cache));
  }
}

/** A person's browser opening an address. A script that misses a file gets 404 and not a page. */
function isPageVisit(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  return path === '/' || ((request.headers.accept ?? '').includes('text/html') && !path.includes('.'));
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
}
