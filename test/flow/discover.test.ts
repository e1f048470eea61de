/** Discovery through the whole program: who is there, who must never be dropped, and whose trouble stays his own. */
import { afterEach, describe, expect, test } from 'vitest';
import { HOUR } from '../../src/core/time.ts';
import { compareArchive, keysWith, objectAt, receipts, sourceObjects } from './evidence.ts';
import {
  ARCHIVE,
  EXTERNAL_ID,
  openOrganization,
  readerRole,
  ROLE,
  type Organization,
  type OrganizationOptions,
} from './organization.ts';
import { openPipeline, pass } from './pass.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 4 * HOUR;

let organization: Organization;
afterEach(() => organization.close());

async function open(options: Partial<OrganizationOptions> = {}): Promise<Organization> {
  const usual = { seed: 'discover', start: START, hours: 2, logsPerHour: 1, cheap: true, now: () => NOW };
  organization = await openOrganization({ ...usual, ...options });
  return organization;
}

async function discovered(now = NOW) {
  const pipeline = openPipeline(organization, { now: () => now });
  try {
    return await pipeline.discover();
  } finally {
    await pipeline.close();
  }
}

const idsOf = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id).toSorted();
const roleOf = (id: string): string => `arn:aws:iam::${id}:role/${ROLE}`;

function member(index: number): string {
  const account = organization.world.accounts[index];
  if (account === undefined) throw new Error(`no account ${index}`);
  return account.id;
}

describe('the list of accounts', () => {
  test.each(['State', 'Status'] as const)(
    'comes whole over pages of 20, an empty one with a token among them, without the field %s',
    async (field) => {
      const { world, cloud } = await open({ accounts: 23, hours: 1, regions: ['us-east-1'] });
      cloud.control.organization.listing.emptyPages.add(1);
      cloud.control.organization.listing.omit = field;
      cloud.control.changeAccount(member(22), { state: 'SUSPENDED' });
      const { surveys, problems } = await discovered();
      expect(problems).toEqual([]);
      expect(idsOf(surveys.map((one) => one.account))).toEqual(idsOf(world.accounts));
      expect(surveys.find((one) => one.account.id === member(22))).toMatchObject({
        account: { state: 'SUSPENDED' },
        sources: [],
      });
      expect(surveys.flatMap((one) => (one.account.id === member(22) ? [] : one.problems))).toEqual([]);
      const lists = cloud.requests.entries.filter((entry) => entry.operation === 'ListAccounts');
      expect(lists).toHaveLength(3);
    },
  );

  test('is cut down by id, unit and tag, and the configuration adds to it and settles it', async () => {
    const { world } = await open({ accounts: 6, hours: 1, regions: ['us-east-1'] });
    const [management, first, second, third, fourth, fifth] = world.accounts;
    if (!management || !first || !second || !third || !fourth || !fifth) throw new Error('six accounts are wanted');
    const listed = { name: 'demo', discover: true, role: ROLE, externalId: EXTERNAL_ID };
    const surveyed = async (parts: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
      organization.configure(parts);
      const { surveys } = await discovered();
      return idsOf(surveys.filter((one) => one.account.origin !== 'history').map((one) => one.account));
    };
    const unit = first.units[0] ?? '';
    const inUnit = world.accounts.filter((one) => one.units.includes(unit));
    const team = second.tags.get('team') ?? '';
    const inTeam = world.accounts.filter((one) => one.tags.get('team') === team);
    expect(inUnit.length * inTeam.length).toBeGreaterThan(0);
    expect(await surveyed({ organizations: [{ ...listed, include: { accounts: [first.id, second.id] } }] })).toEqual(
      idsOf([first, second]),
    );
    expect(await surveyed({ organizations: [{ ...listed, include: { units: [unit] } }] })).toEqual(idsOf(inUnit));
    expect(await surveyed({ organizations: [{ ...listed, include: { tags: { team } } }] })).toEqual(idsOf(inTeam));
    expect(
      await surveyed({ organizations: [{ ...listed, exclude: { units: [unit], accounts: [management.id] } }] }),
    ).toEqual(idsOf(world.accounts.filter((one) => !inUnit.includes(one) && one !== management)));
    const added = {
      organizations: [{ ...listed, include: { accounts: [first.id] } }],
      accounts: [
        { id: fifth.id, name: 'added', role: roleOf(fifth.id), externalId: EXTERNAL_ID },
        { id: first.id, name: 'renamed' },
      ],
    };
    expect(await surveyed(added)).toEqual(idsOf([first, fifth]));
    const { surveys } = await discovered();
    const entered = surveys.filter((one) => one.account.origin !== 'history');
    expect(
      new Map(
        entered.map((one) => [one.account.id, [one.account.name, one.account.role, one.sources.length, one.problems]]),
      ),
    ).toEqual(
      new Map([
        [first.id, ['renamed', roleOf(first.id), 1, []]],
        [fifth.id, ['added', roleOf(fifth.id), 2, []]],
      ]),
    );
  });

  const BROKEN = {
    'is refused': () =>
      void organization.cloud.control.fail({
        operation: 'ListAccounts',
        outcome: { type: 'error', code: 'AccessDeniedException', status: 400 },
      }),
    'breaks off after its first page': () => {
      organization.cloud.control.organization.listing.pageSize = 2;
      organization.cloud.control.organization.listing.failAt = { page: 1, code: 'AccessDeniedException' };
    },
    'turns in a circle': () => {
      organization.cloud.control.organization.listing.pageSize = 2;
      organization.cloud.control.organization.listing.repeatTokenAt = 1;
    },
    'is empty': () => void organization.cloud.control.fail({ operation: 'ListAccounts', outcome: { type: 'empty' } }),
  } as const;
  test.each(Object.keys(BROKEN) as (keyof typeof BROKEN)[])(
    'that %s drops nobody: the last good one stands, with roles and external ids',
    async (how) => {
      const { world, cloud } = await open({ accounts: 4, hours: 1, regions: ['us-east-1'] });
      expect((await pass(organization, NOW)).exitCode).toBe(0);
      BROKEN[how]();
      cloud.requests.clear();
      const { surveys, problems } = await discovered(NOW + 1000);
      expect(problems).toHaveLength(1);
      expect(
        new Map(
          surveys.map(({ account, sources }) => [account.id, [account.role, account.externalId, sources.length > 0]]),
        ),
      ).toEqual(new Map(world.accounts.map(({ id }) => [id, [roleOf(id), EXTERNAL_ID, true]])));
      const again = await pass(organization, NOW + 2000);
      expect(again.exitCode).toBe(5);
      expect(again.status.accounts.map((line) => line.state)).toEqual(world.accounts.map(() => 'verified'));
      expect(again.problems.map((problem) => problem.account)).toEqual(['']);
    },
  );

  test('without a last good one fails closed: nobody is known, and that is not "nothing to do"', async () => {
    await open({ accounts: 2, hours: 1, regions: ['us-east-1'] });
    BROKEN['is refused']();
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(5);
    expect(first.problems).toMatchObject([{ account: '', code: 'blocked-access' }]);
  });

  test('that fails does not revive an account that an earlier good one had left out (it was kept under the organization)', async () => {
    const { cloud, world } = await open({ accounts: 3, hours: 1, regions: ['us-east-1'] });
    await pass(organization, NOW);
    const gone = member(2);
    cloud.control.organization.accounts.splice(2, 1);
    await pass(organization, NOW + 1000);
    BROKEN['is refused']();
    cloud.requests.clear();
    const { surveys } = await discovered(NOW + 2000);
    expect(surveys.find((one) => one.account.id === gone)).toMatchObject({
      account: { origin: 'history' },
      sources: [],
    });
    expect(surveys).toHaveLength(world.accounts.length);
    expect(cloud.requests.entries.filter((entry) => entry.key === roleOf(gone))).toEqual([]);
  });

  test('an inventory that was altered stops the pass (taken as empty it dropped whom only it knew); a stray object beside it does not', async () => {
    const { cloud } = await open({ accounts: 2, hours: 1, regions: ['us-east-1'] });
    await pass(organization, NOW);
    const [key = ''] = keysWith(organization, ARCHIVE, 'orgtrail/inventory/');
    const rest = {
      bucket: ARCHIVE,
      metadata: new Map<string, string>(),
      contentType: 'application/json',
      contentEncoding: null,
    };
    cloud.put({ ...rest, key: 'orgtrail/inventory/zzz.json', body: Buffer.from('{}') });
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    cloud.put({
      ...rest,
      key,
      body: Buffer.from(
        Buffer.from(objectAt(organization, ARCHIVE, key).body)
          .toString()
          .replace('management', 'imposter'),
      ),
    });
    await expect(pass(organization, NOW)).rejects.toMatchObject({ code: 'archive-changed' });
  });
});

describe('accounts that come, go and fail', () => {
  test('a new account is shown as unknown at once, a suspended one keeps its history and is not entered', async () => {
    const { cloud } = await open({ accounts: 3, regions: ['us-east-1'] });
    await pass(organization, NOW);
    const before = receipts(organization).length;
    const suspended = member(1);
    cloud.control.changeAccount(suspended, { state: 'SUSPENDED' });
    cloud.control.organization.accounts.push({
      id: '998877665544',
      name: 'newcomer',
      state: 'ACTIVE',
      units: [],
      tags: new Map(),
    });
    cloud.identities.roles.set(roleOf('998877665544'), readerRole('998877665544', organization.world.management));
    cloud.requests.clear();
    const next = await pass(organization, NOW + 1000);
    const line = (id: string) => next.status.accounts.find((one) => one.account === id);
    expect(line('998877665544')).toMatchObject({ name: 'newcomer', state: 'unknown', reason: 'no chain is known' });
    expect(line(suspended)).toMatchObject({ organizationState: 'SUSPENDED' });
    expect(line(suspended)?.state).not.toBe('verified');
    expect(receipts(organization)).toHaveLength(before);
    expect(
      cloud.requests.entries.filter(
        (entry) => entry.key === roleOf(suspended) || entry.principal?.account === suspended,
      ),
    ).toEqual([]);
  });

  test.each([
    ['a wrong external id', 'blocked-access', (id: string) => ({ accounts: [{ id, externalId: 'not-the-one' }] })],
    [
      'an identity of another account',
      'identity-mismatch',
      // Without a role the daemon's own credentials are used, and those are the management account's.
      (id: string) => ({
        organizations: [{ name: 'demo', role: ROLE, externalId: EXTERNAL_ID, exclude: { accounts: [id] } }],
        accounts: [{ id }],
      }),
    ],
  ] as const)('%s is %s for that account alone', async (_what, code, parts) => {
    await open({ accounts: 3, regions: ['us-east-1'] });
    const truth = sourceObjects(organization);
    const bad = member(1);
    organization.configure(parts(bad));
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(5);
    expect(new Set(answer.problems.map((problem) => `${problem.account} ${problem.code}`))).toEqual(
      new Set([`${bad} ${code}`]),
    );
    expect(new Map(answer.status.accounts.map((line) => [line.account, [line.state, line.reason]]))).toEqual(
      new Map(organization.world.accounts.map(({ id }) => [id, id === bad ? ['blocked', code] : ['verified', null]])),
    );
    const { lost, foreign } = compareArchive(organization, truth);
    expect(foreign).toEqual([]);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.filter((key) => !key.startsWith(`AWSLogs/${bad}/`))).toEqual([]);
  });
});

describe('trails', () => {
  test('shadows are taken once, several of one account in one bucket apart, single- and multi-region, in regions that are not asked first', async () => {
    const { world } = await open({ accounts: 3, regions: ['eu-west-1', 'ap-southeast-2'] });
    const { surveys, problems } = await discovered();
    expect(problems).toEqual([]);
    const found = surveys.flatMap((one) => one.sources);
    expect(found.map((one) => one.trailArn).toSorted()).toEqual(world.trails.map((one) => one.arn).toSorted());
    expect(new Set(found.map((one) => one.homeRegion)).has('us-east-1')).toBe(false);
    const single = found.find((one) => !one.multiRegion);
    expect(single?.regions).toEqual([single?.homeRegion]);
    expect(found.filter((one) => one.bucket === single?.bucket)).toHaveLength(2);
    const truth = sourceObjects(organization);
    expect((await pass(organization, NOW)).exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    const chains = new Set(receipts(organization).map(({ name }) => [name.account, name.region, name.trail].join()));
    expect(chains).toEqual(
      new Set(world.chains.map((chain) => [chain.account, chain.region, chain.trail.name].join())),
    );
  });

  test('an organization trail is read through the management account: a chain for each member and region', async () => {
    const { world, cloud } = await open({ accounts: 3, organizationTrail: true, memberTrails: false });
    const truth = sourceObjects(organization);
    expect([...truth.keys()].every((key) => key.includes(`/AWSLogs/${world.organizationId}/`))).toBe(true);
    const answer = await pass(organization, NOW);
    expect(answer.exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    const chains = new Set(receipts(organization).map(({ name }) => `${name.account} ${name.region}`));
    expect(chains).toEqual(new Set(world.accounts.flatMap(({ id }) => [`${id} us-east-1`, `${id} eu-west-1`])));
    const readers = cloud.requests.entries.filter(
      (entry) => entry.operation === 'GetObject' && entry.bucket !== ARCHIVE,
    );
    expect(new Set(readers.map((entry) => entry.principal?.account))).toEqual(new Set([world.management]));
    expect(answer.status.accounts.map((line) => line.state)).toEqual(world.accounts.map(() => 'verified'));
  });

  test('a trail that moved to another bucket is followed back into the former one, and nowhere unless it is configured', async () => {
    const move = { type: 'move', hour: 2, bucket: 'moved-to-here', prefix: 'new', trail: 0 } as const;
    await open({ accounts: 1, hours: 4, regions: ['us-east-1'], incidents: [move], now: () => START + 6 * HOUR });
    const [trail] = organization.cloud.control.trails;
    const [original] = organization.world.trails;
    if (trail === undefined || original === undefined) throw new Error('a trail is wanted');
    expect(trail.bucket).toBe('moved-to-here');
    const truth = sourceObjects(organization);
    const blind = await pass(organization, START + 6 * HOUR);
    expect(blind.exitCode).not.toBe(0);
    const codes = new Set(receipts(organization).map(({ receipt }) => receipt.link.verdict));
    expect(codes).toEqual(new Set(['blocked-access', 'linked']));
    expect(organization.cloud.requests.entries.some((entry) => entry.bucket === original.bucket)).toBe(false);
    const former = original.prefix === null ? original.bucket : `${original.bucket}/${original.prefix}`;
    organization.configure({
      accounts: [
        { id: member(0), trails: [{ arn: trail.arn, bucket: trail.bucket, prefix: 'new', formerBuckets: [former] }] },
      ],
    });
    const seeing = await pass(organization, START + 6 * HOUR + 1000);
    expect(seeing.problems).toEqual([]);
    expect(seeing.exitCode).toBe(0);
    expect(compareArchive(organization, truth)).toEqual({ lost: [], foreign: [] });
    expect(receipts(organization).map(({ name }) => name.state)).toEqual(['start', 'linked', 'linked', 'linked']);
  });
});
