/** The list of accounts: what it says of each, its filters in the address, its order, and every view of it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser } from './browser.ts';
import { evidenceRoutes } from './fixtures/evidence.ts';
import { HOSTILE } from './fixtures/members.ts';
import { Refusal } from './fixtures/route.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

/** Axe goes four times over a page, on a machine that others may load. */
const AXE_MS = 120_000;

describe.skipIf(skipWithoutBrowser() !== null)('the list of accounts', () => {
  /** Fifteen accounts a page instead of a hundred. */
  const few = { on: false };
  let look: Look;
  beforeAll(async () => {
    look = await openLook(
      evidenceRoutes().map((route) => ({ ...route, answer: (asked) => route.answer(few.on ? limited(asked) : asked) })),
    );
  });
  afterAll(async () => look?.close());
  afterEach(() => {
    few.on = false;
    look.reset();
  });

  test('shows the worst first, with what is in the way, its next step to copy, and text that stays text', async () => {
    const { page, context, complaints } = await look.open('/accounts');
    await page.getByText('40 of 40 accounts').waitFor();
    expect((await namesIn(page)).slice(0, 3)).toEqual(['payments', HOSTILE, 'data-lake']);
    const blocked = page.getByRole('row').filter({ hasText: 'data-lake' });
    expect(await blocked.innerText()).toContain('is not authorized to perform: s3:GetObject');
    expect(await blocked.getByRole('button', { name: 'Copy next step' }).count()).toBe(1);
    expect(await blocked.getByRole('link', { name: 'blocked-access' }).getAttribute('href')).toBe(
      '/reading#code-blocked-access',
    );
    const unknown = await page.getByRole('row').filter({ hasText: 'new-account' }).innerText();
    expect(unknown).toContain('not yet');
    expect(await page.evaluate(() => 'broken' in globalThis)).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('keeps its filters in the address: a reload shows the same, back undoes them one by one', async () => {
    const { page, context } = await look.open('/accounts');
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByText('2 of 2 accounts').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('pay');
    await page.getByText('1 of 1 accounts').waitFor();
    expect(new URL(page.url()).search).toBe('?state=failed&search=pay');
    await page.reload({ waitUntil: 'networkidle' });
    expect(await namesIn(page)).toEqual(['payments']);
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('pay');
    await page.goBack();
    await page.getByText('40 of 40 accounts').waitFor();
    expect(await page.getByRole('searchbox', { name: 'Search' }).inputValue()).toBe('');
    await page.getByRole('checkbox', { name: 'Needs a person' }).check();
    await page.getByText('7 of 7 accounts').waitFor();
    expect(new URL(page.url()).search).toBe('?open=true');
    await context.close();
  });

  test('sorts by its headings and says by which, both ways', async () => {
    const { page, context } = await look.open('/accounts');
    await page.getByRole('button', { name: 'Lag' }).click();
    await page.waitForURL('**/accounts?sort=lag');
    const head = page.getByRole('columnheader', { name: 'Lag' });
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await expect.poll(async () => (await namesIn(page))[0]).toBe('new-account');
    await page.getByRole('button', { name: 'Lag' }).click();
    await page.waitForURL('**/accounts?sort=lag&order=asc');
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await page.getByText('Sorted by lag, ascending').waitFor({ state: 'attached' });
    await expect.poll(async () => (await namesIn(page)).at(-1)).toBe('new-account');
    await page.getByRole('button', { name: 'Name' }).click();
    await expect.poll(async () => (await namesIn(page))[1]).toBe('acquired-shop');
    await context.close();
  });

  test('reads more by cursor, each account once', async () => {
    few.on = true;
    const { page, context } = await look.open('/accounts');
    await page.getByText('15 of 40 accounts').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('30 of 40 accounts').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('40 of 40 accounts').waitFor();
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
    expect(new Set(await namesIn(page)).size).toBe(40);
    await context.close();
  });

  test('says that nothing is like that, and what could not be read', async () => {
    const { page, context } = await look.open('/accounts?search=nobody-has-this-name');
    await page.getByText('No account is like that').waitFor();
    look.server.intercept = (path) =>
      path === '/api/accounts' ? new Refusal(503, 'redis', { detail: 'Redis is away.', hint: 'Start it.' }) : null;
    await page.goto('/accounts?state=late');
    await page.getByRole('alert').getByText('Redis is away.').waitFor();
    look.server.intercept = null;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('1 of 1 accounts').waitFor();
    expect(await namesIn(page)).toEqual(['edge-prod']);
    await context.close();
  });

  test(
    'has no serious fault in any mode and never scrolls sideways',
    async () => {
      const { page, context } = await look.open('/accounts');
      expect(await faultsInEveryMode(page)).toEqual([]);
      // On a narrow screen the order is still to be chosen, and a card still says whose it is.
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole('combobox', { name: 'Sorted by' }).selectOption('name');
      await expect.poll(async () => (await namesIn(page))[1]).toBe('acquired-shop');
      await context.close();
    },
    AXE_MS,
  );
});

async function namesIn(page: Page): Promise<readonly string[]> {
  return page.getByRole('rowheader').getByRole('link').allTextContents();
}

function limited<Asked extends { readonly url: URL }>(asked: Asked): Asked {
  const url = new URL(asked.url);
  url.searchParams.set('limit', '15');
  return { ...asked, url };
}
