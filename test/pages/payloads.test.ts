/** Whoever names an account, a bucket or a key, or words an error, writes into these pages: it stays text. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_BROWSER, openStage, type Stage } from './browser.ts';
import { allRoutes, type FakeServer } from './fake-server.ts';
import { Refusal } from './fixtures/route.ts';
import { PAYLOADS, TRACES } from './payloads.ts';
import { poisoned, poisonedTexts } from './poison.ts';

/** Payloads that one text carries at once. */
const TOGETHER = 20;
const ACCOUNT = '300000000001';

interface Hits {
  readonly ran: number[];
}

describe.skipIf(NO_BROWSER !== null)('two hundred script payloads', () => {
  const turn = { at: 0 };
  let stage: Stage;
  let server: FakeServer;
  let views: readonly string[];
  beforeAll(async () => {
    stage = await openStage();
    const plain = await allRoutes(40);
    views = await everyView((await stage.serve(plain)).url);
    server = await stage.serve(poisoned(plain, () => textOf(turn.at)));
  });
  afterAll(() => stage?.close());

  test('are two hundred, all different', () => expect(new Set(PAYLOADS).size).toBe(200));

  test('would run if one were rendered as markup: otherwise the next test could not fail', async () => {
    const page = await openPage(stage, server.url);
    await page.goto('/system');
    await page.evaluate((text) => {
      const place = document.createElement('div');
      place.innerHTML = text;
      document.body.append(place);
    }, PAYLOADS[20] ?? '');
    await page.waitForFunction(() => (globalThis as unknown as Hits).ran.length > 0);
    expect(await page.locator('[data-payload]').count()).toBe(1);
    await page.context().close();
  });

  test('run in no view, whichever text carries them', async () => {
    const pages = await Promise.all(views.map(async (view) => ({ view, page: await openPage(stage, server.url) })));
    const before = poisonedTexts.count;
    const found: string[] = [];
    for (turn.at = 0; turn.at < PAYLOADS.length; turn.at += TOGETHER)
      found.push(...(await Promise.all(pages.map(({ view, page }) => show(page, view)))).flat());
    expect(found).toEqual([]);
    // Every view was given some hundred texts to show, each time.
    expect(poisonedTexts.count - before).toBeGreaterThan((views.length * 100 * PAYLOADS.length) / TOGETHER);
    await Promise.all(pages.map(({ page }) => page.context().close()));
  }, 300_000);

  test('run in no view that says why it cannot be shown', async () => {
    const page = await openPage(stage, server.url);
    const found: string[] = [];
    for (turn.at = 0; turn.at < PAYLOADS.length; turn.at += 5 * TOGETHER) {
      const text = textOf(turn.at);
      server.intercept = (path) =>
        path === '/api/session' ? null : new Refusal(500, text, { detail: text, hint: text });
      for (const view of views) found.push(...(await show(page, view)));
    }
    server.intercept = null;
    expect(found).toEqual([]);
    await page.context().close();
  }, 120_000);
});

/** Twenty payloads in one text. */
function textOf(at: number): string {
  return PAYLOADS.slice(at, at + TOGETHER).join(' ');
}

/** Without the policy, which would stop them too: the pages themselves must keep text text. */
async function openPage(stage: Stage, baseURL: string): Promise<Page> {
  const { page } = await stage.visit({ baseURL, bypassCSP: true });
  await page.addInitScript(() => Object.assign(globalThis, { ran: [] }));
  return page;
}

/** Opens a view, or has it read everything again, and gives what ran or was made. */
async function show(page: Page, view: string): Promise<readonly string[]> {
  await page.goto(view);
  await page.locator('h1').first().waitFor();
  // Every part has its answer, or says that it has none; the stream of news never ends, so the network is never idle.
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  await page.waitForTimeout(50);
  const [ran, traces, text] = await page.evaluate((selector) => {
    const made = [...document.querySelectorAll(selector)].map((element) => element.outerHTML.slice(0, 120));
    return [(globalThis as unknown as Hits).ran, made, document.body.innerText.length] as const;
  }, TRACES);
  if (text < 20) return [`${view} shows nothing`];
  return [...ran.map((number) => `${view}: payload ${number} ran`), ...traces.map((trace) => `${view}: ${trace}`)];
}

/** One address of each page. */
async function everyView(url: string): Promise<readonly string[]> {
  const json = async (path: string) =>
    (await (await fetch(`${url}${path}`)).json()) as Record<string, { id: string }[]>;
  const chain = (await json(`/api/accounts/${ACCOUNT}`))['chains']?.[0]?.id ?? '';
  const digest = (await json(`/api/chains/${chain}/digests`))['digests']?.[0]?.id ?? '';
  const finding = (await json('/api/findings'))['findings']?.[0]?.id ?? '';
  const one = `/accounts/${ACCOUNT}`;
  const list = ['/', '/accounts', one, `${one}/chains/${chain}`, `${one}/chains/${chain}/digests/${digest}`];
  return [...list, '/findings', `/findings/${finding}`, '/work', '/policy', '/system', '/reading', '/sign-in'];
}
