/** A stream of news that is open while its reader's rights are withdrawn: real files, real sessions, a real server. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { passwordEntry } from '../../../src/core/password.ts';
import { openAccess } from '../../../src/daemon/access.ts';
import { startServer, type RunningServer } from '../../../src/web/server.ts';
import { keptLog, until } from '../../daemon/fake.ts';
import { fakeParts } from '../fake-server.ts';
import { fakeSources } from '../fake-sources.ts';
import { buildTestSecurity, memoryStore, SAME_ORIGIN } from './fixture.ts';

const PASSWORD = 'violet gravel mosaic';
const QUICK = { gatherMs: 10, heartbeatMs: 10_000, checkMs: 20 };

let folder: string;
let entry: string;
let now: number;
let server: RunningServer;
const store = memoryStore();

beforeAll(async () => {
  entry = await passwordEntry(PASSWORD, randomBytes(16));
  folder = mkdtempSync(join(tmpdir(), 'orgtrail-withdrawn-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (...users: readonly string[]): void =>
  writeFileSync(join(folder, 'access.yaml'), `users: [${users.join(', ')}]\n# ${randomBytes(8).toString('hex')}\n`);
const person = (name: string, role: string): string => `{ name: ${name}, role: ${role}, password: "${entry}" }`;

beforeEach(async () => {
  now = Date.now();
  write(person('ada', 'viewer'), person('eve', 'viewer'));
  const { log } = keptLog();
  const clock = { now: () => now };
  const access = openAccess({ file: join(folder, 'access.yaml'), administrator: null, clock, log });
  const { parts: security } = buildTestSecurity({
    access: access.list,
    problem: access.problem,
    store,
    now: () => now,
  });
  server = await startServer(fakeParts(fakeSources(), { security, liveTiming: QUICK }));
});
afterEach(() => server.close());

async function signIn(user: string): Promise<string> {
  const headers = { ...SAME_ORIGIN, 'content-type': 'application/json' };
  const body = JSON.stringify({ user, password: PASSWORD });
  const answer = await fetch(`${server.url}/api/session`, { method: 'POST', headers, body });
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Opens a stream; whether it has ended, and what it said. */
async function listen(cookie: string) {
  const answer = await fetch(`${server.url}/api/events`, { headers: { cookie } });
  expect(answer.status).toBe(200);
  const seen = { text: '', ended: false };
  const read = async () => {
    for await (const part of answer.body ?? []) seen.text += Buffer.from(part).toString();
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      seen.ended = true;
    });
  await until('it has begun', () => seen.text !== '');
  return seen;
}

test.each<readonly [string, () => void]>([
  ['who is removed from the access file', () => write(person('eve', 'viewer'))],
  ['whose role is another', () => write(person('ada', 'operator'), person('eve', 'viewer'))],
  ['whose session is gone from Redis', () => store.records.delete([...store.records.keys()][0] ?? '')],
])('the stream of somebody %s ends, and that of others goes on', async (_name, withdraw) => {
  store.records.clear();
  const ada = await listen(await signIn('ada'));
  const eve = await listen(await signIn('eve'));
  withdraw();
  now += 5000;
  await until('it ends', () => ada.ended);
  expect(ada.text).toContain('"session"');
  expect(eve.ended).toBe(false);
});

test('the stream of somebody who signs out ends, and a stream alone keeps no session from being idle', async () => {
  const cookie = await signIn('ada');
  const [stream, other] = [await listen(cookie), await listen(await signIn('eve'))];
  await fetch(`${server.url}/api/session`, { method: 'DELETE', headers: { ...SAME_ORIGIN, cookie } });
  await until('it ends', () => stream.ended);
  expect(other.ended).toBe(false);
  now += 3_600_000;
  await until('the other ends', () => other.ended);
});

test('an access file that is not taken is on /readyz for those who may read: it was in the log alone, once', async () => {
  const cookie = await signIn('ada');
  const read = async () => (await fetch(`${server.url}/readyz`, { headers: { cookie } })).json();
  expect(await read()).toEqual({ ok: true, reasons: [], problems: [] });
  writeFileSync(join(folder, 'access.yaml'), 'users: [{');
  now += 5000;
  expect(await read()).toMatchObject({ ok: true, problems: [{ code: 'access-file' }] });
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ok: true });
  write(person('ada', 'viewer'));
  now += 5000;
  expect(await read()).toMatchObject({ problems: [] });
});
