/** What the list of accounts is asked for, read from the page's address. */
import { CELL_STATES, type CellState } from '../../../core/verdict.ts';
import type { AccountsQuery } from '../../contract/accounts.ts';
import { apiPath } from './addresses.ts';
import { oneOf, type UrlQuery } from './url-query.ts';

export type Sort = AccountsQuery['sort'];
export type Order = AccountsQuery['order'];

export interface AccountFilters {
  readonly search: string;
  readonly state: CellState | null;
  /** Only accounts that need a person. */
  readonly open: boolean;
  readonly sort: Sort;
  readonly order: Order;
}

/** How each column is sorted when it is first asked for: what needs a look comes first. */
export const FIRST_ORDER: Readonly<Record<Sort, Order>> = {
  worst: 'asc',
  account: 'asc',
  name: 'asc',
  lag: 'desc',
  verifiedUntil: 'asc',
  lastDigest: 'asc',
  open: 'desc',
};

export const SORT_WORDS: Readonly<Record<Sort, string>> = {
  worst: 'worst state',
  account: 'account id',
  name: 'name',
  lag: 'lag',
  verifiedUntil: 'proven until',
  lastDigest: 'last digest',
  open: 'open findings',
};

/** What the address does not say, or says wrongly, is as if it were not there. */
export function filtersOf(query: UrlQuery): AccountFilters {
  const sort = oneOf(query.get('sort'), Object.keys(FIRST_ORDER) as Sort[]) ?? 'worst';
  return {
    search: query.get('search') ?? '',
    state: oneOf(query.get('state'), CELL_STATES),
    open: query.get('open') === 'true',
    sort,
    order: oneOf(query.get('order'), ['asc', 'desc']) ?? FIRST_ORDER[sort],
  };
}

/** The answer for these filters, a hundred accounts at a time. */
export function accountsPath({ search, state, open, sort, order }: AccountFilters): string {
  return apiPath(['accounts'], { search: search.slice(0, 128), state, open: open ? 'true' : null, sort, order });
}

/** What clicking a column's heading puts into the address: the other way round where it is sorted by that already. */
export function sortChange(filters: AccountFilters, sort: Sort): Readonly<Record<string, string | null>> {
  const turned = filters.order === 'asc' ? 'desc' : 'asc';
  const order = filters.sort === sort ? turned : FIRST_ORDER[sort];
  return { sort: sort === 'worst' ? null : sort, order: order === FIRST_ORDER[sort] ? null : order };
}
