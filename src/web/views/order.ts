/** In which order accounts are listed. The last part of each key is the account, so that the order is total. */
import type { AccountStanding } from '../../core/board/standing.ts';
import { CELL_STATES } from '../../core/verdict.ts';
import type { AccountsQuery } from '../contract/accounts.ts';
import type { SortKey } from './paging.ts';

export type AccountOrder = AccountsQuery['sort'];

/** Never: before anything that ever was. */
const NEVER = -1;

/** `lagSince`: since when the account lags (epoch ms). */
export function orderKey(standing: AccountStanding, order: AccountOrder, lagSince: number): SortKey {
  const { account, name, open } = standing;
  switch (order) {
    case 'worst':
      return [-CELL_STATES.indexOf(standing.state), -open, account];
    case 'account':
      return [account];
    case 'name':
      return [name.toLowerCase(), account];
    case 'lag':
      return [-lagSince, account];
    case 'verifiedUntil':
      return [standing.verifiedUntil ?? NEVER, account];
    case 'lastDigest':
      return [standing.lastDigest ?? NEVER, account];
    case 'open':
      return [open, account];
  }
}

/** True where the text is empty, or part of the account's id or name. */
export function matchesSearch(
  standing: Pick<AccountStanding, 'account' | 'name'>,
  search: string | undefined,
): boolean {
  const wanted = (search ?? '').trim().toLowerCase();
  return wanted === '' || standing.account.includes(wanted) || standing.name.toLowerCase().includes(wanted);
}
