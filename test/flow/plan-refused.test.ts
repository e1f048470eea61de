/** What a plan refuses or finds, as the command tells it: the code, what to change, the exit status, and nothing written. */
import { afterEach, describe, expect, test } from 'vitest';
import { archiveOf, FOREIGN, heldGroups, mutations, openHeld, statementsOf } from './held.ts';
import { ARCHIVE, orgtrail, type Organization, type OrganizationOptions } from './organization.ts';

const opened: Organization[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function held(
  options: Partial<OrganizationOptions> = {},
  policy: Readonly<Record<string, unknown>> = {},
): Promise<Organization> {
  const organization = await openHeld({ accounts: 1, ...options }, policy);
  opened.push(organization);
  return organization;
}

interface Told {
  readonly code: string;
  readonly kind: string;
  readonly hint: string;
}
interface Planned {
  readonly verdict: string;
  readonly changes: readonly { readonly kind: string }[];
  readonly refusals: readonly Told[];
  readonly findings: readonly Told[];
  readonly warnings: readonly Told[];
  readonly problems: readonly Told[];
}

async function planned(organization: Organization): Promise<{ code: number | null; told: Planned }> {
  const { code, stdout } = await orgtrail(organization, 'plan', '--no-preflight', '--json');
  return { code, told: JSON.parse(stdout) as Planned };
}

function withPolicy(organization: Organization, ...statements: readonly object[]): void {
  archiveOf(organization).policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

const BUCKET = `arn:aws:s3:::${ARCHIVE}`;
const STRANGER = '999999999999';

/** Refused by what is configured (policy, lifecycle or posture merged over the usual), or by what is there. */
const REFUSALS: readonly (readonly [string, (organization: Organization) => void])[] = [
  [
    'policy-locks-out',
    (one) => configure(one, { policy: { breakGlass: [user(STRANGER, 'far')], administrators: [] } }),
  ],
  [
    'policy-break-glass-denied',
    (one) => configure(one, { policy: { breakGlass: [user(STRANGER, 'far'), user(one.world.management, 'near')] } }),
  ],
  ['policy-too-large', (one) => withPolicy(one, { ...FOREIGN, Resource: filler(480) })],
  [
    'policy-unreadable',
    (one) =>
      one.cloud.faults.add({
        match: { operation: 'GetBucketPolicy' },
        fault: { kind: 'status', status: 403, code: 'AccessDenied' },
      }),
  ],
  [
    'lifecycle-class-order',
    (one) =>
      configure(one, {
        lifecycle: {
          rules: [
            rule({
              transitions: [
                { days: 30, class: 'DEEP_ARCHIVE' },
                { days: 400, class: 'GLACIER' },
              ],
            }),
          ],
        },
      }),
  ],
  [
    'lifecycle-retention',
    (one) => configure(one, { lifecycle: { retentionDays: 400, rules: [rule({ expireDays: 100 })] } }),
  ],
];

function rule(parts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { name: 'one', of: 'proven', ...parts };
}

function user(account: string, name: string): string {
  return `arn:aws:iam::${account}:user/${name}`;
}

function filler(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${BUCKET}/folder-${String(index).padStart(4, '0')}/*`);
}

function configure(organization: Organization, parts: { policy?: object; lifecycle?: object; posture?: object }): void {
  const groups = heldGroups(organization.world.management, { ...parts.policy });
  const { policy: _, ...others } = parts;
  organization.configure({ ...groups, ...others });
}

describe('a plan is refused, and apply writes nothing', () => {
  test.each(REFUSALS)('for %s', async (code, prepare) => {
    const organization = await held();
    prepare(organization);
    organization.cloud.requests.clear();
    const plan = await planned(organization);
    expect(plan.told.refusals.map((one) => one.code)).toContain(code);
    expect([plan.code, plan.told.verdict]).toEqual([1, 'refused']);
    const apply = await orgtrail(organization, 'apply', '--yes');
    expect(apply.code).toBe(1);
    expect(apply.stdout).toContain(code);
    expect(apply.stdout).toContain('next: ');
    expect(mutations(organization)).toEqual([]);
  });

  test('for a list of accounts that could not be read whole, where a grant would go with it', async () => {
    const organization = await held({ accounts: 2 });
    expect(await orgtrail(organization, 'collect')).toBeDefined(); // keeps the inventory
    expect(await orgtrail(organization, 'apply', '--yes')).toMatchObject({ code: 0 });
    const gone = { service: 'json', operation: /ListAccounts/ } as const;
    organization.cloud.faults.add({
      match: gone,
      fault: { kind: 'status', status: 403, code: 'AccessDeniedException' },
    });
    const known = await planned(organization);
    expect(known.told.problems.length).toBeGreaterThan(0);
    expect([known.code, known.told.verdict]).toEqual([5, 'blocked']);
    const delivery = { everyAccount: { name: 'other', region: 'us-east-1', prefix: 'direct/' } };
    configure(organization, { policy: { delivery } });
    const before = statementsOf(organization);
    const { code, told } = await planned(organization);
    expect([code, told.refusals.map((one) => one.code)]).toEqual([1, ['policy-accounts-unknown']]);
    expect((await orgtrail(organization, 'apply', '--yes')).code).toBe(1);
    expect(statementsOf(organization)).toEqual(before);
  });
});

/** What others' statements do already is told, and keeps nothing of ours from being written. */
const FINDINGS: readonly (readonly [string, object])[] = [
  [
    'policy-stops-delivery',
    { Sid: 'Foreign', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `${BUCKET}/direct/*` },
  ],
  [
    'policy-stops-writer',
    { Sid: 'Foreign', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `${BUCKET}/orgtrail/*` },
  ],
  [
    'policy-public',
    { Sid: 'Foreign', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${BUCKET}/*` },
  ],
  [
    'policy-any-trail',
    {
      Sid: 'Foreign',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `${BUCKET}/*`,
    },
  ],
];

describe('a finding', () => {
  test.each(FINDINGS)('%s names the statement of others that causes it', async (code, statement) => {
    const organization = await held();
    withPolicy(organization, statement);
    const plan = await planned(organization);
    const finding = plan.told.findings.find((one) => one.code === code);
    expect(finding?.hint).toContain('Foreign');
    expect([plan.code, plan.told.verdict]).toEqual([6, 'changes']);
  });

  test('that no change mends ends the plan with 3, once everything else is as wanted', async () => {
    const organization = await held();
    withPolicy(organization, FINDINGS[0]?.[1] ?? {});
    expect((await orgtrail(organization, 'apply', '--yes')).code).toBe(3);
    const plan = await planned(organization);
    expect([plan.code, plan.told.verdict]).toEqual([3, 'findings']);
  });
});
