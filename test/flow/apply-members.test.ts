/** What lies outside the archive: members' buckets through their own role, each for itself; the key's and the topic's policy. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultTopicPolicy } from '../cloud/identity/sns.ts';
import { mutations, openHeld, recordsIn, statementsOf } from './held.ts';
import { ARCHIVE, EXTERNAL_ID, orgtrail, type Organization, type OrganizationOptions } from './organization.ts';

const WRITER_ROLE = 'orgtrail-bucket-policy';
/** Three accounts with a bucket each, and in each the role that may change the bucket's policy. */
async function held(
  policy: Readonly<Record<string, unknown>>,
  options: Partial<OrganizationOptions> = {},
): Promise<Organization> {
  const organization = await openHeld({ accounts: 3, ...options }, policy);
  onTestFinished(() => organization.close());
  const { cloud, world } = organization;
  const trusted = [`arn:aws:iam::${world.management}:user/daemon`];
  const allowed = { Effect: 'Allow', Action: ['s3:GetBucketPolicy', 's3:PutBucketPolicy'], Resource: '*' };
  const policies = [JSON.stringify({ Version: '2012-10-17', Statement: [allowed] })];
  for (const { id } of world.accounts) {
    const arn = `arn:aws:iam::${id}:role/${WRITER_ROLE}`;
    cloud.identities.roles.set(arn, { arn, account: id, trusted, externalId: EXTERNAL_ID, policies });
  }
  return organization;
}

interface Told {
  readonly verdict: string;
  readonly written: readonly { readonly kind: string; readonly account: string }[];
  readonly failed: readonly { readonly kind: string; readonly account: string; readonly code: string }[];
}

async function applied(organization: Organization): Promise<{ readonly code: number | null; readonly told: Told }> {
  const { code, stdout } = await orgtrail(organization, 'apply', '--yes', '--json');
  return { code, told: JSON.parse(stdout) as Told };
}

function policiesOfMembers({ cloud, world }: Organization): readonly (string | null)[] {
  return world.buckets.map(({ name }) => cloud.state.buckets.get(name)?.policy ?? null);
}

const MEMBERS = { members: { role: WRITER_ROLE } };

describe("members' buckets", () => {
  test(
    'get the statement of the reader after the archive, and none when it is there',
    { timeout: 60_000 },
    async () => {
      const organization = await held(MEMBERS);
      const { code, told } = await applied(organization);
      expect([code, told.verdict]).toEqual([0, 'applied']);
      const members = told.written.filter(({ kind }) => kind === 'member-policy');
      expect(members).toHaveLength(organization.world.buckets.length);
      expect(told.written.slice(-members.length)).toEqual(members);
      for (const policy of policiesOfMembers(organization)) expect(policy).toContain('OrgtrailReaderGet');
      organization.cloud.requests.clear();
      expect(await applied(organization)).toMatchObject({ code: 0, told: { verdict: 'none' } });
      expect(mutations(organization)).toEqual([]);
    },
  );

  test(
    'the archive is none of them, though trails deliver into it: as its own owner took for one, it lost every statement of ours',
    { timeout: 60_000 },
    async () => {
      const organization = await held(MEMBERS, { direct: { bucket: ARCHIVE, prefix: 'direct' } });
      const { code, told } = await applied(organization);
      expect([code, told.failed]).toEqual([0, []]);
      expect(told.written.map(({ kind }) => kind)).not.toContain('member-policy');
      const sids = statementsOf(organization).map(({ Sid }) => Sid);
      expect(sids).toEqual(expect.arrayContaining(['OrgtrailDelivery', 'OrgtrailWriter', 'OrgtrailNoDelete']));
      expect(await applied(organization)).toMatchObject({ code: 0, told: { verdict: 'none' } });
    },
  );

  test('are only read where no role is configured', { timeout: 60_000 }, async () => {
    const organization = await held({});
    expect((await applied(organization)).code).toBe(0);
    expect(policiesOfMembers(organization).every((policy) => policy === null)).toBe(true);
  });

  test('fail each for itself: the others are written, and the exit status says so', { timeout: 60_000 }, async () => {
    const organization = await held(MEMBERS);
    const { cloud, world } = organization;
    const [broken] = world.buckets;
    const fault = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    cloud.faults.add({ match: { operation: 'PutBucketPolicy', bucket: broken?.name ?? '' }, fault });
    const { code, told } = await applied(organization);
    expect([code, told.verdict]).toEqual([1, 'failed']);
    expect(told.failed).toMatchObject([{ kind: 'member-policy', account: broken?.owner, code: 'blocked-access' }]);
    const written = policiesOfMembers(organization).filter((policy) => policy !== null);
    expect(written).toHaveLength(world.buckets.length - 1);
    const outcomes = recordsIn(organization).flatMap(({ end }) => (end === null ? [] : [end.outcome]));
    expect(outcomes.filter((one) => one === 'not-written')).toHaveLength(1);
    cloud.faults.clear();
    expect(await applied(organization)).toMatchObject({ code: 0, told: { failed: [] } });
  });

  test('that cannot be entered are told, and hold up nobody', { timeout: 60_000 }, async () => {
    const organization = await held(MEMBERS);
    const [account = ''] = organization.world.accounts.slice(-1).map(({ id }) => id);
    organization.cloud.identities.roles.delete(`arn:aws:iam::${account}:role/${WRITER_ROLE}`);
    const { code, told } = await applied(organization);
    expect(code).toBe(5);
    expect(told.written.filter(({ kind }) => kind === 'member-policy').length).toBeGreaterThan(0);
    expect(told.written.some((one) => one.account === account)).toBe(false);
    expect(JSON.stringify(told)).toContain(account);
  });
});

test("the key's and the topic's policy are held before what stands on them", { timeout: 60_000 }, async () => {
  const organization = await held({});
  const { cloud, world } = organization;
  const key = `arn:aws:kms:us-east-1:${world.management}:key/11111111-2222-3333-4444-555555555555`;
  const topic = `arn:aws:sns:us-east-1:${world.management}:trails`;
  const root = { AWS: `arn:aws:iam::${world.management}:root` };
  const whole = { Sid: 'Root', Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' };
  cloud.state.kmsPolicies.set(key, JSON.stringify({ Version: '2012-10-17', Statement: [whole] }));
  cloud.control.topicPolicies.set(topic, defaultTopicPolicy(topic));
  const daemon = `arn:aws:iam::${world.management}:user/daemon`;
  organization.configure({
    archive: { bucket: ARCHIVE, region: 'us-east-1', owner: world.management, kmsKey: key },
    policy: {
      writer: daemon,
      breakGlass: [`arn:aws:iam::${world.management}:user/break-glass`],
      administrators: [daemon],
      delivery: { everyAccount: { name: 'main', region: 'us-east-1', prefix: 'direct/' } },
      key: true,
      topic,
    },
  });
  const { code, told } = await applied(organization);
  expect(told.failed).toEqual([]);
  expect(told.written.map(({ kind }) => kind)).toEqual(['key-policy', 'topic-policy', 'bucket-policy']);
  expect(code).toBe(0);
  const kept = JSON.parse(cloud.state.kmsPolicies.get(key) ?? '{}') as { Statement: readonly object[] };
  expect(kept.Statement[0]).toEqual(whole);
  expect(JSON.stringify(kept)).toContain('Orgtrail');
  organization.cloud.requests.clear();
  expect(await applied(organization)).toMatchObject({ code: 0, told: { verdict: 'none' } });
});
