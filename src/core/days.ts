/** Accounts by days: each with the worst cell of its chains and why. A day that nothing speaks for is never green. */
import type { Cell, Coverage, Finding } from './coverage.ts';
import { HOUR } from './time.ts';
import { worse, type CellState } from './verdict.ts';

const DAY = 24 * HOUR;
/** Said of a day that lies before everything that is known of the account's chains. */
export const NOTHING_DUE = 'nothing was due';
/** Ten years and some: CloudTrail signs digests since 2015. What is asked for before that is not shown day by day. */
const MOST_DAYS = 4000;

/** One day of one account, UTC. */
export interface DayCell {
  readonly account: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly state: CellState;
  /** The code of a finding of that day, or a few words; null where there is nothing to explain. */
  readonly reason: string | null;
}

/** What one chain contributes. */
export interface ChainDays {
  readonly coverage: Pick<Coverage, 'cells' | 'findings'>;
  /** Nothing was due before (the proven start of the chain, a region switched on) or after; null: no such end. Epoch ms. */
  readonly begins: number | null;
  readonly ends: number | null;
}

export interface AccountDays {
  readonly account: string;
  readonly chains: readonly ChainDays[];
  /** The code of what keeps the account from being looked at; null when nothing does. */
  readonly problem: string | null;
  /** False when chains may be missing from the list: then no day can be told to be proven. */
  readonly complete: boolean;
}

/** The window in epoch milliseconds; nothing that ends after `due` has to be there yet. */
export interface DayWindow {
  readonly from: number;
  readonly to: number;
  readonly due: number;
}

/** Every account with every day of the window, in the order given. */
export function dayGrid(window: DayWindow, accounts: readonly AccountDays[]): readonly DayCell[] {
  const days = daysOf(window);
  return accounts.flatMap((one) => accountDays(one, days, window));
}

/** The starts of the window's days, UTC, the newest of them where there are too many. */
function daysOf({ from, to }: Pick<DayWindow, 'from' | 'to'>): readonly number[] {
  const last = Math.floor(Math.max(from, to - 1) / DAY) * DAY;
  const first = Math.max(Math.floor(from / DAY) * DAY, last - (MOST_DAYS - 1) * DAY);
  return Array.from({ length: Math.round((last - first) / DAY) + 1 }, (_, index) => first + index * DAY);
}

/** The days of one chain by itself. */
export function chainGrid(window: DayWindow, chain: ChainDays): readonly Omit<DayCell, 'account'>[] {
  const days = daysOf(window);
  return chainDays(chain, days, window).map((told, index) => ({ day: nameOf(days[index] ?? 0), ...(told ?? NOTHING) }));
}

type Told = Omit<DayCell, 'account' | 'day'>;

const NOTHING: Told = { state: 'unknown', reason: NOTHING_DUE };

function accountDays(one: AccountDays, days: readonly number[], window: DayWindow): readonly DayCell[] {
  const rows = one.chains.map((chain) => chainDays(chain, days, window));
  return days.map((start, index) => {
    const told = rows.flatMap((row) => row[index] ?? []);
    const proven = one.complete && one.chains.length > 0 && told.every(({ state }) => state === 'verified');
    const blocked: readonly Told[] = one.problem === null || proven ? [] : [{ state: 'blocked', reason: one.problem }];
    const [first, ...rest] = [...told, ...blocked];
    const nothing: Told = one.chains.length === 0 ? { state: 'unknown', reason: 'no chain is known' } : NOTHING;
    return { account: one.account, day: nameOf(start), ...(first === undefined ? nothing : rest.reduce(worst, first)) };
  });
}

/** Of one state, the one with a reason says more. */
function worst(a: Told, b: Told): Told {
  if (a.state === b.state) return a.reason === null ? b : a;
  return worse(a.state, b.state) === a.state ? a : b;
}

/** The worst of one chain's cells; what is only not due yet counts where there is nothing else. */
function worstOf(cells: readonly Cell[]): CellState | null {
  const due = cells.filter(({ state }) => state !== 'pending');
  const [first, ...rest] = due.length > 0 ? due : cells;
  return first === undefined ? null : rest.reduce<CellState>((state, cell) => worse(state, cell.state), first.state);
}

/** One entry a day; null where nothing was due of the chain. */
function chainDays(
  { coverage, begins, ends }: ChainDays,
  days: readonly number[],
  window: DayWindow,
): readonly (Told | null)[] {
  const byDay = spread(coverage.cells, days);
  const open = openFindings(coverage.findings);
  return days.map((start, index): Told | null => {
    const end = start + DAY;
    const reasonOf = (): string | null => coverage.findings.find((one) => touches(one, start, end))?.code ?? null;
    const state = worstOf(byDay[index] ?? []);
    if (state !== null) return { state, reason: reasonOf() ?? wordsFor(state) };
    if ((begins !== null && end <= begins) || (ends !== null && start >= ends)) return null;
    const since = open.find((one) => one.from < end);
    if (since !== undefined) return { state: 'unverifiable', reason: since.code };
    if (start >= window.due) return { state: 'pending', reason: 'nothing is due yet' };
    return { state: 'unknown', reason: reasonOf() ?? 'no digest is known' };
  });
}

/** The cells that touch each day; one that spans midnight counts for both. */
function spread(cells: readonly Cell[], days: readonly number[]): readonly (readonly Cell[])[] {
  const [origin = 0] = days;
  const rows: Cell[][] = days.map(() => []);
  for (const cell of cells) {
    const first = Math.max(0, Math.floor((cell.from - origin) / DAY));
    const last = Math.min(days.length - 1, Math.floor((Math.max(cell.from, cell.to - 1) - origin) / DAY));
    for (let index = first; index <= last; index += 1) rows[index]?.push(cell);
  }
  return rows;
}

/** Findings that last: logging or validation is off from then on. */
function openFindings(findings: readonly Finding[]): readonly { readonly code: string; readonly from: number }[] {
  return findings.flatMap(({ code, from, to }) =>
    to === null && from !== null && OPEN.has(code) ? [{ code, from: Date.parse(from) }] : [],
  );
}

const OPEN: ReadonlySet<string> = new Set(['logging-stopped', 'validation-off']);

function touches({ from, to }: Finding, start: number, end: number): boolean {
  const [begin, last] = [
    from === null ? Number.NEGATIVE_INFINITY : Date.parse(from),
    to === null ? null : Date.parse(to),
  ];
  if (last === null) return begin < end;
  return begin < end && Math.max(last, begin + 1) > start;
}

function wordsFor(state: CellState): string | null {
  return state === 'late' ? 'waits to be judged' : null;
}

function nameOf(start: number): string {
  return new Date(start).toISOString().slice(0, 10);
}
