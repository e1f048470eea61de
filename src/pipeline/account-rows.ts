/** What is known of one account put together: its chains, what is in the way, and the state that all of it comes to. */
import { NOTHING_DUE, type AccountDays, type ChainDays, type DayCell } from '../core/days.ts';
import type { Account, Problem } from '../core/source.ts';
import { worse, type CellState } from '../core/verdict.ts';
import type { ChainStatus } from './chain-status.ts';
import { isDormant, type AccountStatus } from './status.ts';

/** Everything known of one account. */
export interface AccountRow {
  readonly id: string;
  readonly account: Pick<Account, 'name' | 'state'>;
  /** It is not entered any more. */
  readonly dormant: boolean;
  readonly chains: readonly ChainStatus[];
  /** How many more chains are known and could not be judged at all; each has its problem among these. */
  readonly lost: number;
  readonly problems: readonly Problem[];
  /** False when there may be more chains than these. */
  readonly complete: boolean;
  readonly unknowns: readonly Problem[];
}

/** One row an account: an organization trail's chains are shown under the account whose events they hold. */
export function accountRows(statuses: readonly AccountStatus[]): readonly AccountRow[] {
  const listed = new Set(statuses.map((one) => one.survey.account.id));
  const holders = statuses.flatMap(({ chains, lost }) => [...chains, ...lost].map(({ chain }) => chain.account));
  const others = [...new Set(holders)].filter((id) => !listed.has(id));
  return [
    ...statuses.map((own): AccountRow => {
      const { account, unknowns } = own.survey;
      const held = heldOf(account.id, statuses);
      const problems = [...own.general, ...held.problems];
      const complete = held.complete && own.complete;
      return { id: account.id, account, dormant: isDormant(account), ...held, problems, complete, unknowns };
    }),
    ...others.map((id): AccountRow => {
      const account = { name: id, state: 'UNKNOWN' as const };
      return { id, account, dormant: false, ...heldOf(id, statuses), unknowns: [] };
    }),
  ];
}

/**
 * What these readers' chains say of one account. A chain of a member that could not be judged is the member's problem:
 * whatever else is proven of it, this chain is not.
 */
export function heldOf(
  id: string,
  statuses: readonly Pick<AccountStatus, 'chains' | 'lost'>[],
): Pick<AccountRow, 'chains' | 'lost' | 'problems' | 'complete'> {
  const chains = statuses.flatMap((one) => one.chains.filter(({ chain }) => chain.account === id));
  const lost = statuses.flatMap((one) => one.lost.filter(({ chain }) => chain.account === id));
  const problems = [...chains, ...lost].flatMap(({ problem }) => problem ?? []);
  return { chains, lost: lost.length, problems, complete: lost.length === 0 };
}

/** A row as its days are told of. */
export function rowDays({ id, chains, problems, complete }: AccountRow): AccountDays {
  return {
    account: id,
    chains: chains.map((one) => chainDaysOf(one)),
    problem: problems[0]?.code ?? null,
    complete,
  };
}

/** A chain as its days are told of. */
export function chainDaysOf({ chain, coverage, opens }: ChainStatus): ChainDays {
  const begins = [opens, chain.since].filter((time) => typeof time === 'number');
  return { coverage, begins: begins.length === 0 ? null : Math.max(...begins), ends: endOf({ chain, coverage }) };
}

/** After the recorded end of a trail, or of its region, nothing is due; an end within the window has a finding of its own. */
function endOf({ chain, coverage }: Pick<ChainStatus, 'chain' | 'coverage'>): number | null {
  const told = coverage.findings.some(({ code }) => code === 'logging-stopped');
  const deleted = chain.source.gone && !told ? (coverage.silent.at(-1)?.from ?? null) : null;
  const ends = [chain.until, deleted].filter((time) => typeof time === 'number');
  return ends.length === 0 ? null : Math.min(...ends);
}

/** The chain ended before the window, as its records say: nothing was due of it, so it neither proves nor owes anything. */
export function isOver({ chain, coverage, problem }: Pick<ChainStatus, 'chain' | 'coverage' | 'problem'>): boolean {
  const { cells, findings } = coverage;
  return chain.until !== undefined && problem === null && cells.length === 0 && findings.length === 0;
}

/** The state of the whole row, and the code or the words that explain it. */
export function rowState(
  row: AccountRow,
  days: readonly Pick<DayCell, 'state' | 'reason'>[],
): { readonly state: CellState; readonly reason: string | null } {
  const { account, dormant, chains, problems } = row;
  const state = worstOf(row, days);
  const finding = chains.flatMap((one) => one.coverage.findings)[0];
  const why = problems[0]?.code ?? finding?.code ?? (dormant ? dormancyOf(account) : null);
  return { state, reason: why ?? days.find((day) => day.state === state)?.reason ?? null };
}

/** Said of an account that was known and that no list holds now: the state that it had there says nothing any more. */
const NOT_LISTED = 'no longer listed, or excluded';

/** Why it is not entered. */
function dormancyOf({ state }: Pick<Account, 'state'>): string {
  return state === 'SUSPENDED' || state === 'CLOSED' ? state : NOT_LISTED;
}

function liveOf(chains: readonly ChainStatus[]): readonly ChainStatus[] {
  return chains.filter((one) => !isOver(one));
}

/** True for an account that is there and has no trail: nothing of it is proven, though nothing failed. */
export function isWithoutTrail({ chains, lost, dormant, problems }: AccountRow): boolean {
  return !dormant && lost === 0 && problems.length === 0 && liveOf(chains).length === 0;
}

/** A day that nothing speaks for is never green; what is not due yet does not count against what is proven. */
function worstOf(
  { chains, problems, dormant }: AccountRow,
  days: readonly Pick<DayCell, 'state' | 'reason'>[],
): CellState {
  const live = liveOf(chains);
  const states: CellState[] = live.map((one) => one.coverage.state);
  for (const { state, reason } of days) if (state !== 'pending' && reason !== NOTHING_DUE) states.push(state);
  if (problems.length > 0) states.push('blocked');
  if (dormant || live.length === 0) states.push('unknown');
  return states.reduce(worse, 'verified');
}
