/**
 * `node test/pages/screenshots.ts`: the pictures of the README, taken of the real pages over the demo's organization
 * after the insider has forged a file.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser, openWatched, PHONE, WIDE } from './browser.ts';
import { openLiveDemo, type LiveDemo } from './live-demo.ts';
import { MADE_FROM, pagesHash, SCREENSHOTS } from './made-from.ts';

const HOUR_SECONDS = 12;
/** The demo's hour takes twelve seconds and its digests come late. */
const PATIENCE_MS = 180_000;
const MOST_BYTES = 250_000;
/** For the news to come together and the fonts to settle. */
const SETTLE_MS = 1500;

type Browser = Awaited<ReturnType<typeof openBrowser>>;

await main();

async function main(): Promise<void> {
  const made = pagesHash();
  const demo = await openLiveDemo({ hourSeconds: HOUR_SECONDS });
  const browser = await openBrowser();
  try {
    await mkdir(SCREENSHOTS, { recursive: true });
    await takeAll(demo, browser);
    await writeFile(MADE_FROM, `${made}\n`);
  } finally {
    await browser.close();
    await demo.close();
  }
}

async function takeAll(demo: LiveDemo, browser: Browser): Promise<void> {
  const { forges } = demo.insider;
  const light = await visit(browser, demo.url, WIDE);
  await light.goto('/');
  await light.getByText(/^All \d+ accounts proven up to /).waitFor();
  demo.insider.wake();
  await light.locator('[role="row"][data-state="failed"]').waitFor();
  await light.goto(`/accounts/${forges}`);
  const finding = light.locator('a[href^="/findings/"]').first();
  await finding.waitFor();
  await take(light, 'account.png');
  await finding.click();
  const digest = light.locator('a[href*="/digests/"]').filter({ hasText: 'failed' }).first();
  await digest.waitFor();
  await digest.click();
  await light.getByText('One log file to look at').waitFor();
  await take(light, 'digest.png');
  await takeOverview(light, 'overview-light.png');
  await takeOverview(await visit(browser, demo.url, { ...WIDE, colorScheme: 'dark' }), 'overview-dark.png');
  await takeOverview(await visit(browser, demo.url, PHONE), 'overview-phone.png');
}

async function visit(browser: Browser, url: string, options: BrowserContextOptions): Promise<Page> {
  const { context, page } = await openWatched(browser, url, { ...options, reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MS);
  return page;
}

async function takeOverview(page: Page, name: string): Promise<void> {
  await page.goto('/');
  await page.locator('[role="row"][data-state="failed"]').waitFor();
  await take(page, name);
}

/** What is in sight, once nothing stands in for what is on its way and the news arrive by themselves. */
async function take(page: Page, name: string): Promise<void> {
  await page.locator('[data-live="live"]').waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  await page.waitForTimeout(SETTLE_MS);
  const path = join(SCREENSHOTS, name);
  await page.screenshot({ path });
  const { size } = await stat(path);
  if (size > MOST_BYTES) throw new Error(`${name} has ${size} bytes, more than ${MOST_BYTES}`);
  process.stdout.write(`${name}: ${size} bytes\n`);
}
