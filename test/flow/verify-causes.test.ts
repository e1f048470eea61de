import { createPublicKey } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { parseKey } from '../../src/core/key.ts';
import { createKeyIndex, sortedKeys } from '../cloud/s3/keyindex.ts';
import type { CloudPublicKey } from '../cloud/types.ts';
import { EXTERNAL_ID, openOrganization, orgtrail, ROLE, type Organization } from './organization.ts';
import { verifyHere } from './verify-here.ts';
import { tally } from './verify-report.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const HOURS = 4;
/** Past the grace time within which a later digest might name a file. */
const START = Math.floor((Date.now() - 48 * HOUR) / HOUR) * HOUR;

let open: Organization | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

async function small(spkiRegions: readonly string[] = []): Promise<Organization> {
  const one = { accounts: 1, regions: ['us-east-1'], memberTrails: true, spkiRegions };
  open = await openOrganization({ seed: 'causes', start: START, hours: HOURS, ...one });
  return open;
}

/** Where the only chain begins and ends. */
function spanOf({ world, cloud }: Organization): { readonly begins: number; readonly ends: number } {
  const index = cloud.state.buckets.get(world.trails[0]?.bucket ?? '')?.index;
  const keys = index === undefined ? [] : sortedKeys(index).map((key) => parseKey(key));
  const ends = keys.flatMap((key) => (key?.type === 'digest' ? [key.end] : []));
  expect(ends.length).toBe(HOURS);
  return { begins: Math.min(...ends) - HOUR, ends: Math.max(...ends) };
}

/** Puts a log file that no digest names, its name's time and unique string as told; returns its key. */
function plant({ world, cloud }: Organization, time: number, unique: string): string {
  const [trail] = world.trails;
  if (trail === undefined) throw new Error('the world has no trail');
  const iso = new Date(time).toISOString();
  const stamp = `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const folder = `AWSLogs/${trail.account}/CloudTrail/us-east-1/${iso.slice(0, 10).replaceAll('-', '/')}`;
  const key = `${folder}/${trail.account}_CloudTrail_us-east-1_${stamp}_${unique}.json.gz`;
  const body = gzipSync('{"Records":[]}');
  const headers = { contentType: 'application/json', contentEncoding: 'gzip' };
  cloud.put({ bucket: trail.bucket, key, body, metadata: new Map(), ...headers });
  return key;
}

describe('planted log files', () => {
  test.for([
    ['a usual name', 'Planted0Planted0'],
    ['one character more (cause: the name did not parse, so the file was passed over)', 'Planted0Planted0x'],
    ['one character less', 'Planted0Planted'],
    ['a short name', 'x'],
  ] as const)(
    '%s, minutes after the first digest of all begins (cause: 15 minutes were left out there)',
    async ([, unique]) => {
      const organization = await small();
      const { begins, ends } = spanOf(organization);
      const key = plant(organization, begins + 5 * MINUTE, unique);
      expect(parseKey(key)?.type).toBe('log');
      const { exit, report } = await verifyHere(organization, { to: ends });
      expect({ exit, findings: report.findings.map((finding) => [finding.code, finding.key]) }).toEqual({
        exit: 3,
        findings: [['log-unlisted', key]],
      });
    },
  );

  test('near the start of a window inside the chain nothing is said: the digest before may name the file', async () => {
    const organization = await small();
    const { begins, ends } = spanOf(organization);
    const second = begins + HOUR;
    const early = plant(organization, second + 5 * MINUTE, 'Planted0Planted0');
    const late = plant(organization, second + 20 * MINUTE, 'Planted0Planted0');
    const windowed = await verifyHere(organization, { from: second, to: ends });
    expect(windowed.report.findings.map((finding) => finding.key)).toEqual([late]);
    const whole = await verifyHere(organization, { to: ends });
    expect(whole.report.findings.map((finding) => finding.key)).toEqual([early, late]);
  });
});

describe('one chain that cannot be looked at', () => {
  /** The third account of such a world has two trails, which deliver to one folder. */
  async function twoTrails(former: readonly string[]): Promise<Organization> {
    open = await openOrganization({ seed: 'causes', start: START, hours: HOURS, accounts: 3, regions: ['us-east-1'] });
    const account = open.world.accounts.at(2)?.id ?? '';
    const trails = open.world.trails.filter((trail) => trail.account === account);
    expect(new Set(trails.map((trail) => trail.bucket)).size).toBe(1);
    expect(trails.length).toBe(2);
    const entries = trails.map(({ arn, bucket, prefix }, index) => {
      const place = { bucket, prefix: prefix === null ? '' : `${prefix}/` };
      return { arn, ...place, formerBuckets: index === 1 ? former : [] };
    });
    const role = `arn:aws:iam::${account}:role/${ROLE}`;
    open.configure({ organizations: [], accounts: [{ id: account, role, externalId: EXTERNAL_ID, trails: entries }] });
    return open;
  }

  test('both looked at: verified', async () => {
    const organization = await twoTrails([]);
    const { exit, report } = await verifyHere(organization, { to: START + HOURS * HOUR });
    expect({ exit, chains: report.chains.length, findings: report.findings }).toEqual({
      exit: 0,
      chains: 2,
      findings: [],
    });
  });

  test('the other is judged all the same, and no file of theirs is called unlisted (cause: one blocked chain dropped all of its account)', async () => {
    const organization = await twoTrails(['no-such-bucket-anywhere']);
    const { exit, report } = await verifyHere(organization, { to: START + HOURS * HOUR });
    expect({ exit, findings: tally(report) }).toEqual({ exit: 5, findings: { 'blocked-access': 1 } });
    expect(report.chains.map(({ state, digests }) => [state, digests])).toEqual([['verified', { valid: HOURS }]]);
  });

  test('a failure of the other is told: exit 3, not 5', async () => {
    const organization = await twoTrails(['no-such-bucket-anywhere']);
    const { world, cloud } = organization;
    const bucket = world.trails.at(-1)?.bucket ?? '';
    const index = cloud.state.buckets.get(bucket)?.index;
    const keys = index === undefined ? [] : sortedKeys(index).filter((key) => key.includes('/CloudTrail/'));
    const headers = { metadata: new Map<string, string>(), contentType: 'application/json', contentEncoding: 'gzip' };
    for (const key of keys) cloud.put({ bucket, key, body: gzipSync('{"Records":[]}'), ...headers });
    const { exit, report } = await verifyHere(organization, { to: START + HOURS * HOUR });
    expect(exit).toBe(3);
    expect(Object.keys(tally(report)).toSorted()).toEqual(['blocked-access', 'log-hash-mismatch']);
  });
});

test('a trail whose bucket may not be listed: the other trail of its account is verified, collected and shown (cause: the folders of all trails were listed as one)', async () => {
  const organization = await small();
  const [trail] = organization.world.trails;
  if (trail === undefined) throw new Error('the world has no trail');
  const { account, arn, bucket } = trail;
  const role = `arn:aws:iam::${account}:role/${ROLE}`;
  const gone = { arn: arn.replace(/[^/]+$/, 'gone'), bucket: 'no-such-bucket-anywhere' };
  const accounts = [{ id: account, role, externalId: EXTERNAL_ID, trails: [{ arn, bucket }, gone] }];
  organization.configure({ organizations: [], accounts });
  const { exit, report } = await verifyHere(organization, { to: START + HOURS * HOUR });
  expect({ exit, blocked: tally(report)['blocked-access'] }).toEqual({ exit: 5, blocked: report.findings.length });
  expect(report.chains.map(({ trail: name, state }) => [name, state])).toEqual([[trail.name, 'verified']]);

  const genuine = sortedKeys(organization.cloud.state.buckets.get(bucket)?.index ?? createKeyIndex());
  await orgtrail(organization, 'collect');
  expect(organization.archived().filter((key) => !key.startsWith('orgtrail/'))).toEqual(genuine);
  const { stdout } = await orgtrail(
    organization,
    'status',
    '--json',
    '--to',
    new Date(START + HOURS * HOUR).toISOString(),
  );
  expect(stdout).toContain('"state":"verified"');
  expect(stdout).toContain('no-such-bucket-anywhere');
});

describe('public keys', () => {
  test.for([
    ['SPKI under the fingerprint of its PKCS#1 form (cause: it was held against the served bytes alone)', [], 294],
    ['PKCS#1 under the fingerprint of its SPKI form', ['us-east-1'], 270],
  ] as const)('%s: verified', async ([, spkiRegions, length]) => {
    const organization = await small(spkiRegions);
    const { publicKeys } = organization.cloud.control;
    publicKeys.splice(0, publicKeys.length, ...publicKeys.map((key) => inOtherEncoding(key)));
    expect(new Set(publicKeys.map(({ der }) => der.length))).toEqual(new Set([length]));
    const { exit, report } = await verifyHere(organization, { to: spanOf(organization).ends });
    expect({ exit, findings: report.findings }).toEqual({ exit: 0, findings: [] });
  });

  test("a key under another key's fingerprint: blocked-keys and nothing else (cause: what unread digests name was called unlisted)", async () => {
    const organization = await small();
    const { publicKeys } = organization.cloud.control;
    publicKeys.splice(0, publicKeys.length, ...publicKeys.map((key) => ({ ...key, fingerprint: '0'.repeat(32) })));
    const { exit, report } = await verifyHere(organization, { to: spanOf(organization).ends });
    expect({ exit, findings: tally(report) }).toEqual({ exit: 5, findings: { 'blocked-keys': HOURS } });
  });

  test('no keys at all: blocked-keys for each digest, exit 5 (cause: an empty answer was taken for a forgery)', async () => {
    const organization = await small();
    organization.cloud.control.publicKeys.length = 0;
    const { exit, report } = await verifyHere(organization, { to: spanOf(organization).ends });
    expect({ exit, findings: tally(report) }).toEqual({ exit: 5, findings: { 'blocked-keys': HOURS } });
  });
});

/** The same key and the same fingerprint, its bytes in the encoding that the fingerprint is not of. */
function inOtherEncoding(key: CloudPublicKey): CloudPublicKey {
  const [type, other] = key.der.length === 270 ? (['pkcs1', 'spki'] as const) : (['spki', 'pkcs1'] as const);
  const loaded = createPublicKey({ key: Buffer.from(key.der), format: 'der', type });
  return { ...key, der: loaded.export({ format: 'der', type: other }) };
}
