/** The route of a square: which times and chains it takes, and that nothing is asked of the archive for others. */
import { afterEach, expect, test } from 'vitest';
import { formatIso, HOUR } from '../../../src/core/time.ts';
import { squarePage } from '../../../src/web/contract/square.ts';
import { chainOf, FORGED, HEALTHY, NOW } from '../fake-accounts.ts';
import { fakeSources } from '../fake-sources.ts';
import { fakeServer, read, refused } from '../fake-server.ts';

let app: Awaited<ReturnType<typeof fakeServer>>;
afterEach(() => app.close());

const addressOf = (account: string, query: Readonly<Record<string, string>>): string =>
  `/api/accounts/${account}/square?${new URLSearchParams(query).toString()}`;
const hour = { from: formatIso(NOW - HOUR), to: formatIso(NOW) };

test('of all chains of the account, or of one of them', async () => {
  const asked: string[][] = [];
  const chains = [chainOf(FORGED), chainOf(FORGED, { id: 'a'.repeat(16) }), chainOf(HEALTHY)];
  const sources = fakeSources({ chains });
  const square: typeof sources.evidence.square = async (given, window) => {
    asked.push(given.map(({ account, id }) => `${account} ${id}`));
    return fakeSources().evidence.square(given, window);
  };
  app = await fakeServer({ ...sources, evidence: { ...sources.evidence, square } });
  const page = await read(app, addressOf(FORGED, hour), squarePage);
  expect(page).toMatchObject({ ...hour, readAt: formatIso(NOW), chains: 2 });
  await read(app, addressOf(FORGED, { ...hour, chain: 'a'.repeat(16) }), squarePage);
  expect(asked).toEqual([
    [`${FORGED} ${chainOf(FORGED).id}`, `${FORGED} ${'a'.repeat(16)}`],
    [`${FORGED} ${'a'.repeat(16)}`],
  ]);
});

test.each([
  ['no time', {}],
  ['no end', { from: hour.from }],
  ['no time at all', { from: 'yesterday', to: 'today' }],
  ['an end before its start', { from: hour.to, to: hour.from }],
  ['no length', { from: hour.from, to: hour.from }],
  ['more than a day', { from: formatIso(NOW - 25 * HOUR), to: formatIso(NOW) }],
  ['a chain that is none', { ...hour, chain: '../x' }],
  ['what nobody knows', { ...hour, bucket: 'mine' }],
])('%s is refused', async (_, query) => {
  app = await fakeServer();
  expect((await refused(app, addressOf(FORGED, query))).status).toBe(400);
});

test('an account or a chain that is not known is not found', async () => {
  app = await fakeServer(fakeSources({ chains: [chainOf(FORGED), chainOf(HEALTHY, { id: 'b'.repeat(16) })] }));
  expect((await refused(app, addressOf('999999999999', hour))).status).toBe(404);
  expect((await refused(app, addressOf(FORGED, { ...hour, chain: 'b'.repeat(16) }))).status).toBe(404);
});
