/** The table of accounts, one line of it, and one chain's line. */
import { needsYou } from '../../core/board/attention.ts';
import type { ChainCover } from '../../core/board/cover.ts';
import { agedRows, isFresh, NOT_LOOKED_LATELY, type AccountStanding } from '../../core/board/standing.ts';
import { worse } from '../../core/verdict.ts';
import type { AccountLine, AccountsPage, AccountsQuery, ChainLine } from '../contract/accounts.ts';
import type { Estate } from './estate.ts';
import { matchesSearch, orderKey } from './order.ts';
import { pageOf } from './paging.ts';
import { hoursOf, squaresView } from './squares.ts';
import { isoOf, isoOrNull } from './times.ts';

/** One page of the table. */
export function accountsView(estate: Estate, query: AccountsQuery): AccountsPage {
  const { state, search, open, sort, order, cursor, limit } = query;
  const rows = estate.standings.filter(
    (standing) =>
      (state === undefined || standing.state === state) &&
      (open === undefined || needsYou(standing) === open) &&
      matchesSearch(standing, search),
  );
  const { rows: taken, next } = pageOf(rows, {
    order: `accounts/${sort}/${order}`,
    keyOf: (standing) => orderKey(standing, sort, lagSince(estate, standing.account)),
    descending: order === 'desc',
    cursor,
    limit,
  });
  const accounts = taken.map((standing) => accountLine(standing, estate));
  return { readAt: isoOf(estate.at), total: rows.length, accounts, next };
}

/** One line. */
export function accountLine(standing: AccountStanding, estate: Estate): AccountLine {
  const { account, name, organizationState, state, reason, problem, chains, open, waiting } = standing;
  const since = estate.lags.get(account)?.since;
  return {
    account,
    name,
    organizationState,
    state,
    reason,
    problem,
    verifiedUntil: isoOrNull(standing.verifiedUntil),
    lastDigest: isoOrNull(standing.lastDigest),
    lagSeconds: since === undefined ? null : Math.max(0, Math.round((estate.at - since) / 1000)),
    chains,
    open,
    waiting,
    at: isoOf(standing.at),
  };
}

/** Accounts of which nobody knows since when they lag come first: they were never looked at. */
function lagSince(estate: Estate, account: string): number {
  return -(estate.lags.get(account)?.since ?? 0);
}

/** One chain; what was not looked at for longer than `maxAgeMs`, or dates from the future, is stale. */
export function chainLine(chain: ChainCover, now: number, maxAgeMs: number): ChainLine {
  const { id, reader, account, region, trail, trailArn, homeRegion, bucket, problem, receipts, waiting, at } = chain;
  const old = !isFresh(chain, { now, maxAgeMs });
  const rows = agedRows({ at, hours: hoursOf(chain.runs, at), days: chain.days }, { now, maxAgeMs });
  const state = old ? worse(chain.state, 'stale') : chain.state;
  return {
    id,
    reader,
    account,
    region,
    trail,
    trailArn,
    homeRegion,
    bucket,
    state,
    reason: state === chain.state ? chain.reason : NOT_LOOKED_LATELY,
    problem,
    verifiedUntil: isoOrNull(chain.verifiedUntil),
    lastDigest: isoOrNull(chain.lastDigest),
    receipts,
    waiting,
    hours: squaresView(rows.hours),
    days: squaresView(rows.days),
    at: isoOf(at),
  };
}
