/** The lines of a status: accounts with their chains and days, as the report and its text show them. */
import { chainGrid, dayGrid, NOTHING_DUE, type ChainDays, type DayCell, type DayWindow } from '../core/days.ts';
import type { Account, Problem, Source } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import { worse, type CellState } from '../core/verdict.ts';
import { isDormant, type AccountStatus, type ChainStatus } from '../pipeline/status.ts';

export interface AccountLine {
  readonly account: string;
  readonly name: string;
  /** As Organizations says; UNKNOWN for accounts of the configuration alone or of the past. */
  readonly organizationState: string;
  /** The worst of its chains' cells and of its days. */
  readonly state: CellState;
  readonly reason: string | null;
  /** What may not be asked and keeps nothing from being judged, such as the regions that are switched on. */
  readonly unknowns: readonly Problem[];
  readonly chains: readonly ChainLine[];
}

export interface ChainLine {
  readonly region: string;
  readonly trail: string;
  readonly state: CellState;
  /** The code of the chain's first finding. */
  readonly reason: string | null;
  readonly verifiedUntil: string | null;
  readonly receipts: number;
  /** Digests that lie in the source and wait to be judged. */
  readonly waiting: number;
  /** Who says which regions the trail ought to deliver from. */
  readonly regionsFrom: Source['regionsFrom'];
  readonly days: readonly Omit<DayCell, 'account'>[];
}

/** Everything known of one account. */
export interface AccountRow {
  readonly id: string;
  readonly account: Pick<Account, 'name' | 'state'>;
  /** It is not entered any more. */
  readonly dormant: boolean;
  readonly chains: readonly ChainStatus[];
  readonly problems: readonly Problem[];
  /** False when there may be more chains than these. */
  readonly complete: boolean;
  readonly unknowns: readonly Problem[];
}

/** One row an account: an organization trail's chains are shown under the account whose events they hold. */
export function accountRows(statuses: readonly AccountStatus[]): readonly AccountRow[] {
  const every = statuses.flatMap((one) => one.chains);
  const chains = Map.groupBy(every, ({ chain }) => chain.account);
  const listed = new Set(statuses.map((one) => one.survey.account.id));
  const others = [...chains.keys()].filter((id) => !listed.has(id));
  return [
    ...statuses.map(({ survey, problems, complete }): AccountRow => {
      const { account, unknowns } = survey;
      const own = chains.get(account.id) ?? [];
      const all = [...problems, ...problemsOf(own)];
      return { id: account.id, account, dormant: isDormant(account), chains: own, problems: all, complete, unknowns };
    }),
    ...others.map((id): AccountRow => {
      const account = { name: id, state: 'UNKNOWN' as const };
      const own = chains.get(id) ?? [];
      return { id, account, dormant: false, chains: own, problems: problemsOf(own), complete: true, unknowns: [] };
    }),
  ];
}

/** A member of an organization trail is not looked at when the account that holds the trail cannot be entered. */
function problemsOf(chains: readonly ChainStatus[]): readonly Problem[] {
  return chains.flatMap(({ problem }) => problem ?? []);
}

/** The rows as lines, each with the worst of everything that is known of it. */
export function accountLines(
  rows: readonly AccountRow[],
  window: DayWindow,
): { readonly accounts: readonly AccountLine[]; readonly days: readonly DayCell[] } {
  const days = dayGrid(
    window,
    rows.map(({ id, chains, problems, complete }) => ({
      account: id,
      chains: chains.map((one) => daysOf(one)),
      problem: problems[0]?.code ?? null,
      complete,
    })),
  );
  const byAccount = Map.groupBy(days, ({ account }) => account);
  return { accounts: rows.map((row) => accountLine(row, byAccount.get(row.id) ?? [], window)), days };
}

function daysOf({ chain, coverage, opens }: ChainStatus): ChainDays {
  const begins = [opens, chain.since].filter((time) => typeof time === 'number');
  return { coverage, begins: begins.length === 0 ? null : Math.max(...begins), ends: chain.until ?? null };
}

function accountLine(row: AccountRow, days: readonly DayCell[], window: DayWindow): AccountLine {
  const { id, account, dormant, chains, problems, unknowns } = row;
  const state = stateOf(row, days);
  const finding = chains.flatMap((one) => one.coverage.findings)[0];
  const why = problems[0]?.code ?? finding?.code ?? (dormant ? account.state : null);
  return {
    account: id,
    name: account.name,
    organizationState: account.state,
    state,
    reason: why ?? days.find((day) => day.state === state)?.reason ?? null,
    unknowns,
    chains: chains.map((one) => chainLine(one, window)),
  };
}

/** A day that nothing speaks for is never green; what is not due yet does not count against what is proven. */
function stateOf({ chains, problems, dormant }: AccountRow, days: readonly DayCell[]): CellState {
  const states: CellState[] = chains.map((one) => one.coverage.state);
  for (const { state, reason } of days) if (state !== 'pending' && reason !== NOTHING_DUE) states.push(state);
  if (problems.length > 0) states.push('blocked');
  if (dormant || chains.length === 0) states.push('unknown');
  return states.reduce(worse, 'verified');
}

function chainLine(one: ChainStatus, window: DayWindow): ChainLine {
  const { chain, coverage, receipts, waiting } = one;
  return {
    region: chain.region,
    trail: chain.source.trail,
    state: coverage.state,
    reason: coverage.findings[0]?.code ?? null,
    verifiedUntil: coverage.verifiedUntil === null ? null : formatIso(coverage.verifiedUntil),
    receipts,
    waiting,
    regionsFrom: chain.source.regionsFrom,
    days: chainGrid(window, daysOf(one)),
  };
}
