import { createServer } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dropVersion, newestOf, sortedKeys } from '../cloud/s3/keyindex.ts';
import type { CloudObject } from '../cloud/types.ts';
import { openOrganization, orgtrail, ROLE, type Organization, type OrganizationOptions } from './organization.ts';
import { readReport, tally, type VerifyReport } from './verify-report.ts';

const HOUR = 3_600_000;
const HOURS = 6;
/** So long ago that everything has been delivered, and the last digests are not late yet. */
const START = Math.floor((Date.now() - 8 * HOUR) / 1000) * 1000;

type Parts = Partial<OrganizationOptions>;

function openSmall(parts: Parts = {}): Promise<Organization> {
  return openOrganization({
    seed: 'verify',
    start: START,
    hours: HOURS,
    accounts: 2,
    regions: ['us-east-1'],
    ...parts,
  });
}

async function verified(
  organization: Organization,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly report: VerifyReport }> {
  const { code, stdout, stderr } = await orgtrail(organization, 'verify', '--source', '--json', ...words);
  if (stdout === '') throw new Error(`nothing on stdout, exit ${code}: ${stderr}`);
  return { code, report: readReport(stdout) };
}

function accountAt(organization: Organization, index: number): string {
  const account = organization.world.accounts.at(index);
  if (account === undefined) throw new Error('the world is smaller');
  return account.id;
}

/** The keys of every trail bucket that hold this part. */
function keysWith(organization: Organization, part: string): readonly string[] {
  const { buckets } = organization.cloud.state;
  return organization.world.buckets.flatMap(({ name }) => {
    const index = buckets.get(name)?.index;
    return index === undefined ? [] : sortedKeys(index).filter((key) => key.includes(part));
  });
}

/** Puts one log file of an account again with other bytes; returns its key. */
function spoilLog(organization: Organization, account: string, change: (body: Buffer) => Uint8Array): string {
  const bucket = organization.world.buckets.find(({ owner }) => owner === account)?.name ?? '';
  const index = organization.cloud.state.buckets.get(bucket)?.index;
  const key = index === undefined ? undefined : sortedKeys(index).findLast((one) => one.includes('/CloudTrail/'));
  const old = index === undefined || key === undefined ? null : newestOf(index, key);
  if (old === null) throw new Error(`account ${account} has no log file`);
  const object: CloudObject = { ...old, bucket, body: change(Buffer.from(old.body)) };
  organization.cloud.put(object);
  return old.key;
}

function empty(organization: Organization, name: string): void {
  const index = organization.cloud.state.buckets.get(name)?.index;
  if (index === undefined) throw new Error(`no bucket ${name}`);
  const all = [...index.versions.values()].flat();
  for (const version of all) dropVersion(index, version);
}

function flip(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x20, at);
  return bytes;
}

describe('a clean organization', () => {
  let organization: Organization;
  beforeAll(async () => {
    organization = await openSmall();
  });
  afterAll(() => organization.close());

  test('exit 0, and the object of the design to the last key, its counts those of the buckets', async () => {
    const { code, report } = await verified(organization);
    const digests = { valid: keysWith(organization, '/CloudTrail-Digest/').length };
    const logs = { valid: keysWith(organization, '/CloudTrail/').length };
    expect({ code, ...report, chains: [] }).toEqual({
      code: 0,
      schema: 'orgtrail.verify/1',
      from: null,
      to: null,
      verdict: 'verified',
      counts: { digests, logs },
      chains: [],
      findings: [],
    });
    const sum = (counts: readonly (number | undefined)[]): number =>
      counts.reduce<number>((all, one) => all + (one ?? 0), 0);
    expect(digests.valid).toBeGreaterThan(HOURS);
    expect(report.chains.map(({ state, kind }) => `${kind} ${state}`)).toEqual(
      report.chains.map(() => 'standard verified'),
    );
    expect(sum(report.chains.map((chain) => chain.digests.valid))).toBe(digests.valid);
    expect(sum(report.chains.map((chain) => chain.logs.valid))).toBe(logs.valid);
  });

  test('a range takes the digests that touch it, and says which range it was', async () => {
    const from = new Date(START + 2 * HOUR).toISOString();
    const to = new Date(START + 4 * HOUR).toISOString();
    const { code, report } = await verified(
      organization,
      '--from',
      from,
      '--to',
      to,
      '--account',
      accountAt(organization, 1),
    );
    expect(code).toBe(0);
    expect([report.from, report.to]).toEqual([from.replace('.000Z', 'Z'), to.replace('.000Z', 'Z')]);
    expect(new Set(report.chains.map((chain) => chain.account))).toEqual(new Set([accountAt(organization, 1)]));
    for (const chain of report.chains) {
      expect(chain.digests).toEqual({ valid: 3 });
      expect(Date.parse(chain.from ?? '')).toBeLessThanOrEqual(START + 2 * HOUR);
      expect(Date.parse(chain.to ?? '')).toBeGreaterThanOrEqual(START + 4 * HOUR);
    }
  });

  test('nothing is written, by any request, to any bucket', async () => {
    await verified(organization);
    expect(organization.cloud.requests.dropped).toBe(0);
    const operations = new Set(
      organization.cloud.requests.entries.filter(({ mutating }) => mutating).map(({ operation }) => operation),
    );
    expect([...operations]).toEqual([]);
    expect(organization.archived()).toEqual([]);
  });

  test.for([
    ['an account that is not there', ['--account', '999999999999']],
    ['a trail that is not there', ['--trail', 'no-such-trail']],
    ['a time before the first digest', ['--from', '2020-01-01', '--to', '2020-01-02']],
    ['a time that is still to come', ['--from', '2100-01-01']],
    [
      'the last hour, whose digest is not due (cause: an empty window was a chain-empty from a later time to an earlier)',
      ['--from', new Date(Date.now() - 60_000).toISOString()],
    ],
  ] as const)('%s: nothing to verify is exit 4, never 0', async ([, words]) => {
    const { code, report } = await verified(organization, ...words);
    expect({ code, verdict: report.verdict, counts: report.counts, findings: report.findings }).toEqual({
      code: 4,
      verdict: 'nothing',
      counts: { digests: {}, logs: {} },
      findings: [],
    });
  });

  test.for([
    ['no place to verify', ['verify', '--json'], '--source'],
    ['a time that is none', ['verify', '--source', '--from', 'yesterday'], '--from'],
    ['a time with an offset', ['verify', '--source', '--to', '2026-05-01T05:00:00+05:00'], '--to'],
    [
      'a range that ends before it begins',
      ['verify', '--source', '--from', '2026-05-02', '--to', '2026-05-01'],
      'later',
    ],
    ['an account id that is none', ['verify', '--source', '--account', '12'], 'twelve digits'],
    ['an option that is not there', ['verify', '--source', '--fix'], '--fix'],
    ['a command that is not there', ['verfiy'], 'verfiy'],
  ] as const)('%s: exit 2, said on stderr', async ([, words, said]) => {
    const { code, stdout, stderr } = await orgtrail(organization, ...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('    at ');
  });
});

describe('evidence against it', () => {
  let organization: Organization | null = null;
  afterEach(async () => {
    await organization?.close();
    organization = null;
  });
  async function small(parts: Parts = {}): Promise<Organization> {
    organization = await openSmall(parts);
    return organization;
  }

  test.for([
    ['of the stored bytes', (body: Buffer): Uint8Array => flip(body, Math.floor(body.length / 2)), 'log-malformed'],
    [
      'of the content',
      (body: Buffer): Uint8Array => {
        const content = gunzipSync(body);
        return gzipSync(flip(content, content.indexOf('"awsRegion":"') + 14));
      },
      'log-hash-mismatch',
    ],
  ] as const)('one byte flipped %s: exit 3, one finding, and it names the file', async ([, change, finding]) => {
    const opened = await small();
    const account = accountAt(opened, 1);
    const key = spoilLog(opened, account, change);
    const { code, report } = await verified(opened);
    expect({ code, verdict: report.verdict, findings: tally(report) }).toEqual({
      code: 3,
      verdict: 'failed',
      findings: { [finding]: 1 },
    });
    expect(report.findings[0]).toMatchObject({ code: finding, account, key });
    expect(report.counts.logs[finding]).toBe(1);
    expect(report.counts.logs.valid).toBe(keysWith(opened, '/CloudTrail/').length - 1);
    expect(report.chains.filter(({ state }) => state === 'failed').map((chain) => chain.account)).toEqual([account]);
  });

  test('buckets that are empty although the trails deliver: chain-empty for each chain, exit 3', async () => {
    const opened = await small();
    for (const { name } of opened.world.buckets) empty(opened, name);
    expect(keysWith(opened, '')).toEqual([]);
    const { code, report } = await verified(opened);
    expect({ code, verdict: report.verdict, counts: report.counts }).toEqual({
      code: 3,
      verdict: 'failed',
      counts: { digests: {}, logs: {} },
    });
    expect(tally(report)).toEqual({ 'chain-empty': opened.world.trails.length });
  });

  test('no trail anywhere: nothing to verify, exit 4', async () => {
    const opened = await small();
    opened.cloud.control.trails.length = 0;
    const { code, report } = await verified(opened);
    expect({ code, verdict: report.verdict, chains: report.chains }).toEqual({
      code: 4,
      verdict: 'nothing',
      chains: [],
    });
  });

  test("a role's trust withdrawn: blocked, exit 5; with a failed file elsewhere exit 3, and both are told", async () => {
    const opened = await small();
    const blocked = accountAt(opened, 1);
    opened.cloud.control.withdrawTrust(`arn:aws:iam::${blocked}:role/${ROLE}`);
    const before = await verified(opened);
    expect({ code: before.code, verdict: before.report.verdict }).toEqual({ code: 5, verdict: 'blocked' });
    expect(before.report.findings.map(({ code, account }) => [code, account])).toEqual([['blocked-access', blocked]]);
    expect(before.report.counts.digests.valid).toBeGreaterThan(0);

    spoilLog(opened, accountAt(opened, 0), (body) => flip(body, body.length - 1));
    const after = await verified(opened);
    expect({ code: after.code, verdict: after.report.verdict }).toEqual({ code: 3, verdict: 'failed' });
    expect(tally(after.report)).toEqual({ 'blocked-access': 1, 'log-malformed': 1 });
  });

  test('a bucket that may not be read: blocked for its account, exit 5', async () => {
    const opened = await small();
    const account = accountAt(opened, 1);
    const role = opened.cloud.identities.roles.get(`arn:aws:iam::${account}:role/${ROLE}`);
    if (role === undefined) throw new Error('no role');
    const policies = role.policies.map((policy) => policy.replace('s3:GetObject', 's3:GetObjectTagging'));
    opened.cloud.identities.roles.set(role.arn, { ...role, policies });
    const { code, report } = await verified(opened);
    expect({ code, verdict: report.verdict }).toEqual({ code: 5, verdict: 'blocked' });
    expect(new Set(report.findings.map((finding) => finding.code))).toEqual(new Set(['blocked-access']));
    expect(new Set(report.findings.map((finding) => finding.account))).toEqual(new Set([account]));
  });

  test('an endpoint that nobody listens at: not 0, nothing called verified, and the message names what to do', async () => {
    const opened = await small();
    const port = await freePort();
    opened.configure({ aws: { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, forcePathStyle: true } });
    const { code, stdout, stderr } = await orgtrail(opened, 'verify', '--source', '--json');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('next: ');
    expect(stderr).not.toContain('    at ');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
