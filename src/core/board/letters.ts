/** One letter for each state of a square: how coverage is kept in Redis and sent to the pages. */
import { CELL_STATES, type CellState } from '../verdict.ts';

/** Nothing was due then: before the chain's proven start, before its region was switched on, after its end. */
export const NOTHING_LETTER = '.';

const BY_STATE: Readonly<Record<CellState, string>> = {
  verified: 'v',
  pending: 'p',
  'gap-explained': 'g',
  unverifiable: 'u',
  unknown: 'k',
  stale: 's',
  late: 'l',
  blocked: 'b',
  failed: 'f',
};

/** Every letter with its state, best to worst. `NOTHING_LETTER` is not among them: it has no state. */
export const LETTERS: readonly { readonly letter: string; readonly state: CellState }[] = CELL_STATES.map((state) => ({
  letter: BY_STATE[state],
  state,
}));

const BY_LETTER: ReadonlyMap<string, CellState> = new Map(LETTERS.map(({ letter, state }) => [letter, state]));
const ORDER = [NOTHING_LETTER, ...LETTERS.map(({ letter }) => letter)].join('');
/** What a row of squares is made of, and nothing else. */
export const LETTERS_ONLY: RegExp = new RegExp(`^[${ORDER.replace('.', '\\.')}]*$`);

export function letterOf(state: CellState): string {
  return BY_STATE[state];
}

/** Null for `NOTHING_LETTER`, and for what is no letter of ours. */
export function stateOf(letter: string): CellState | null {
  return BY_LETTER.get(letter) ?? null;
}

/** The worse of two letters; that nothing was due is better than anything. What is no letter of ours counts as unknown. */
export function worseLetter(a: string, b: string): string {
  return rank(a) >= rank(b) ? known(a) : known(b);
}

function rank(letter: string): number {
  return ORDER.indexOf(known(letter));
}

function known(letter: string): string {
  return letter.length === 1 && ORDER.includes(letter) ? letter : BY_STATE.unknown;
}
