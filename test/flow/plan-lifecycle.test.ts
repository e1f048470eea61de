/** Nothing expires whose cells are not proven: what the plan finds in receipts and quarantine decides what a rule may say. */
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { parseReceiptKey } from '../../src/core/layout.ts';
import { deleteKey } from '../cloud/s3/bucket.ts';
import { sortedKeys } from '../cloud/s3/keyindex.ts';
import { overwrite } from './evidence.ts';
import { archiveOf, openHeld } from './held.ts';
import { orgtrail, type Organization, type OrganizationOptions } from './organization.ts';

/** Three hours of history of months ago, collected; logs are to go after a hundred days, and quarantine too. */
async function collected(
  options: Partial<OrganizationOptions> = {},
  before: (organization: Organization) => void = () => undefined,
): Promise<Organization> {
  const organization = await openHeld({ hours: 3, ...options });
  onTestFinished(() => organization.close());
  const rules = [
    { name: 'logs', of: 'logs', expireDays: 100 },
    { name: 'quarantine', of: 'quarantine', expireDays: 30 },
  ];
  organization.configure({ lifecycle: { rules } });
  archiveOf(organization).versioning = 'enabled';
  before(organization);
  await orgtrail(organization, 'collect');
  return organization;
}

interface Planned {
  readonly changes: readonly { readonly after: { readonly Rules: readonly { ID: string; Expiration?: object }[] } }[];
  readonly warnings: readonly { readonly code: string; readonly detail: string; readonly hint: string }[];
  readonly estimates: { readonly steps: readonly { rule: string; objects: number }[] };
}

async function planned(organization: Organization): Promise<Planned> {
  const { stdout, stderr } = await orgtrail(organization, 'plan', '--no-preflight', '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Planned;
}

/** The ids of the planned rules that remove something. */
function expiring({ changes }: Planned): readonly string[] {
  return (changes[0]?.after.Rules ?? []).filter((rule) => rule.Expiration !== undefined).map(({ ID }) => ID);
}

function withheld({ warnings }: Planned): string {
  return warnings
    .filter(({ code }) => code === 'lifecycle-withheld')
    .map(({ detail, hint }) => `${detail} ${hint}`)
    .join('\n');
}

function receiptsOf(organization: Organization, account: string): readonly string[] {
  return organization.archived().filter((key) => parseReceiptKey('', key)?.account === account);
}

test('with everything proven the rules may remove, and the estimate says how much', { timeout: 60_000 }, async () => {
  const organization = await collected();
  const plan = await planned(organization);
  const ids = organization.world.accounts.map(({ id }) => `orgtrail-logs-${id}`);
  expect(expiring(plan)).toEqual(expect.arrayContaining([...ids, 'orgtrail-quarantine']));
  expect(withheld(plan)).toBe('');
  const logs = organization.archived().filter((key) => /^AWSLogs\/\d+\/CloudTrail\//.test(key)).length;
  expect(logs).toBeGreaterThan(10);
  const counted = plan.estimates.steps
    .filter(({ rule }) => rule === 'logs')
    .reduce((sum, { objects }) => sum + objects, 0);
  expect(counted).toBe(logs);
});

test('an hour without a receipt keeps its account, and no other, from expiring', { timeout: 60_000 }, async () => {
  const organization = await collected();
  const [first = '', second = ''] = organization.world.accounts.map(({ id }) => id);
  const [, middle = ''] = receiptsOf(organization, first);
  deleteKey(archiveOf(organization), middle, Date.now());
  const plan = await planned(organization);
  const ids = expiring(plan);
  expect(ids).toContain(`orgtrail-logs-${second}`);
  expect(ids).not.toContain(`orgtrail-logs-${first}`);
  expect(withheld(plan)).toContain(`${first} us-east-1`);
  expect(withheld(plan)).toContain(`orgtrail collect --account ${first}`);
});

test(
  'a pause that the archive has records of explains its gap, and nothing is held back',
  { timeout: 60_000 },
  async () => {
    const pause = { type: 'pause', hour: 1, hours: 2 } as const;
    const organization = await collected({ accounts: 1, hours: 6, incidents: [pause] });
    const [account = ''] = organization.world.accounts.map(({ id }) => id);
    const plan = await planned(organization);
    const ends = receiptsOf(organization, account).flatMap((key) => parseReceiptKey('', key) ?? []);
    expect(ends.some(({ start }, index) => index > 0 && start !== ends[index - 1]?.end)).toBe(true);
    expect(withheld(plan)).toBe('');
    expect(expiring(plan)).toContain(`orgtrail-logs-${account}`);
  },
);

test(
  'an hour without a receipt behind fifty pauses keeps its account: gaps beyond the fiftieth were looked into by nobody',
  { timeout: 120_000 },
  async () => {
    const incidents = Array.from({ length: 55 }, (_, at) => ({ type: 'pause', hour: 1 + 4 * at, hours: 2 }) as const);
    const now = (): number => Date.UTC(2026, 2, 20); // the keys of all these days are known by then
    const organization = await collected({ accounts: 1, regions: ['us-east-1'], hours: 240, incidents, now });
    const [account = ''] = organization.world.accounts.map(({ id }) => id);
    const plan = await planned(organization);
    expect(withheld(plan)).toBe('');
    expect(expiring(plan)).toContain(`orgtrail-logs-${account}`);
    deleteKey(archiveOf(organization), receiptsOf(organization, account).at(-3) ?? '', Date.now());
    const lost = await planned(organization);
    expect(withheld(lost)).toContain('no receipt speaks for');
    expect(expiring(lost)).not.toContain(`orgtrail-logs-${account}`);
  },
);

test('files without any receipt of their account do not expire', { timeout: 60_000 }, async () => {
  const organization = await collected();
  const [first = ''] = organization.world.accounts.map(({ id }) => id);
  for (const key of receiptsOf(organization, first)) deleteKey(archiveOf(organization), key, Date.now());
  const plan = await planned(organization);
  expect(expiring(plan)).not.toContain(`orgtrail-logs-${first}`);
  expect(withheld(plan)).toContain('no receipt speaks of the account');
});

test(
  'what failed keeps its account and quarantine from expiring, until somebody has looked at it',
  { timeout: 90_000 },
  async () => {
    const organization = await collected({ accounts: 1 }, tamper);
    const plan = await planned(organization);
    expect(expiring(plan)).toEqual([]);
    expect(withheld(plan)).toContain('is failed, not proven');
    expect(withheld(plan)).toContain('orgtrail quarantine list');
    const entry = organization.archived().find((key) => key.includes('/quarantine/') && key.includes('/bytes-')) ?? '';
    const reason = ['--reason', 'looked at with the owner of the account'];
    expect(await orgtrail(organization, 'quarantine', 'accept', entry, ...reason)).toMatchObject({ code: 0 });
    expect(expiring(await planned(organization))).toEqual(['orgtrail-quarantine']);
  },
);

/** Another content under the key of a log file. */
function tamper(organization: Organization): void {
  const [{ name } = { name: '' }] = organization.world.buckets;
  const source = organization.cloud.state.buckets.get(name);
  const key = source === undefined ? undefined : sortedKeys(source.index).find((one) => one.includes('/CloudTrail/'));
  if (key === undefined) throw new Error('there is no log file');
  overwrite(organization, name, key, gzipSync('{}'));
}
