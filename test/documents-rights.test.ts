/** README's policies on a cloud that enforces them: they are enough, and in a member each action is needed for what is said of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openParts } from '../src/cli/open.ts';
import { loadConfig } from '../src/config.ts';
import { readerPolicy, trustPolicy } from '../src/core/plan/reader-role.ts';
import {
  ARCHIVE,
  DAEMON_KEYS,
  EXTERNAL_ID,
  openOrganization,
  orgtrail,
  ROLE,
  type Organization,
} from './flow/organization.ts';

const HOUR = 3600_000;
const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

const several = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const policySchema = z.object({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.looseObject({ Sid: z.string(), Effect: z.literal('Allow'), Action: several, Resource: several }),
  ),
});
type Policy = z.infer<typeof policySchema>;

function document(name: string): string {
  const [, json = ''] = new RegExp(`<!-- policy: ${name} -->\\n\\n\`\`\`json\\n([\\s\\S]*?)\`\`\``).exec(README) ?? [];
  return json;
}

const member = policySchema.parse(JSON.parse(document('member')));
const OPTIONAL = 'KnowWhatOughtToBeThere';
/** Asked for in the account that owns an organization trail, and there is none here; flow/role.test.ts has one. */
const OF_ORGANIZATION_TRAILS = 'organizations:DescribeOrganization';
const actionsOf = (optional: boolean): readonly string[] =>
  member.Statement.filter(({ Sid }) => (Sid === OPTIONAL) === optional)
    .flatMap(({ Action }) => Action)
    .filter((action) => action !== OF_ORGANIZATION_TRAILS);

function without(policy: Policy, action: string): Policy {
  const Statement = policy.Statement.map((one) => ({ ...one, Action: one.Action.filter((name) => name !== action) }));
  return { ...policy, Statement: Statement.filter(({ Action }) => Action.length > 0) };
}

let organization: Organization;
const roleIn = (id: string): string => `arn:aws:iam::${id}:role/${ROLE}`;

/** Gives every account's role this policy, over its own trail bucket below its trail's prefix. */
function grant(policy: Policy): void {
  const { world, cloud } = organization;
  for (const { id } of world.accounts) {
    const arn = roleIn(id);
    const role = cloud.identities.roles.get(arn);
    const bucket = world.buckets.find(({ owner }) => owner === id)?.name ?? '';
    const prefix = world.trails.find(({ account }) => account === id)?.prefix ?? null;
    const text = JSON.stringify(policy)
      .replaceAll('example-trail-bucket', bucket)
      .replaceAll('AWSLogs/*', `${prefix === null ? '' : `${prefix}/`}AWSLogs/*`);
    if (role !== undefined) cloud.identities.roles.set(arn, { ...role, policies: [text] });
  }
}

beforeAll(async () => {
  const now = Date.now();
  const start = Math.floor(now / HOUR - 5) * HOUR;
  organization = await openOrganization({
    seed: 'rights',
    start,
    deliverUntil: now,
    accounts: 2,
    regions: ['us-east-1'],
    logsPerHour: 1,
    cheap: true,
  });
  const daemon = document('daemon').replaceAll('example-trail-archive', ARCHIVE);
  const account = organization.world.management;
  organization.cloud.identities.addUser({ ...DAEMON_KEYS, account, name: 'daemon', policies: [daemon] });
  grant(member);
});
afterAll(() => organization.close());

test('are enough: everything is collected and proven', async () => {
  const { code, stdout, stderr } = await orgtrail(organization, 'collect', '--json');
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('denied')]);
  expect(JSON.parse(stdout)).toMatchObject({ problems: [], status: { verdict: 'verified' } });
  expect(organization.archived().filter((key) => key.startsWith('AWSLogs/')).length).toBeGreaterThan(10);
});

test.each(actionsOf(false))('%s is needed', async (action) => {
  grant(without(member, action));
  try {
    const { code, stdout, stderr } = await orgtrail(organization, 'verify', '--source', '--json');
    expect([code, stdout + stderr]).toEqual([5, expect.stringContaining(action)]);
  } finally {
    grant(member);
  }
});

test.each(actionsOf(true))('without %s all is proven, and what is unknown names it', async (action) => {
  grant(without(member, action));
  Object.assign(process.env, organization.env);
  const open = openParts(loadConfig(organization.configFile, {}), { now: Date.now });
  try {
    const { code, stdout } = await orgtrail(organization, 'verify', '--source', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { verdict: 'verified' }]);
    const account = { id: organization.world.management, role: roleIn(organization.world.management) };
    const session = await open.parts.sessions.open({ ...account, externalId: EXTERNAL_ID });
    const arn = organization.cloud.control.trails.find((trail) => trail.account === account.id)?.arn ?? '';
    const asked = [
      session.enabledRegions(),
      session.eventSelectors(arn, 'us-east-1'),
      session.lookupEvents('us-east-1', { name: 'StopLogging', from: 0, to: Date.now() }),
    ];
    const refused = (await Promise.allSettled(asked)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toMatchObject([{ code: 'blocked-access', hint: expect.stringContaining(action) as string }]);
  } finally {
    await open.close();
    grant(member);
  }
});

test('the member policies are those that orgtrail itself prints', () => {
  const buckets = [{ name: 'example-trail-bucket', prefix: '' }];
  expect(JSON.parse(document('member'))).toEqual(readerPolicy({ partition: 'aws', buckets, keys: [] }));
  const trust = { writer: 'arn:aws:iam::111111111111:role/orgtrail', externalId: 'example-external-id' };
  expect(JSON.parse(document('trust'))).toEqual(trustPolicy(trust));
});

test('the trust policy asks for what the cloud here asks for: a principal and the external id', () => {
  const trust = JSON.parse(document('trust')) as { Statement: [{ Action: string; Condition: unknown }] };
  expect(trust.Statement[0]).toMatchObject({
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': expect.any(String) as string } },
  });
  const roles = organization.world.accounts.map(({ id }) => organization.cloud.identities.roles.get(roleIn(id)));
  expect(roles.map((role) => role?.externalId)).toEqual([EXTERNAL_ID, EXTERNAL_ID]);
});
