/** The page of jobs: what has failed and its retry, rates that are honest, and every view of it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { skipWithoutBrowser } from './browser.ts';
import { jobs, jobsIdle, jobsRoutes } from './fixtures/jobs.ts';
import { Refusal } from './fixtures/route.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

describe.skipIf(skipWithoutBrowser() !== null)('the page of jobs', () => {
  let look: Look;
  const now = { jobs };
  beforeAll(async () => {
    const [first, ...rest] = jobsRoutes({ trouble: true });
    if (first === undefined) throw new Error('there is a route of jobs');
    look = await openLook([{ ...first, answer: () => now.jobs }, ...rest]);
  });
  afterAll(async () => look?.close());
  afterEach(() => {
    now.jobs = jobs;
    look.reset();
  });

  test('says what runs, waits and has failed, with rates that nobody made up', async () => {
    const { page, context, complaints } = await look.open('/work');
    const said = await page.locator('main').innerText();
    expect(said).toContain(
      '17 jobs run, 1,286 wait; 12 jobs have failed for good in 1 account and 2 of no single account.',
    );
    expect(said).toContain('39 digests a minute');
    expect(said).toContain('in about 32 min');
    expect(said).toContain('no digest was judged in the last ten minutes');
    expect(said).toContain('nobody can say');
    expect(said).toContain('182,340 files listed, 1,204 captured');
    expect(await page.getByRole('link', { name: 'blocked-access' }).getAttribute('href')).toBe(
      '/reading#code-blocked-access',
    );
    expect(await page.getByRole('link', { name: 'Job board' }).getAttribute('href')).toBe('/jobs');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('retries all failed jobs of an account and says what came of it, also once the account is gone', async () => {
    const { page, context } = await look.open('/work');
    now.jobs = jobsIdle;
    await page.getByRole('button', { name: 'Retry all: all failed jobs of payments' }).click();
    await page.getByText('payments: 12 retried, 0 left').waitFor();
    expect(look.sent).toEqual([{ to: 'POST /api/jobs/retry', body: { account: '222222222222' } }]);
    await page.getByText('No job has failed for good.', { exact: true }).waitFor();
    await context.close();
  });

  test('shows single jobs a page at a time, each with a retry of its own', async () => {
    const { page, context } = await look.open('/work');
    await page.getByRole('button', { name: 'Show 12 jobs' }).click();
    await page.getByText('5 of 12 in view').waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('7 of 12 in view').waitFor();
    await page.getByRole('button', { name: 'Retry: digest digest-0005' }).click();
    await page.getByText('payments: 1 retried, 11 left').waitFor();
    expect(look.sent).toEqual([{ to: 'POST /api/jobs/retry', body: { queue: 'collect', id: 'digest-0005' } }]);
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByText('5 of 12 in view').waitFor();
    await context.close();
  });

  test('says a refused retry where it was asked for', async () => {
    const { page, context } = await look.open('/work');
    look.server.intercept = (path) =>
      path === '/api/jobs/retry' ? new Refusal(503, 'redis', { detail: 'Redis is away.', hint: 'Start it.' }) : null;
    await page.getByRole('button', { name: 'Retry all: all failed jobs of payments' }).click();
    await page.getByRole('alert').getByText('Redis is away. Start it.').waitFor();
    expect(await page.getByText('retried').count()).toBe(0);
    await context.close();
  });

  test('gives a viewer no button that changes anything', async () => {
    look.as('viewer');
    const { page, context } = await look.open('/work');
    await page.getByRole('button', { name: 'Show 12 jobs' }).click();
    await page.getByText('5 of 12 in view').waitFor();
    expect(await page.getByRole('button', { name: /retry/i }).count()).toBe(0);
    await context.close();
  });

  test('takes the chart only when it is needed: its library is in no script that every page loads', async () => {
    const { page, context } = await look.open('/system');
    const scripts = () =>
      page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter((name) => name.endsWith('.js')),
      );
    expect((await scripts()).filter((name) => name.includes('chart'))).toEqual([]);
    await page.goto('/work');
    await page.locator('.recharts-bar-rectangle').first().waitFor({ state: 'attached' });
    expect((await scripts()).filter((name) => name.includes('chart')).length).toBeGreaterThan(0);
    await context.close();
  });

  test('has no serious fault in any mode, opened up and idle', async () => {
    const { page, context, complaints } = await look.open('/work');
    await page.getByRole('button', { name: 'Show 12 jobs' }).click();
    await page.getByText('5 of 12 in view').waitFor();
    expect(await faultsInEveryMode(page)).toEqual([]);
    now.jobs = jobsIdle;
    await page.goto('/work', { waitUntil: 'networkidle' });
    await page.getByText('Nothing runs and nothing waits; no job has failed for good.').waitFor();
    expect(await faultsInEveryMode(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
