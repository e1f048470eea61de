/** Findings: groups and filters, one finding with its evidence, and its acceptance with a reason. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { skipWithoutBrowser } from './browser.ts';
import { evidenceRoutes, nothingDone } from './fixtures/evidence.ts';
import { FINDINGS } from './fixtures/findings.ts';
import { Refusal } from './fixtures/route.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

/** Axe goes four times over a page, on a machine that others may load. */
const AXE_MS = 120_000;

const NONE = { readAt: '2026-11-18T14:20:00Z', total: 0, groups: [], findings: [], next: null, more: 0 };
const SHOP = '300000000009';

function pathOf(code: string, account?: string): string {
  const one = FINDINGS.find((finding) => finding.code === code && (account ?? finding.account) === finding.account);
  return `/findings/${one?.id ?? ''}`;
}

describe.skipIf(skipWithoutBrowser() !== null)('findings', () => {
  const done = nothingDone();
  const nothing = { found: false };
  let look: Look;
  beforeAll(async () => {
    look = await openLook(
      evidenceRoutes(undefined, done).map((route) => ({
        ...route,
        answer: (asked) => (nothing.found && route.path === '/api/findings' ? NONE : route.answer(asked)),
      })),
    );
  });
  afterAll(async () => look?.close());
  afterEach(() => {
    nothing.found = false;
    look.reset();
  });

  test('are grouped by what they are, each group with its meaning and its numbers', async () => {
    const { page, context, complaints } = await look.open('/findings');
    await page.getByText('7 of 7 findings').waitFor();
    const group = page.getByRole('region', { name: 'log-missing' });
    expect(await group.innerText()).toContain('3 open, 0 settled, in 2 accounts');
    expect(await group.getByRole('link', { name: 'More about log-missing' }).getAttribute('href')).toBe(
      '/reading#code-log-missing',
    );
    expect(await group.innerText()).toContain('<svg onload="globalThis.broken=1">');
    expect(await page.evaluate(() => 'broken' in globalThis)).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('of a code that has none of the chosen status show no empty group', async () => {
    const { page, context } = await look.open('/findings?status=settled');
    await page.getByText('2 of 2 findings').waitFor();
    const heads = await page.getByRole('region').locator('h2').allInnerTexts();
    expect(heads.length).toBeGreaterThan(0);
    expect(heads).not.toContain('log-missing');
    await context.close();
  });

  test('keep their filters in the address: a reload shows the same, back undoes them', async () => {
    const { page, context } = await look.open('/findings');
    await page.getByText('Settled', { exact: true }).click();
    await page.getByText('2 of 2 findings').waitFor();
    expect(await page.getByRole('main').innerText()).toContain('accepted by ines.moreau@example.com');
    expect(await page.getByRole('main').innerText()).toContain('gone since');
    await page.getByText('All', { exact: true }).click();
    await page.getByText('9 of 9 findings').waitFor();
    await page.getByRole('combobox', { name: 'Code' }).selectOption('log-missing');
    await page.getByText('3 of 3 findings').waitFor();
    await page.getByRole('textbox', { name: 'Account id' }).fill(SHOP);
    await page.getByText('2 of 2 findings').waitFor();
    expect(new URL(page.url()).search).toBe(`?status=all&code=log-missing&account=${SHOP}`);
    await page.reload({ waitUntil: 'networkidle' });
    await page.getByText('2 of 2 findings').waitFor();
    await page.goBack();
    await page.getByText('3 of 3 findings').waitFor();
    expect(await page.getByRole('textbox', { name: 'Account id' }).inputValue()).toBe('');
    await context.close();
  });

  test('are exported as they are filtered, by those who may', async () => {
    const { page, context } = await look.open('/findings?code=log-missing');
    expect(await page.getByRole('link', { name: 'CSV export' }).getAttribute('href')).toBe(
      '/api/findings.csv?status=open&code=log-missing',
    );
    expect(await page.getByRole('link', { name: 'JSONL export' }).count()).toBe(1);
    look.as('viewer');
    await page.reload({ waitUntil: 'networkidle' });
    await page.getByText('3 of 3 findings').waitFor();
    expect(await page.getByRole('link', { name: /export/ }).count()).toBe(0);
    await context.close();
  });

  test('none is told together with the number of accounts that were looked at', async () => {
    nothing.found = true;
    const { page, context } = await look.open('/findings');
    await page.getByText('Nothing open.').waitFor();
    expect(await page.getByRole('main').innerText()).toContain(
      'Nothing open. 40 accounts were looked at, the last at 2026-11-18 14:19:20 UTC.',
    );
    await context.close();
  });

  test('one shows its evidence, its next step, what is in quarantine, and the way to its digest', async () => {
    const { page, context, complaints } = await look.open(pathOf('log-hash-mismatch'));
    const next = page.getByRole('region', { name: 'Next step' });
    expect(await next.getByRole('button', { name: 'Copy command' }).count()).toBe(2);
    expect(await next.getByRole('button', { name: 'Copy next step' }).count()).toBe(1);
    const kept = page.getByRole('region', { name: 'In quarantine' });
    expect(await kept.innerText()).toContain('≠ differs');
    expect(await kept.getByRole('button', { name: 'Copy key of the bytes' }).count()).toBe(1);
    await page.getByRole('link', { name: 'Digest up to 2026-11-17 04:05 UTC: failed' }).click();
    await page.getByRole('heading', { level: 1, name: 'Digest 2026-11-17 03:05 – 04:05 UTC' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('one is accepted with a reason that is long enough, and says by whom, when and why', async () => {
    const { page, context } = await look.open(pathOf('selectors-narrowed'));
    await page.getByText('Acceptance proves nothing and changes no verdict; it is recorded with your name').waitFor();
    const reason = page.getByRole('textbox', { name: 'Reason' });
    await reason.fill(' short ');
    await page.getByRole('button', { name: 'Accept this finding' }).click();
    await page.getByText('A reason has at least 8 characters.').waitFor();
    expect(look.sent).toEqual([]);
    await reason.fill('Data events are recorded by another trail, CHG-4711');
    await page.getByRole('button', { name: 'Accept this finding' }).click();
    await page.getByText(/Accepted by operator@example.com, 2026-11-18 14:20 UTC/).waitFor();
    expect(look.sent).toEqual([
      {
        to: `POST /api${pathOf('selectors-narrowed')}/acceptance`,
        body: { reason: 'Data events are recorded by another trail, CHG-4711' },
      },
    ]);
    expect(await page.getByRole('button', { name: 'Accept this finding' }).count()).toBe(0);
    await page.goto('/findings');
    await page.getByText('6 of 6 findings').waitFor();
    await context.close();
  });

  test('a refused acceptance says why and loses nothing that was typed', async () => {
    const { page, context } = await look.open(pathOf('validation-off'));
    look.server.intercept = (path, request) =>
      request.method === 'POST' && path.endsWith('/acceptance')
        ? new Refusal(409, 'settled', { detail: 'somebody has accepted this finding before', hint: 'read it again' })
        : null;
    await page.getByRole('textbox', { name: 'Reason' }).fill('It is switched on next week');
    await page.getByRole('button', { name: 'Accept this finding' }).click();
    await page.getByRole('alert').getByText('somebody has accepted this finding before').waitFor();
    expect(await page.getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('It is switched on next week');
    await context.close();
  });

  test('a viewer is told who may accept, and given no form', async () => {
    look.as('viewer');
    const { page, context } = await look.open(pathOf('validation-off'));
    await page.getByText('Nobody has accepted it. An operator may, with a reason.').waitFor();
    expect(await page.getByRole('button', { name: /accept/i }).count()).toBe(0);
    await context.close();
  });

  test('a settled one says whether it was accepted or is gone, and is not accepted again', async () => {
    const { page, context } = await look.open(pathOf('digest-missing'));
    await page.getByText('there is nothing to accept').waitFor();
    await page.goto(pathOf('chain-restarted'));
    await page.getByText('Planned migration of the trail, change CHG-2291').waitFor();
    expect(await page.getByRole('button', { name: /accept/i }).count()).toBe(0);
    await context.close();
  });

  test(
    'have no serious fault in any mode and never scroll sideways',
    async () => {
      for (const path of ['/findings?status=all', pathOf('log-hash-mismatch'), pathOf('log-missing', SHOP)]) {
        const { page, context, complaints } = await look.open(path);
        expect(await faultsInEveryMode(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await context.close();
      }
    },
    AXE_MS,
  );
});
