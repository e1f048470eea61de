/** The overview over the API: one sentence, a map, and nothing green that nobody has proven. */
import { afterEach, expect, test } from 'vitest';
import { HOUR } from '../../../src/core/time.ts';
import { accountsPage } from '../../../src/web/contract/accounts.ts';
import { mapPage, overview } from '../../../src/web/contract/overview.ts';
import { BLOCKED, FORGED, HEALTHY, NOW, partOf, snapshotOf } from '../fake-accounts.ts';
import { fakeSources } from '../fake-sources.ts';
import { fakeServer, read, refused } from '../fake-server.ts';

let app: Awaited<ReturnType<typeof fakeServer>>;
afterEach(() => app.close());

test('the overview says in one sentence how many are proven and how many need somebody', async () => {
  app = await fakeServer();
  const seen = await read(app, '/api/overview', overview);
  expect(seen.sentence).toMatch(/^1 of 3 accounts proven up to 12:00 UTC\. +2 need you\.$/);
  expect(seen).toMatchObject({ accounts: 3, needYou: 2, provenUntil: '2026-05-05T12:00:00Z', failedJobs: 5 });
  expect(seen.states.slice(0, 2)).toEqual([
    { state: 'failed', accounts: 1 },
    { state: 'blocked', accounts: 1 },
  ]);
  expect(seen.states.at(-1)).toEqual({ state: 'verified', accounts: 1 });
  expect(seen.throughput).toMatchObject({ digests: 120, files: 1200 });
  expect(seen.lag).toEqual({ account: HEALTHY, seconds: 120 });
  expect(seen.nextRuns.map(({ name }) => name)).toEqual(['discover', 'collect', 'reconcile']);
});

test('an account that is known and was never computed is unknown, and keeps the sentence from saying all', async () => {
  app = await fakeServer(fakeSources({ parts: [partOf(HEALTHY)], snapshot: snapshotOf([HEALTHY, FORGED]) }));
  const seen = await read(app, '/api/overview', overview);
  expect(seen).toMatchObject({ accounts: 2, needYou: 1 });
  expect(seen.sentence).not.toContain('All');
  const { rows } = await read(app, '/api/map', mapPage);
  expect(rows[0]).toMatchObject({ account: FORGED, state: 'unknown', reason: 'not computed yet' });
  // They read as if nothing had been due.
  expect(rows[0]?.squares.letters).toMatch(/^k+$/);
});

test('an account is not proven while one of its readers has no part yet: the others alone made it green', async () => {
  const known = snapshotOf([HEALTHY]);
  const [chain] = known.chains;
  if (chain === undefined) throw new Error('a chain is wanted');
  const missing = { ...known, chains: [...known.chains, { ...chain, reader: FORGED, region: 'eu-west-1' }] };
  app = await fakeServer(fakeSources({ parts: [partOf(HEALTHY)], snapshot: missing }));
  const seen = await read(app, '/api/overview', overview);
  expect(seen).toMatchObject({ accounts: 1, needYou: 1, provenUntil: null });
  const { accounts } = await read(app, '/api/accounts', accountsPage);
  expect(accounts[0]).toMatchObject({ state: 'unknown', reason: 'not computed yet', verifiedUntil: null });
});

test('an account is not proven by an organization trail before its own trails were computed', async () => {
  const known = snapshotOf([HEALTHY]);
  const [own] = known.accounts;
  if (own === undefined) throw new Error('an account is wanted');
  const chains = known.chains.map((chain) => ({ ...chain, reader: FORGED }));
  const parts = [partOf(HEALTHY, { reader: FORGED })];
  const seen = async (sources: number) => {
    const snapshot = { ...known, accounts: [{ ...own, sources, problems: [] }], chains };
    app = await fakeServer(fakeSources({ parts, snapshot }));
    const { accounts } = await read(app, '/api/accounts', accountsPage);
    await app.close();
    return accounts[0]?.state;
  };
  expect([await seen(1), await seen(0)]).toEqual(['unknown', 'verified']);
});

test('an account that nobody looked at for longer than the limit is stale, and its newest hours are unknown', async () => {
  const old = partOf(HEALTHY, { at: NOW - 3 * HOUR });
  app = await fakeServer(fakeSources({ parts: [old] }));
  const { accounts } = await read(app, '/api/accounts', accountsPage);
  expect(accounts[0]).toMatchObject({ state: 'stale', verifiedUntil: '2026-05-05T12:00:00Z' });
  expect((await read(app, '/api/overview', overview)).provenUntil).toBeNull();
});

test('records of another version are counted and said', async () => {
  const pages = fakeSources({ board: { parts: async () => ({ parts: [partOf(HEALTHY)], unreadable: 4 }) } });
  app = await fakeServer(pages);
  const { problems, sentence } = await read(app, '/api/overview', overview);
  expect(problems[0]).toMatchObject({ code: 'records-unreadable', detail: expect.stringContaining('4 records') });
  expect(sentence).toContain('4 records could not be read');
});

test('while the state is being rebuilt the overview says so', async () => {
  const board = { rebuilding: async () => ({ known: 1, of: 3, since: NOW - HOUR }) };
  app = await fakeServer(fakeSources({ board }));
  const seen = await read(app, '/api/overview', overview);
  expect(seen.rebuilding).toEqual({ known: 1, of: 3, since: '2026-05-05T11:15:00Z' });
  expect(seen.sentence).toContain('rebuilt');
});

test('every row of the map begins and ends with the page, worst first, with the missing permission', async () => {
  const late = partOf(HEALTHY, { at: NOW - HOUR - 60_000 });
  const moved = { from: late.hours.from - 5 * HOUR, letters: late.hours.letters };
  const pages = fakeSources({
    parts: [{ ...late, hours: moved }, ...(await fakeSources().board.parts()).parts.slice(1)],
  });
  app = await fakeServer(pages);
  const page = await read(app, '/api/map', mapPage);
  const length = (Date.parse(page.to) - Date.parse(page.from)) / HOUR;
  expect(page.rows.map(({ account }) => account)).toEqual([FORGED, BLOCKED, HEALTHY]);
  for (const { squares } of page.rows) expect([squares.from, squares.letters.length]).toEqual([page.from, length]);
  expect(page.rows[1]?.detail).toContain('s3:GetObject');
  expect(page.rows[2]?.squares.letters).toMatch(/^v+k{5}$/);
});

test('days are asked for by their own view', async () => {
  app = await fakeServer();
  const page = await read(app, '/api/map?view=days&state=failed&search=%20ACCOUNT%203', mapPage);
  expect([page.view, page.total, page.rows[0]?.squares.letters.length]).toEqual(['days', 1, 90]);
});

test.each([
  ['/api/overview?x=1', 'an unknown parameter'],
  ['/api/map?limit=0', 'no row'],
  ['/api/map?limit=501', 'too many rows'],
  ['/api/map?limit=1&limit=2', 'a parameter twice'],
  ['/api/map?view=years', 'no such view'],
  ['/api/map?cursor=abc', 'a cursor that is none'],
  ['/api/accounts?open=maybe', 'neither true nor false'],
  [`/api/accounts?search=${'x'.repeat(129)}`, 'a text too long'],
])('%s is refused: %s', async (url) => {
  app = await fakeServer();
  expect((await refused(app, url)).status).toBe(400);
});

test('many pages at once read Redis once, and news make the next one read again', async () => {
  const pages = fakeSources();
  app = await fakeServer(pages);
  await Promise.all(['/api/map', '/api/overview', '/api/accounts', '/api/findings'].map((url) => app.inject(url)));
  expect(pages.reads.parts).toBe(1);
  pages.tell({ topics: ['overview'], accounts: [] });
  await app.inject('/api/map');
  expect(pages.reads.parts).toBe(2);
});
