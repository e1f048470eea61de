/** Plan and apply through the real command: what is planned is written once, read back, recorded, and nothing else is. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { archiveOf, FOREIGN, mutations, openHeld, recordsOf, settingsOf, statementsOf } from './held.ts';
import { ARCHIVE, orgtrail, type Organization, type OrganizationOptions } from './organization.ts';

async function held(
  options: Partial<OrganizationOptions> = {},
  policy: Readonly<Record<string, unknown>> = {},
): Promise<Organization> {
  const organization = await openHeld(options, policy);
  onTestFinished(() => organization.close());
  return organization;
}

describe('what differs', () => {
  test('is planned, written once in order, read back and recorded; a second apply writes nothing at all', async () => {
    const organization = await held();
    organization.cloud.requests.clear();
    const plan = await orgtrail(organization, 'plan', '--no-preflight');
    expect([plan.code, plan.stderr]).toEqual([6, '']);
    expect(plan.stdout).toContain('plan: 3 documents would change');
    expect(mutations(organization)).toEqual([]);

    const apply = await orgtrail(organization, 'apply', '--yes', '--json');
    expect([apply.code, apply.stderr]).toEqual([0, '']);
    const kinds = ['versioning', 'bucket-policy', 'lifecycle'];
    expect(JSON.parse(apply.stdout)).toMatchObject({
      schema: 'orgtrail.apply/1',
      verdict: 'applied',
      who: `arn:aws:iam::${organization.world.management}:user/daemon`,
      written: kinds.map((kind) => ({ kind, target: ARCHIVE })),
      failed: [],
      left: [],
    });
    const shape = mutations(organization).map((call) => call.replace(/ .*_(.*)_.*\.(.*)\.json$/, ' $1 $2'));
    expect(shape).toEqual([
      'PutObject versioning begun',
      'PutBucketVersioning',
      'PutObject versioning done',
      'PutObject bucket-policy begun',
      'PutBucketPolicy',
      'PutObject bucket-policy done',
      'PutObject lifecycle begun',
      'PutBucketLifecycleConfiguration',
      'PutObject lifecycle done',
    ]);
    const records = recordsOf(organization);
    expect(records.map(({ note, end }) => [note.ref.kind, note.by, end?.outcome])).toEqual(
      expect.arrayContaining(kinds.map((kind) => [kind, 'apply', 'written'])),
    );
    const policy = records.find(({ note }) => note.ref.kind === 'bucket-policy');
    expect(policy?.note).toMatchObject({ before: null, after: { Statement: statementsOf(organization) } });
    expect(policy?.note.reasons.length).toBeGreaterThan(3);

    const settings = settingsOf(organization);
    organization.cloud.requests.clear();
    expect(await orgtrail(organization, 'plan', '--no-preflight')).toMatchObject({ code: 0, stderr: '' });
    const again = await orgtrail(organization, 'apply', '--yes');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('apply: nothing was to be written');
    expect(mutations(organization)).toEqual([]);
    expect(organization.cloud.requests.entries.length).toBeGreaterThan(10);
    expect(settingsOf(organization)).toBe(settings);
  });

  test('leaves statements of others as they were, before ours and in their order', async () => {
    const organization = await held();
    const second = { ...FOREIGN, Sid: 'Another', Action: ['s3:GetObject', 's3:GetObjectVersion'] };
    archiveOf(organization).policy = JSON.stringify({ Version: '2012-10-17', Statement: [FOREIGN, second] });
    expect(await orgtrail(organization, 'apply', '--yes')).toMatchObject({ code: 0 });
    const statements = statementsOf(organization);
    expect(statements.slice(0, 2)).toEqual([FOREIGN, second]);
    expect(statements.length).toBeGreaterThan(5);
    expect(statements.slice(2).every(({ Sid }) => typeof Sid === 'string' && Sid.startsWith('Orgtrail'))).toBe(true);
    expect(await orgtrail(organization, 'plan', '--no-preflight')).toMatchObject({ code: 0 });
  });

  test('is told with its diff, its reasons, what breaks, and how full the policy is', async () => {
    const organization = await held();
    const { stdout } = await orgtrail(organization, 'plan', '--no-preflight');
    expect(stdout).toMatch(/^bucket-policy of orgtrail-archive, account \d{12}$/m);
    expect(stdout).toMatch(/^ {4}why: /m);
    expect(stdout).toMatch(/^ {4}breaks: Requests over plain HTTP/m);
    expect(stdout).toMatch(/[\d,]+ of 20,480 bytes, form merged$/m);
    expect(stdout).toMatch(/^\+ .*"Sid": "OrgtrailDelivery"/m);
    expect(stdout).not.toContain('\u001b');
    const json = JSON.parse((await orgtrail(organization, 'plan', '--no-preflight', '--json')).stdout) as object;
    expect(json).toMatchObject({ schema: 'orgtrail.plan/1', verdict: 'changes', accounts: 2, preflight: null });
    expect(json).toMatchObject({ budgets: [{ kind: 'bucket-policy', most: 20_480, form: 'merged' }] });
  });
});

describe('apply', () => {
  test('without a terminal asks for --yes before it looks at anything', async () => {
    const organization = await held();
    organization.cloud.requests.clear();
    const { code, stderr } = await orgtrail(organization, 'apply');
    expect(code).toBe(2);
    expect(stderr).toContain('--yes');
    expect(organization.cloud.requests.entries).toEqual([]);
  });

  test('asks for a name where AWS does not say who applies, and records it', async () => {
    const organization = await held();
    const match = { service: 'sts', operation: 'GetCallerIdentity' } as const;
    organization.cloud.faults.add({ match, fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
    expect(await orgtrail(organization, 'apply', '--yes')).toMatchObject({ code: 2 });
    expect(statementsOf(organization)).toEqual([]);
    expect(await orgtrail(organization, 'apply', '--yes', '--by', 'Maria')).toMatchObject({ code: 0 });
    const records = recordsOf(organization);
    expect(records.map(({ note }) => note.who)).toEqual(['Maria', 'Maria', 'Maria']);
  });

  test('is no promise: with nothing configured, plan says what to add and ends with 0', async () => {
    const organization = await held();
    organization.configure({});
    const { code, stdout } = await orgtrail(organization, 'plan', '--no-preflight');
    expect(code).toBe(0);
    for (const key of ['policy', 'posture', 'lifecycle']) expect(stdout).toContain(key);
    const preflight = await orgtrail(organization, 'plan', '--json');
    expect((JSON.parse(preflight.stdout) as { preflight: unknown[] }).preflight).toHaveLength(2);
  });

  test('warns whoever would not be let in again', async () => {
    const organization = await held({}, { administrators: [] });
    const { code, stdout } = await orgtrail(organization, 'plan', '--no-preflight');
    expect(code).toBe(6);
    expect(stdout).toContain('policy-caller-denied');
    expect(stdout).toContain('policy.administrators');
    const named = await held();
    expect((await orgtrail(named, 'plan', '--no-preflight')).stdout).not.toContain('policy-caller-denied');
  });
});
