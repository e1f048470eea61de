/** The lines of a status: accounts with their chains and days, as the report and its text show them. */
import { chainGrid, dayGrid, type DayCell, type DayWindow } from '../core/days.ts';
import type { Problem, Source } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import type { CellState } from '../core/verdict.ts';
import { chainDaysOf, rowDays, rowState, type AccountRow } from '../pipeline/account-rows.ts';
import type { ChainStatus } from '../pipeline/chain-status.ts';

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

/** The rows as lines, each with the worst of everything that is known of it. */
export function accountLines(
  rows: readonly AccountRow[],
  window: DayWindow,
): { readonly accounts: readonly AccountLine[]; readonly days: readonly DayCell[] } {
  const days = dayGrid(
    window,
    rows.map((row) => rowDays(row)),
  );
  const byAccount = Map.groupBy(days, ({ account }) => account);
  return { accounts: rows.map((row) => accountLine(row, byAccount.get(row.id) ?? [], window)), days };
}

function accountLine(row: AccountRow, days: readonly DayCell[], window: DayWindow): AccountLine {
  const { id, account, chains, unknowns } = row;
  return {
    account: id,
    name: account.name,
    organizationState: account.state,
    ...rowState(row, days),
    unknowns,
    chains: chains.map((one) => chainLine(one, window)),
  };
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
    days: chainGrid(window, chainDaysOf(one)),
  };
}
