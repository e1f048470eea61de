/**
 * `node test/bench/pages.ts`: the pages' answers over 5,000 accounts × 7 days in a real Redis, from a process of its own
 * that serves the pages alone. `first` is the first answer of that process; `cold` is read from Redis anew each time;
 * `warm` is answered from the copy that all readers share for a second.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startRedis } from '../stack/redis.ts';
import { fillBoard } from './board-filling.ts';
import { spread, table } from './table.ts';

const ACCOUNTS = 5000;
const COLD = 5;
const WARM = 50;
/** Longer than the copy lives. */
const COPY_GONE_MS = 1200;
const PATHS = [
  '/api/overview',
  '/api/map?limit=100',
  '/api/map?limit=500&view=days',
  '/api/accounts?sort=lag&limit=100',
  '/api/accounts?search=17&limit=100',
  '/api/findings',
] as const;

await main();

async function main(): Promise<void> {
  const redis = await startRedis();
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-bench-pages-'));
  try {
    await fillBoard(redis.url, { accounts: ACCOUNTS, regions: ['us-east-1'] });
    const { child, url } = await serve(redis.url, folder);
    try {
      const head = ['answer', 'first ms', 'first cpu ms', 'cold ms', 'cold cpu ms', 'warm ms', 'KiB', 'KiB gzip'];
      process.stdout.write(table([head, ...(await answers(child, url))]));
      process.stdout.write(`\n${await memoryText(child, url)}\n`);
    } finally {
      child.kill();
    }
  } finally {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function serve(
  redisUrl: string,
  folder: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const file = join(folder, 'orgtrail.yaml');
  writeFileSync(
    file,
    stringify({
      archive: { bucket: 'orgtrail-archive', region: 'us-east-1', owner: '111111111111' },
      accounts: [{ id: '222222222222', name: 'payments' }],
      redis: { url: redisUrl },
      http: { port: 0 },
    }),
  );
  const words = ['src/main.ts', 'run', '--role', 'web', '--config', file];
  const child = spawn(process.execPath, words, {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { readonly event?: string; readonly url?: string };
    if (event.event === 'started' && event.url !== undefined) return { child, url: event.url };
  }
  throw new Error('the daemon ended before it had started');
}

interface Taken {
  readonly ms: number;
  readonly bytes: number;
}

/** Of the server's own processor time, which does not depend on what else this machine does. */
async function askCosting(child: ChildProcess, url: string): Promise<Taken & { readonly cpu: number }> {
  const before = cpuMs(child.pid);
  const taken = await ask(url);
  return { ...taken, cpu: cpuMs(child.pid) - before };
}

/** User and system time of all threads, in steps of 10 ms. */
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

async function ask(url: string, encoding = 'identity'): Promise<Taken> {
  const began = performance.now();
  const response = await fetch(url, { headers: { 'accept-encoding': encoding } });
  const body = await response.arrayBuffer();
  if (response.status !== 200)
    throw new Error(`${url}: ${response.status} ${Buffer.from(body).toString().slice(0, 300)}`);
  const sent = Number(response.headers.get('content-length') ?? body.byteLength);
  return { ms: performance.now() - began, bytes: sent };
}

async function answers(child: ChildProcess, url: string): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (const path of PATHS) {
    await pause(COPY_GONE_MS);
    const first = await askCosting(child, `${url}${path}`);
    const cold: (Taken & { readonly cpu: number })[] = [];
    for (let at = 0; at < COLD; at += 1) {
      await pause(COPY_GONE_MS);
      cold.push(await askCosting(child, `${url}${path}`));
    }
    const warm: number[] = [];
    for (let at = 0; at < WARM; at += 1) warm.push((await ask(`${url}${path}`)).ms);
    const squeezed = await ask(`${url}${path}`, 'gzip');
    const sizes = [first.bytes, squeezed.bytes].map((bytes) => (bytes / 1024).toFixed(0));
    const [wall, cpu] = [cold.map(({ ms }) => ms), cold.map((one) => one.cpu)];
    const firsts = [first.ms.toFixed(0), first.cpu.toFixed(0)];
    rows.push([path, ...firsts, spread(wall, 0), spread(cpu, 0), spread(warm, 1), ...sizes]);
  }
  return rows;
}

/** Before and after 200 requests of every kind, a quarter of them from Redis anew. */
async function memoryText(child: ChildProcess, url: string): Promise<string> {
  const before = residentMib(child.pid);
  for (let at = 0; at < 200; at += 1) {
    await ask(`${url}${PATHS[at % PATHS.length] ?? ''}`, 'gzip');
    await pause(at % 4 === 0 ? 300 : 0);
  }
  return `resident memory: ${before} MiB before, ${residentMib(child.pid)} MiB after 200 requests`;
}

function residentMib(pid: number | undefined): string {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (Number(kib) / 1024).toFixed(0);
}
