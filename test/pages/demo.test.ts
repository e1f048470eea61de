/** The pages over the demo's organization: the real daemon, Redis and archive, in a real browser. */
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ROLE } from '../flow/organization.ts';
import { NO_BROWSER, openBrowser, openWatched, type Watched } from './browser.ts';
import { openLiveDemo, type LiveDemo } from './live-demo.ts';
import { faultsInEveryMode } from './look.ts';

/** The demo's hour takes twelve seconds, and its digests come late; a loaded machine takes longer. */
const PATIENCE_MS = 120_000;

describe.skipIf(NO_BROWSER !== null)('the pages over the demo', () => {
  let demo: LiveDemo;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const open: Watched[] = [];
  const visit = async (path: string): Promise<Watched> => {
    const watched = await openWatched(browser, demo.url, { viewport: { width: 1440, height: 900 } });
    watched.context.setDefaultTimeout(PATIENCE_MS);
    open.push(watched);
    await watched.page.goto(path);
    return watched;
  };
  beforeAll(async () => {
    demo = await openLiveDemo({ hourSeconds: 12 });
    browser = await openBrowser();
  }, PATIENCE_MS);
  afterEach(async () => {
    const closing = open.splice(0);
    const complaints = closing.flatMap((one) => one.complaints);
    await Promise.all(closing.map(({ context }) => context.close()));
    expect([complaints, demo.bugs]).toEqual([[], []]);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  test(
    'a tampered account shows by itself on the open overview, and is two clicks away from its evidence',
    async () => {
      const { page } = await visit('/');
      await page.getByText(/^All 6 accounts proven up to /).waitFor();
      await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
      demo.insider.wake();
      await rowOf(page, 'failed').waitFor();
      expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
      await page
        .getByText(/[12] needs? you/)
        .first()
        .waitFor();

      const key = demo.insider.forged()?.key ?? 'nothing was forged';
      await rowOf(page, 'failed').locator('[role="gridcell"] [data-state="failed"]').first().hover({ force: true });
      await page
        .getByText(`log-hash-mismatch: ${key.slice(key.lastIndexOf('/') + 1)}`)
        .first()
        .waitFor();

      await rowOf(page, 'failed').getByRole('link').first().click();
      await page.waitForURL(`**/accounts/${demo.insider.forges}`);
      await page.locator('a[href^="/findings/"]').first().click();
      await page.waitForURL('**/findings/*');
      await page.getByText('log-hash-mismatch').first().waitFor();
      const text = await page.locator('main').innerText();
      expect(text).toContain(key.slice(-24));
      expect(text).toContain('quarantine');
    },
    2 * PATIENCE_MS,
  );

  test(
    'every page opens, reloads at its address, and is free of serious faults in light and dark at 1440 and 390 pixels',
    async () => {
      const account = demo.insider.forges;
      const { page } = await visit(`/accounts/${account}`);
      await page.locator('a[href*="/chains/"]').first().waitFor();
      const chain = await address(page, `a[href^="/accounts/${account}/chains/"]`);
      await page.goto(chain);
      const digest = await address(page, 'a[href*="/digests/"]');
      await page.goto('/findings');
      const finding = await address(page, 'a[href^="/findings/"]');
      const faults: string[] = [];
      const found = ['/findings', finding, '/work', '/policy', '/system', '/reading'];
      for (const path of ['/', '/accounts', `/accounts/${account}`, chain, digest, ...found]) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.goto(path);
        await settled(page);
        const [heading, url] = [await page.locator('h1').first().innerText(), page.url()];
        expect(heading.length).toBeGreaterThan(2);
        await page.reload();
        await settled(page);
        expect(page.url()).toBe(url);
        faults.push(...(await faultsInEveryMode(page)).map((fault) => `${path} ${fault}`));
      }
      expect(faults).toEqual([]);
    },
    2 * PATIENCE_MS,
  );

  test(
    'back goes where one came from, with the filter that was set there',
    async () => {
      const { page } = await visit('/');
      await page.getByRole('navigation', { name: 'Accounts by state' }).getByText('failed').click();
      await page.waitForURL('**/?*state=failed*');
      await rowOf(page, 'failed').getByRole('link').first().click();
      await page.waitForURL('**/accounts/*');
      await page.goBack();
      await page.waitForURL('**/?*state=failed*');
      await rowOf(page, 'failed').waitFor();
      expect(await page.locator('[role="row"][data-state="verified"]').count()).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'a withdrawn role shows as blocked, with the permission that is missing',
    async () => {
      const { page } = await visit('/');
      await rowOf(page, 'verified').first().waitFor();
      const account = demo.stage.organization.world.accounts.map(({ id }) => id).find(isUntouched) ?? '';
      const role = `arn:aws:iam::${account}:role/${ROLE}`;
      const { identities } = demo.stage.organization.cloud;
      identities.roles.delete(role);
      identities.expireSessions(role);
      await rowOf(page, 'blocked').first().waitFor();
      await rowOf(page, 'blocked').locator(`a[href="/accounts/${account}"]`).click();
      await page.getByText('blocked-access').first().waitFor();
      expect(await page.locator('main').innerText()).toContain('sts:AssumeRole');
    },
    PATIENCE_MS,
  );

  test(
    'a retry button retries (it pressed the first of the page, which a loaded machine gave to another account)',
    async () => {
      const job = await failedJob(demo);
      const before = await job.failedAt();
      const { page } = await visit('/work');
      const card = page
        .locator('article[aria-labelledby]')
        .filter({ has: page.locator(`h3 a[href="/accounts/${job.account}"]`) });
      await card.getByRole('button', { name: /^Show \d+ job/ }).click();
      const row = card.getByRole('row').filter({ has: page.getByRole('button', { name: `Retry: sweep ${job.id}` }) });
      await row.getByText(/job-refused/).waitFor();
      await row.getByRole('button').click();
      await page.getByText(/: 1 retried/).waitFor();
      await expect.poll(() => job.failedAt(), { timeout: 30_000 }).toBeGreaterThan(before);
      await job.close();
    },
    PATIENCE_MS,
  );

  function isUntouched(id: string): boolean {
    const { forges, deletes } = demo.insider;
    return id !== forges && id !== deletes && id !== demo.stage.organization.world.management;
  }
});

/** Rows of the map in this state. */
function rowOf(page: Page, state: string) {
  return page.locator(`[role="row"][data-state="${state}"]`);
}

async function address(page: Page, selector: string): Promise<string> {
  const link = page.locator(selector).first();
  await link.waitFor();
  return (await link.getAttribute('href')) ?? '';
}

async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

interface FailedJob {
  readonly id: string;
  readonly account: string;
  failedAt(): Promise<number>;
  close(): Promise<void>;
}

/** A job that no worker can do: its trail is of no account that is known. It has failed when this resolves, and two of
 * another account before it, as happens where a role is withdrawn while digests are judged. */
async function failedJob({ stage }: LiveDemo): Promise<FailedJob> {
  const connection = new Redis(stage.config.redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue('discover', { connection, prefix: '{orgtrail}' });
  const [{ id: account } = { id: '' }, { id: other } = { id: '' }] = stage.organization.world.accounts;
  const fail = async (of: string): Promise<string> => {
    const chain = { reader: of, account: of, region: 'us-east-1' };
    const trailArn = `arn:aws:cloudtrail:us-east-1:${of}:trail/nobodys`;
    const { id = '' } = await queue.add('sweep', { type: 'sweep', depth: 'recent', ...chain, trailArn });
    const reason = async () => (await queue.getJob(id))?.failedReason;
    await expect.poll(reason, { timeout: 30_000 }).toMatch(/^job-refused/);
    return id;
  };
  await fail(other);
  await fail(other);
  const id = await fail(account);
  return {
    id,
    account,
    failedAt: async () => (await queue.getJob(id))?.finishedOn ?? 0,
    close: async () => {
      await queue.close();
      connection.disconnect();
    },
  };
}
