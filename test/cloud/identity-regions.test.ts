/** ListRegions as Account Management answers it. */
import { AccountClient, ListRegionsCommand, type ListRegionsCommandInput } from '@aws-sdk/client-account';
import { expect, test } from 'vitest';
import { MEMBER, openEstate, outcomeOf, PAYER, userOf, type Estate } from './identity/estate.ts';

function client(estate: Estate, credentials = userOf(MEMBER)): AccountClient {
  return new AccountClient({ endpoint: estate.url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

test('shows every region of the caller with its state, by pages, and those of the states asked for', async () => {
  await using estate = await openEstate();
  estate.state.regions.clear();
  for (const region of ['eu-west-1', 'us-east-1', 'us-west-2']) estate.state.regions.add(region);
  estate.state.optIn.set(MEMBER, new Map([['ap-east-1', 'ENABLED']]));
  const all = await client(estate).send(new ListRegionsCommand({ MaxResults: 3 }));
  expect(all.Regions).toEqual([
    { RegionName: 'ap-east-1', RegionOptStatus: 'ENABLED' },
    { RegionName: 'eu-west-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' },
    { RegionName: 'us-east-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' },
  ]);
  const rest = await client(estate).send(new ListRegionsCommand({ NextToken: all.NextToken }));
  expect([rest.Regions?.map(({ RegionName }) => RegionName), rest.NextToken]).toEqual([['us-west-2'], undefined]);
  const enabled = new ListRegionsCommand({ RegionOptStatusContains: ['ENABLED'] });
  expect((await client(estate).send(enabled)).Regions).toHaveLength(1);
  expect((await client(estate, userOf(PAYER)).send(enabled)).Regions).toEqual([]);
  expect(estate.state.calls.at(-1)).toMatchObject({ service: 'account', operation: 'ListRegions', account: PAYER });
});

test('refuses a wrong secret, a token of nobody, another account, and whoever lacks the right', async () => {
  await using estate = await openEstate();
  const ask = (input: ListRegionsCommandInput, credentials = userOf(MEMBER)) =>
    outcomeOf(client(estate, credentials).send(new ListRegionsCommand(input)));
  expect(await ask({})).toBe('ok');
  expect(await ask({}, { ...userOf(MEMBER), secretAccessKey: 'wrong' })).toBe('InvalidSignatureException');
  expect(await ask({ NextToken: 'x' })).toBe('ValidationException');
  expect(await ask({ AccountId: PAYER })).toBe('AccessDeniedException');
  const nobody = { ...userOf(MEMBER, 'nobody'), policies: [] };
  estate.identities.addUser(nobody);
  expect(await ask({}, nobody)).toBe('AccessDeniedException');
});

test('is struck by faults like every other operation', async () => {
  await using estate = await openEstate();
  const lift = estate.state.fail({ service: 'account', outcome: { type: 'empty' } });
  expect((await client(estate).send(new ListRegionsCommand({}))).Regions).toEqual([]);
  lift();
  estate.state.fail({ service: 'account', outcome: { type: 'error', code: 'TooManyRequestsException', status: 429 } });
  expect(await outcomeOf(client(estate).send(new ListRegionsCommand({})))).toBe('TooManyRequestsException');
});
