/** Jobs, the plan and the system over the API: shown, retried, applied, and still there while Redis is away. */
import { afterEach, expect, test } from 'vitest';
import { passwordEntry } from '../../../src/core/password.ts';
import { failedPage, jobsPage } from '../../../src/web/contract/jobs.ts';
import { driftPage, policyPage } from '../../../src/web/contract/policy.ts';
import { systemPage } from '../../../src/web/contract/system.ts';
import type { SessionRecord } from '../../../src/web/security/parts.ts';
import { OperatingError } from '../../../src/errors.ts';
import { FORGED, NOW, PLAN } from '../fake-accounts.ts';
import { fakeSources } from '../fake-sources.ts';
import { bearer, fakeSecurity, fakeServer, read, refused, send } from '../fake-server.ts';

let app: Awaited<ReturnType<typeof fakeServer>>;
afterEach(() => app.close());

test('jobs are told by queue, by account and with an estimate', async () => {
  app = await fakeServer();
  const page = await read(app, '/api/jobs', jobsPage);
  expect(page.queues).toEqual([{ name: 'collect', waiting: 5, active: 1, delayed: 0, failed: 5, completed: 0 }]);
  expect(page.backfills[0]).toMatchObject({ name: 'account 222', ratePerMinute: 2.5, eta: '2026-05-05T13:15:00Z' });
  expect(page.failed[0]).toMatchObject({ account: FORGED, name: 'account 333', jobs: 5 });
});

test('failed jobs are paged to the end', async () => {
  app = await fakeServer();
  const seen: string[] = [];
  let next: string | null = null;
  do {
    const url: string = `/api/jobs/failed?limit=2${next === null ? '' : `&cursor=${next}`}`;
    const page = await read(app, url, failedPage);
    seen.push(...page.jobs.map(({ id }) => id));
    next = page.next;
  } while (next !== null && seen.length < 20);
  expect(seen).toEqual(['job-0', 'job-1', 'job-2', 'job-3', 'job-4']);
});

test.each([[{ queue: 'collect', id: 'job-1' }], [{ account: FORGED }], [{ account: '' }]])(
  'retries %j',
  async (body) => {
    const pages = fakeSources();
    app = await fakeServer(pages);
    const answer = await send(app, '/api/jobs/retry', body);
    expect([answer.statusCode, answer.json()]).toEqual([200, { retried: 1, left: 0 }]);
    expect(pages.asked).toMatchObject([{ act: 'retry', of: body }]);
  },
);

test.each([[{ account: FORGED, id: 'x' }], [{ queue: 'collect' }], [{ account: '12' }], [[]]])(
  'does not retry %j',
  async (body) => {
    const pages = fakeSources();
    app = await fakeServer(pages);
    expect((await send(app, '/api/jobs/retry', body)).statusCode).toBe(400);
    expect(pages.asked).toEqual([]);
  },
);

test('the plan is shown with its meter, and without one nothing is known', async () => {
  app = await fakeServer();
  const page = await read(app, '/api/policy', policyPage);
  expect(page).toMatchObject({ id: PLAN.id, apply: 'command-line', applying: false, lastApply: { ok: true } });
  expect(page.documents[0]?.budget).toMatchObject({ bytes: 900, most: 20_480 });
  await app.close();
  app = await fakeServer(fakeSources({ board: { plan: async () => null } }));
  expect(await read(app, '/api/policy', policyPage)).toMatchObject({ at: null, id: null, documents: [] });
});

test('the changes on record are paged by what the archive says comes next', async () => {
  app = await fakeServer();
  const first = await read(app, '/api/policy/history', driftPage);
  expect(first.next).not.toBeNull();
  expect((await read(app, `/api/policy/history?cursor=${first.next}`, driftPage)).next).toBeNull();
  expect((await refused(app, '/api/policy/history?cursor=further')).status).toBe(400);
});

/** Signed in with a password, as an administrator. */
async function administrator(applyEnabled: boolean, world: Parameters<typeof fakeSources>[0] = {}) {
  const password = 'a long and quiet password';
  const user = {
    name: 'ada',
    role: 'administrator' as const,
    password: await passwordEntry(password, Buffer.alloc(16)),
  };
  const records = new Map<string, SessionRecord>();
  const put = async (id: string, record: SessionRecord) => void records.set(id, record);
  const store = { put, touch: put, get: async (id: string) => records.get(id) ?? null, remove: async () => undefined };
  const pages = fakeSources({ ...world, over: { applyEnabled } });
  const security = fakeSecurity({ signInWanted: true, access: () => ({ users: [user], tokens: [] }), store });
  app = await fakeServer(pages, { security });
  const headers = { host: 'localhost:8080', origin: 'http://localhost:8080' };
  const signedIn = await app.inject({
    method: 'POST',
    url: '/api/session',
    headers,
    payload: { user: 'ada', password },
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  const payload = { plan: PLAN.id, reason: 'as agreed on Monday' };
  const apply = () =>
    app.inject({ method: 'POST', url: '/api/policy/apply', headers: { ...headers, cookie }, payload });
  return { pages, apply };
}

test('an administrator applies the plan that was looked at where the configuration says so', async () => {
  const { pages, apply } = await administrator(true);
  expect((await apply()).statusCode).toBe(202);
  expect(pages.asked).toMatchObject([{ act: 'apply', of: { plan: PLAN.id }, actor: { name: 'ada', via: 'password' } }]);
});

test('a second apply is refused while one is under way: the queue dropped it, and it was answered as queued', async () => {
  const applied = async () => ({ pending: true, last: null });
  const { pages, apply } = await administrator(true, { board: { applied } });
  expect((await apply()).json()).toMatchObject({ status: 409, type: 'urn:orgtrail:applying' });
  expect(pages.asked).toEqual([]);
});

test('where applying is left to the command line nobody applies here', async () => {
  const { pages, apply } = await administrator(false);
  expect((await apply()).json()).toMatchObject({ status: 403, type: 'urn:orgtrail:apply-off' });
  expect(pages.asked).toEqual([]);
  const body = { plan: PLAN.id, reason: 'as agreed on Monday' };
  const headers = bearer('operate');
  expect((await app.inject({ method: 'POST', url: '/api/policy/apply', headers, payload: body })).statusCode).toBe(401);
});

test('what is wrong with the server itself is on the system page (it was in the log and on /readyz only)', async () => {
  const trouble = { code: 'access-file', detail: 'the access file is not taken', hint: 'mend it' };
  app = await fakeServer(fakeSources(), { security: fakeSecurity({ problem: () => trouble }) });
  expect((await read(app, '/api/system', systemPage)).problems).toContainEqual(trouble);
});

test('the system page is there while Redis is away, and says what it could not read', async () => {
  app = await fakeServer(fakeSources({ over: { redisTrouble: () => 'connection refused' } }));
  const page = await read(app, '/api/system', systemPage);
  expect(page).toMatchObject({ redis: null, queues: [], problems: [{ code: 'redis' }] });
  await app.close();
  const away = new OperatingError({ code: 'redis-unreachable', message: 'no answer', hint: 'start it' });
  app = await fakeServer(fakeSources({ board: { snapshot: async () => Promise.reject(away) } }));
  const half = await read(app, '/api/system', systemPage);
  expect([half.redis?.version, half.problems[0]?.code]).toEqual(['7.0.0', 'redis-unreachable']);
});

test('a process that has said nothing for long is silent, and its calls no longer count', async () => {
  const beat = {
    id: '0123456789abcdef',
    role: 'worker' as const,
    version: '1',
    node: '24',
    host: 'h',
    pid: 1,
    startedAt: NOW - 1e6,
    at: NOW,
    memory: 5,
    calls: [{ service: 's3', operation: 'GetObject', calls: 7, errors: 1, throttled: 0 }],
  };
  const silent = { ...beat, id: 'fedcba9876543210', at: NOW - 120_000 };
  const system = { ...fakeSources().system, processes: async () => [beat, silent] };
  app = await fakeServer(fakeSources({ over: { system } }));
  const page = await read(app, '/api/system', systemPage);
  expect(page.processes.map((one) => one.silent)).toEqual([false, true]);
  expect(page.calls).toEqual([{ service: 's3', operation: 'GetObject', perMinute: 7, errors: 1, throttled: 0 }]);
});
