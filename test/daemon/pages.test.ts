/**
 * The whole daemon on a real Redis and our own cloud, asked as the pages ask it: one log file of one account is forged,
 * and one receipt of another may not be written. The tests follow each other: the organization is the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { runDaemon, type RunningProgram } from '../../src/cli/run.ts';
import { loadConfig } from '../../src/config.ts';
import { HOUR } from '../../src/core/time.ts';
import { accountPage, accountsPage, historyPage } from '../../src/web/contract/accounts.ts';
import { chainPage, digestPage, digestsPage } from '../../src/web/contract/chains.ts';
import { findingPage, findingsPage } from '../../src/web/contract/findings.ts';
import { failedPage, jobsPage, retried } from '../../src/web/contract/jobs.ts';
import { mapPage, overview } from '../../src/web/contract/overview.ts';
import { driftPage, policyPage } from '../../src/web/contract/policy.ts';
import { systemPage } from '../../src/web/contract/system.ts';
import { keysWith, overwrite } from '../flow/evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from '../flow/organization.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import { systemClock, until } from './fake.ts';

const PATIENCE_MS = 30_000;

let redis: RedisServer;
let organization: Organization;
let program: RunningProgram;
let forged: { readonly account: string; readonly key: string };
let denied: string;

beforeAll(async () => {
  redis = await startRedis();
  const begin = Math.floor(Date.now() / HOUR) * HOUR - 6 * HOUR;
  const world = { seed: 'pages', start: begin, hours: 5, logsPerHour: 2, accounts: 3, regions: ['us-east-1'] };
  organization = await openOrganization({ ...world, cheap: true });
  organization.configure({
    redis: { url: redis.url },
    http: { port: 0 },
    log: { level: 'error' },
    limits: { coverDelaySeconds: 1, shutdownGraceSeconds: 3, sweepMaxAgeMinutes: 60 },
    schedules: { collect: '*/2 * * * * *' },
  });
  const [, member, other] = organization.world.chains.map(({ account }) => account);
  forged = forge(member ?? '');
  denied = other ?? '';
  const match = { operation: 'PutObject', bucket: ARCHIVE, key: new RegExp(`orgtrail/receipts/${denied}/`) };
  organization.cloud.faults.add({ match, fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
  Object.assign(process.env, organization.env);
  const config = loadConfig(organization.configFile, {});
  const onBug = (error: unknown): void => {
    throw error;
  };
  const file = organization.configFile;
  program = await runDaemon({ file, config, env: {}, role: 'all', clock: systemClock, onBug });
}, 60_000);

afterAll(async () => {
  await program?.close();
  await organization?.close();
  await redis?.stop();
});

/** One log file of the account now holds no event. */
function forge(account: string): { readonly account: string; readonly key: string } {
  const bucket =
    organization.world.buckets.map(({ name }) => name).find((name) => logsOf(name, account).length > 0) ?? '';
  const key = logsOf(bucket, account)[2] ?? '';
  overwrite(organization, bucket, key, gzipSync('{"Records":[]}'));
  return { account, key };
}

function logsOf(bucket: string, account: string): readonly string[] {
  return keysWith(organization, bucket, `AWSLogs/${account}/CloudTrail/`);
}

async function get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  await sleep(100); // whoever asks in a loop must stay below the limit of requests
  const response = await fetch(`${program.url}${path}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
  return schema.parse(JSON.parse(text));
}

async function post(path: string, body?: object): Promise<{ readonly status: number; readonly answer: unknown }> {
  const headers = { origin: program.url ?? '', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${program.url}${path}`, { method: 'POST', headers, ...sent });
  return { status: response.status, answer: await response.json() };
}

const findings = () => get('/api/findings?status=all', findingsPage);
const processes = async () => (await get('/api/system', systemPage)).processes;
const audits = () => keysWith(organization, ARCHIVE, 'orgtrail/audit/');

describe.skipIf(reasonToSkip('Redis', [REDIS]) !== null)('the pages of a whole daemon', { timeout: 60_000 }, () => {
  test('the overview says the truth about a forged file, and it is found from the map in two steps', async () => {
    // Until its digests are judged they wait, and an account that others hold up is late before it has failed.
    const isFound = async () => (await get('/api/map', mapPage)).rows[0]?.reason === 'log-hash-mismatch';
    await until('the forged file is found', isFound, PATIENCE_MS);
    const page = await get('/api/overview', overview);
    expect(page.accounts).toBe(3);
    expect(page.needYou).toBeGreaterThanOrEqual(1);
    expect(page.sentence).not.toContain('All');
    const { rows } = await get('/api/map', mapPage);
    expect(rows[0]).toMatchObject({ account: forged.account, state: 'failed', reason: 'log-hash-mismatch' });
    expect(rows[0]?.squares.letters).toContain('f');
    const [finding] = (await findings()).findings;
    expect(finding).toMatchObject({ account: forged.account, key: forged.key, code: 'log-hash-mismatch' });
    const evidence = await get(`/api/findings/${finding?.id}`, findingPage);
    expect(evidence.quarantine[0]).toMatchObject({ verdict: 'log-hash-mismatch', state: 'open' });
    expect(evidence.commands.join('\n')).toContain(forged.key);
  });

  test('its chain leads to the digest whose file is not what it names', async () => {
    const account = await get(`/api/accounts/${forged.account}`, accountPage);
    expect(account.line.state).toBe('failed');
    const chain = `/api/chains/${account.chains[0]?.id}`;
    expect((await get(chain, chainPage)).findings).toHaveLength(1);
    const { digests } = await get(`${chain}/digests`, digestsPage);
    const pages = await Promise.all(digests.map(({ id }) => get(`${chain}/digests/${id}`, digestPage)));
    const verdicts = pages.flatMap(({ logs }) => logs.map(({ origin, verdict }) => [origin.key, verdict]));
    expect(verdicts.filter(([, verdict]) => verdict !== 'valid')).toEqual([[forged.key, 'log-hash-mismatch']]);
    expect((await fetch(`${program.url}${chain}/digests/${digests[0]?.id}/raw`)).status).toBe(200);
  });

  test('the other pages answer as the contract says', async () => {
    await get(`/api/accounts/${forged.account}/history`, historyPage);
    await get('/api/accounts?sort=lag&order=desc', accountsPage);
    await get('/api/jobs', jobsPage);
    await get('/api/policy', policyPage);
    await get('/api/policy/history', driftPage);
    await until('it has said of itself', async () => (await processes()).length === 1, PATIENCE_MS);
    const system = await get('/api/system', systemPage);
    expect(system.redis?.version).toMatch(/^\d/);
    expect(system.calls.length).toBeGreaterThan(0);
  });

  test('what failed for good is told by account, and a retry retries: then the account is proven', async () => {
    await until('jobs failed for good', async () => (await get('/api/jobs/failed', failedPage)).total > 0, PATIENCE_MS);
    const { failed } = await get('/api/jobs', jobsPage);
    expect(failed.map(({ account }) => account)).toContain(denied);
    const state = async () => (await get(`/api/accounts/${denied}`, accountPage)).line.state;
    expect(await state()).not.toBe('verified');
    organization.cloud.faults.clear();
    const before = audits().length;
    const { status, answer } = await post('/api/jobs/retry', { account: denied });
    expect([status, retried.parse(answer).retried > 0]).toEqual([200, true]);
    expect(audits().length).toBe(before + 1);
    await until('the account is proven', async () => (await state()) === 'verified', PATIENCE_MS);
  });

  test('an acceptance is recorded, takes the finding off the open ones, and turns nothing green', async () => {
    const [finding] = (await findings()).findings;
    const path = `/api/findings/${finding?.id}/acceptance`;
    const accepted = await post(path, { reason: 'seen with the owner of the account' });
    expect([accepted.status, accepted.answer]).toMatchObject([200, { finding: { accepted: { by: 'loopback' } } }]);
    expect(keysWith(organization, ARCHIVE, `orgtrail/accepted/${forged.account}/${finding?.id}`)).toHaveLength(1);
    await until('it is settled', async () => (await get('/api/findings', findingsPage)).total === 0, PATIENCE_MS);
    expect((await get(`/api/accounts/${forged.account}`, accountPage)).line.state).toBe('failed');
    const needy = async () => (await get('/api/accounts?open=true', accountsPage)).accounts;
    expect((await needy()).map(({ account }) => account)).not.toContain(forged.account);
    expect((await post(path, { reason: 'once more, with feeling' })).status).toBe(409);
  });

  test('after Redis was emptied the pages say that they are being rebuilt, and then say the truth again', async () => {
    const admin = new Redis(redis.url);
    await admin.flushall();
    await admin.quit();
    await until('it says so', async () => (await get('/api/overview', overview)).rebuilding !== null, PATIENCE_MS);
    const during = await get('/api/overview', overview);
    expect([during.provenUntil === null || !during.sentence.includes('All'), during.sentence]).toEqual([
      true,
      expect.stringContaining('rebuilt'),
    ]);
    await until(
      'all is there again',
      async () => {
        const { rebuilding, accounts } = await get('/api/overview', overview);
        return rebuilding === null && accounts === 3;
      },
      PATIENCE_MS,
    );
    const { rows } = await get('/api/map', mapPage);
    expect(rows.map(({ state }) => state)).toEqual(['failed', 'verified', 'verified']);
    const [finding] = (await findings()).findings;
    expect(finding?.accepted).toMatchObject({ reason: 'seen with the owner of the account', by: 'loopback' });
  });
});
