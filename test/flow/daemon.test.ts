/** `orgtrail run` as a process of its own, on a real Redis and our cloud: signals, probes, and a Redis that forgets all. */
import { Redis } from 'ioredis';
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { reasonToSkip, REDIS } from '../stack/need.ts';
import { startRedis, type RedisServer } from '../stack/redis.ts';
import {
  allReceipts,
  archiveContent,
  archiveMark,
  compareArchive,
  forbidden,
  keysWith,
  rewritten,
  sourceObjects,
} from './evidence.ts';
import { ARCHIVE, openOrganization, type Organization } from './organization.ts';
import { lastWords, startRun, type Running } from './process.ts';
import { pass } from './pass.ts';

const missing = reasonToSkip('Redis', [REDIS]);
const PATIENCE_MS = 25_000;

let redis: RedisServer;
let organization: Organization;
let running: Running | null;

/** All delivered, the newest digest an hour or two ago: the daemon lives in the real time. */
function world(seed: string) {
  const begin = Math.floor(Date.now() / HOUR) * HOUR - 6 * HOUR;
  return { seed, start: begin, hours: 5, logsPerHour: 2, accounts: 3, regions: ['us-east-1'], cheap: true } as const;
}

const settings = () => ({
  redis: { url: redis.url },
  http: { enabled: true, port: 0 },
  schedules: { collect: '*/2 * * * * *' },
});

beforeEach(async () => {
  running = null;
  redis = await startRedis();
});
afterEach(async () => {
  await running?.kill();
  await organization?.close();
  await redis.stop();
});

async function start(seed: string): Promise<Running> {
  organization = await openOrganization(world(seed));
  organization.configure(settings());
  running = startRun({ name: 'daemon', role: 'all', configFile: organization.configFile, env: organization.env });
  return running;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await wait(50)) if (await holds()) return;
  throw new Error(`in vain: ${what}\n${lastWords(running === null ? [] : [running])}`);
}

/** The status of a probe of the newest start; 0 while nobody answers. */
async function probe(daemon: Running, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const url = daemon.events('started').at(-1)?.['url'];
  if (typeof url !== 'string') return { status: 0, text: '' };
  const answer = await fetch(`${url}${path}`).catch(() => null);
  return answer === null ? { status: 0, text: '' } : { status: answer.status, text: await answer.text() };
}

const ready = async (daemon: Running): Promise<boolean> => (await probe(daemon, '/readyz')).status === 200;

describe.skipIf(missing !== null)('the daemon', { timeout: 60_000 }, () => {
  test('proves everything, becomes ready, reloads on SIGHUP, keeps the old configuration when the new one is invalid, and ends with 0 on SIGTERM', async () => {
    const daemon = await start('daemon/signals');
    const truth = sourceObjects(organization);
    await until('it answers', async () => (await probe(daemon, '/livez')).status === 200);
    await until('all is archived', () => compareArchive(organization, truth).lost.length === 0);
    await until('it is ready', () => ready(daemon));
    const metrics = await probe(daemon, '/metrics');
    expect(metrics.status).toBe(200);
    for (const { id } of organization.world.accounts) expect(metrics.text).toContain(`account="${id}"`);

    const signal = (name: NodeJS.Signals) => process.kill(daemon.pid, name);
    signal('SIGHUP');
    await until('it says that nothing changed', () => daemon.events('reload-unchanged').length === 1);
    appendFileSync(organization.configFile, 'nonsense: true\n');
    signal('SIGHUP');
    await until('it refuses', () => daemon.events('reload-refused').length === 1);
    expect(String(daemon.events('reload-refused')[0]?.['problem'])).toContain('nonsense');
    expect(await ready(daemon)).toBe(true);
    organization.configure({ ...settings(), limits: { sweepWindowHours: 72 } });
    signal('SIGHUP');
    await until('it has reloaded', () => daemon.events('reloaded').length === 1);
    await until('it is ready again', () => ready(daemon));
    expect(daemon.events('started')).toHaveLength(2);

    expect(await daemon.stop()).toBe(0);
    expect(daemon.output()).not.toContain(organization.env['AWS_SECRET_ACCESS_KEY']);
    expect(forbidden(organization)).toEqual([]);
    expect(rewritten(organization)).toEqual([]);
    const mark = archiveMark(organization);
    expect((await pass(organization, Date.now())).exitCode).toBe(0);
    expect(archiveMark(organization)).toBe(mark);
  });

  test('ends in the same archive and receipts when Redis is flushed again and again in the middle of the work', async () => {
    const undisturbed = await openOrganization(world('daemon/flush'));
    await pass(undisturbed, Date.now());
    await undisturbed.close();
    const wanted = archiveContent(undisturbed);
    const daemon = await start('daemon/flush');
    organization.cloud.faults.latency = 60;
    const admin = new Redis(redis.url);
    try {
      const receipts = () => keysWith(organization, ARCHIVE, 'orgtrail/receipts/').length;
      for (const share of [0.2, 0.5, 0.8]) {
        await until(
          `${share} of the receipts are there`,
          () => receipts() >= share * organization.world.chains.length * 5,
        );
        expect(share > 0.6 || receipts() < organization.world.chains.length * 5).toBe(true);
        await admin.flushall();
      }
      organization.cloud.faults.latency = 0;
      // The next tick of the schedule finds what is left; the watchdog, which restores the rest, looks every half minute.
      const held = () => new Set(keysWith(organization, ARCHIVE, ''));
      await until('everything is archived', () => {
        const keys = held();
        return [...wanted.keys()].every((key) => keys.has(key));
      });
    } finally {
      admin.disconnect();
    }
    expect(await daemon.stop()).toBe(0);
    const held = archiveContent(organization);
    const captured = [...held.keys()].filter((key) => !wanted.has(key) && !key.startsWith('orgtrail/pending/'));
    expect(captured).toEqual([]);
    for (const [key, mark] of wanted) expect([key, held.get(key)]).toEqual([key, mark]);
    expect(allReceipts(organization).filter(({ name }) => name.revision > 0)).toEqual([]);
    expect(rewritten(organization)).toEqual([]);
  });

  test('ends at once on a second SIGTERM, while a job still waits for an answer', async () => {
    const daemon = await start('daemon/impatience');
    organization.cloud.faults.add({
      match: { operation: 'GetObject', key: /CloudTrail-Digest/ },
      fault: { kind: 'stall', at: null },
    });
    const stalled = () => organization.cloud.faults.counts().get('stall') ?? 0;
    await until('a job waits', () => stalled() > 0);
    process.kill(daemon.pid, 'SIGTERM');
    await wait(700);
    expect(daemon.alive()).toBe(true);
    const asked = Date.now();
    expect(await daemon.stop()).toBe(130);
    expect(Date.now() - asked).toBeLessThan(2000);
  });
});
