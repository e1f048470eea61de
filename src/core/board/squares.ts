/** Rows of squares from what was judged step by step. */
import { NOTHING_DUE, type StepCell } from '../days.ts';
import type { Squares } from './cover.ts';
import { letterOf, NOTHING_LETTER } from './letters.ts';

/** One letter a step. @param steps in order of time, none left out */
export function squaresOf(steps: readonly StepCell[]): Squares {
  const letters = steps.map(({ state, reason }) => (reason === NOTHING_DUE ? NOTHING_LETTER : letterOf(state)));
  return { from: steps[0]?.start ?? 0, letters: letters.join('') };
}
