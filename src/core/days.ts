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

/** The window in other steps than days, milliseconds that divide a day. */
export interface StepWindow extends DayWindow {
  readonly step: number;
  /** True: a step is not proven while a part of it is pending. A day is: its first hours count before it has ended. */
  readonly whole: boolean;
}

/** Every account with every day of the window, in the order given. */
export function dayGrid(window: DayWindow, accounts: readonly AccountDays[]): readonly DayCell[] {
  return accounts.flatMap((one) =>
    accountSteps(one, inDays(window)).map(({ start, ...told }) => ({
      account: one.account,
      day: nameOf(start),
      ...told,
    })),
  );
}

function inDays(window: DayWindow): StepWindow {
  return { ...window, step: DAY, whole: false };
}

/** The starts of the window's steps, UTC, the newest of them where there are too many. */
function startsOf({ from, to, step }: Pick<StepWindow, 'from' | 'to' | 'step'>): readonly number[] {
  const last = Math.floor(Math.max(from, to - 1) / step) * step;
  const first = Math.max(Math.floor(from / step) * step, last - (MOST_DAYS - 1) * step);
  return Array.from({ length: Math.round((last - first) / step) + 1 }, (_, index) => first + index * step);
}

/** The days of one chain by itself. */
export function chainGrid(window: DayWindow, chain: ChainDays): readonly Omit<DayCell, 'account'>[] {
  return chainSteps(chain, inDays(window)).map(({ start, ...told }) => ({ day: nameOf(start), ...told }));
}

type Told = Omit<DayCell, 'account' | 'day'>;

/** One step of the window; `start` in epoch milliseconds. */
export type StepCell = Told & { readonly start: number };

const NOTHING: Told = { state: 'unknown', reason: NOTHING_DUE };

/** Every step of the window for one chain by itself. */
export function chainSteps(chain: ChainDays, window: StepWindow): readonly StepCell[] {
  const starts = startsOf(window);
  return toldOf(chain, starts, window).map((told, index) => ({ start: starts[index] ?? 0, ...(told ?? NOTHING) }));
}

/** Every step of the window for one account: the worst of its chains. */
export function accountSteps(one: AccountDays, window: StepWindow): readonly StepCell[] {
  const starts = startsOf(window);
  const rows = one.chains.map((chain) => toldOf(chain, starts, window));
  return starts.map((start, index) => {
    const told = rows.flatMap((row) => row[index] ?? []);
    const proven = one.complete && one.chains.length > 0 && told.every(({ state }) => state === 'verified');
    const blocked: readonly Told[] = one.problem === null || proven ? [] : [{ state: 'blocked', reason: one.problem }];
    const [first, ...rest] = [...told, ...blocked];
    const nothing: Told = one.chains.length === 0 ? { state: 'unknown', reason: 'no chain is known' } : NOTHING;
    return { start, ...(first === undefined ? nothing : rest.reduce(worst, first)) };
  });
}

/** Of one state, the one with a reason says more. */
function worst(a: Told, b: Told): Told {
  if (a.state === b.state) return a.reason === null ? b : a;
  return worse(a.state, b.state) === a.state ? a : b;
}

/** The worst of one chain's cells; unless the whole step is asked for, `pending` counts where there is nothing else. */
function worstOf(cells: readonly Cell[], whole: boolean): CellState | null {
  const due = whole ? cells : cells.filter(({ state }) => state !== 'pending');
  const [first, ...rest] = due.length > 0 ? due : cells;
  return first === undefined ? null : rest.reduce<CellState>((state, cell) => worse(state, cell.state), first.state);
}

/** One entry a step; null where nothing was due of the chain. */
function toldOf(
  { coverage, begins, ends }: ChainDays,
  starts: readonly number[],
  window: StepWindow,
): readonly (Told | null)[] {
  const byStep = spread(coverage.cells, starts, window.step);
  const open = openFindings(coverage.findings);
  return starts.map((start, index): Told | null => {
    const end = start + window.step;
    const reasonOf = (): string | null => coverage.findings.find((one) => touches(one, start, end))?.code ?? null;
    const state = worstOf(byStep[index] ?? [], window.whole);
    if (state !== null) return { state, reason: reasonOf() ?? wordsFor(state) };
    if ((begins !== null && end <= begins) || (ends !== null && start >= ends)) return null;
    const since = open.find((one) => one.from < end);
    if (since !== undefined) return { state: 'unverifiable', reason: since.code };
    if (start >= window.due) return { state: 'pending', reason: 'nothing is due yet' };
    return { state: 'unknown', reason: reasonOf() ?? 'no digest is known' };
  });
}

/** The cells that touch each step; one that spans midnight counts for both days. */
function spread(cells: readonly Cell[], starts: readonly number[], step: number): readonly (readonly Cell[])[] {
  const [origin = 0] = starts;
  const rows: Cell[][] = starts.map(() => []);
  for (const cell of cells) {
    const first = Math.max(0, Math.floor((cell.from - origin) / step));
    const last = Math.min(starts.length - 1, Math.floor((Math.max(cell.from, cell.to - 1) - origin) / step));
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
