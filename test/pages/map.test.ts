/** The coverage map: what its squares say, how one gets about in it, and that thousands of accounts stay a few elements. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NO_BROWSER, openStage, PHONE, type Stage } from './browser.ts';
import type { FakeServer } from './fake-server.ts';
import { overviewRoutes } from './fixtures/overview.ts';

const MANY = 5000;
/** Pages name each other, so that the way to the last one is a chain of answers. */
const PATIENCE = { timeout: 15_000 };

describe.skipIf(NO_BROWSER !== null)(`the map${NO_BROWSER === null ? '' : `: ${NO_BROWSER}`}`, () => {
  let stage: Stage;
  let server: FakeServer;

  beforeAll(async () => {
    stage = await openStage();
    server = await stage.serve(overviewRoutes({ accounts: MANY, trouble: true }));
  });
  afterAll(() => stage.close());

  async function open(path: string): Promise<Page> {
    const { page } = await stage.visit();
    await page.goto(server.url + path);
    await rowOf(page, 'payments').waitFor();
    return page;
  }
  const rowOf = (page: Page, name: string): Locator =>
    page.getByRole('rowheader', { name: new RegExp(`^${name} [\\d:]`) });
  const focused = (page: Page): Promise<string> =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    );
  const enter = async (page: Page): Promise<void> => {
    await page.locator('[role="row"] [data-square]').focus();
  };

  test('the worst come first, and each row says in words what its squares show', async () => {
    const page = await open('/');
    const rows = page.getByRole('rowheader');
    const texts = await rows.allInnerTexts();
    expect(texts[0]).toMatch(/payments[^]*: failed since Tue 02:00 UTC, log-hash-mismatch; proven until /);
    expect(texts[1]).toMatch(/data-lake[^]*: blocked since 08:00 UTC, blocked-access; proven until /);
    expect(texts[2]).toMatch(/edge-prod[^]*: late since 13:00 UTC; proven until /);
    expect(texts[3]).toMatch(/: verified; proven until 13:05 UTC/);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(MANY + 1));
  });

  test('thousands of accounts are a few hundred elements, wherever one scrolls', async () => {
    const page = await open('/');
    const elements = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
    expect(await elements()).toBeLessThan(1500);
    for (const part of [0.3, 0.7, 1]) {
      await page.evaluate((at) => window.scrollTo(0, document.body.scrollHeight * at), part);
      await expect.poll(() => page.getByText('Loading').count(), PATIENCE).toBe(0);
      expect(await elements()).toBeLessThan(1500);
    }
    await rowOf(page, 'identity-713').waitFor();
    const pages = server.asked.filter((path) => path.startsWith('/api/map')).length;
    expect(pages).toBeLessThanOrEqual(20);
  });

  test('the days stand above their squares', async () => {
    const page = await open('/');
    const box = async (locator: Locator): Promise<number> => (await locator.boundingBox())?.x ?? Number.NaN;
    const midnight = await box(page.getByText('Tue 17', { exact: true }));
    await page.keyboard.press('/');
    await enter(page);
    // 13 Wednesday's squares to the left of the newest (15:00 is its end) lies 00:00; a day before that is Tuesday's.
    await page.keyboard.press('End');
    for (let hour = 0; hour < 14 + 24; hour += 1) await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toBe('payments, Tue 17 Nov, 00:00–01:00 UTC: verified');
    expect(Math.abs((await box(page.locator('[data-square]'))) - midnight)).toBeLessThan(1);
  });

  test('Tab stops once; arrows, Home, End and pages lead on; what has the focus is told', async () => {
    const page = await open('/');
    await enter(page);
    expect(await focused(page)).toBe('payments, Wed 18 Nov, 14:00–15:00 UTC: pending');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toBe('data-lake, Wed 18 Nov, 13:00–14:00 UTC: blocked, blocked-access');
    expect(await page.locator('[aria-live="polite"]').allInnerTexts()).toContain(
      'data-lake, Wed 18 Nov, 13:00–14:00 UTC: blocked, blocked-access: s3:GetObject on arn:aws:s3:::data-lake-trail/AWSLogs/* is not allowed',
    );
    await page.keyboard.press('Home');
    expect(await focused(page)).toContain('data-lake');
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toContain('data-lake');
    await page.keyboard.press('End');
    await page.keyboard.press('Control+End');
    await expect.poll(() => focused(page), PATIENCE).toContain('Wed 18 Nov, 14:00–15:00 UTC');
    expect(
      await page.evaluate(() => document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex')),
    ).toBe(String(MANY + 1));
    await page.keyboard.press('Control+Home');
    await expect.poll(() => focused(page)).toContain('payments');
    await page.keyboard.press('PageDown');
    const index = await page.evaluate(() =>
      document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex'),
    );
    expect(Number(index)).toBeGreaterThan(10);
    expect(await page.locator('[role="grid"] [tabindex="0"], [role="grid"] a:not([tabindex])').count()).toBe(1);
  });

  test('Enter and a click open the cell: the account at that hour; a name opens the account', async () => {
    const page = await open('/');
    await enter(page);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/accounts/111111111111?at=2026-11-18T13*');
    await page.goBack();
    await rowOf(page, 'edge-prod').getByRole('link').click();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/accounts/111111113129');
  });

  test('the pointer tells of a square, and a click opens it', async () => {
    const page = await open('/');
    const row = page.getByRole('row', { name: /payments/ });
    const box = await row.locator('[role="gridcell"] [data-state="failed"]').last().boundingBox();
    if (box === null) throw new Error('no failed square is drawn');
    await page.mouse.move(box.x + 1, box.y + 8);
    await page.getByText('Tue 17 Nov, 02:00–03:00 UTC').waitFor();
    await page
      .getByText(/^log-hash-mismatch: AWSLogs/)
      .last()
      .waitFor();
    await page.mouse.click(box.x + 1, box.y + 8);
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).toBe('2026-11-17T02:00:00.000Z');
  });

  test('a state narrows the map, in the address; choosing it again, or back, widens it', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: /^blocked/ }).click();
    await page.waitForURL('**/?state=blocked');
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(1);
    await page.reload();
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(1);
    await page.goBack();
    await rowOf(page, 'payments').waitFor();
    await page.getByRole('link', { name: /^verified/ }).click();
    await rowOf(page, 'billing').waitFor();
    expect(await rowOf(page, 'payments').count()).toBe(0);
  });

  test('a search goes into the address, finds names and numbers, and says when there is nothing', async () => {
    const page = await open('/');
    await page.getByRole('searchbox').fill('data-l');
    await page.waitForURL('**/?search=data-l');
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(1);
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByText('No account that matches “no such thing”.').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await rowOf(page, 'payments').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
  });

  test('24 hours, 7 days and 90 days are an address each, and have as many squares', async () => {
    const page = await open('/?span=24h');
    const columns = (): Promise<string | null> => page.getByRole('grid').getAttribute('aria-colcount');
    expect(await columns()).toBe('26');
    await page.getByText('90 d', { exact: true }).click();
    await page.waitForURL('**/?span=90d');
    await expect.poll(columns).toBe('92');
    await enter(page);
    await expect.poll(() => focused(page)).toMatch(/^payments, .* Nov, (24 hours from|UTC)/);
    await page.goBack();
    await expect.poll(columns).toBe('26');
  });

  test('on a telephone the last day is shown, stacked, and nothing is wider than the screen', async () => {
    const { page, complaints } = await stage.visit(PHONE);
    await page.goto(server.url);
    await rowOf(page, 'payments').waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-colcount')).toBe('26');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.goto(`${server.url}/?span=7d`);
    await rowOf(page, 'payments').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(complaints).toEqual([]);
  });

  test('no console error, no report of the policy, no outside request while one looks around', async () => {
    const { page, complaints } = await stage.visit();
    await page.goto(server.url);
    await rowOf(page, 'payments').waitFor();
    await page.mouse.wheel(0, 8000);
    await page.mouse.move(800, 400);
    await page.waitForTimeout(500);
    expect(complaints).toEqual([]);
  });
});
