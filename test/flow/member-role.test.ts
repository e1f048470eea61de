/** `orgtrail config member-role`: what it prints for an account is what that account needs, no more. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memberRole } from '../../src/cli/member-role.ts';
import type { MemberPolicies } from '../../src/cli/member-policies.ts';
import { readerPolicy } from '../../src/core/plan/reader-role.ts';
import { HOUR } from '../../src/core/time.ts';
import { preflightProblems } from '../../src/pipeline/preflight.ts';
import { EXTERNAL_ID, openOrganization, orgtrail, ROLE, type Organization } from './organization.ts';
import { pass } from './pass.ts';
import { preflightOf } from './role-template.ts';

const NOW = Date.now();
const DAEMON = 'arn:aws:iam::111111111111:role/orgtrail';
const KEY = 'arn:aws:kms:us-east-1:222222222222:key/abc';
const clock = { now: Date.now };
type Options = Partial<Parameters<typeof memberRole>[0]>;

let organization: Organization;
let member: string;
const ask = (options: Options): Promise<string> => {
  Object.assign(process.env, organization.env);
  return memberRole({ config: organization.configFile, format: 'policy', key: [], ...options }, clock);
};
const json = async (options: Options): Promise<MemberPolicies> =>
  JSON.parse(await ask({ json: true, ...options })) as MemberPolicies;

beforeAll(async () => {
  const start = Math.floor(NOW / HOUR - 4) * HOUR;
  const world = { seed: 'member-role', start, deliverUntil: NOW, accounts: 3, regions: ['us-east-1'], logsPerHour: 1 };
  organization = await openOrganization({ ...world, cheap: true });
  member = organization.world.accounts[1]?.id ?? '';
});
afterAll(() => organization.close());

describe('--format policy', () => {
  test('takes every bucket for an account whose trails nobody has seen, and says so', async () => {
    const made = await json({ account: member });
    expect(made.policy).toEqual(readerPolicy({ partition: 'aws', buckets: 'any', keys: [] }));
    expect(made.notes).toEqual([expect.stringContaining('no trail of the account is known yet')]);
  });

  test('names the buckets that were recorded, and with these policies all is collected', async () => {
    expect((await pass(organization, Date.now())).exitCode).toBe(0);
    const { world, cloud } = organization;
    for (const { id } of world.accounts) {
      const made = await json({ account: id });
      const { bucket = '', prefix = null } = world.trails.find(({ account }) => account === id) ?? {};
      const buckets = [{ name: bucket, prefix: prefix === null ? '' : `${prefix}/` }];
      expect(made).toMatchObject({ account: id, buckets: [], notes: [] });
      expect(made.policy).toEqual(readerPolicy({ partition: 'aws', buckets, keys: [] }));
      expect(made.trust).toMatchObject([
        { policy: { Statement: [{ Principal: { AWS: `arn:aws:iam::${world.management}:user/daemon` } }] } },
      ]);
      expect(JSON.stringify(made.trust)).toContain(EXTERNAL_ID);
      const role = cloud.identities.roles.get(made.role ?? '');
      if (role === undefined) throw new Error(`no role ${made.role}`);
      cloud.identities.roles.set(role.arn, { ...role, policies: [JSON.stringify(made.policy)] });
    }
    expect(preflightProblems(await preflightOf(organization))).toEqual({ needed: [], optional: [] });
    expect(await orgtrail(organization, 'verify', '--source')).toMatchObject({ code: 0 });
  });

  test('prints the bucket statement where another account owns the bucket, for the role that reads', async () => {
    const arn = `arn:aws:cloudtrail:us-east-1:${member}:trail/main`;
    const trail = { arn, bucket: 'shared-logs', bucketOwner: '333333333333', prefix: 'p', formerBuckets: ['own-logs'] };
    organization.configure({ accounts: [{ id: member, trails: [trail] }] });
    const [made, text] = await Promise.all([json({ account: member }), ask({ account: member })]).finally(() =>
      organization.configure({}),
    );
    expect(made.buckets.map(({ bucket, owner }) => [bucket, owner])).toEqual([
      ['shared-logs', '333333333333'],
      ['own-logs', '333333333333'],
    ]);
    expect(made.buckets[0]?.statements).toMatchObject([
      { Principal: { AWS: `arn:aws:iam::${member}:role/${ROLE}` }, Resource: 'arn:aws:s3:::shared-logs' },
      { Resource: 'arn:aws:s3:::shared-logs/p/AWSLogs/*' },
    ]);
    expect(text).toContain(
      '# statements for the policy of the bucket shared-logs, which belongs to account 333333333333\n',
    );
    expect(text).toContain(`# policy of the role arn:aws:iam::${member}:role/${ROLE}\n{\n  "Version"`);
  });

  test('for all: any bucket, one trust policy for each external id', async () => {
    organization.configure({
      organizations: [
        { name: 'one', externalId: 'id-one' },
        { name: 'two', externalId: 'id-two' },
        { name: 'again', externalId: 'id-one' },
      ],
    });
    const made = await json({ principal: DAEMON, key: [KEY] }).finally(() => organization.configure({}));
    expect(made.policy).toEqual(readerPolicy({ partition: 'aws', buckets: 'any', keys: [KEY] }));
    expect(made.trust.map(({ of }) => of)).toEqual(['organization one', 'organization two']);
    expect(JSON.stringify(made.trust[1])).toContain('"sts:ExternalId":"id-two"');
  });

  test.each<[string, Options]>([
    ['no account 999999999999 is configured or listed', { account: '999999999999' }],
    ['--principal * is no ARN of a role or user', { principal: '*' }],
    [
      '--key arn:aws:kms:us-east-1:222222222222:alias/logs names an alias',
      { key: [KEY.replace('key/abc', 'alias/logs')] },
    ],
    ['go with --format policy', { format: 'cloudformation', account: '222222222222' }],
    ['--folder goes with --format terraform', { folder: 'x' }],
  ])('refuses: %s', async (message, options) => {
    await expect(ask(options)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message) as string,
    });
  });

  test('refuses a policy that IAM would not take', async () => {
    const key = Array.from({ length: 200 }, (_, index) => `${KEY}${index}`);
    await expect(ask({ principal: DAEMON, key })).rejects.toMatchObject({
      code: 'document-refused',
      message: expect.stringContaining('IAM takes 10240') as string,
    });
  });
});

describe('the command', () => {
  const run = (...words: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['src/main.ts', 'config', 'member-role', ...words], { encoding: 'utf8' });

  test('prints the committed template without any configuration', () => {
    const { status, stdout } = run('--format', 'cloudformation', '--config', 'nowhere.yaml');
    expect([status, stdout]).toEqual([0, readFileSync('config/member-role.yaml', 'utf8')]);
  });

  test('writes the committed module', () => {
    const folder = mkdtempSync(join(tmpdir(), 'orgtrail-module-'));
    expect(run('--format', 'terraform', '--folder', folder).status).toBe(0);
    const read = (at: string): readonly string[] => readdirSync(at).map((name) => readFileSync(join(at, name), 'utf8'));
    expect(read(folder)).toEqual(read('config/terraform'));
    rmSync(folder, { recursive: true });
  });

  test('ends with 2 where the format is missing or unknown', () => {
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('--format') as string });
    expect(run('--format', 'pulumi')).toMatchObject({ status: 2 });
  });
});
