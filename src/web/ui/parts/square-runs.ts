/** Squares as runs: neighbours of one state are one element, so that a week of an account is a handful of them. */
import { stateOf } from '../../../core/board/letters.ts';
import type { CellState } from '../../../core/verdict.ts';
import type { SquaresView } from '../../contract/shape.ts';
import { clockOf, dayAndMonth, dayName } from './moment.ts';
import { STATE_WORDS } from './state.tsx';

const HOUR = 3_600_000;

export type SquareView = 'hours' | 'days';

/** How long one square is, in milliseconds. */
export const STEP_MS: Readonly<Record<SquareView, number>> = { hours: HOUR, days: 24 * HOUR };

/** `length` squares of one state from the square `at` on; null: nothing was due then. */
export interface SquareRun {
  readonly at: number;
  readonly length: number;
  readonly state: CellState | null;
}

/** The runs of a row of letters, in order, without gap or overlap. A letter that nobody knows is `unknown`. */
export function runsOf(letters: string): readonly SquareRun[] {
  const runs: SquareRun[] = [];
  let at = 0;
  while (at < letters.length) {
    const letter = letters.charAt(at);
    let end = at + 1;
    while (end < letters.length && letters.charAt(end) === letter) end += 1;
    runs.push({ at, length: end - at, state: squareState(letter) });
    at = end;
  }
  return runs;
}

/** What a letter says. Only the letter for "nothing was due" says nothing. */
function squareState(letter: string): CellState | null {
  return letter === '.' || letter === '' ? null : (stateOf(letter) ?? 'unknown');
}

/** One square as people are told of it. */
export interface Square {
  readonly from: number;
  readonly to: number;
  readonly state: CellState | null;
}

/** The square at an index; epoch milliseconds. */
export function squareAt({ from, letters }: SquaresView, index: number, view: SquareView): Square {
  const step = STEP_MS[view];
  const start = new Date(from).getTime() + index * step;
  return { from: start, to: start + step, state: squareState(letters.charAt(index)) };
}

/** `Tue 17 Nov, 03:00–04:00 UTC`, or the day alone. */
export function intervalText({ from, to }: Square): string {
  const day = `${dayName(from).split(' ')[0] ?? ''} ${dayAndMonth(from)}`;
  if (to - from < 24 * HOUR) return `${day}, ${clockOf(from)}–${clockOf(to)} UTC`;
  return from % (24 * HOUR) === 0 ? `${day}, UTC` : `${day}, 24 hours from ${clockOf(from)} UTC`;
}

/** The square in words, for a screen reader: `Tue 17 Nov, 03:00–04:00 UTC: failed, log-hash-mismatch`. */
export function squareText(square: Square, reason: string | null): string {
  const state = square.state === null ? 'nothing was due' : STATE_WORDS[square.state];
  return `${intervalText(square)}: ${state}${reason === null ? '' : `, ${reason}`}`;
}
