/**
 * `node test/bench/plan.ts`: `orgtrail plan --no-preflight` as a process of its own over organizations of 100, 1,000 and
 * 10,000 accounts of our own cloud, without receipts, and with receipts that are
 * listed and sampled for the estimate of a lifecycle rule. What counts is how the
 * figures grow from row to row; the cloud shares the machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { receiptKey } from '../../src/core/layout.ts';
import { createCloud, type WholeCloud } from '../cloud/cloud.ts';
import { makeAccounts } from '../cloud/forge/organization.ts';
import { createRandom } from '../cloud/forge/random.ts';
import { heldGroups } from '../flow/held.ts';
import { ARCHIVE, DAEMON_KEYS } from '../flow/organization.ts';
import { measure, type Cost } from './measure.ts';
import { costCells, table } from './table.ts';

const SIZES = [100, 1000, 10_000] as const;
const RUNS = 3;
const HOUR = 3_600_000;
const RECEIPTS_EACH = 24;
const ORGANIZATION = 'o-a1b2c3d4e5';
const HEAD = ['accounts', 'receipts', 'wall s', 'cpu s', 'peak MiB', 'requests', 'form', 'bytes', 'documents'];

await main();

async function main(): Promise<void> {
  const rows: (readonly string[])[] = [HEAD];
  for (const receipts of [0, RECEIPTS_EACH]) for (const size of SIZES) rows.push(await row(size, receipts));
  process.stdout.write(table(rows));
}

async function row(size: number, receipts: number): Promise<readonly string[]> {
  const ground = await prepare(size, receipts);
  try {
    const costs: Cost[] = [];
    let last: Planned | null = null;
    for (let run = 0; run < RUNS; run += 1) {
      ground.cloud.requests.clear();
      const { cost, result } = await measure(() => plan(ground.configFile), new Set());
      costs.push(cost);
      last = result;
    }
    const [budget] = last?.budgets ?? [];
    const requests = ground.cloud.requests.entries.length + ground.cloud.requests.dropped;
    const told = [String(requests), budget?.form ?? '-', String(budget?.bytes ?? '-'), String(last?.changes.length)];
    return [String(size), String(size * receipts), ...costCells(costs), ...told];
  } finally {
    await ground.close();
  }
}

interface Planned {
  readonly accounts: number;
  readonly changes: readonly unknown[];
  readonly budgets: readonly { readonly form: string; readonly bytes: number }[];
}

async function plan(configFile: string): Promise<Planned> {
  const words = ['src/main.ts', 'plan', '--no-preflight', '--json', '--config', configFile];
  const env = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: DAEMON_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DAEMON_KEYS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const [code] = (await once(child, 'close')) as [number | null];
  const text = Buffer.concat(parts).toString();
  if (code !== 6) throw new Error(`plan ended with ${code}: ${text.slice(0, 1000)}`);
  return JSON.parse(text) as Planned;
}

interface Ground {
  readonly cloud: WholeCloud;
  readonly configFile: string;
  close(): Promise<void>;
}

async function prepare(size: number, receipts: number): Promise<Ground> {
  const accounts = makeAccounts(createRandom(String(size)), size);
  const management = accounts[0]?.id ?? '';
  const cloud = await createCloud({
    now: Date.now,
    users: [{ ...DAEMON_KEYS, account: management, name: 'daemon', policies: null }],
    organization: { id: ORGANIZATION, management, accounts },
    buckets: [{ name: ARCHIVE, owner: management }],
  });
  for (const { id } of accounts) putReceipts(cloud, id, receipts);
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-bench-plan-'));
  const configFile = join(folder, 'orgtrail.yaml');
  const moving = { rules: [{ name: 'old', of: 'proven', transitions: [{ days: 90, class: 'GLACIER_IR' }] }] };
  writeFileSync(
    configFile,
    stringify({
      archive: { bucket: ARCHIVE, region: 'us-east-1', owner: management },
      organizations: [{ name: 'bench', discover: true, role: 'orgtrail-reader' }],
      aws: { region: 'us-east-1', endpoint: cloud.url, forcePathStyle: true },
      http: { enabled: false },
      ...heldGroups(management, { organizationIds: [ORGANIZATION] }),
      ...(receipts === 0 ? {} : { lifecycle: moving }),
    }),
  );
  const close = async (): Promise<void> => {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { cloud, configFile, close };
}

/** Their names count: those of the sample are opened, and are none. */
function putReceipts(cloud: WholeCloud, account: string, count: number): void {
  const start = Date.UTC(2025, 0, 1);
  for (let hour = 0; hour < count; hour += 1) {
    const key = receiptKey('', {
      account,
      region: 'us-east-1',
      trail: 'main',
      homeRegion: 'us-east-1',
      kind: 'standard',
      end: start + (hour + 1) * HOUR,
      start: start + hour * HOUR,
      mark: '0123456789ab',
      revision: 0,
      state: hour === 0 ? 'start' : 'linked',
    });
    const body = new Uint8Array([0x7b, 0x7d]);
    const metadata = new Map<string, string>();
    cloud.put({ bucket: ARCHIVE, key, body, metadata, contentType: 'application/json', contentEncoding: null });
  }
}
