/** The demo as a visitor runs it: a process of its own that serves, shows the tampering, and leaves nothing behind. */
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receipt } from '../../src/core/receipt.ts';
import { ARCHIVE } from '../flow/organization.ts';
import { fastClock } from './clock.ts';
import { readArguments } from './arguments.ts';
import { countArchive } from './view.ts';

const ROOT = join(import.meta.dirname, '../..');
/** The demo ends after its 50 seconds, on a busy machine after twice as many. */
const PATIENCE_MS = 120_000;

interface Demo {
  readonly child: ChildProcess;
  output(): string;
  /** The first group of the first match; waits for it. */
  says(pattern: RegExp): Promise<string>;
}

function startDemo(...words: readonly string[]): Demo {
  const child = spawn(process.execPath, ['test/demo/demo.ts', ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (text += part.toString()));
  const says = async (pattern: RegExp): Promise<string> => {
    for (let tries = 0; tries < PATIENCE_MS / 100; tries += 1) {
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) return found;
      if (child.exitCode !== null) break;
      await sleep(100);
    }
    throw new Error(`the demo never said ${pattern.source}:\n${text}`);
  };
  return { child, output: () => text, says };
}

async function ended({ child }: Demo): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 30 && existsSync(`/proc/${pid}`); tries += 1) await sleep(100);
  return !existsSync(`/proc/${pid}`);
}

/** The archive while the demo runs, with the keys that it prints. */
function openArchive(output: string): S3Client {
  const [, endpoint = ''] = /cloud\s+(http:\S+): S3/.exec(output) ?? [];
  const [, accessKeyId = '', secretAccessKey = ''] =
    /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(output) ?? [];
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
}

async function keysBelow(s3: S3Client, prefix: string): Promise<readonly string[]> {
  const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket: ARCHIVE, Prefix: prefix }));
  expect(IsTruncated).toBe(false);
  return Contents.map(({ Key = '' }) => Key);
}

describe('the demo', () => {
  let demo: Demo;
  let url: string;
  let s3: S3Client;
  let redis: number;
  let folder: string;
  beforeAll(async () => {
    demo = startDemo('--seconds', '50', '--hour-seconds', '12', '--port', '18080');
    url = await demo.says(/dashboard\s+(http:\S+)\//);
    // What it says comes in pieces: on a busy machine the keys come later than the lines before them.
    await demo.says(/(AWS_SECRET_ACCESS_KEY=\S+ )/);
    await demo.says(/(--config \S+\.yaml )/);
    s3 = openArchive(demo.output());
    redis = Number(/\(process (\d+)\)/.exec(demo.output())?.[1]);
    folder = /--config (\S+)\/orgtrail\.yaml/.exec(demo.output())?.[1] ?? '';
    expect([redis > 1, existsSync(folder)]).toEqual([true, true]);
  }, PATIENCE_MS);
  afterAll(() => {
    s3.destroy();
    demo.child.kill('SIGKILL');
  });

  test(
    'becomes ready and serves its pages',
    async () => {
      await demo.says(/(\d+ verified) /);
      const answers = await Promise.all(['/readyz', '/jobs', '/', '/livez'].map((path) => fetch(`${url}${path}`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const board = (await (await fetch(`${url}/jobs/api/queues`)).json()) as { queues: { name: string }[] };
      expect(board.queues.map(({ name }) => name).toSorted()).toEqual(['collect', 'cover', 'discover', 'reconcile']);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/^orgtrail_digests_total\{state="verified"\} [1-9]/m);
    },
    PATIENCE_MS,
  );

  test(
    'the forged file fails its digest and lies in quarantine',
    async () => {
      const account = await demo.says(/found: .* in account (\d{12})/);
      const key = await demo.says(/is cut out of s3:\/\/(\S+)/);
      const receipts = await keysBelow(s3, `orgtrail/receipts/${account}/`);
      const failed = receipts.filter((name) => name.endsWith('.failed.json'));
      expect(failed).toEqual([expect.stringMatching(/\.r0000\.failed\.json$/)]);
      const object = await s3.send(new GetObjectCommand({ Bucket: ARCHIVE, Key: failed[0] }));
      const receipt = JSON.parse((await object.Body?.transformToString()) ?? '') as Receipt;
      const wrong = receipt.logs.filter(({ verdict }) => verdict !== 'valid');
      expect(wrong.map(({ verdict, origin }) => [verdict, `${origin.bucket}/${origin.key}`])).toEqual([
        ['log-hash-mismatch', key],
      ]);
      expect(receipt.digest.verdict).toBe('valid');
      const kept = await keysBelow(s3, `orgtrail/quarantine/log-hash-mismatch/${key}/`);
      expect(kept.map((name) => /\/(bytes|note)-[^/]+$/.exec(name)?.[1])).toEqual(['bytes', 'note']);
      expect(await keysBelow(s3, 'orgtrail/quarantine/')).toEqual(kept);
      // Judgements are counted, and there may be two: a sweep that listed the receipts before the job of an earlier sweep
      // was through adds the digest again. It changes nothing: one receipt, its first revision, and one file in quarantine.
      const metrics = async () => (await fetch(`${url}/metrics`)).text();
      await expect.poll(metrics).toMatch(/^orgtrail_digests_total\{state="failed"\} [1-9]/m);
    },
    PATIENCE_MS,
  );

  test(
    'everybody else is proven, it ends with 0, and nothing stays behind',
    async () => {
      expect([await ended(demo), demo.output()]).toEqual([0, expect.not.stringContaining('wrong:')]);
      const states = demo.output().match(/^(?:verified|failed)(?= +\d{12} )/gm) ?? [];
      expect([states.length, states.filter((state) => state === 'failed').length]).toEqual([6, 1]);
      expect(demo.output()).toContain('kept: ');
      expect([await gone(redis), existsSync(folder)]).toEqual([true, false]);
      await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
    },
    PATIENCE_MS,
  );
});

test(
  'Ctrl-C ends the demo, its Redis and its folder, with 0',
  async () => {
    const demo = startDemo('--port', '18180');
    await demo.says(/(Ctrl-C)/);
    await demo.says(/--config (\S+)/);
    const redis = Number(/\(process (\d+)\)/.exec(demo.output())?.[1]);
    demo.child.kill('SIGINT');
    expect([await ended(demo), await gone(redis)]).toEqual([0, true]);
  },
  PATIENCE_MS,
);

test('its clock runs as fast as it is told', async () => {
  const before = performance.now();
  const clock = fastClock(Date.UTC(2026, 0, 1), 1000);
  const began = performance.now();
  await sleep(50); // a timer may fire a little early, so that the real time is measured
  const least = (performance.now() - began) / 1000;
  const hours = (clock.now() - Date.UTC(2026, 0, 1)) / 3600_000;
  const most = (performance.now() - before) / 1000;
  expect(hours).toBeGreaterThan(least - 0.001);
  expect(hours).toBeLessThanOrEqual(most);
});

test('its counts tell what is proven from what is only captured', () => {
  const log = (id: string): string =>
    `AWSLogs/222222222222/CloudTrail/us-east-1/2026/05/01/222222222222_CloudTrail_us-east-1_20260501T0110Z_${id.repeat(16)}.json.gz`;
  const keys = [log('a'), `orgtrail/pending/one/${log('a')}`, `orgtrail/pending/one/logs/${log('b')}`];
  const kept = `orgtrail/quarantine/log-hash-mismatch/one/${log('c')}`;
  expect(countArchive([...keys, `${kept}/bytes-00`, `${kept}/note-00.json`])).toEqual({
    proven: 0,
    failed: 0,
    logs: 1,
    pending: 1,
    quarantined: 1,
  });
});

test('it takes whole numbers and no other words', () => {
  expect(readArguments([])).toEqual({ seconds: null, hourSeconds: 20, port: 8080 });
  expect(readArguments(['--seconds', '30', '--hour-seconds', '5'])).toEqual({
    seconds: 30,
    hourSeconds: 5,
    port: 8080,
  });
  for (const words of [['--seconds', '0'], ['--seconds', 'x'], ['--seconds', '49'], ['--hours', '1'], ['more']])
    expect(readArguments(words)).toHaveProperty('problem');
});

test('npm run demo starts this file', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { demo: string } };
  expect(scripts.demo).toBe('node test/demo/demo.ts');
});
