/** The overview's words: what it says when all is well, when something is wrong, and while it rebuilds; and axe on it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mapPage, overview as overviewShape, type MapPage, type Overview } from '../../src/web/contract/overview.ts';
import { NO_BROWSER, openStage, PHONE, WIDE, type Stage } from './browser.ts';
import { overviewOf, overviewRoutes } from './fixtures/overview.ts';
import type { Asked, FixtureRoute } from './fixtures/route.ts';

const SHAPE = { accounts: 40, trouble: true };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function saying(changed: Partial<Overview>, shape = SHAPE): readonly FixtureRoute[] {
  const answer = (): Overview => ({ ...overviewOf(shape), ...changed });
  return [{ method: 'GET', path: '/api/overview', shape: overviewShape, answer }, ...overviewRoutes(shape)];
}

function withReadAt(answer: unknown, readAt: string): unknown {
  return typeof answer === 'object' && answer !== null && 'readAt' in answer ? { ...answer, readAt } : answer;
}

/** The routes, with another answer at one path. */
function withAnswer(routes: readonly FixtureRoute[], path: string, change: (answer: MapPage) => MapPage) {
  return routes.map((route) =>
    route.path === path ? { ...route, answer: (asked: Asked) => change(mapPage.parse(route.answer(asked))) } : route,
  );
}

/** The first account has so many open findings, and is proven all the same. */
function openIn(open: number): (page: MapPage) => MapPage {
  return (page) => ({
    ...page,
    rows: page.rows.map((row, at) => (at === 0 ? { ...row, reason: 'log-missing', open } : row)),
  });
}

describe.skipIf(NO_BROWSER !== null)(`the overview${NO_BROWSER === null ? '' : `: ${NO_BROWSER}`}`, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  async function look(routes: readonly FixtureRoute[]): Promise<string> {
    const server = await stage.serve(routes);
    const { page } = await stage.visit();
    await page.goto(server.url);
    await page.getByRole('searchbox').waitFor();
    await page.waitForTimeout(200);
    return page.getByRole('main').innerText();
  }

  test('the sentence of the API is the heading, word for word', async () => {
    expect(await look(saying({ sentence: 'Nothing is proven yet: 3 accounts were never looked at.' }))).toMatch(
      /^Nothing is proven yet: 3 accounts were never looked at\./,
    );
  });

  test('a healthy organization has nothing to say but that', async () => {
    const text = await look(overviewRoutes({ accounts: 40, trouble: false }));
    expect(text).toContain('All 40 accounts proven up to 13:05 UTC.');
    expect(text).not.toMatch(/rebuilding|Not ready|failed for good|could not be read/);
  });

  test('an account that is proven but has an open finding says which: it is among those that need you', async () => {
    const shape = { accounts: 4, trouble: false };
    const saidWith = (open: number) => look(withAnswer(overviewRoutes(shape), '/api/map', openIn(open)));
    // Once for those who see it, once for those who hear it.
    expect((await saidWith(1)).match(/log-missing/g)).toHaveLength(2);
    expect(await saidWith(0)).not.toContain('log-missing');
  });

  test("ages are by the server's clock: a browser that goes a month ahead does not call news a month old", async () => {
    const past = Date.now() - 30 * 24 * 3_600_000;
    const readAt = new Date(past).toISOString();
    const since = new Date(past - 12_000).toISOString();
    const routes = saying({ rebuilding: { known: 3, of: 6, since } }).map((route) => ({
      ...route,
      answer: (asked: Asked) => withReadAt(route.answer(asked), readAt),
    }));
    const text = await look(routes);
    expect(text).toMatch(/6 accounts, since 1\d s ago\./);
  });

  test('after a flush of Redis it says that it is rebuilding, and how far it is', async () => {
    const since = new Date(Date.now() - 12_000).toISOString();
    const text = await look(saying({ readAt: new Date().toISOString(), rebuilding: { known: 3, of: 6, since } }));
    expect(text).toMatch(/Redis was emptied: rebuilding from receipts, 3 of 6 accounts, since 1\d s ago\./);
  });

  test('what is wrong with the archive, with readiness and with reading is told with its next step', async () => {
    const problem = (code: string, detail: string) => ({ code, detail, hint: 'run `orgtrail verify --archive`' });
    const text = await look(
      saying({
        archive: { at: new Date().toISOString(), problems: [problem('archive-changed', 'An object was replaced.')] },
        readiness: { ok: false, reasons: [{ code: 'round', detail: 'the last full round ended yesterday' }] },
        problems: [problem('redis', 'The queues could not be read.')],
        failedJobs: 1,
      }),
    );
    expect(text).toContain('Not ready: the last full round ended yesterday.');
    expect(text).toContain('An object was replaced.');
    expect(text).toContain('The queues could not be read.');
    expect(text).toContain('orgtrail verify --archive');
    expect(text).toContain('One job has failed for good');
  });

  test('no account at all: it says so, and what to do', async () => {
    expect(await look(overviewRoutes({ accounts: 0, trouble: false }))).toContain('No account is known yet.');
  });

  const SCREENS = [
    ['wide, light', { ...WIDE, colorScheme: 'light' }],
    ['wide, dark', { ...WIDE, colorScheme: 'dark' }],
    ['narrow, light', { ...PHONE, colorScheme: 'light' }],
    ['narrow, dark', { ...PHONE, colorScheme: 'dark' }],
  ] as const;

  test.each(SCREENS)('axe finds no fault: %s', async (_, options) => {
    const server = await stage.serve(saying({ rebuilding: { known: 3, of: 6, since: new Date().toISOString() } }));
    // axe is put into the page as text, which the policy of the pages rightly refuses.
    const { page } = await stage.visit({ ...options, bypassCSP: true });
    await page.goto(server.url);
    await page.getByRole('grid').waitFor();
    await page.addScriptTag({ content: AXE });
    for (const open of [null, 'Keys', 'Signed in: nadia']) {
      const button = open === null ? null : page.getByRole('button', { name: open });
      if (button !== null && (await button.isVisible())) await button.click();
      const faults = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Fault[] }> } };
        type Fault = { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] };
        const { violations } = await axe.run();
        return violations.map(
          ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.target.join(' ')} ${nodes[0]?.failureSummary}`,
        );
      });
      expect(faults).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
});
