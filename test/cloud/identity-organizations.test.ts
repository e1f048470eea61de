import {
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  paginateListAccounts,
} from '@aws-sdk/client-organizations';
import { describe, expect, test } from 'vitest';
import {
  accountOf,
  MEMBER,
  openEstate,
  OUTSIDE,
  outcomeOf,
  PAYER,
  SECOND,
  userOf,
  type Estate,
} from './identity/estate.ts';

function client(estate: Estate, account = PAYER): OrganizationsClient {
  return new OrganizationsClient({
    endpoint: estate.url,
    region: 'us-east-1',
    credentials: userOf(account),
    maxAttempts: 1,
  });
}

async function pagesOf(estate: Estate): Promise<readonly (readonly (string | undefined)[])[]> {
  const pages: (readonly (string | undefined)[])[] = [];
  for await (const page of paginateListAccounts({ client: client(estate), stopOnSameToken: true }, {})) {
    pages.push((page.Accounts ?? []).map((account) => account.Id));
    if (pages.length > 50) throw new Error('no end');
  }
  return pages;
}

describe('ListAccounts', () => {
  test('comes in pages of 20 at most, whole', async () => {
    await using estate = await openEstate();
    for (let i = 0; i < 42; i += 1) estate.state.organization.accounts.push(accountOf(String(500_000_000_000 + i)));
    const pages = await pagesOf(estate);
    expect(pages.map((page) => page.length)).toEqual([20, 20, 5]);
    expect(pages.flat()).toEqual(estate.state.organization.accounts.map((account) => account.id));
    estate.state.organization.listing.pageSize = 7;
    expect((await pagesOf(estate)).map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 3]);
    expect((await client(estate).send(new ListAccountsCommand({ MaxResults: 3 }))).Accounts).toHaveLength(3);
  });

  test('an empty page with a token loses nobody', async () => {
    await using estate = await openEstate();
    const { listing } = estate.state.organization;
    listing.pageSize = 2;
    listing.emptyPages.add(0).add(2);
    expect(await pagesOf(estate)).toEqual([[], [PAYER, MEMBER], [], [SECOND]]);
  });

  test('broken pages: an error in the middle, a token that leads to itself', async () => {
    await using estate = await openEstate();
    const { listing } = estate.state.organization;
    listing.pageSize = 1;
    listing.failAt = { page: 1, code: 'TooManyRequestsException' };
    expect(await outcomeOf(pagesOf(estate))).toBe('TooManyRequestsException');
    listing.failAt = null;
    listing.repeatTokenAt = 1;
    const first = await client(estate).send(new ListAccountsCommand({}));
    const second = await client(estate).send(new ListAccountsCommand({ NextToken: first.NextToken }));
    expect(second.NextToken).toBe(first.NextToken);
    listing.repeatTokenAt = null;
    expect(await outcomeOf(client(estate).send(new ListAccountsCommand({ NextToken: 'made-up' })))).toBe(
      'InvalidInputException',
    );
  });

  test('State and Status, both or one', async () => {
    await using estate = await openEstate();
    const { accounts, listing } = estate.state.organization;
    const list = async () =>
      ((await client(estate).send(new ListAccountsCommand({}))).Accounts ?? []).map(({ Id, Name, State, Status }) => ({
        Id,
        Name,
        State,
        Status,
      }));
    accounts.splice(0, accounts.length, accountOf(PAYER), accountOf(MEMBER, { name: 'größe <&> 😀', state: 'CLOSED' }));
    expect(await list()).toEqual([
      { Id: PAYER, Name: `account ${PAYER}`, State: 'ACTIVE', Status: 'ACTIVE' },
      { Id: MEMBER, Name: 'größe <&> 😀', State: 'CLOSED', Status: 'SUSPENDED' },
    ]);
    listing.omit = 'Status';
    expect((await list())[1]).toMatchObject({ State: 'CLOSED', Status: undefined });
    listing.omit = 'State';
    expect((await list())[1]).toMatchObject({ State: undefined, Status: 'SUSPENDED' });
    estate.state.changeAccount(MEMBER, { state: 'PENDING_CLOSURE' });
    expect((await list())[1]).toMatchObject({ Status: 'PENDING_CLOSURE' });
    expect(() => estate.state.changeAccount('000000000000', {})).toThrow('nothing called 000000000000');
  });

  test('who may look', async () => {
    await using estate = await openEstate();
    const ask = (account: string): Promise<string> =>
      outcomeOf(client(estate, account).send(new ListAccountsCommand({})));
    expect(await ask(PAYER)).toBe('ok');
    expect(await ask(MEMBER)).toBe('AccessDeniedException');
    expect(await ask(OUTSIDE)).toBe('AWSOrganizationsNotInUseException');
    estate.state.organization.delegated.add(MEMBER);
    expect(await ask(MEMBER)).toBe('ok');
    estate.identities.addUser({ ...userOf(PAYER), policies: [] });
    expect(await ask(PAYER)).toBe('AccessDeniedException');
    estate.identities.addUser({ ...userOf(PAYER), secretAccessKey: 'changed' });
    expect(await ask(PAYER)).toBe('InvalidSignatureException');
    estate.identities.removeUser(userOf(PAYER).accessKeyId);
    expect(await ask(PAYER)).toBe('UnrecognizedClientException');
  });

  test('faults: throttled, then empty', async () => {
    await using estate = await openEstate();
    estate.state.fail({
      service: 'organizations',
      times: 1,
      outcome: { type: 'error', code: 'TooManyRequestsException' },
    });
    estate.state.fail({ operation: 'ListAccounts', times: 1, outcome: { type: 'empty' } });
    expect(await outcomeOf(client(estate).send(new ListAccountsCommand({})))).toBe('TooManyRequestsException');
    expect((await client(estate).send(new ListAccountsCommand({}))).Accounts).toEqual([]);
    expect((await client(estate).send(new ListAccountsCommand({}))).Accounts).toHaveLength(3);
  });
});

describe('the tree and the tags', () => {
  test('parents, children, roots', async () => {
    await using estate = await openEstate();
    const api = client(estate);
    const parent = async (ChildId: string) => (await api.send(new ListParentsCommand({ ChildId }))).Parents;
    expect(await parent(MEMBER)).toEqual([{ Id: 'ou-team', Type: 'ORGANIZATIONAL_UNIT' }]);
    expect(await parent('ou-team')).toEqual([{ Id: 'ou-all', Type: 'ORGANIZATIONAL_UNIT' }]);
    expect(await parent('ou-all')).toEqual([{ Id: 'r-root', Type: 'ROOT' }]);
    expect(await parent(PAYER)).toEqual([{ Id: 'r-root', Type: 'ROOT' }]);
    expect(await outcomeOf(parent('ou-none'))).toBe('ChildNotFoundException');
    const units = await api.send(new ListOrganizationalUnitsForParentCommand({ ParentId: 'r-root' }));
    expect(units.OrganizationalUnits?.map((unit) => unit.Id)).toEqual(['ou-all']);
    const below = await api.send(new ListAccountsForParentCommand({ ParentId: 'ou-all' }));
    expect(below.Accounts?.map((account) => account.Id)).toEqual([SECOND]);
    expect(await outcomeOf(api.send(new ListAccountsForParentCommand({ ParentId: 'ou-none' })))).toBe(
      'ParentNotFoundException',
    );
    expect((await api.send(new ListRootsCommand({}))).Roots?.[0]?.Id).toBe('r-root');
  });

  test('tags', async () => {
    await using estate = await openEstate();
    const api = client(estate);
    expect((await api.send(new ListTagsForResourceCommand({ ResourceId: MEMBER }))).Tags).toEqual([
      { Key: 'team', Value: 'a&b' },
    ]);
    expect((await api.send(new ListTagsForResourceCommand({ ResourceId: SECOND }))).Tags).toEqual([]);
    expect(await outcomeOf(api.send(new ListTagsForResourceCommand({ ResourceId: OUTSIDE })))).toBe(
      'TargetNotFoundException',
    );
  });
});

describe('DescribeOrganization', () => {
  test('answers members, each of its own organization', async () => {
    await using estate = await openEstate();
    estate.state.addOrganization({ id: 'o-second', management: OUTSIDE, accounts: [accountOf(OUTSIDE)] });
    const describeAs = async (account: string) =>
      (await client(estate, account).send(new DescribeOrganizationCommand({}))).Organization;
    expect(await describeAs(MEMBER)).toMatchObject({ Id: 'o-exampleorgid', MasterAccountId: PAYER });
    expect(await describeAs(OUTSIDE)).toMatchObject({ Id: 'o-second', MasterAccountId: OUTSIDE });
    expect(
      (await client(estate, OUTSIDE).send(new ListAccountsCommand({}))).Accounts?.map((account) => account.Id),
    ).toEqual([OUTSIDE]);
  });
});
