import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deleteDigest, moveDigest } from '../cloud/forge/damage/digests.ts';
import { alterLog, deleteLog } from '../cloud/forge/damage/logs.ts';
import type { Damage } from '../cloud/forge/damage/scene.ts';
import { flipSignature, loseMetadata } from '../cloud/forge/damage/signature-metadata.ts';
import { TAMPERINGS } from '../cloud/forge/damage/tampering.ts';
import { childEnv } from '../stack/child-env.ts';
import { archiveAnswer, copyArchive, sourceAnswer, type ArchiveAsk } from './archive-here.ts';
import { forbidden } from './evidence.ts';
import { BUCKET, openChain, type OneChain } from './one-chain.ts';
import { openOrganization, orgtrail, type Ended, type Organization, type OrganizationOptions } from './organization.ts';
import { pass } from './pass.ts';
import { readReport, tally } from './verify-report.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HOURS = 6;
/** Past the grace within which a later digest might name a file. */
const NOW = Date.now();
const START = Math.floor((NOW - 60 * HOUR) / 1000) * 1000;

let close: (() => Promise<void>) | null = null;
afterEach(async () => {
  await close?.();
  close = null;
});

type Ground = Pick<Organization, 'cloud' | 'configFile' | 'env' | 'folder'>;

/** What no digest names is captured once its digests are judged: that takes a second pass. */
async function collected(ground: Ground, now: number, passes: 1 | 2 = 1): Promise<void> {
  if (passes === 2) await pass(ground, now - MINUTE);
  await pass(ground, now);
}

async function chain(): Promise<OneChain & Pick<Organization, 'folder'>> {
  const one = await openChain({ start: START, hours: HOURS });
  const folder = mkdtempSync(join(tmpdir(), 'orgtrail-copies-'));
  close = async () => {
    await one.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...one, folder };
}

/** The same moment told by source, archive and copy. */
async function threefold(
  ground: Ground,
  at: Pick<ArchiveAsk, 'now' | 'to'>,
): Promise<Readonly<Record<string, string>>> {
  const source = await sourceAnswer(ground, at);
  const [bucket, copy] = [
    await archiveAnswer(ground, at),
    await archiveAnswer(ground, { ...at, dir: copyArchive(ground) }),
  ];
  expect(copy.exit).toBe(bucket.exit);
  return { source: source.stdout, bucket: bucket.stdout, copy: copy.stdout };
}

function expectSame({ source, bucket, copy }: Readonly<Record<string, string>>): void {
  // As objects first: what differs is then readable.
  expect(JSON.parse(bucket ?? '')).toEqual(JSON.parse(source ?? ''));
  expect(JSON.parse(copy ?? '')).toEqual(JSON.parse(source ?? ''));
  expect([bucket, copy]).toEqual([source, source]);
}

const many: Damage = (scene) => {
  deleteDigest(scene, { hour: 1 });
  alterLog(scene, { hour: 3, log: 0 });
  return deleteLog(scene, { hour: 4, log: 1 });
};
const copied: Damage = (scene) => {
  const [first] = scene.chain.hours;
  const key = first?.digest.key
    .replace('CloudTrail-Digest_', 'CloudTrail-Digest_')
    .replace(/_(\d{8}T\d{4})\d\dZ/, '_$159Z');
  return moveDigest(scene, { hour: 0, to: { bucket: BUCKET, key: key ?? '' } });
};

describe('the archive gives the verdicts of the source, byte for byte', () => {
  test.for([
    ...TAMPERINGS.map(({ id, name, apply }) => [`${id} ${name}`, apply] as const),
    ['several damages at once', many] as const,
    ['a digest moved to another name', copied] as const,
    ["a digest's metadata lost", loseMetadata] as const,
    ["a digest's signature flipped", flipSignature] as const,
  ])('%s', async ([name, apply]) => {
    const one = await chain();
    apply(one);
    one.publish();
    const now = one.end() + 30 * HOUR;
    await collected(one, now, name.includes('planted') ? 2 : 1);
    expectSame(await threefold(one, { now, to: one.end() }));
    expect(forbidden(one)).toEqual([]);
  });

  const worlds: readonly (readonly [string, Partial<OrganizationOptions>, Readonly<Record<string, number>>])[] = [
    ['healthy trails, an organization trail among them', { organizationTrail: true, accounts: 2 }, {}],
    [
      'a stop and a start, explained by their events',
      { hours: 9, incidents: [{ type: 'pause', hour: 2, hours: 2 }] },
      {},
    ],
    ['validation switched off for some hours', { incidents: [{ type: 'validation-off', hour: 2, hours: 2 }] }, {}],
    [
      'a backfill digest, whose generation time a plain copy loses (cause: it was kept in the metadata alone)',
      { incidents: [{ type: 'backfill', hour: 2, logs: 2, generatedAfter: 6 * HOUR }] },
      {},
    ],
    [
      'a trail that moved, its former bucket not configured',
      { incidents: [{ type: 'move', hour: 3, bucket: 'moved-here', prefix: 'newer' }] },
      { 'blocked-access': 1 },
    ],
  ];
  test.for(worlds)('%s', async ([name, parts, findings]) => {
    const usual = { seed: name, start: START, hours: HOURS, accounts: 1, regions: ['us-east-1'] };
    const organization = await openOrganization({ ...usual, ...parts });
    close = () => organization.close();
    await collected(organization, NOW);
    const answers = await threefold(organization, { now: NOW, to: START + HOURS * HOUR });
    expectSame(answers);
    expect(tally(readReport(answers['source'] ?? ''))).toEqual(findings);
  });

  test('but a log file that was captured before it was altered: the archive proves it, and says what the source holds', async () => {
    const one = await chain();
    const { object: digest } = one.hour().digest;
    one.buckets.get(BUCKET)?.delete(digest.key);
    one.publish();
    await collected(one, one.end() - 10 * MINUTE);
    one.put([digest]);
    alterLog(one, { hour: -1, log: 0 });
    one.publish();
    const now = one.end() + 30 * HOUR;
    await collected(one, now);
    const answers = await threefold(one, { now, to: one.end() });
    const [source, bucket] = [readReport(answers['source'] ?? ''), readReport(answers['bucket'] ?? '')];
    expect([tally(source), source.chains[0]?.state]).toEqual([{ 'log-hash-mismatch': 1 }, 'failed']);
    expect([tally(bucket), bucket.chains[0]?.state]).toEqual([{ 'log-hash-mismatch': 1 }, 'verified']);
    expect(bucket.findings[0]?.detail).toBe(`${source.findings[0]?.detail}; the archive holds the proven bytes`);
    expect(answers['copy']).toBe(answers['bucket']);
  });
});

/** Linux's own: a process in a network namespace of its own has not even a loopback that is up. */
const UNSHARE = 'unshare';

/** Runs a command whose every way to a network is shut. */
async function shutOff(way: 'namespace' | 'preload', words: readonly string[], cwd: string): Promise<Ended> {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const guard = join(cwd, 'no-network.mjs');
  writeFileSync(guard, NO_NETWORK);
  const [program, before] =
    way === 'namespace'
      ? ([UNSHARE, ['-n', process.execPath]] as const)
      : ([process.execPath, ['--import', `file://${guard}`]] as const);
  const child = spawn(program, [...before, main, ...words], { cwd, env: childEnv() });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (part: Buffer) => (texts.stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (texts.stderr += part.toString()));
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  return { code, ...texts };
}

const NO_NETWORK = `
import net from 'node:net';
import dns from 'node:dns';
import dgram from 'node:dgram';
import { syncBuiltinESMExports } from 'node:module';
const refuse = (what) => () => {
  process.stderr.write('NETWORK: ' + what + '\\n');
  process.exit(99);
};
net.Socket.prototype.connect = refuse('connect');
dgram.createSocket = refuse('dgram');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  dns[name] = refuse(name);
  dns.promises[name] = refuse(name);
}
syncBuiltinESMExports();
`;

const namespaces = process.getuid?.() === 0 && spawnSync(UNSHARE, ['-n', 'true']).status === 0;
if (!namespaces)
  console.warn('skipped: no network namespace can be made here, so the copy was judged behind a preload alone');

describe('a copy with the network switched off', () => {
  let one: OneChain & Pick<Organization, 'folder'>;
  let copy: string;
  let elsewhere: string;
  beforeAll(async () => {
    one = await chain();
    close = null;
    many(one);
    one.publish();
    await collected(one, NOW);
    copy = copyArchive(one);
    elsewhere = mkdtempSync(join(tmpdir(), 'orgtrail-elsewhere-'));
  });
  afterAll(async () => {
    await one.close();
    for (const folder of [one.folder, elsewhere]) rmSync(folder, { recursive: true, force: true });
  });

  test.for([...(namespaces ? (['namespace'] as const) : []), 'preload'] as const)(
    'by a %s: no configuration, no credentials, and the words of the source',
    async (way) => {
      const to = new Date(one.end()).toISOString();
      const source = await orgtrail(one, 'verify', '--source', '--json', '--to', to);
      const { code, stdout, stderr } = await shutOff(
        way,
        ['verify', '--archive', '--dir', copy, '--json', '--to', to],
        elsewhere,
      );
      expect({ code, stderr }).toEqual({ code: 3, stderr: expect.not.stringContaining('NETWORK') });
      expect(stdout).toBe(source.stdout);
      expect(tally(readReport(stdout))).toEqual({ 'digest-missing': 1, 'log-hash-mismatch': 1, 'log-missing': 1 });
    },
  );

  test('the guard itself bites: the bucket cannot be reached behind it', async () => {
    const words = ['verify', '--archive', '--config', one.configFile];
    const { code, stderr } = await shutOff('preload', words, elsewhere);
    expect({ code, stderr }).toEqual({ code: 99, stderr: expect.stringContaining('NETWORK') });
  });

  test('up to now, the end of the copy is late: what it does not hold is not passed over', async () => {
    const { code, stdout } = await shutOff('preload', ['verify', '--archive', '--dir', copy, '--json'], elsewhere);
    expect({ code, truncated: tally(readReport(stdout))['chain-truncated'] }).toEqual({ code: 3, truncated: 1 });
  });

  test.for([
    ['neither place', ['verify', '--json'], '--archive'],
    ['both places', ['verify', '--source', '--archive'], '--source'],
    ['a folder with the source', ['verify', '--source', '--dir', '.'], '--dir'],
    ['a full run of the source', ['verify', '--source', '--full'], '--full'],
    ['a rate that is none', ['verify', '--archive', '--sample', '2'], 'between 0 and 1'],
    [
      'a configuration that is named and is not there',
      ['verify', '--archive', '--dir', '.', '--config', 'none.yaml'],
      'none.yaml',
    ],
    ['a folder that is not there', ['verify', '--archive', '--dir', 'no-such-folder'], 'no-such-folder'],
    ['the bucket without a configuration', ['verify', '--archive'], 'config/orgtrail.yaml'],
  ] as const)('%s: exit 2, said on stderr', async ([, words, said]) => {
    const { code, stdout, stderr } = await shutOff('preload', words, elsewhere);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
    expect(stderr).not.toContain('    at ');
  });

  test('an empty folder proves nothing: exit 4', async () => {
    const { code } = await shutOff(
      'preload',
      ['verify', '--archive', '--dir', '.', '--json'],
      mkdtempSync(join(elsewhere, 'empty-')),
    );
    expect(code).toBe(4);
  });
});
