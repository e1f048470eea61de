/** Discovery of accounts: who is there, who must never be dropped, and whose trouble stays his own. */
import { describe, expect, test } from 'vitest';
import { discovered, member, NOW, openDiscovery, roleOf } from './discover-ground.ts';
import { compareArchive, keysWith, objectAt, receipts, sourceObjects } from './evidence.ts';
import { ARCHIVE, EXTERNAL_ID, readerRole, ROLE, type Organization } from './organization.ts';
import { pass } from './pass.ts';

const idsOf = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id).toSorted();

describe('the list of accounts', () => {
  test.each(['State', 'Status'] as const)(
    'comes whole over pages of 20, an empty one with a token among them, without the field %s',
    async (field) => {
      const organization = await openDiscovery({ accounts: 23, hours: 1, regions: ['us-east-1'] });
      const { world, cloud } = organization;
      cloud.control.organization.listing.emptyPages.add(1);
      cloud.control.organization.listing.omit = field;
      cloud.control.changeAccount(member(organization, 22), { state: 'SUSPENDED' });
      const { surveys, problems } = await discovered(organization);
      expect(problems).toEqual([]);
      expect(idsOf(surveys.map((one) => one.account))).toEqual(idsOf(world.accounts));
      expect(surveys.find((one) => one.account.id === member(organization, 22))).toMatchObject({
        account: { state: 'SUSPENDED' },
        sources: [],
      });
      expect(surveys.flatMap((one) => (one.account.id === member(organization, 22) ? [] : one.problems))).toEqual([]);
      const lists = cloud.requests.entries.filter((entry) => entry.operation === 'ListAccounts');
      expect(lists).toHaveLength(3);
    },
  );

  test('is cut down by id, unit and tag, and the configuration adds to it and settles it', async () => {
    const organization = await openDiscovery({ accounts: 6, hours: 1, regions: ['us-east-1'] });
    const { world } = organization;
    const [management, first, second, third, fourth, fifth] = world.accounts;
    if (!management || !first || !second || !third || !fourth || !fifth) throw new Error('six accounts are wanted');
    const listed = { name: 'demo', discover: true, role: ROLE, externalId: EXTERNAL_ID };
    const surveyed = async (parts: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
      organization.configure(parts);
      const { surveys } = await discovered(organization);
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
    const { surveys } = await discovered(organization);
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

  const BROKEN: Readonly<
    Record<
      'is refused' | 'breaks off after its first page' | 'turns in a circle' | 'is empty',
      (organization: Organization) => void
    >
  > = {
    'is refused': ({ cloud }) =>
      void cloud.control.fail({
        operation: 'ListAccounts',
        outcome: { type: 'error', code: 'AccessDeniedException', status: 400 },
      }),
    'breaks off after its first page': ({ cloud }) => {
      cloud.control.organization.listing.pageSize = 2;
      cloud.control.organization.listing.failAt = { page: 1, code: 'AccessDeniedException' };
    },
    'turns in a circle': ({ cloud }) => {
      cloud.control.organization.listing.pageSize = 2;
      cloud.control.organization.listing.repeatTokenAt = 1;
    },
    'is empty': ({ cloud }) => void cloud.control.fail({ operation: 'ListAccounts', outcome: { type: 'empty' } }),
  };
  test.each(Object.keys(BROKEN) as (keyof typeof BROKEN)[])(
    'that %s drops nobody: the last good one stands, with roles and external ids',
    async (how) => {
      const organization = await openDiscovery({ accounts: 4, hours: 1, regions: ['us-east-1'] });
      const { world, cloud } = organization;
      expect((await pass(organization, NOW)).exitCode).toBe(0);
      BROKEN[how](organization);
      cloud.requests.clear();
      const { surveys, problems } = await discovered(organization, NOW + 1000);
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
    const organization = await openDiscovery({ accounts: 2, hours: 1, regions: ['us-east-1'] });
    BROKEN['is refused'](organization);
    const first = await pass(organization, NOW);
    expect(first.exitCode).toBe(5);
    expect(first.problems).toMatchObject([{ account: '', code: 'blocked-access' }]);
  });

  test('that fails does not revive an account that an earlier good one had left out (it was kept under the organization)', async () => {
    const organization = await openDiscovery({ accounts: 3, hours: 1, regions: ['us-east-1'] });
    const { cloud, world } = organization;
    await pass(organization, NOW);
    const gone = member(organization, 2);
    cloud.control.organization.accounts.splice(2, 1);
    await pass(organization, NOW + 1000);
    BROKEN['is refused'](organization);
    cloud.requests.clear();
    const { surveys } = await discovered(organization, NOW + 2000);
    expect(surveys.find((one) => one.account.id === gone)).toMatchObject({
      account: { origin: 'history' },
      sources: [],
    });
    expect(surveys).toHaveLength(world.accounts.length);
    expect(cloud.requests.entries.filter((entry) => entry.key === roleOf(gone))).toEqual([]);
  });

  test('an inventory that was altered stops the pass (taken as empty it dropped whom only it knew); a stray object beside it does not', async () => {
    const organization = await openDiscovery({ accounts: 2, hours: 1, regions: ['us-east-1'] });
    const { cloud } = organization;
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
    const organization = await openDiscovery({ accounts: 3, regions: ['us-east-1'] });
    const { cloud } = organization;
    await pass(organization, NOW);
    const before = receipts(organization).length;
    const suspended = member(organization, 1);
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
    const organization = await openDiscovery({ accounts: 3, regions: ['us-east-1'] });
    const truth = sourceObjects(organization);
    const bad = member(organization, 1);
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
