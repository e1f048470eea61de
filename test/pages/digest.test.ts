/** One digest: its verdict in a sentence, what was expected and found, a thousand files, and who may have the bytes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DigestPage } from '../../src/web/contract/chains.ts';
import { hashGroups } from '../../src/web/ui/digest/hash-groups.ts';
import { verdictSentence } from '../../src/web/ui/digest/verdict-sentence.ts';
import { skipWithoutBrowser } from './browser.ts';
import { chainOf, digestLine } from './fixtures/chains.ts';
import { digestAnswer } from './fixtures/digests.ts';
import { evidenceRoutes } from './fixtures/evidence.ts';
import { TAMPERED_END } from './fixtures/findings.ts';
import { HEAD, idOf, sha } from './fixtures/members.ts';
import { Refusal } from './fixtures/route.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

/** Axe goes four times over a page, on a machine that others may load. */
const AXE_MS = 120_000;

const HOUR = 3_600_000;
const [PAYMENTS, DATA_LAKE, BILLING] = ['300000000001', '300000000002', '300000000007'];

function named(account: string, end: number): { readonly path: string; readonly page: DigestPage } {
  const chain = idOf(account, 'us-east-1');
  const found = chainOf(chain);
  const digest = found === null ? '' : digestLine(found, end).id;
  const page = digestAnswer(chain, digest);
  if (page === null) throw new Error('there is a digest');
  return { path: `/accounts/${account}/chains/${chain}/digests/${digest}`, page };
}

const failed = named(PAYMENTS, TAMPERED_END);

describe('the sentence on a digest', () => {
  const proven = named(PAYMENTS, TAMPERED_END - HOUR).page;

  test('says proven only of a receipt that proves', () => {
    expect(verdictSentence(proven)).toBe(
      'Proven: CloudTrail signed it, it is linked to the digest before it, and all 12 log files have the right hash.',
    );
    const states = ['unlinked', 'failed', 'blocked'] as const;
    for (const state of states)
      expect(verdictSentence({ ...proven, line: { ...proven.line, state } })).not.toMatch(/^Proven/);
  });

  test('counts what failed and says whether the link holds all the same', () => {
    expect(verdictSentence(failed.page)).toBe(
      'Failed: 1 of 60 log files is not what was delivered. Its link to the digest before it holds.',
    );
    const link = { verdict: 'link-hash-mismatch', detail: '', hint: null };
    expect(verdictSentence({ ...failed.page, link })).toContain('does not hold (link-hash-mismatch)');
    expect(verdictSentence({ ...failed.page, link })).not.toContain('before it holds');
  });

  test('names what could not be looked at', () => {
    expect(verdictSentence(named(DATA_LAKE, HEAD).page)).toBe('Could not be looked at: blocked-access.');
  });
});

describe('two hashes side by side', () => {
  test('differ in the groups that differ, and nowhere where there is nothing to compare with', () => {
    const other = `${'a'.repeat(8)}${'b'.repeat(8)}`;
    expect(hashGroups('a'.repeat(16), other).map((group) => group.differs)).toEqual([false, true]);
    expect(hashGroups('a'.repeat(16), null).every((group) => !group.differs)).toBe(true);
  });
});

describe.skipIf(skipWithoutBrowser() !== null)('the page of a digest', () => {
  let look: Look;
  beforeAll(async () => {
    look = await openLook(evidenceRoutes());
  });
  afterAll(async () => look?.close());
  afterEach(() => look.reset());

  test('shows the changed file first, its hashes held against each other by more than colour', async () => {
    const { page, context, complaints } = await look.open(failed.path);
    const files = page.getByRole('region', { name: '3 log files to look at' });
    const pair = files.getByRole('group', { name: 'Content (SHA-256)' }).first();
    expect(await pair.innerText()).toContain('≠ differs');
    expect(await pair.locator('mark').count()).toBe(16);
    expect((await pair.innerText()).replaceAll(/\s/g, '')).toContain(sha('as delivered'));
    const said = await files.innerText();
    expect(said).toContain('log-missing it is not in the source. It is proven from the captured copy.');
    expect(said).toContain('aws cloudtrail validate-logs would have said');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('shows key, receipt, its revisions, quarantine and the places in the archive, each to copy', async () => {
    const { page, context } = await look.open(failed.path);
    const itself = page.getByRole('region', { name: 'The digest itself' });
    expect(await itself.getByRole('button', { name: 'Copy fingerprint of the key' }).count()).toBe(1);
    expect(await itself.innerText()).toContain('s3://acme-cloudtrail-archive/');
    const receipt = page.getByRole('region', { name: 'Receipt' });
    expect(await receipt.innerText()).toContain('60 named = 59 valid + 1 invalid + 0 missing + 0 blocked');
    expect(await receipt.getByRole('button', { name: /^Copy receipt, revision/ }).count()).toBe(2);
    expect(await receipt.getByRole('button', { name: 'Copy quarantine key' }).count()).toBe(1);
    await context.close();
  });

  test('gives an id in one piece to whoever selects it, and shortens it in its middle (it came with a line break in it)', async () => {
    const { page, context } = await look.open(failed.path);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const ids = await page.evaluate(selectedIds);
      expect(ids.length).toBeGreaterThan(50);
      expect(ids.filter(({ selected, all }) => selected !== all)).toEqual([]);
      expect(ids.filter(({ endShown }) => !endShown)).toEqual([]);
      // What has room is shown whole.
      const shortened = ids.filter((one) => one.shortened).map(({ all }) => all.length);
      expect(Math.min(...shortened)).toBeGreaterThan(width === 390 ? 40 : 60);
    }
    await context.close();
  });

  test('filters its files in the address, and back takes the filter away', async () => {
    const { page, context } = await look.open(failed.path);
    const table = page.getByRole('table', { name: 'Log files that this digest names' });
    await expect.poll(async () => table.getByRole('row').count()).toBe(61);
    await page.getByRole('combobox', { name: 'Which log files' }).selectOption('not-valid');
    await expect.poll(async () => table.getByRole('row').count()).toBe(2);
    await page.reload({ waitUntil: 'networkidle' });
    await expect.poll(async () => table.getByRole('row').count()).toBe(2);
    await page.goBack();
    await expect.poll(async () => table.getByRole('row').count()).toBe(61);
    await context.close();
  });

  test('leads to the digests before and after, and from a changed file to its finding', async () => {
    const { page, context } = await look.open(failed.path);
    await page.getByRole('link', { name: 'digest after →' }).click();
    await page.getByRole('heading', { level: 1, name: 'Digest 2026-11-17 04:05 – 05:05 UTC' }).waitFor();
    await page.getByRole('link', { name: '← digest before' }).click();
    await page.getByRole('heading', { level: 1, name: 'Digest 2026-11-17 03:05 – 04:05 UTC' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(failed.path);
    await page.getByRole('link', { name: 'its finding' }).first().click();
    await page.getByText('1 of 1 findings').waitFor();
    expect(await page.getByRole('region', { name: 'log-hash-mismatch' }).count()).toBe(1);
    await context.close();
  });

  test('says where it belongs by names, and by what the address holds while they cannot be read', async () => {
    const { page, context } = await look.open(failed.path);
    const crumbs = page.getByRole('navigation', { name: 'Around this digest' });
    await crumbs.getByRole('link', { name: 'us-east-1, trail org-audit' }).waitFor();
    expect(await crumbs.getByRole('link', { name: 'payments' }).getAttribute('href')).toBe(`/accounts/${PAYMENTS}`);
    look.server.intercept = (path) =>
      /chains\/[0-9a-f]+$/.test(path) ? new Refusal(503, 'redis', { detail: 'Redis cannot be used.' }) : null;
    await page.reload({ waitUntil: 'networkidle' });
    await crumbs.getByRole('link', { name: `Account ${PAYMENTS}` }).waitFor();
    await crumbs.getByRole('link', { name: 'its chain' }).click();
    await page.waitForURL('**/chains/*');
    await context.close();
  });

  test('folds the raw text away, and offers the bytes to those alone who may export evidence', async () => {
    const { page, context } = await look.open(failed.path);
    expect(await page.getByLabel('Raw digest', { exact: true }).isVisible()).toBe(false);
    await page.getByText('Show the text, indented').click();
    expect(await page.getByLabel('Raw digest', { exact: true }).innerText()).toContain(
      '"digestSignatureAlgorithm": "SHA256withRSA"',
    );
    const bytes = page.getByRole('link', { name: 'Download the bytes as kept' });
    expect(await bytes.getAttribute('href')).toMatch(/^\/api\/chains\/[0-9a-f]{16}\/digests\/[^/]+\/raw$/);
    look.as('viewer');
    await page.reload({ waitUntil: 'networkidle' });
    expect(await bytes.count()).toBe(0);
    await context.close();
  });

  test('shows a thousand files some at a time', async () => {
    const { page, context } = await look.open(named(BILLING, HEAD).path);
    const rows = page.getByRole('table', { name: 'Log files that this digest names' }).getByRole('row');
    await expect.poll(async () => rows.count()).toBe(201);
    await page.getByRole('button', { name: 'Show 200 more of 1000' }).click();
    await expect.poll(async () => rows.count()).toBe(401);
    await context.close();
  });

  test(
    'says why there is nothing to show of a digest that may not be read',
    async () => {
      const { page, context } = await look.open(named(DATA_LAKE, HEAD).path);
      await page.getByText('Could not be looked at: blocked-access.').waitFor();
      expect(await page.getByRole('region', { name: 'The raw digest' }).innerText()).toContain(
        'restore the permission',
      );
      expect(await faultsInEveryMode(page)).toEqual([]);
      await context.close();
    },
    AXE_MS,
  );

  test(
    'has no serious fault in any mode and never scrolls sideways',
    async () => {
      const { page, context } = await look.open(failed.path);
      expect(await faultsInEveryMode(page)).toEqual([]);
      await context.close();
    },
    AXE_MS,
  );
});

interface SelectedId {
  /** What a copy of the selection would hold. */
  readonly selected: string;
  readonly all: string;
  readonly shortened: boolean;
  readonly endShown: boolean;
}

function selectedIds(): readonly SelectedId[] {
  return [...document.querySelectorAll<HTMLElement>('[class*=idText]')]
    .filter((one) => one.checkVisibility())
    .map((one) => {
      getSelection()?.selectAllChildren(one);
      const [head] = one.children;
      const end = document.createRange();
      end.selectNodeContents(one.lastChild ?? one);
      return {
        selected: getSelection()?.toString() ?? '',
        all: one.title,
        shortened: head !== undefined && head.scrollWidth > head.clientWidth,
        endShown: end.getBoundingClientRect().right <= one.getBoundingClientRect().right + 1,
      };
    });
}
