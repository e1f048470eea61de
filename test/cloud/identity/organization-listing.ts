/** Pages of accounts, whole or broken on demand. */
import type { CloudAccount } from '../types.ts';
import { answer, deny, type Answer } from './answers.ts';
import type { CloudOrganization, Listing } from './controlplane.ts';
import { cursorOf, pageOf, tokenOf, type Cursor } from './pages.ts';

interface PageInput {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

const MAX_PAGE = 20;

/** One page of a list under its field name. */
export function listPage(field: string, all: readonly unknown[], input: PageInput): Answer {
  const cursor = cursorOf(input.NextToken);
  if (cursor === null) return badToken();
  const { items, next } = pageOf(all, cursor, Math.min(input.MaxResults ?? MAX_PAGE, MAX_PAGE));
  return answer({ [field]: items, ...tokenField(next) });
}

function badToken(): Answer {
  return deny('InvalidInputException', 'INVALID_NEXT_TOKEN: You provided an invalid NextToken.');
}

function tokenField(next: Cursor | null): Readonly<Record<string, string>> {
  return next === null ? {} : { NextToken: tokenOf(next) };
}

export interface AccountListing {
  readonly organization: CloudOrganization;
  readonly accounts: readonly CloudAccount[];
  readonly input: PageInput;
}

/** One page of accounts, with what `organization.listing` says is wrong with it. */
export function listAccounts({ organization, accounts, input }: AccountListing): Answer {
  const { listing } = organization;
  const cursor = cursorOf(input.NextToken);
  if (cursor === null) return badToken();
  if (listing.failAt?.page === cursor.page) return deny(listing.failAt.code, 'Fault on demand');
  if (listing.emptyPages.has(cursor.page))
    return answer({ Accounts: [], ...tokenField({ offset: cursor.offset, page: cursor.page + 1 }) });
  const { items, next } = pageOf(accounts, cursor, Math.min(input.MaxResults ?? MAX_PAGE, listing.pageSize, MAX_PAGE));
  const following = listing.repeatTokenAt === cursor.page ? cursor : next;
  return answer({
    Accounts: items.map((account) => describe(organization, account, listing.omit)),
    ...tokenField(following),
  });
}

function describe(
  organization: CloudOrganization,
  account: CloudAccount,
  omit: Listing['omit'],
): Readonly<Record<string, unknown>> {
  const state = account.state === 'UNKNOWN' || omit === 'State' ? {} : { State: account.state };
  const status = statusOf(account);
  return {
    Id: account.id,
    Arn: `arn:aws:organizations::${organization.management}:account/${organization.id}/${account.id}`,
    Email: `aws+${account.id}@example.com`,
    Name: account.name,
    ...state,
    ...(status === null || omit === 'Status' ? {} : { Status: status }),
    JoinedMethod: account.id === organization.management ? 'INVITED' : 'CREATED',
    JoinedTimestamp: 1_600_000_000,
  };
}

/** The old field knows three values: a closed account is SUSPENDED in it, one that awaits activation ACTIVE. */
function statusOf(account: CloudAccount): 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | null {
  switch (account.state) {
    case 'ACTIVE':
    case 'PENDING_ACTIVATION':
      return 'ACTIVE';
    case 'SUSPENDED':
    case 'CLOSED':
      return 'SUSPENDED';
    case 'PENDING_CLOSURE':
      return 'PENDING_CLOSURE';
    case 'UNKNOWN':
      return null;
  }
}
