/**
 * All accounts as they stand, joined of what every reader's chains show and of what the last survey saw. An account that
 * is known and was never computed is unknown: absence of data is no success.
 */
import type { CoverPart, Squares } from '../../core/board/cover.ts';
import { letterOf } from '../../core/board/letters.ts';
import { compareWorst, joinParts, type AccountStanding } from '../../core/board/standing.ts';
import type { AccountView, Snapshot } from '../../core/snapshot.ts';
import { isBlockedCode, worse } from '../../core/verdict.ts';
import { accountLags } from '../metrics-board.ts';
import type { BoardReader } from '../sources.ts';
import { windowOf } from './squares.ts';

export interface Estate {
  /** When it was read; epoch milliseconds. */
  readonly at: number;
  /** Worst first. */
  readonly standings: readonly AccountStanding[];
  readonly byAccount: ReadonlyMap<string, AccountStanding>;
  /** Since when (epoch ms) not every chain of an account was looked at without trouble. */
  readonly lags: ReadonlyMap<string, { readonly since: number }>;
  readonly snapshot: Snapshot;
  /** Records in Redis that are none of ours. */
  readonly unreadable: number;
}

/** Reads and joins; a few round trips, however many accounts there are. */
export async function readEstate(board: BoardReader, now: () => number, maxAgeMs: number): Promise<Estate> {
  const at = now();
  const [{ parts, unreadable }, snapshot] = await Promise.all([board.parts(), board.snapshot()]);
  return buildEstate({ parts, snapshot, unreadable: unreadable + snapshot.unreadable }, at, maxAgeMs);
}

interface Read {
  readonly parts: readonly CoverPart[];
  readonly snapshot: Snapshot;
  readonly unreadable: number;
}

/** Pure: `at` and `maxAgeMs` in milliseconds. */
export function buildEstate({ parts, snapshot, unreadable }: Read, at: number, maxAgeMs: number): Estate {
  const named = new Map(snapshot.accounts.map((account) => [account.id, account.name ?? '']));
  const lacking = lackingOf(parts, snapshot);
  const joined = joinParts(parts, { now: at, maxAgeMs })
    .map((one) => withName(one, named))
    .map((one) => (lacking.has(one.account) ? { ...one, ...unproven(one) } : one));
  const known = new Set(joined.map(({ account }) => account));
  // Each once: a record that lies under another account's name would be one more.
  const surveyed = new Map(snapshot.accounts.map((account) => [account.id, account]));
  const uncomputed = [...surveyed.values()]
    .filter(({ id }) => !known.has(id))
    .map((account) => uncomputedStanding(account, at));
  const standings = [...joined, ...uncomputed].toSorted(compareWorst);
  return {
    at,
    standings,
    byAccount: new Map(standings.map((standing) => [standing.account, standing])),
    lags: accountLags(snapshot, at),
    snapshot,
    unreadable,
  };
}

const NOT_COMPUTED = 'not computed yet';

/**
 * Accounts of which a part is not there: trails of theirs were surveyed, or a chain was swept, that no part tells of. What
 * the other parts prove is not the whole account.
 */
function lackingOf(parts: readonly CoverPart[], { accounts, chains }: Snapshot): ReadonlySet<string> {
  const there = new Set(parts.map(({ account, reader }) => `${account}:${reader}`));
  const own = accounts.filter(({ sources, problems }) => sources > 0 || problems.length > 0).map(({ id }) => id);
  const swept = chains.filter(({ account, reader }) => !there.has(`${account}:${reader}`));
  return new Set([...own.filter((id) => !there.has(`${id}:${id}`)), ...swept.map(({ account }) => account)]);
}

function unproven(one: AccountStanding): Pick<AccountStanding, 'state' | 'reason' | 'fresh' | 'verifiedUntil'> {
  const state = worse(one.state, 'unknown');
  const reason = state === one.state && one.reason !== null ? one.reason : NOT_COMPUTED;
  return { state, reason, fresh: false, verifiedUntil: null };
}

/** A part of a member of an organization trail may not know the member's name; its survey does. */
function withName(standing: AccountStanding, names: ReadonlyMap<string, string>): AccountStanding {
  const name = standing.name === '' ? (names.get(standing.account) ?? '') : standing.name;
  return name === standing.name ? standing : { ...standing, name };
}

function uncomputedStanding({ id, name, state, surveyedAt, problems }: AccountView, at: number): AccountStanding {
  const [problem = null] = problems;
  const blocked = problem !== null && isBlockedCode(problem.code);
  return {
    account: id,
    name: name ?? '',
    organizationState: state,
    at: Math.min(surveyedAt, at),
    fresh: false,
    state: blocked ? 'blocked' : 'unknown',
    reason: problem === null ? NOT_COMPUTED : problem.code,
    problem,
    verifiedUntil: null,
    lastDigest: null,
    chains: 0,
    receipts: 0,
    waiting: 0,
    open: 0,
    accepted: 0,
    hours: unknownSquares('hours', at),
    days: unknownSquares('days', at),
  };
}

/** Nobody said that nothing was due. */
function unknownSquares(view: 'hours' | 'days', at: number): Squares {
  const { from, to, step } = windowOf(view, at);
  return { from, letters: letterOf('unknown').repeat((to - from) / step) };
}
