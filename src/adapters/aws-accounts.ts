/** The accounts of an organization, as AWS Organizations lists them: all of them, or an error. */
import { ListAccountsCommand, ListTagsForResourceCommand, type Account } from '@aws-sdk/client-organizations';
import pLimit from 'p-limit';
import type { AccountState } from '../core/source.ts';
import type { OrganizationAccount, Organizations } from '../ports.ts';
import type { AwsTransport } from './aws-client.ts';
import { createClients, type AwsClients } from './aws-clients.ts';
import { allPages, controlContext } from './aws-control.ts';
import { garbledError, type CallContext } from './aws-errors.ts';
import { accountOfArn } from './aws-partition.ts';
import { createUnitFinder } from './aws-units.ts';

const MAX_PAGES = 10_000;
const MAX_TAG_PAGES = 100;
/** Organizations allows few calls a second; more at once would only be throttled. */
const CONCURRENCY = 4;
const STATES: ReadonlySet<string> = new Set<AccountState>([
  'ACTIVE',
  'PENDING_ACTIVATION',
  'SUSPENDED',
  'PENDING_CLOSURE',
  'CLOSED',
]);

/** Account lists over AWS Organizations. */
export function createOrganizations(transport: AwsTransport): Organizations {
  const known = new Map<string, AwsClients>();
  return {
    list: async ({ name, managementRole: role, externalId, withUnits, withTags }) => {
      const identity = { account: role === null ? null : accountOfArn(role), role, externalId };
      const key = JSON.stringify([role, externalId]);
      const clients = known.get(key) ?? createClients(transport, identity);
      known.set(key, clients);
      const accounts = await listAccounts(clients, name);
      const unitsOf = withUnits ? createUnitFinder(clients, name) : () => Promise.resolve([]);
      const limit = pLimit(CONCURRENCY);
      return Promise.all(
        accounts.map((account) =>
          limit(async () => ({
            ...account,
            units: await unitsOf(account.id),
            tags: withTags ? await tagsOf(clients, name, account.id) : new Map<string, string>(),
          })),
        ),
      );
    },
  };
}

async function listAccounts(clients: AwsClients, name: string): Promise<readonly OrganizationAccount[]> {
  const context = controlContext(
    clients,
    `list the accounts of the organization ${name}`,
    'organizations:ListAccounts',
  );
  const listed = await allPages(context, MAX_PAGES, async (token) => {
    const command = new ListAccountsCommand(token === undefined ? {} : { NextToken: token });
    const page = await clients.onOrganization((client, options) => client.send(command, options));
    return { items: page.Accounts, next: page.NextToken };
  });
  // Every organization has its management account, so an empty list is no list.
  if (listed.length === 0) throw garbledError(context, 'the list of accounts is empty');
  return [
    ...new Map(listed.map((entry) => accountOf(entry, context)).map((account) => [account.id, account])).values(),
  ];
}

function accountOf(entry: Account, context: CallContext): OrganizationAccount {
  if (entry.Id === undefined || !/^\d{12}$/.test(entry.Id))
    throw garbledError(context, 'an account lacks its 12-digit id');
  // `Status` is being retired in favour of `State`; either may be absent (cloudtrail.md 5.1).
  const state = entry.State ?? entry.Status ?? '';
  return {
    id: entry.Id,
    name: entry.Name ?? '',
    state: isState(state) ? state : 'UNKNOWN',
    units: [],
    tags: new Map(),
  };
}

function isState(text: string): text is AccountState {
  return STATES.has(text);
}

async function tagsOf(clients: AwsClients, name: string, id: string): Promise<ReadonlyMap<string, string>> {
  const context = controlContext(
    clients,
    `list the tags of account ${id} of the organization ${name}`,
    'organizations:ListTagsForResource',
  );
  const tags = await allPages(context, MAX_TAG_PAGES, async (token) => {
    const command = new ListTagsForResourceCommand({
      ResourceId: id,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const page = await clients.onOrganization((client, options) => client.send(command, options));
    return { items: page.Tags, next: page.NextToken };
  });
  return new Map(tags.map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}
