/** Going from page to page: where each begins, where the focus is seen, what stands whole, and what a sent change hears. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { skipWithoutBrowser } from './browser.ts';
import { evidenceRoutes, nothingDone } from './fixtures/evidence.ts';
import { idOf } from './fixtures/members.ts';
import { Refusal } from './fixtures/route.ts';
import { signedOut } from './fixtures/session.ts';
import { openLook, type Look } from './look.ts';

const PAYMENTS = '300000000001';
const CHAIN = `/accounts/${PAYMENTS}/chains/${idOf(PAYMENTS, 'us-east-1')}`;

describe.skipIf(skipWithoutBrowser() !== null)('going from page to page', () => {
  let look: Look;
  beforeAll(async () => {
    look = await openLook(evidenceRoutes(undefined, nothingDone()));
  });
  afterAll(async () => look?.close());
  afterEach(() => look.reset());

  test('begins at the top, also of a page that is still in memory (it stood where the one before it stood)', async () => {
    const { page, context } = await look.open('/accounts');
    const place = (): Promise<number> => page.evaluate(() => scrollY);
    for (const time of ['first', 'second']) {
      await page.evaluate(() => scrollTo(0, 500));
      await page.getByRole('link', { name: 'dns-root' }).click();
      await page.getByRole('heading', { level: 2, name: 'Trails' }).waitFor();
      expect.soft(await place(), time).toBe(0);
      await page.goBack();
      await page.getByRole('link', { name: 'dns-root' }).waitFor();
      await expect.poll(place).toBeGreaterThan(400);
    }
    await context.close();
  });

  test('shows which field has the focus by an outline, since forced colours take the colour of a border', async () => {
    const { page, context } = await look.open('/findings');
    await page.emulateMedia({ forcedColors: 'active' });
    for (const field of await page.locator('input[type="text"], input[type="search"], select').all()) {
      await field.focus();
      expect.soft(await field.evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
    }
    await context.close();
  });

  test('asks to sign in when a change is refused since the session has ended, and keeps the way back', async () => {
    const { page, context } = await look.open(`/accounts/${PAYMENTS}`);
    look.as(signedOut);
    look.server.intercept = (_, { method }) =>
      method === 'GET' ? null : new Refusal(401, 'not-signed-in', { detail: 'Sign in first.' });
    await page.getByRole('button', { name: 'Run preflight' }).click();
    await page.waitForURL('**/sign-in?*');
    expect(new URL(page.url()).searchParams.get('to')).toBe(`/accounts/${PAYMENTS}`);
    await context.close();
  });

  test('never breaks a time of the heading or the sentence across lines, however narrow', async () => {
    const { page, context } = await look.open(`/accounts/${PAYMENTS}`);
    expect(await brokenTimes(page)).toEqual([]);
    await page.goto(CHAIN, { waitUntil: 'networkidle' });
    await page.locator('ol a').first().click();
    await page.getByRole('heading', { level: 1, name: /^Digest / }).waitFor();
    expect(await brokenTimes(page)).toEqual([]);
    await context.close();
  });

  test('keeps a region the right way round beside a name that turns the writing', async () => {
    const { page, context } = await look.open('/accounts');
    await page.route(`**/api/chains/${idOf(PAYMENTS, 'us-east-1')}`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ json: { ...((await answer.json()) as object), name: '\u202Eevil' } });
    });
    await page.goto(CHAIN, { waitUntil: 'networkidle' });
    const heading = page.getByRole('heading', { level: 1, name: /us-east-1/ });
    const [first, last] = await heading.evaluate((one) => {
      const text = document.createTreeWalker(one, NodeFilter.SHOW_TEXT).nextNode() as Text;
      const from = text.data.indexOf('us-east-1');
      return [from, from + 8].map((at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
      });
    });
    expect(last).toBeGreaterThan(first ?? Infinity);
    expect(await page.title()).toBe('\u2068\u202Eevil\u2069 · us-east-1 · orgtrail');
    await context.close();
  });
});

/** Times that begin on one line and end on another, at every width from a telephone's to a desk's. */
async function brokenTimes(page: Page): Promise<readonly string[]> {
  const broken: string[] = [];
  for (let width = 360; width <= 1440; width += 45) {
    await page.setViewportSize({ width, height: 900 });
    broken.push(...(await page.evaluate(timesOnTwoLines)).map((time) => `${width}: ${time}`));
  }
  return broken;
}

function timesOnTwoLines(): readonly string[] {
  const texts = document.createTreeWalker(document.querySelector('article > header') ?? document, NodeFilter.SHOW_TEXT);
  const broken: string[] = [];
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode())
    for (const { 0: time, index } of (node as Text).data.matchAll(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( UTC)?/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + time.length);
      if (range.getClientRects().length > 1) broken.push(time);
    }
  return broken;
}
