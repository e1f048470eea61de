/** One chain: digests and what joins them, gaps, days, and the way to each digest by keyboard. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DigestLine, DigestsPage } from '../../src/web/contract/chains.ts';
import type { FindingView } from '../../src/web/contract/findings.ts';
import { chainItems, type ChainItem } from '../../src/web/ui/chain/chain-items.ts';
import { dayBeside, windowOf } from '../../src/web/ui/chain/window.ts';
import { skipWithoutBrowser } from './browser.ts';
import { evidenceRoutes } from './fixtures/evidence.ts';
import { FINDINGS } from './fixtures/findings.ts';
import { idOf } from './fixtures/members.ts';
import { faultsInEveryMode, openLook, type Look } from './look.ts';

/** Axe goes four times over a page, on a machine that others may load. */
const AXE_MS = 120_000;

const PAYMENTS = '300000000001';
const CHAIN = `/accounts/${PAYMENTS}/chains/${idOf(PAYMENTS, 'us-east-1')}`;

function digest(hour: number, state: DigestLine['state']): DigestLine {
  const at = (time: number): string => `2026-11-17T${String(time).padStart(2, '0')}:05:00Z`;
  return { id: `${hour}`, kind: 'standard', start: at(hour - 1), end: at(hour), state, revision: 0, receipt: '' };
}

function linksOf(digests: readonly DigestLine[], findings: readonly FindingView[] = []): readonly string[] {
  const page = { digests: [...digests], gaps: [] } as unknown as DigestsPage;
  return chainItems(page, findings).flatMap((item) => (item.type === 'link' ? [item.state] : []));
}

function found(code: string, hour: number): FindingView {
  const [first] = FINDINGS;
  if (first === undefined) throw new Error('no finding to begin with');
  return { ...first, code, to: digest(hour, 'failed').end };
}

describe('what joins two digests', () => {
  test('holds only where the receipt of the later one says that it is linked', () => {
    expect(linksOf([digest(2, 'linked'), digest(3, 'defended')])).toEqual(['held', 'held']);
    expect(linksOf([digest(2, 'linked'), digest(3, 'unlinked')])).toEqual(['missing', 'held']);
    expect(linksOf([digest(3, 'blocked')])).toEqual(['blocked']);
  });

  test('is broken where a finding says so, and not told where a failed digest is all that is known', () => {
    expect(linksOf([digest(3, 'failed')])).toEqual(['untold']);
    expect(linksOf([digest(3, 'failed')], [found('log-hash-mismatch', 3)])).toEqual(['untold']);
    expect(linksOf([digest(3, 'failed')], [found('link-hash-mismatch', 3)])).toEqual(['broken']);
    expect(linksOf([digest(3, 'linked')], [found('time-gap', 3)])).toEqual(['broken']);
  });

  test('is a restart where a chain begins that had digests before', () => {
    expect(linksOf([digest(3, 'start')])).toEqual(['begins']);
    expect(linksOf([digest(2, 'linked'), digest(3, 'start')])).toEqual(['restarted', 'held']);
  });

  test('stands below its digest, and a gap where its time is', () => {
    const page: DigestsPage = {
      readAt: '',
      from: '',
      to: '',
      digests: [digest(2, 'linked'), digest(5, 'start')],
      gaps: [{ from: digest(2, 'linked').end, to: digest(4, 'linked').end, state: 'gap-explained' }],
    };
    const told = chainItems(page, []).map((item: ChainItem) => item.type);
    expect(told).toEqual(['digest', 'link', 'gap', 'digest', 'link']);
  });
});

describe('the window of an address', () => {
  test('is a day where no end is named, at most eight, and none where it is no time', () => {
    expect(windowOf('2026-11-17T00:00:00Z', null)).toEqual({
      from: '2026-11-17T00:00:00Z',
      to: '2026-11-18T00:00:00Z',
    });
    expect(windowOf('2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z')?.to).toBe('2026-11-09T00:00:00Z');
    expect(windowOf('javascript:alert(1)', null)).toBe(null);
    expect(windowOf('2026-11-17T00:00:00Z', '2026-11-16T00:00:00Z')).toBe(null);
  });

  test('does not lead into days that have not begun', () => {
    const now = Date.UTC(2026, 10, 18, 14);
    expect(dayBeside('2026-11-17', 1, now)).toBe('2026-11-18');
    expect(dayBeside('2026-11-18', 1, now)).toBe(null);
    expect(dayBeside('2026-11-01', -1, now)).toBe('2026-10-31');
  });
});

describe.skipIf(skipWithoutBrowser() !== null)('the page of a chain', () => {
  let look: Look;
  beforeAll(async () => {
    look = await openLook(evidenceRoutes());
  });
  afterAll(async () => look?.close());
  afterEach(() => look.reset());

  test('draws the digests of a day as a line, newest first, with a failed one and why', async () => {
    const { page, context, complaints } = await look.open(`${CHAIN}?from=2026-11-17T00:00:00Z&to=2026-11-18T00:00:00Z`);
    const line = page.getByRole('list', { name: 'Digests, newest first' });
    const digests = line.getByRole('listitem').filter({ has: page.locator('a[data-digest]') });
    await expect.poll(async () => digests.count()).toBe(24);
    expect(await digests.first().innerText()).toContain('17 Nov 22:05 – 23:05');
    const failed = await digests.filter({ hasText: 'failed' }).innerText();
    expect(failed).toContain('17 Nov 03:05 – 04:05');
    expect(failed).toContain('log-hash-mismatch');
    expect(await line.locator('[data-link="held"]').count()).toBe(23);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('with no open finding does not say that nothing was ever found: a finding of it may have been accepted', async () => {
    const quiet = CHAIN.replace(idOf(PAYMENTS, 'us-east-1'), idOf(PAYMENTS, 'eu-west-1'));
    const { page, context } = await look.open(quiet);
    const findings = page.getByRole('region', { name: 'Open findings of this chain' });
    expect(await findings.innerText()).toContain('Nothing is open in it');
    const settled = findings.getByRole('link', { name: 'settled findings' });
    expect(await settled.getAttribute('href')).toBe(`/findings?account=${PAYMENTS}&status=settled`);
    await context.close();
  });

  test('shows gaps with their length and state, and where the chain was restarted or lost its predecessor', async () => {
    const { page, context } = await look.open(`${CHAIN}?from=2026-11-14T00:00:00Z&to=2026-11-17T00:00:00Z`);
    const line = page.getByRole('list', { name: 'Digests, newest first' });
    await line.waitFor();
    const gaps = line.getByRole('listitem').filter({ hasText: 'no digest for' });
    expect(await gaps.allInnerTexts()).toEqual([
      expect.stringMatching(/15 Nov 22:05 – 16 Nov 00:05\s+no digest for 2 h\s+failed/),
      expect.stringMatching(/14 Nov 06:05 – 08:05\s+no digest for 2 h\s+gap explained/),
    ]);
    expect(await line.getByText('the chain was restarted here').count()).toBe(1);
    expect(await line.getByText('the digest before it is missing').count()).toBe(1);
    await context.close();
  });

  test('goes by day, each an address that survives a reload and that back leaves', async () => {
    const { page, context } = await look.open(`${CHAIN}?from=2026-11-17T00:00:00Z&to=2026-11-18T00:00:00Z`);
    await page.getByRole('button', { name: '← Earlier' }).click();
    await page.getByText('Mon 16 Nov', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('from')).toBe('2026-11-16T00:00:00Z');
    await page.reload({ waitUntil: 'networkidle' });
    await page.getByText('16 Nov 12:05 – 13:05').waitFor();
    await page.goBack();
    await page.getByText('Tue 17 Nov', { exact: true }).waitFor();
    await context.close();
  });

  test('goes from digest to digest by arrow keys, and Enter opens one', async () => {
    const { page, context } = await look.open(`${CHAIN}?from=2026-11-17T00:00:00Z&to=2026-11-18T00:00:00Z`);
    const links = page.locator('a[data-digest]');
    await links.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await links.nth(1).evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Digest 2026-11-17 21:05 – 22:05 UTC' }).waitFor();
    await context.close();
  });

  test(
    'has no serious fault in any mode and never scrolls sideways',
    async () => {
      const { page, context } = await look.open(`${CHAIN}?from=2026-11-14T00:00:00Z&to=2026-11-18T00:00:00Z`);
      expect(await faultsInEveryMode(page)).toEqual([]);
      await context.close();
    },
    AXE_MS,
  );
});
