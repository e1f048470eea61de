/** One account: what is in its way, its chains and one of their hours, and a preflight for those who may. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AccountPage } from '../../src/web/contract/accounts.ts';
import { accountSentence } from '../../src/web/ui/account/chain-groups.ts';
import { accountAnswer } from './fixtures/accounts.ts';
import { skipWithoutBrowser } from './browser.ts';
import { evidenceRoutes, nothingDone } from './fixtures/evidence.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

/** Axe goes four times over a page, on a machine that others may load. */
const AXE_MS = 120_000;

const PAYMENTS = '300000000001';
const DATA_LAKE = '300000000002';
const NEW = '300000000006';
const QUIET = '300000000012';
/** The hour in which the file of `payments` was changed. */
const HOUR = '2026-11-17T03:00:00.000Z';

function answerOf(account: string): AccountPage {
  const page = accountAnswer(account);
  if (page === null) throw new Error(`there is an account ${account}`);
  return page;
}

describe('the sentence on an account', () => {
  test('speaks of the chains that are well, and of those that need somebody', () => {
    expect(accountSentence(answerOf(PAYMENTS))).toBe(
      'Proven up to 2026-11-17 03:05 UTC and no further: 1 of 17 chains needs you. 16 others are proven up to 2026-11-18 14:05 UTC.',
    );
    expect(accountSentence(answerOf(QUIET))).toBe('Proven up to 2026-11-18 14:05 UTC in 17 chains.');
  });

  test('claims nothing that is not proven: no chain, none proven yet, none known', () => {
    expect(accountSentence(answerOf('300000000004'))).toBe('Nothing of it is proven yet: all 17 chains need you.');
    expect(accountSentence(answerOf(DATA_LAKE))).toBe(
      'Proven up to 2026-11-18 08:05 UTC and no further: all 17 chains need you.',
    );
    const { line, ...page } = answerOf(PAYMENTS);
    expect(accountSentence({ ...page, line: { ...line, verifiedUntil: null } })).toBe(
      'Not proven as a whole: 1 of 17 chains needs you. 16 others are proven up to 2026-11-18 14:05 UTC.',
    );
    expect(accountSentence(answerOf(NEW))).toBe('No chain of it is known yet, so nothing of it is proven.');
  });

  test('does not call an account quiet that has open findings', () => {
    const quiet = answerOf(QUIET);
    expect(accountSentence({ ...quiet, open: 2 })).toContain('2 open findings need you');
  });
});

describe.skipIf(skipWithoutBrowser() !== null)('the page of an account', () => {
  const done = nothingDone();
  let look: Look;
  beforeAll(async () => {
    look = await openLook(evidenceRoutes(undefined, done));
  });
  afterAll(async () => look?.close());
  afterEach(() => look.reset());

  test('puts the missing permission first, with the next step to copy', async () => {
    const { page, context, complaints } = await look.open(`/accounts/${DATA_LAKE}`);
    const way = page.getByRole('region', { name: 'What is in the way' });
    expect(await way.innerText()).toContain('not authorized to perform: s3:GetObject');
    expect(await way.innerText()).toContain('"Action": "s3:GetObject"');
    expect(await way.getByRole('button', { name: 'Copy next step' }).count()).toBe(1);
    // Blocked is no contradiction: the note has the colour of its state.
    expect(await way.locator('[data-state="blocked"]').count()).toBe(1);
    expect(await page.locator('p div, p pre').count()).toBe(0);
    const preflight = page.getByRole('region', { name: 'Preflight' });
    expect(await preflight.getByRole('listitem').filter({ hasText: 'Read a log file' }).innerText()).toContain(
      'blocked',
    );
    expect(await preflight.getByRole('listitem').filter({ hasText: 'Decrypt it' }).innerText()).toContain('not tried');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('leads from an hour to the digest that failed in it, and on to the hours beside it', async () => {
    const { page, context } = await look.open(`/accounts/${PAYMENTS}?at=${HOUR}`);
    const hour = page.getByRole('region', { name: 'Tue 17 Nov, 03:00–04:00 UTC' });
    await hour
      .getByRole('link', { name: /failed/ })
      .last()
      .waitFor();
    expect(await hour.getByRole('link', { name: 'us-east-1' }).count()).toBe(1);
    expect(await hour.innerText()).toContain('16 other chains need nobody then');
    await hour.getByRole('button', { name: 'After →' }).click();
    await page.getByRole('region', { name: 'Tue 17 Nov, 04:00–05:00 UTC' }).waitFor();
    expect(page.url()).toContain('at=2026-11-17T04%3A00');
    await page.goBack();
    await hour.getByRole('link', { name: /^digest 03:05 – 04:05: failed/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Digest 2026-11-17 03:05 – 04:05 UTC' }).waitFor();
    await context.close();
  });

  test('a square of a chain opens its hour, by keyboard too', async () => {
    const { page, context } = await look.open(`/accounts/${PAYMENTS}`);
    const row = page.getByRole('group', { name: 'Hours of us-east-1' });
    await row.getByRole('link').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Wed 18 Nov, 13:00–14:00 UTC' }).waitFor();
    expect(page.url()).toContain('at=2026-11-18T13%3A00');
    await context.close();
  });

  test('tells of each trail where it delivers, who says which regions, and what became of it', async () => {
    const { page, context } = await look.open(`/accounts/${PAYMENTS}`);
    const trails = page.getByRole('region', { name: 'Trails' });
    const said = await trails.innerText();
    expect(said).toContain('s3://acme-payments-trail/audit/');
    expect(said).toContain('as ListRegions says');
    expect(said).toContain('selectors-narrowed since 2026-11-15');
    expect(said).toContain('It is no longer described.');
    expect(await trails.locator('pre').first().isVisible()).toBe(false);
    await trails.getByText('What it records, as JSON').click();
    expect(await trails.locator('pre').first().innerText()).toContain('"eventCategory"');
    await context.close();
  });

  test('runs a preflight for an operator, and shows that it runs until the result is there', async () => {
    const { page, context } = await look.open(`/accounts/${QUIET}`);
    await page.getByRole('button', { name: 'Run preflight' }).click();
    await page.getByText('running: the result arrives by itself').waitFor();
    expect(look.sent).toEqual([{ to: `POST /api/accounts/${QUIET}/preflight`, body: null }]);
    done.preflights.clear();
    look.server.tell({ topics: ['accounts'], accounts: [QUIET] });
    await page.getByText('running: the result arrives by itself').waitFor({ state: 'detached' });
    await context.close();
  });

  test('gives a viewer no button that asks for anything', async () => {
    look.as('viewer');
    const { page, context } = await look.open(`/accounts/${QUIET}`);
    await page.getByRole('region', { name: 'Preflight' }).getByText('Enter the account by its role').waitFor();
    expect(await page.getByRole('button', { name: 'Run preflight' }).count()).toBe(0);
    await context.close();
  });

  test('reads the history only when somebody opens it', async () => {
    const { page, context } = await look.open(`/accounts/${PAYMENTS}`);
    expect(look.server.asked.filter((path) => path.endsWith('/history'))).toEqual([]);
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByText('PutEventSelectors by arn:aws:iam::300000000001:user/<b>mallory</b>').waitFor();
    expect(look.server.asked.filter((path) => path.endsWith('/history'))).not.toEqual([]);
    await context.close();
  });

  test(
    'has no serious fault in any mode and never scrolls sideways',
    async () => {
      for (const path of [`${PAYMENTS}?at=${HOUR}`, DATA_LAKE, NEW]) {
        const { page, context, complaints } = await look.open(`/accounts/${path}`);
        expect(await faultsInEveryMode(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await context.close();
      }
    },
    AXE_MS,
  );
});
