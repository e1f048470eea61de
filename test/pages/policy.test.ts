/** The page of policies: what differs and why, the diff, the meter, and an apply that is looked at before it is asked for. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyPage } from '../../src/web/contract/policy.ts';
import { skipWithoutBrowser } from './browser.ts';
import {
  policy,
  policyEnabled,
  policyNotConfigured,
  policyQuiet,
  policyRoutes,
  policyUnplanned,
} from './fixtures/policy.ts';
import { Refusal } from './fixtures/route.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

const REASON = 'approved as CHG-42 this morning';

describe.skipIf(skipWithoutBrowser() !== null)('the page of policies', () => {
  let look: Look;
  const now: { policy: PolicyPage } = { policy };
  beforeAll(async () => {
    const [first, ...rest] = policyRoutes({ trouble: true });
    if (first === undefined) throw new Error('there is a route of policies');
    const answer = (): unknown => ({ queued: true });
    const apply = { method: 'POST', path: '/api/policy/apply', shape: null, answer } as const;
    look = await openLook([{ ...first, answer: () => now.policy }, apply, ...rest]);
  });
  afterAll(async () => look?.close());
  afterEach(() => {
    now.policy = policy;
    look.reset();
  });

  test('says of every document how it stands, why, what it breaks and what to do', async () => {
    const { page, context, complaints } = await look.open('/policy');
    const said = await page.locator('main').innerText();
    expect(said).toContain(
      '1 of 6 documents differs from what is wanted; 1 of 6 documents is refused; 1 of 6 documents could not be read; 1 change was interrupted.',
    );
    const bucket = page.getByRole('article', { name: 'Bucket policy' });
    expect(await bucket.innerText()).toContain('role/cleanup may no longer delete object versions');
    expect(await bucket.innerText()).toContain('≠ differs');
    const meter = bucket.getByRole('meter', { name: 'Size of the bucket policy' });
    expect(await meter.getAttribute('aria-valuenow')).toBe('3786');
    expect(await meter.getAttribute('aria-valuetext')).toContain(
      '3,786 of 20,480 bytes, form merged, gives up: one st',
    );
    expect(await page.getByRole('article', { name: 'Object lock' }).innerText()).toContain(
      'Next: set posture.objectLock',
    );
    expect(await page.getByRole('article', { name: 'Key policy' }).innerText()).toContain('Nearly full');
    expect(said).toContain('912 GB');
    expect(said).toContain('1 part is not estimated');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('gives every next step to copy, also one that is no command', async () => {
    const { page, context } = await look.open('/policy');
    for (const name of ['Object lock', 'Bucket policy', 'Key policy']) {
      const card = page.getByRole('article', { name });
      expect.soft(await card.getByRole('button', { name: 'Copy next step' }).count(), name).toBe(1);
    }
    await context.close();
  });

  test('shows how full a document is where the system takes backgrounds away (forced colours)', async () => {
    const { page, context } = await look.open('/policy');
    await page.emulateMedia({ forcedColors: 'active' });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const fill = page.getByRole('meter', { name: 'Size of the bucket policy' }).locator('div');
    expect(await fill.evaluate((one) => getComputedStyle(one).backgroundColor)).not.toBe(ground);
    await context.close();
  });

  test('shows the diff with marks, numbers and words, folded where nothing changes', async () => {
    const { page, context } = await look.open('/policy');
    const diff = page.getByRole('article', { name: 'Bucket policy' }).getByRole('table');
    const added = diff.locator('tr[data-kind=added]');
    await expect.poll(() => added.count()).toBe(16);
    expect(await added.first().innerText()).toMatch(/^\s*20\s+\+\s+added:\s+"Action": "s3:PutObject",$/);
    expect(await diff.locator('tr[data-kind=removed]').innerText()).toMatch(
      /^\s*20\s+−\s+removed:\s+"Action": "s3:\*",$/,
    );
    const before = await diff.locator('tr[data-kind=same]').count();
    await diff.getByRole('button', { name: 'Show 5 lines that stay' }).click();
    expect(await diff.locator('tr[data-kind=same]').count()).toBe(before + 5);
    await context.close();
  });

  test('leaves apply to the command line unless the configuration says otherwise, also for an administrator', async () => {
    look.as('administrator');
    const { page, context } = await look.open('/policy');
    await page.getByLabel('command').filter({ hasText: 'orgtrail plan' }).waitFor();
    expect(await page.getByRole('button', { name: /Apply this plan/ }).count()).toBe(0);
    await context.close();
  });

  test('lets nobody but an administrator apply where that is on', async () => {
    now.policy = policyEnabled;
    const { page, context } = await look.open('/policy');
    await page.getByText('An administrator can apply this plan from here.').waitFor();
    expect(await page.getByRole('button', { name: /Apply this plan/ }).count()).toBe(0);
    await context.close();
  });

  test('applies nothing while a document is refused', async () => {
    look.as('administrator');
    now.policy = { ...policy, apply: 'enabled' };
    const { page, context } = await look.open('/policy');
    await page.getByText('Nothing is written while a document is refused').waitFor();
    expect(await page.getByRole('button', { name: /Apply this plan/ }).count()).toBe(0);
    await context.close();
  });

  test('asks for a reason, sends the plan that was looked at, and tells how it goes on', async () => {
    look.as('administrator');
    now.policy = policyEnabled;
    const { page, context, complaints } = await look.open('/policy');
    await page.getByRole('button', { name: 'Apply this plan…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply this plan' });
    expect(await dialog.innerText()).toContain('Breaks: arn:aws:iam::111111111111:role/cleanup');
    await dialog.getByLabel('Reason').fill('short');
    await dialog.getByRole('button', { name: 'Write it' }).click();
    await dialog.getByText('At least 8 characters').waitFor();
    expect(look.sent).toEqual([]);
    await dialog.getByLabel('Reason').fill(`  ${REASON} `);
    now.policy = { ...policyEnabled, applying: true };
    await dialog.getByRole('button', { name: 'Write it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(look.sent).toEqual([{ to: 'POST /api/policy/apply', body: { plan: policyEnabled.id, reason: REASON } }]);
    await page.getByRole('status').getByText('The plan is being applied').waitFor();
    expect(await page.getByRole('button', { name: /Apply this plan/ }).count()).toBe(0);
    const lastApply = {
      at: '2026-11-18T14:21:00Z',
      by: 'administrator@example.com',
      ok: true,
      text: '1 document written',
    };
    now.policy = { ...policyQuiet, apply: 'enabled', lastApply };
    look.server.tell({ topics: ['policy'], accounts: [] });
    await page.getByRole('status').getByText('1 document written').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('keeps the dialog and the reason when the plan is no longer the one that was looked at', async () => {
    look.as('administrator');
    now.policy = policyEnabled;
    const { page, context } = await look.open('/policy');
    look.server.intercept = (path) =>
      path === '/api/policy/apply'
        ? new Refusal(409, 'plan-stale', { detail: 'The plan has changed.', hint: 'Look at it again.' })
        : null;
    await page.getByRole('button', { name: 'Apply this plan…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(REASON);
    await dialog.getByRole('button', { name: 'Write it' }).click();
    await dialog.getByRole('alert').getByText('The plan has changed. Look at it again.').waitFor();
    // Longer than a dialog takes to fade away.
    await page.waitForTimeout(600);
    expect(await dialog.getByLabel('Reason').inputValue()).toBe(REASON);
    await context.close();
  });

  test('pages through the history and opens a difference', async () => {
    const { page, context } = await look.open('/policy');
    const history = page.getByRole('region', { name: 'History' });
    expect(await history.getByRole('listitem').count()).toBe(5);
    await history.getByText('only its beginning is on record').waitFor();
    await history.getByRole('button', { name: 'Older' }).click();
    await history.getByText('2026-11-11 03:00:12 UTC').waitFor();
    expect(await history.getByRole('listitem').count()).toBe(2);
    await history
      .getByRole('button', { name: /^Show the difference/ })
      .first()
      .click();
    await history.getByRole('table').waitFor();
    await context.close();
  });

  test('says how to begin where nothing is configured, and that nothing is known before the first plan', async () => {
    now.policy = policyNotConfigured;
    const { page, context } = await look.open('/policy');
    await page.getByRole('heading', { name: 'Nothing is held in a wanted state' }).waitFor();
    now.policy = policyUnplanned;
    await page.goto('/policy');
    await page.getByRole('heading', { name: 'No plan yet' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Nothing is held in a wanted state' }).count()).toBe(0);
    await context.close();
  });

  test('has no serious fault in any mode, quiet, with the dialog open, and in trouble', async () => {
    look.as('administrator');
    const { page, context, complaints } = await look.open('/policy');
    expect(await faultsInEveryMode(page)).toEqual([]);
    now.policy = policyEnabled;
    await page.goto('/policy');
    await page.getByRole('button', { name: 'Apply this plan…' }).click();
    await page.getByLabel('Reason').waitFor();
    expect(await faultsInEveryMode(page)).toEqual([]);
    now.policy = policyQuiet;
    await page.goto('/policy');
    await page.getByText('All 6 documents are as wanted.').waitFor();
    expect(await faultsInEveryMode(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
