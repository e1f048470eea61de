/** Accounts, chains and digests over the API: what is told of them, what is stale or awaited, and what cannot be read. */
import { afterEach, expect, test } from 'vitest';
import { accountPage, historyPage } from '../../../src/web/contract/accounts.ts';
import { chainPage, digestsPage } from '../../../src/web/contract/chains.ts';
import { HOUR } from '../../../src/core/time.ts';
import { OperatingError } from '../../../src/errors.ts';
import { chainOf, findingOf, findingsPartOf, FORGED, HEALTHY, NOW } from '../fake-accounts.ts';
import { DIGEST, fakeSources } from '../fake-sources.ts';
import { bearer, fakeServer, read, refused, send } from '../fake-server.ts';

let app: Awaited<ReturnType<typeof fakeServer>>;
afterEach(() => app.close());

test("an account's page has its trails, chains, regions and preflight", async () => {
  app = await fakeServer();
  const page = await read(app, `/api/accounts/${FORGED}`, accountPage);
  expect(page.line).toMatchObject({ account: FORGED, state: 'failed', lagSeconds: 120 });
  expect(page.trails[0]).toMatchObject({ trail: 'main', logging: true, selectors: '[]', multiRegion: true });
  expect(page.regions).toEqual([{ region: 'us-east-1', state: 'verified', chains: 1 }]);
  expect(page.preflight?.steps[0]).toMatchObject({ step: 'assume', needed: true, state: 'ok' });
  expect(page.chains[0]?.hours.letters).toMatch(/^\.+v{72}\.$/);
});

test('a chain that nobody looked at for long is stale, and the worst chain of a region stands for it', async () => {
  const old = chainOf(HEALTHY, { at: NOW - 2 * HOUR, id: 'a'.repeat(16) });
  app = await fakeServer(fakeSources({ chains: [chainOf(HEALTHY), old] }));
  const page = await read(app, `/api/accounts/${HEALTHY}`, accountPage);
  expect(page.chains.map(({ state }) => state)).toEqual(['stale', 'verified']);
  expect(page.regions).toEqual([{ region: 'us-east-1', state: 'stale', chains: 2 }]);
});

test('the worst run that touches an hour colours it', async () => {
  const end = Math.floor(NOW / HOUR) * HOUR;
  const runs = [
    { from: end - 3 * HOUR, to: end - 1.5 * HOUR, state: 'verified' as const },
    { from: end - 1.5 * HOUR, to: end, state: 'failed' as const },
  ];
  app = await fakeServer(fakeSources({ chains: [chainOf(HEALTHY, { runs })] }));
  const page = await read(app, `/api/chains/${chainOf(HEALTHY).id}`, chainPage);
  expect(page.line.hours.letters).toMatch(/\.vff\.$/);
  expect(page.runs).toHaveLength(2);
});

test("a chain's page shows its own open findings only", async () => {
  const other = findingOf(FORGED, { chain: null, key: 'other' });
  const gone = findingOf(FORGED, { key: 'gone', goneAt: NOW });
  const pages = fakeSources({ findings: [findingsPartOf(FORGED, [findingOf(FORGED), other, gone])] });
  app = await fakeServer(pages);
  const page = await read(app, `/api/chains/${chainOf(FORGED).id}`, chainPage);
  expect(page.findings.map(({ id }) => id)).toEqual([findingOf(FORGED).id]);
  expect([page.name, page.findings[0]?.accountName]).toEqual(['account 333', 'account 333']);
});

test.each([
  '/api/accounts/999999999999',
  '/api/accounts/999999999999/history',
  `/api/chains/${'0'.repeat(16)}`,
  `/api/chains/${'0'.repeat(16)}/digests`,
  `/api/chains/${chainOf(FORGED).id}/digests/${DIGEST}`,
  `/api/chains/${chainOf(FORGED).id}/digests/${DIGEST.replace('linked', 'x').replace('20260505T12', '20260505T13')}/raw`,
  `/api/findings/${'0'.repeat(32)}`,
  '/api/nothing',
])('%s is not known: 404 with the next step', async (url) => {
  app = await fakeServer();
  const problem = await refused(app, url);
  expect([problem.status, problem.hint === '']).toEqual([404, false]);
});

test('the hours of a chain since its last look are awaited, then unknown: they read as if nothing had been due', async () => {
  const hour = Math.floor(NOW / HOUR) * HOUR;
  const seen = async (at: number) => {
    await app?.close();
    const due = Math.floor(at / HOUR) * HOUR;
    const runs = [
      { from: NOW - 300 * HOUR, to: due, state: 'verified' as const },
      { from: due, to: at, state: 'pending' as const },
    ];
    const chain = chainOf(HEALTHY, { at, runs });
    app = await fakeServer(fakeSources({ board: { chain: async () => chain } }));
    return (await read(app, `/api/chains/${chain.id}`, chainPage)).line;
  };
  const fresh = await seen(NOW - HOUR / 3);
  expect([fresh.state, fresh.hours.letters.slice(-3)]).toEqual(['verified', 'vpp']);
  const old = await seen(NOW - 4 * HOUR);
  expect([old.state, old.hours.letters.slice(-6)]).toEqual(['stale', 'vkkkkk']);
  expect(Date.parse(old.hours.from)).toBe(hour - 191 * HOUR);
  // Of a clock that ran ahead: it was fresh for ever.
  expect((await seen(NOW + 48 * HOUR)).state).toBe('stale');
});

test.each(['/api/accounts/1', '/api/accounts/12345678901x', '/api/chains/..%2f..', '/api/findings/x'])(
  '%s is no name of ours: 400',
  async (url) => {
    app = await fakeServer();
    expect((await refused(app, url)).status).toBe(400);
  },
);

test('the digests of a day up to the newest are read where nothing is asked for', async () => {
  app = await fakeServer();
  const url = `/api/chains/${chainOf(FORGED).id}/digests`;
  const page = await read(app, url, digestsPage);
  expect([page.from, page.to]).toEqual(['2026-05-04T12:00:00Z', '2026-05-05T12:00:00Z']);
  const asked = await read(app, `${url}?from=2026-05-01T00:00:00Z&to=2026-05-09T00:00:00Z`, digestsPage);
  expect(asked.from).toBe('2026-05-01T00:00:00Z');
  for (const query of [
    'from=2026-05-01T00:00:00Z&to=2026-05-09T00:00:01Z',
    'from=2026-05-02T00:00:00Z&to=2026-05-02T00:00:00Z',
    'from=2026-05-01',
  ])
    expect((await refused(app, `${url}?${query}`)).status).toBe(400);
});

test("a digest's bytes are handed over as a download whose name cannot break out", async () => {
  app = await fakeServer();
  const url = `/api/chains/${chainOf(FORGED).id}/digests/${DIGEST}/raw`;
  expect((await refused(app, url, bearer('read'))).status).toBe(403);
  const { headers, rawPayload } = await app.inject({ url, headers: bearer('evidence') });
  expect([...rawPayload]).toEqual([1, 2]);
  expect(headers['content-disposition']).toBe('attachment; filename="a__b___c.json.gz"');
  expect([headers['content-type'], headers['x-content-type-options']]).toEqual(['application/octet-stream', 'nosniff']);
});

test('a preflight of a known account is asked for by name', async () => {
  const pages = fakeSources();
  app = await fakeServer(pages);
  const answer = await send(app, `/api/accounts/${HEALTHY}/preflight`);
  expect([answer.statusCode, answer.json()]).toEqual([202, { queued: true }]);
  expect(pages.asked).toMatchObject([{ act: 'preflight', of: HEALTHY, actor: { name: 'loopback', via: 'loopback' } }]);
  expect((await send(app, '/api/accounts/999999999999/preflight')).statusCode).toBe(404);
  expect(pages.asked).toHaveLength(1);
});

test('what the archive refuses is said with its code and next step, and an unexpected error says nothing', async () => {
  const denied = new OperatingError({ code: 'blocked-access', message: 'may not list', hint: 'allow s3:ListBucket' });
  const history = async (account: string) => Promise.reject(account === FORGED ? denied : new Error('secret-bucket'));
  app = await fakeServer(fakeSources({ evidence: { history } }));
  const problem = await refused(app, `/api/accounts/${FORGED}/history`);
  expect(problem).toMatchObject({ status: 503, type: 'urn:orgtrail:blocked-access', hint: 'allow s3:ListBucket' });
  const bug = await refused(app, `/api/accounts/${HEALTHY}/history`);
  expect([bug.status, JSON.stringify(bug).includes('secret')]).toEqual([500, false]);
});

test('an answer that is none of the contract is a failure and not a lie', async () => {
  const entry = { at: 'yesterday', kind: 'trail-seen' as const, trail: '', region: '', title: '', detail: '', key: '' };
  const history = async () => ({ entries: [entry], problems: [], more: false });
  app = await fakeServer(fakeSources({ evidence: { history } }));
  expect((await refused(app, `/api/accounts/${FORGED}/history`)).status).toBe(500);
  await app.close();
  app = await fakeServer();
  expect((await read(app, `/api/accounts/${FORGED}/history`, historyPage)).entries).toEqual([]);
});
