/** The pages as `vite build` makes them, in Debian's Chromium, with made-up answers behind them. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { findExecutable } from '../stack/executable.ts';
import { CHROMIUM, reasonToSkip } from '../stack/need.ts';
import { PAGES, pagesAreBuilt } from '../stack/pages.ts';
import { startFakeServer, type FakeServer } from './fake-server.ts';
import type { FixtureRoute } from './fixtures/route.ts';

/** The same Chromium without the windows around its pages, where Debian's package of it is there: half the work. */
const WITHOUT_WINDOWS = 'chromium-headless-shell';
const BROWSER = findExecutable([WITHOUT_WINDOWS, CHROMIUM.binary]);
/** Why nothing can be opened here; null: it can. Where the stack is required, the missing browser fails the tests. */
export const NO_BROWSER: string | null = reasonToSkip('the pages are not opened', [CHROMIUM]);

const ROOT = join(import.meta.dirname, '../..');

interface Pages {
  readonly folder: string;
  remove(): Promise<void>;
}

async function emptyFolder(): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'orgtrail-pages-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A copy of what the run's set-up has built: others may build at the same time. Their sources changed since: built anew. */
async function copyPages(): Promise<Pages> {
  if (!pagesAreBuilt()) return buildPages();
  const pages = await emptyFolder();
  await cp(PAGES, pages.folder, { recursive: true });
  return pages;
}

/** Builds the pages into a folder of their own. */
export async function buildPages(): Promise<Pages> {
  const { build } = await import('vite'); // here: it takes its time, and few build
  const pages = await emptyFolder();
  // The test runner says `test` here, with which the pages would be built as for development.
  const said = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      configFile: join(ROOT, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: pages.folder, emptyOutDir: true },
    });
  } finally {
    if (said === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = said;
  }
  return pages;
}

/** One open page, and everything that it complained of. */
export interface Visit {
  readonly page: Page;
  /** Errors on the console, reports of the Content-Security-Policy among them, thrown errors, and requests to elsewhere. */
  readonly complaints: readonly string[];
}

export interface Stage {
  readonly folder: string;
  readonly browser: Browser;
  /** A server with these answers; closed with the stage. */
  serve(routes: readonly FixtureRoute[]): Promise<FakeServer>;
  /** A page in a context of its own, not yet gone anywhere. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Debian's Chromium; whoever opens it closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: BROWSER ?? '', args: ['--no-sandbox'] });
}

/** Built pages and a running browser. */
export async function openStage(): Promise<Stage> {
  const pages = await copyPages();
  const browser = await openBrowser();
  const servers: FakeServer[] = [];
  return {
    folder: pages.folder,
    browser,
    async serve(routes) {
      const server = await startFakeServer(routes, { folder: pages.folder });
      servers.push(server);
      return server;
    },
    visit: async (options = {}) => watched(await (await browser.newContext({ ...WIDE, ...options })).newPage()),
    async close() {
      await browser.close();
      await Promise.all(servers.map((server) => server.close()));
      await pages.remove();
    },
  };
}

export const WIDE: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' };
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  colorScheme: 'light',
};

function watched(page: Page): Visit {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(data:|blob:|http:\/\/127\.0\.0\.1:)/.test(request.url())) complaints.push(`outside: ${request.url()}`);
  });
  return { page, complaints };
}

/** Null where the browser is there; else why these tests are skipped. */
export function skipWithoutBrowser(): string | null {
  return NO_BROWSER;
}

/** A visit with its context, which its tests close themselves. */
export interface Watched extends Visit {
  readonly context: BrowserContext;
}

/** A page in a context of its own at this origin, and everything that it complained of. */
export async function openWatched(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ baseURL: origin, ...options });
  return { context, ...watched(await context.newPage()) };
}
