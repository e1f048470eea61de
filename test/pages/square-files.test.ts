/** What a square tells of the files behind it, on the map and on the pages of an account and a chain. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { squareLines } from '../../src/web/ui/parts/square-files.ts';
import type { SquarePage } from '../../src/web/contract/square.ts';
import { NO_BROWSER, openStage, type Stage } from './browser.ts';
import type { FakeServer } from './fake-server.ts';
import { evidenceRoutes } from './fixtures/evidence.ts';
import { MEMBERS } from './fixtures/members.ts';
import { overviewRoutes } from './fixtures/overview.ts';
import { Refusal } from './fixtures/route.ts';
import { QUIET } from './fixtures/square.ts';

const WHOLE: SquarePage = {
  ...QUIET,
  readAt: '2026-11-18T14:20:00Z',
  from: '2026-11-18T13:00:00Z',
  to: '2026-11-18T14:00:00Z',
  chains: 2,
  digests: 4,
  proven: 4,
};
const LOST = { code: 'log-missing', proven: false, region: 'eu-west-1', key: 'AWSLogs/1/CloudTrail/one.json.gz' };

describe('the lines of a square', () => {
  test('count what lies behind it, and say that all is proven only where all of it was looked at', () => {
    expect(squareLines(WHOLE)).toEqual(['4 digests, 1,284 log files, all proven']);
    expect(squareLines({ ...WHOLE, digests: 1, proven: 1, files: { ...WHOLE.files, named: 1, valid: 1 } })).toEqual([
      '1 digest, 1 log file, all proven',
    ]);
    const partly: readonly Partial<SquarePage>[] = [
      { covered: false },
      { proven: 3 },
      { proven: 3, unread: 3 },
      { chainsLeftOut: 1 },
      { problems: [{ code: 'archive-changed', detail: 'the receipt is damaged', hint: '' }] },
      { digests: 0 },
      { chains: 0 },
    ];
    for (const part of partly) expect(squareLines({ ...WHOLE, ...part }).join(' ')).not.toContain('all proven');
  });

  test('name each file that is not proven, and what is wrong with it', () => {
    const files = { ...WHOLE.files, valid: 1283, missing: 1 };
    expect(squareLines({ ...WHOLE, proven: 3, files, faults: [LOST], moreFaults: 2 })).toEqual([
      '4 digests, 1,284 log files, 1,283 of them proven',
      'log-missing: one.json.gz (eu-west-1)',
      'and 2 more',
    ]);
  });

  test('say of a file that the source has lost that its copy proves it', () => {
    expect(squareLines({ ...WHOLE, faults: [{ ...LOST, proven: true }] })).toEqual([
      '4 digests, 1,284 log files, all proven',
      'log-missing in the source, proven from a copy: one.json.gz (eu-west-1)',
    ]);
  });

  test('name the stretches without a digest (a failed hour said "all proven" of the digests that were there)', () => {
    const gap = {
      region: 'eu-west-1',
      from: '2026-11-18T13:05:00Z',
      to: '2026-11-18T14:00:00Z',
      state: 'failed' as const,
    };
    expect(squareLines({ ...WHOLE, covered: false, gaps: [gap], moreGaps: 1 })).toEqual([
      '4 digests, 1,284 log files, all of these proven',
      'failed: no digest from 13:05 to 14:00 UTC (eu-west-1)',
      'and 1 more',
    ]);
  });

  test('say what was left out, and what could not be read', () => {
    const problems = [{ code: 'archive-changed', detail: 'the receipt is damaged', hint: '' }];
    expect(squareLines({ ...WHOLE, problems })).toEqual([
      '4 digests, 1,284 log files, as far as they could be read',
      'not read: the receipt is damaged',
    ]);
    expect(squareLines({ ...WHOLE, chainsLeftOut: 3 })).toEqual(['4 digests, 1,284 log files; 3 chains left out']);
    const many = { ...WHOLE, digests: 816, files: { ...WHOLE.files, named: 40, valid: 39, missing: 1 } };
    expect(squareLines({ ...many, proven: 815, unread: 815 })).toEqual([
      '816 digests, 40 log files in those opened; 815 of the digests are proven',
    ]);
    expect(squareLines({ ...many, proven: 816, unread: 816 })).toEqual(['816 digests, all proven']);
    expect(squareLines({ ...WHOLE, digests: 0 })).toEqual(['no digest reaches into it']);
    expect(squareLines({ ...WHOLE, chains: 0 })).toEqual(['its chains are not known yet']);
  });
});

describe.skipIf(NO_BROWSER !== null)('pointing at a square', () => {
  let stage: Stage;
  let overview: FakeServer;
  let evidence: FakeServer;

  beforeAll(async () => {
    stage = await openStage();
    overview = await stage.serve(overviewRoutes({ accounts: 12, trouble: true }));
    evidence = await stage.serve([...evidenceRoutes(), ...overviewRoutes({ accounts: 12, trouble: true })]);
  });
  afterAll(() => stage.close());

  const asked = (server: FakeServer): readonly string[] => server.asked.filter((path) => path.includes('/square?'));
  const pointAt = async (page: Page, selector: string): Promise<void> => {
    const box = await page.locator(selector).last().boundingBox();
    if (box === null) throw new Error(`${selector} is not drawn`);
    await page.mouse.move(box.x + 2, box.y + 8);
  };

  test('of the map tells its files; who only passes by asks for nothing', async () => {
    const { page } = await stage.visit();
    await page.goto(overview.url);
    await page.getByRole('row', { name: /payments/ }).waitFor();
    const before = asked(overview).length;
    const row = await page.locator('[role="row"][data-state="failed"] [role="gridcell"]').first().boundingBox();
    if (row === null) throw new Error('no row is drawn');
    await page.mouse.move(row.x, row.y + 8);
    await page.mouse.move(row.x + row.width - 4, row.y + 8, { steps: 40 });
    await pointAt(page, '[role="row"][data-state="failed"] [role="gridcell"] [data-state="failed"]');
    await page.getByText('34 digests, 1,284 log files, 1,283 of them proven').first().waitFor();
    await page
      .getByText(/^log-hash-mismatch: 300000000001_CloudTrail_.*\(us-east-1\)$/)
      .first()
      .waitFor();
    expect(asked(overview).length - before).toBeLessThanOrEqual(2);
    expect(asked(overview).at(-1)).toBe(
      '/api/accounts/111111111111/square?from=2026-11-17T02%3A00%3A00.000Z&to=2026-11-17T03%3A00%3A00.000Z',
    );
  });

  test('with the keys is read out: first the square, and its files when they are there', async () => {
    const { page } = await stage.visit();
    await page.goto(overview.url);
    await page.getByRole('row', { name: /payments/ }).waitFor();
    await page.locator('[role="row"] [data-square]').focus();
    await page.keyboard.press('ArrowLeft');
    const spoken = page.locator('[aria-live="polite"]');
    await expect.poll(() => spoken.allInnerTexts()).toContain('34 digests, 1,284 log files, all proven');
    expect((await spoken.allInnerTexts()).join(' ')).not.toContain('reading');
  });

  test('that cannot be read behind says so, and shows no number', async () => {
    const { page } = await stage.visit();
    await page.goto(overview.url);
    await page.getByRole('row', { name: /payments/ }).waitFor();
    overview.intercept = (path) =>
      path.includes('/square') ? new Refusal(403, 'blocked-access', { detail: 's3:ListBucket is not allowed' }) : null;
    await pointAt(page, '[role="row"][data-state="failed"] [role="gridcell"] [data-state="failed"]');
    await page
      .getByText(/^its files could not be read: /)
      .first()
      .waitFor();
    expect(await page.getByText(/1,284 log files/).count()).toBe(0);
    overview.intercept = null;
  });

  test("of one chain asks for that chain's alone; a day of too many files counts its digests", async () => {
    const [member] = MEMBERS;
    const { page } = await stage.visit();
    await page.goto(`${evidence.url}/accounts/${member?.account ?? ''}`);
    await page.getByRole('group', { name: 'Hours of us-east-1' }).waitFor();
    await page.getByRole('group', { name: 'Hours of us-east-1' }).getByRole('link').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('34 digests, 1,284 log files, all proven').first().waitFor();
    expect(asked(evidence).at(-1)).toMatch(/&chain=[0-9a-f]{16}$/);
    await page.locator('a[href*="/chains/"]').first().click();
    await page
      .getByRole('group', { name: /^Days of the chain/ })
      .getByRole('link')
      .focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('816 digests, all proven').first().waitFor();
  });

  test('for which nothing was due asks for nothing', async () => {
    const { page } = await stage.visit();
    await page.goto(overview.url);
    await page.getByRole('row', { name: /payments/ }).waitFor();
    const before = asked(overview).length;
    await pointAt(page, '[role="gridcell"] [data-state="none"]');
    await page.getByText('nothing was due').waitFor();
    await page.waitForTimeout(600);
    expect(asked(overview).length).toBe(before);
  });
});
