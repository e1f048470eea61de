/** The page of the system: what is wrong stands out, what is not known is said, and no mode has a serious fault. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SystemPage } from '../../src/web/contract/system.ts';
import { skipWithoutBrowser } from './browser.ts';
import { Refusal } from './fixtures/route.ts';
import { system, systemEvicting, systemRoutes, systemTroubled } from './fixtures/system.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

describe.skipIf(skipWithoutBrowser() !== null)('the page of the system', () => {
  let look: Look;
  const now: { system: SystemPage } = { system };
  beforeAll(async () => {
    look = await openLook(systemRoutes({ trouble: true }).map((route) => ({ ...route, answer: () => now.system })));
  });
  afterAll(async () => look?.close());
  afterEach(() => {
    now.system = system;
    look.reset();
  });

  test('points at the silent process, at other versions, and at calls that AWS throttled', async () => {
    const { page, context, complaints } = await look.open('/system');
    const said = await page.locator('main').innerText();
    expect(said).toContain('Ready; 3 processes heard of just now, 1 process silent, 2 different versions.');
    expect(said).toContain('Processes run different versions: 0.5.0 in 3 processes, 0.4.1 in 1 process.');
    const processes = page.getByRole('table', { name: /^Processes/ }).getByRole('row');
    expect(await processes.nth(1).innerText()).toMatch(/worker-b.*silent since 2026-11-18 13:41:20 UTC.*≠ 0\.4\.1/s);
    expect(await page.getByRole('row', { name: /ListObjectsV2/ }).getAttribute('data-marked')).toBe('true');
    expect(await page.getByRole('row', { name: /GetObject/ }).getAttribute('data-marked')).toBeNull();
    expect(await page.getByRole('meter', { name: 'Memory of Redis' }).getAttribute('aria-valuetext')).toBe(
      '212 MiB of 1 GiB of memory',
    );
    expect(await page.getByLabel('configuration', { exact: true }).innerText()).toContain('externalId: (secret)');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('says so when Redis would drop jobs, and that it is nearly full', async () => {
    now.system = systemEvicting;
    const { page, context } = await look.open('/system');
    const redis = page.getByRole('region', { name: 'Redis' });
    expect(await redis.innerText()).toContain('maxmemory-policy is allkeys-lru: Redis drops jobs');
    expect(await redis.innerText()).toContain('Nearly full');
    expect(await page.getByRole('region', { name: 'Health' }).getByRole('link').getAttribute('href')).toBe(
      '/reading#code-noeviction',
    );
    await context.close();
  });

  test('claims nothing while Redis is away', async () => {
    now.system = systemTroubled;
    const { page, context } = await look.open('/system');
    const said = await page.locator('main').innerText();
    expect(said).toContain('Not ready; which processes run could not be read.');
    expect(said).toContain('No queue could be read.');
    expect(said).toContain('whether it is fit is not known');
    expect(said).not.toMatch(/0 processes|Nothing waits/);
    expect(await faultsInEveryMode(page)).toEqual([]);
    await context.close();
  });

  test('says why nothing can be shown, and shows it once it can', async () => {
    const { page, context } = await look.open('/reading');
    look.server.intercept = (path) =>
      path === '/api/system' ? new Refusal(403, 'forbidden', { detail: 'You may not.', hint: 'Ask.' }) : null;
    await page.goto('/system');
    await page.getByRole('alert').getByText('You may not.').waitFor();
    look.server.intercept = null;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Configuration in force' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await context.close();
  });

  test('has no serious fault in any mode', async () => {
    const { page, context, complaints } = await look.open('/system');
    expect(await faultsInEveryMode(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
