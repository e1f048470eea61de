import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { openOrganization, type Organization } from '../flow/organization.ts';
import { askedOf, openScenario, readScenarios, ACCOUNT } from '../flow/oracle-scenario.ts';
import { awscli, validateLogs, type AwscliEnded } from './awscli.ts';
import { newestOf } from './s3/keyindex.ts';
import type { CloudTrail } from './types.ts';

const program = awscli();
const version = program === null ? '' : execFileSync(program, ['--version'], { encoding: 'utf8' });
const HOUR = 3_600_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const KEYS = { accessKeyId: 'AKIAJUDGE00000000000', secretAccessKey: 'the-secret-of-the-judge' };

let open: Organization | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

if (program === null) console.warn('skipped: no AWS CLI (apt-get install awscli), so nobody else judged the forge');

async function world(options: { readonly organizationTrail?: boolean }): Promise<Organization> {
  const { organizationTrail = false } = options;
  const some = { accounts: 2, regions: ['us-east-1'], memberTrails: !organizationTrail, organizationTrail };
  open = await openOrganization({ seed: 'awscli', start: START, hours: 4, logsPerHour: 3, ...some });
  return open;
}

function trailOf(organization: Organization): CloudTrail {
  const [trail] = organization.world.trails;
  if (trail === undefined) throw new Error('the world has no trail');
  return trail;
}

/** The CLI's judgement of the first trail, as a user of its account. */
async function judged(organization: Organization, account?: string): Promise<AwscliEnded> {
  const trail = trailOf(organization);
  organization.cloud.identities.addUser({ ...KEYS, account: trail.account, name: 'judge', policies: null });
  const range = { start: START, end: START + 12 * HOUR };
  const whose = account === undefined ? {} : { account };
  return validateLogs({ cloudUrl: organization.cloud.url, keys: KEYS, trailArn: trail.arn, ...range, ...whose });
}

function keysWith(organization: Organization, part: string): readonly string[] {
  const index = organization.cloud.state.buckets.get(trailOf(organization).bucket)?.index;
  return index === undefined ? [] : [...index.versions.keys()].filter((key) => key.includes(part)).toSorted();
}

function first(keys: readonly string[]): string {
  const [key] = keys;
  if (key === undefined) throw new Error('the forge made no such file');
  return key;
}

/** Puts the object again with its content changed by one byte, as whoever may write to the member bucket could. */
function alter(organization: Organization, key: string): void {
  const bucket = organization.cloud.state.buckets.get(trailOf(organization).bucket);
  const old = bucket === undefined ? null : newestOf(bucket.index, key);
  if (bucket === undefined || old === null || old === undefined) throw new Error(`no object ${key}`);
  const content = gunzipSync(old.body);
  content.writeUInt8(content.readUInt8(content.length - 3) ^ 1, content.length - 3);
  organization.cloud.put({ ...old, bucket: bucket.name, body: gzipSync(content) });
}

describe.skipIf(program === null)('what the AWS CLI says of the forge', () => {
  test('a clean chain: accepted, every digest and log file counted', async () => {
    const { code, stdout, stderr } = await judged(await world({}));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('\n4/4 digest files valid\n12/12 log files valid\n');
  });

  test('a log file altered: exit 1, and the file named', async () => {
    const organization = await world({});
    const key = first(keysWith(organization, '/CloudTrail/'));
    alter(organization, key);
    const { code, stdout, stderr } = await judged(organization);
    expect(code).toBe(1);
    expect(stderr.trim()).toBe(
      `Log file\ts3://${trailOf(organization).bucket}/${key}\tINVALID: hash value doesn't match`,
    );
    expect(stdout).toContain('\n4/4 digest files valid\n11/12 log files valid, 1/12 log files INVALID\n');
  });

  test('a digest altered: exit 1, the digest named, and the walk goes on below it', async () => {
    const organization = await world({});
    const key = keysWith(organization, '/CloudTrail-Digest/').at(2) ?? '';
    alter(organization, key);
    const { code, stdout, stderr } = await judged(organization);
    expect(code).toBe(1);
    expect(stderr).toContain(`Digest file\ts3://${trailOf(organization).bucket}/${key}\tINVALID: `);
    expect(stdout).toContain('3/4 digest files valid, 1/4 digest files INVALID');
  });

  test("an organization trail: a member's chain below the organization's id", async () => {
    const organization = await world({ organizationTrail: true });
    const member = organization.world.accounts.at(1)?.id ?? '';
    const { code, stdout, stderr } = await judged(organization, member);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('\n4/4 digest files valid\n12/12 log files valid\n');
    expect(organization.cloud.requests.entries.map((entry) => entry.operation)).toContain('DescribeOrganization');
  });

  test('it reads only, and talks to nobody but this cloud', async () => {
    const organization = await world({});
    await judged(organization);
    const { entries } = organization.cloud.requests;
    const told = ['DescribeTrails', 'ListPublicKeys', 'GetBucketLocation', 'ListObjects', 'GetObject'];
    expect([...new Set(entries.map((entry) => entry.operation))].toSorted()).toEqual(told.toSorted());
    expect(entries.filter((entry) => entry.mutating || !entry.userAgent.startsWith('aws-cli/'))).toEqual([]);
  });

  test('a cloud that is not there: an error, never 0', async () => {
    const cloudUrl = `http://127.0.0.1:${await freePort()}`;
    const trailArn = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/foo`;
    const { code, stderr } = await validateLogs({ cloudUrl, keys: KEYS, trailArn, start: START, end: START + HOUR });
    expect(code).toBeGreaterThan(1);
    expect(stderr).toContain(cloudUrl);
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

const scenarios = readScenarios();
const comparable = scenarios.size > 0 && version.startsWith('aws-cli/2.9.19');
if (!comparable) console.warn('skipped: no shared data (../shared/data/oracle), or no awscli 2.9.19 to compare');

describe.skipIf(!comparable)(
  "our cloud answers as the recorder's did: 2.9.19 says of a scenario what is recorded",
  () => {
    const names = ['clean', 'log-tampered', 'digest-missing-middle', 'org-trail', 'prefix', 'backfill'];
    test.for(names)('%s, to the letter', async (name) => {
      const scenario = scenarios.get(name);
      if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
      const oracle = await openScenario(scenario, { formerBuckets: [] });
      try {
        const { from: start, to: end } = askedOf(scenario);
        const account = scenario.argv.includes('--account-id') ? { account: ACCOUNT } : {};
        const run = {
          cloudUrl: oracle.cloud.url,
          keys: oracle.keys,
          trailArn: oracle.trailArn,
          start,
          end,
          ...account,
        };
        const { code, stdout, stderr } = await validateLogs({ ...run, verbose: true });
        const recorded = scenario.cli['2.9.19-debian'];
        expect({ rc: code, stdout, stderr }).toEqual({
          rc: recorded?.rc,
          stdout: recorded?.stdout,
          stderr: recorded?.stderr,
        });
      } finally {
        await oracle.close();
      }
    });
  },
);
