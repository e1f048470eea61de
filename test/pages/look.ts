/** One browser and one fake server for the tests of a page: opens it, looks at it in every mode, and finds its faults. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import type { PageRole } from '../../src/core/access.ts';
import type { SessionView } from '../../src/web/contract/session.ts';
import { sessionView } from '../../src/web/contract/session.ts';
import { openStage, openWatched, type Watched } from './browser.ts';
import type { FakeServer } from './fake-server.ts';
import { overviewRoutes } from './fixtures/overview.ts';
import type { FixtureRoute } from './fixtures/route.ts';
import { sessionOf } from './fixtures/session.ts';

export interface Look {
  readonly browser: Browser;
  readonly server: FakeServer;
  /** Signed in as this from now on. */
  as(who: PageRole | SessionView): void;
  /** Bodies of what was sent, with method and path, in order. */
  readonly sent: { readonly to: string; readonly body: unknown }[];
  open(path: string): Promise<Watched>;
  /** Everything as at the beginning: for after each test. */
  reset(): void;
  close(): Promise<void>;
}

/** What is not there by then does not come. */
const PATIENCE_MS = 8000;

const isThere = (): boolean =>
  document.querySelector('h1') !== null && document.querySelector('[class*=Skeleton-root]') === null;

/** `routes` win over the frame's own. An operator is signed in. */
export async function openLook(routes: readonly FixtureRoute[]): Promise<Look> {
  const session = { is: sessionOf('operator') };
  const sent: { to: string; body: unknown }[] = [];
  const recorded = routes.map((route): FixtureRoute => ({
    ...route,
    answer: (asked) => {
      if (route.method !== 'GET') sent.push({ to: `${route.method} ${asked.url.pathname}`, body: asked.body });
      return route.answer(asked);
    },
  }));
  const who: FixtureRoute = { method: 'GET', path: '/api/session', shape: sessionView, answer: () => session.is };
  const stage = await openStage();
  const { browser } = stage;
  const server = await stage.serve([...recorded, who, ...overviewRoutes({ accounts: 12, trouble: true })]);
  return {
    browser,
    server,
    sent,
    as: (one) => void (session.is = typeof one === 'string' ? sessionOf(one) : one),
    open: async (path) => {
      const watched = await openWatched(browser, server.url, { viewport: MODES[0].size });
      watched.context.setDefaultTimeout(PATIENCE_MS);
      await watched.page.goto(path, { waitUntil: 'networkidle' });
      // A machine under load is idle between two requests: nothing may stand in for what is on its way.
      await watched.page.waitForFunction(isThere);
      return watched;
    },
    reset: () => {
      session.is = sessionOf('operator');
      server.intercept = null;
      sent.length = 0;
    },
    close: () => stage.close(),
  };
}

const [WIDE, NARROW] = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
const MODES = [
  { scheme: 'light', size: WIDE },
  { scheme: 'dark', size: WIDE },
  { scheme: 'light', size: NARROW },
  { scheme: 'dark', size: NARROW },
] as const;

/** Serious faults and worse, and sideways scrolling, in every mode. The page is not loaded again in between. */
export async function faultsInEveryMode(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { scheme, size } of MODES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    await page.waitForTimeout(100);
    const mode = `${scheme} ${size.width}`;
    const wide = await widthTooMuch(page);
    if (wide > 0) faults.push(`${mode}: the page scrolls sideways by ${wide} pixels`);
    faults.push(...(await seriousFaults(page)).map((fault) => `${mode}: ${fault}`));
  }
  return faults;
}

/** By how many pixels the page scrolls sideways, once what measures itself (a chart) has had its time to. */
async function widthTooMuch(page: Page): Promise<number> {
  const measure = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  for (let tries = 0; tries < 20 && (await measure()) > 0; tries += 1) await page.waitForTimeout(150);
  return measure();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe calls serious or critical, one line each. */
async function seriousFaults(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, so that the page's own policy stays in force.
  await page.evaluate(`'axe' in globalThis || void (() => { ${AXE} })()`);
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`));
}
