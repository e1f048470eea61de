/** Findings over the API: listed, told once, accepted by name, and exported so that no cell is a formula. */
import { afterEach, expect, test } from 'vitest';
import { findingPage, findingsPage } from '../../../src/web/contract/findings.ts';
import { BLOCKED, findingOf, findingsPartOf, FORGED, NOW } from '../fake-accounts.ts';
import { fakeSources } from '../fake-sources.ts';
import { bearer, fakeServer, read, refused, send } from '../fake-server.ts';

let app: Awaited<ReturnType<typeof fakeServer>>;
afterEach(() => app.close());

const ACCEPTED = { reason: 'known since May', by: 'ada', at: NOW };
const open = findingOf(FORGED);
const settled = findingOf(FORGED, { key: 'b', accepted: ACCEPTED });
const gone = findingOf(BLOCKED, { code: 'digest-missing', key: null, goneAt: NOW });

function three() {
  return fakeSources({ findings: [findingsPartOf(FORGED, [settled, open]), findingsPartOf(BLOCKED, [gone])] });
}

test('open findings are listed with what is settled beside them in the groups', async () => {
  app = await fakeServer(three());
  const page = await read(app, '/api/findings', findingsPage);
  expect(page.findings.map(({ id }) => id)).toEqual([open.id]);
  expect(page.groups).toEqual([
    { code: 'log-hash-mismatch', open: 1, settled: 1, accounts: 1 },
    { code: 'digest-missing', open: 0, settled: 1, accounts: 1 },
  ]);
  const rest = await read(app, '/api/findings?status=settled', findingsPage);
  expect(rest.findings.map(({ id }) => id).toSorted()).toEqual([settled.id, gone.id].toSorted());
});

test.each([
  ['status=all', 3],
  ['status=all&code=digest-missing', 1],
  [`status=all&account=${FORGED}`, 2],
  ['status=all&search=ACCOUNT%20444', 1],
  ['status=all&search=file.json', 1],
])('%s takes %i', async (query, total) => {
  app = await fakeServer(three());
  expect((await read(app, `/api/findings?${query}`, findingsPage)).total).toBe(total);
});

test('a finding that two readers see is told once, and as standing while one of them still sees it', async () => {
  const parts = [
    { ...findingsPartOf(FORGED, [findingOf(FORGED, { goneAt: NOW })]), reader: BLOCKED, at: NOW },
    findingsPartOf(FORGED, [open]),
  ];
  app = await fakeServer(fakeSources({ findings: parts }));
  const page = await read(app, '/api/findings?status=all', findingsPage);
  expect(page.findings).toMatchObject([{ id: open.id, goneAt: null }]);
});

test('a finding comes with commands to copy, in which keys from outside stay one word', async () => {
  const key = "AWSLogs/$(reboot)/it's; rm -rf ~\u202e\n`id`";
  const hostile = findingOf(FORGED, { key, bucket: '-bucket', trail: '--full' });
  app = await fakeServer(fakeSources({ findings: [findingsPartOf(FORGED, [hostile])] }));
  const { commands } = await read(app, `/api/findings/${hostile.id}`, findingPage);
  expect(commands[0]).toBe(
    `orgtrail verify --source --account=${FORGED} --region=us-east-1 --trail='--full' --from=2026-05-05T07:15:00Z --to=2026-05-05T08:15:00Z`,
  );
  for (const command of commands) expect(command).not.toMatch(/[\n\u202e]/);
  expect(commands[2]).toContain("--bucket='-bucket' --prefix=$'AWSLogs/$(reboot)/it\\'s; rm -rf ~");
});

test('an acceptance is passed on with its reason and who says so, and read again at once', async () => {
  const pages = fakeSources();
  app = await fakeServer(pages);
  await read(app, '/api/findings', findingsPage);
  const answer = await send(app, `/api/findings/${open.id}/acceptance`, { reason: '  known since May  ' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    finding: { id: open.id, accepted: { reason: 'known since May', by: 'loopback' } },
  });
  expect(pages.asked).toMatchObject([{ act: 'accept', of: { id: open.id, reason: 'known since May' } }]);
  const reads = pages.reads.parts;
  await app.inject('/api/map');
  expect(pages.reads.parts).toBe(reads + (reads === 1 ? 1 : 0));
});

test.each([
  [{ reason: 'short' }, 400],
  [{ reason: 'long enough', more: 1 }, 400],
  [{}, 400],
  [{ reason: ['long enough', 'twice'] }, 400],
])('the acceptance %j is refused', async (body, status) => {
  const pages = fakeSources();
  app = await fakeServer(pages);
  expect((await send(app, `/api/findings/${open.id}/acceptance`, body)).statusCode).toBe(status);
  expect(pages.asked).toEqual([]);
});

test('what is settled is not accepted again', async () => {
  const pages = three();
  app = await fakeServer(pages);
  for (const { id } of [settled, gone])
    expect((await send(app, `/api/findings/${id}/acceptance`, { reason: 'long enough' })).statusCode).toBe(409);
  expect(pages.asked).toEqual([]);
});

test('CSV has a head, a row each and the number of rows as its last line, and no cell is a formula', async () => {
  const evil = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x', 'a "quoted", one'];
  const findings = evil.map((detail, at) => findingOf(FORGED, { detail, key: `k${at}` }));
  app = await fakeServer(fakeSources({ findings: [findingsPartOf(FORGED, findings)] }));
  expect((await refused(app, '/api/findings.csv', bearer('read'))).status).toBe(403);
  const { body, headers } = await app.inject({ url: '/api/findings.csv', headers: bearer('evidence') });
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toMatch(/^attachment; filename="orgtrail-findings-[\dTZ]+\.csv"$/);
  expect(body.startsWith('id,status,code,account,')).toBe(true);
  expect(body.trimEnd().split('\r\n').at(-1)).toMatch(/^# rows: 12,+$/);
  for (const text of evil.slice(0, -1)) {
    const quoted = /[\r\n]/.test(text) ? `"'${text}"` : `'${text}`;
    expect(body).toContain(`,${quoted},`);
  }
  expect(body).toContain(',"a ""quoted"", one",');
  expect(body).not.toMatch(/(^|,)"?[=+@＝＋＠]/m);
});

test('JSON Lines holds what the API says, and ends with the number of rows', async () => {
  app = await fakeServer(three());
  const url = '/api/findings.jsonl?status=all';
  const { body } = await app.inject({ url, headers: bearer('evidence') });
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.at(-1)).toEqual({ rows: 3 });
  const page = await read(app, '/api/findings?status=all', findingsPage);
  expect(lines.slice(0, -1)).toEqual(page.findings);
  expect((await refused(app, '/api/findings.csv?limit=5')).status).toBe(400);
});
