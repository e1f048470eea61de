/** How an account stands right now: its parts joined into one, each aged to this moment. Pure; epoch milliseconds. */
import { CLOCKS_MS, HOUR } from '../time.ts';
import { CELL_STATES, worse, type CellState } from '../verdict.ts';
import { DAYS_SHOWN, HOURS_SHOWN, type CoverPart, type Squares } from './cover.ts';
import { letterOf, NOTHING_LETTER, worseLetter } from './letters.ts';

const DAY = 24 * HOUR;
/** Said of a part that was not computed for longer than it may be. */
export const NOT_LOOKED_LATELY = 'not computed anew for long';

/** The moment, and how long a part may stand before it counts as stale. */
export interface Moment {
  readonly now: number;
  readonly maxAgeMs: number;
}

/**
 * One account as all of its parts together show it: `at` the oldest of their times, `verifiedUntil` null as soon as any
 * chain is not proven from its first cell on. Hours and days end at the moment asked for, in every account alike.
 */
export interface AccountStanding extends Omit<CoverPart, 'reader' | 'fullAt'> {
  readonly fresh: boolean;
}

/** The part's state now: what nobody computed for longer than `maxAgeMs`, or dates from the future, is stale at best. */
export function standingOf(
  part: CoverPart,
  moment: Moment,
): { readonly state: CellState; readonly reason: string | null } {
  if (isFresh(part, moment)) return { state: part.state, reason: part.reason };
  const state = worse(part.state, 'stale');
  return { state, reason: state === part.state && part.reason !== null ? part.reason : NOT_LOOKED_LATELY };
}

/** False for what was computed too long ago, or dates from the future: that would be fresh for ever. */
export function isFresh({ at }: Pick<CoverPart, 'at'>, { now, maxAgeMs }: Moment): boolean {
  return now - at <= maxAgeMs && at - now <= CLOCKS_MS;
}

/** One entry an account, the worst first. */
export function joinParts(parts: readonly CoverPart[], moment: Moment): readonly AccountStanding[] {
  const byAccount = Map.groupBy(parts, ({ account }) => account);
  return [...byAccount.values()].flatMap((own) => joined(own, moment)).toSorted(compareWorst);
}

function joined(all: readonly CoverPart[], moment: Moment): readonly AccountStanding[] {
  const parts = counted(all, moment);
  const [first, ...rest] = parts.map((part) => one(part, moment));
  if (first === undefined) return [];
  const standing = rest.reduce(both, first);
  const self = all.find(({ account, reader }) => account === reader);
  return [{ ...standing, ...(self === undefined ? {} : nameOf(self)) }];
}

function nameOf({ name, organizationState }: CoverPart): Pick<CoverPart, 'name' | 'organizationState'> {
  return { name, organizationState };
}

/**
 * A member that holds no trail of its own has nothing to say beside the organization trail that holds its events; where
 * nobody looked lately whether it holds one, that is something to say.
 */
function counted(parts: readonly CoverPart[], moment: Moment): readonly CoverPart[] {
  if (!parts.some(({ chains }) => chains > 0)) return parts;
  return parts.filter((part) => part.chains > 0 || part.problem !== null || !isFresh(part, moment));
}

function one(part: CoverPart, moment: Moment): AccountStanding {
  const { account, name, organizationState, at, problem, verifiedUntil, lastDigest } = part;
  const { chains, receipts, waiting, open, accepted } = part;
  return {
    account,
    name,
    organizationState,
    at,
    fresh: isFresh(part, moment),
    ...standingOf(part, moment),
    problem,
    verifiedUntil,
    lastDigest,
    chains,
    receipts,
    waiting,
    open,
    accepted,
    ...agedRows(part, moment),
  };
}

/** The squares of what was computed at `at`, as they stand at this moment: they end with it. */
export function agedRows(
  { at, hours, days }: Pick<CoverPart, 'at' | 'hours' | 'days'>,
  moment: Moment,
): Pick<AccountStanding, 'hours' | 'days'> {
  const fresh = isFresh({ at }, moment);
  const row = { now: moment.now, fresh, settled: settledUntil(hours) };
  return {
    hours: aligned(hours, { ...row, step: HOUR, count: HOURS_SHOWN }),
    days: aligned(days, { ...row, step: DAY, count: DAYS_SHOWN }),
  };
}

/** What came afterwards was only awaited when the hours were computed. */
function settledUntil({ from, letters }: Squares): number {
  let settled = letters.length;
  while (settled > 0 && letters[settled - 1] === letterOf('pending')) settled -= 1;
  return from + settled * HOUR;
}

interface Row {
  readonly step: number;
  readonly count: number;
  readonly now: number;
  readonly fresh: boolean;
  readonly settled: number;
}

/** The squares as they would stand now: `count` of them, the last one of the step that the moment lies in. */
function aligned(squares: Squares, row: Row): Squares {
  const { step, count, now, fresh } = row;
  const { from, letters } = fresh ? squares : unawaited(squares, row);
  const start = Math.floor(now / step) * step - (count - 1) * step;
  const skip = Math.round((start - from) / step);
  const own = skip >= 0 ? letters.slice(skip) : letterOf('unknown').repeat(Math.min(-skip, count)) + letters;
  return { from: start, letters: own.slice(0, count).padEnd(count, afterwards(letters.at(-1), fresh)) };
}

/** Nobody looked whether what was awaited has come: a day whose first hours were proven is not, and nothing is pending. */
function unawaited({ from, letters }: Squares, { step, settled }: Row): Squares {
  const first = Math.max(0, Math.floor((settled - from) / step));
  return { from, letters: letters.slice(0, first) + letters.slice(first).replaceAll(/[vp]/g, letterOf('unknown')) };
}

/** A step that has begun since the look: nothing can be due of it yet. Where nobody looks any more nothing is known. */
function afterwards(last: string | undefined, fresh: boolean): string {
  if (last === NOTHING_LETTER) return NOTHING_LETTER;
  const quiet = last === letterOf('verified') || last === letterOf('pending');
  return letterOf(fresh && quiet ? 'pending' : 'unknown');
}

function both(a: AccountStanding, b: AccountStanding): AccountStanding {
  const lead = a.state === b.state ? (a.reason === null ? b : a) : worse(a.state, b.state) === a.state ? a : b;
  return {
    ...lead,
    at: Math.min(a.at, b.at),
    fresh: a.fresh && b.fresh,
    problem: lead.problem ?? a.problem ?? b.problem,
    verifiedUntil:
      a.verifiedUntil === null || b.verifiedUntil === null ? null : Math.min(a.verifiedUntil, b.verifiedUntil),
    lastDigest: a.lastDigest === null ? b.lastDigest : Math.max(a.lastDigest, b.lastDigest ?? a.lastDigest),
    chains: a.chains + b.chains,
    receipts: a.receipts + b.receipts,
    waiting: a.waiting + b.waiting,
    open: a.open + b.open,
    accepted: a.accepted + b.accepted,
    hours: { from: a.hours.from, letters: worstLetters(a.hours.letters, b.hours.letters) },
    days: { from: a.days.from, letters: worstLetters(a.days.letters, b.days.letters) },
  };
}

/** @param b as long as `a` */
function worstLetters(a: string, b: string): string {
  return a === b ? a : Array.from(a, (letter, index) => worseLetter(letter, b[index] ?? letter)).join('');
}

/** Worst state first; of one state whoever has more open findings, then by account. */
export function compareWorst(
  a: Pick<AccountStanding, 'state' | 'open' | 'account'>,
  b: Pick<AccountStanding, 'state' | 'open' | 'account'>,
): number {
  const worst = CELL_STATES.indexOf(b.state) - CELL_STATES.indexOf(a.state);
  return worst || b.open - a.open || (a.account < b.account ? -1 : Number(a.account > b.account));
}

/** The accounts that count as proven now, and up to when every one of them is. */
export function provenOf(standings: readonly Pick<AccountStanding, 'state' | 'fresh' | 'verifiedUntil'>[]): {
  readonly proven: number;
  readonly provenUntil: number | null;
} {
  const times = standings.flatMap(({ state, fresh, verifiedUntil }) =>
    state === 'verified' && fresh && verifiedUntil !== null ? [verifiedUntil] : [],
  );
  const provenUntil = times.reduce<number | null>(
    (least, time) => (least === null ? time : Math.min(least, time)),
    null,
  );
  return { proven: times.length, provenUntil };
}
