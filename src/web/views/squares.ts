/** Rows of squares of one length, for the map and for a chain. */
import { HOURS_SHOWN, DAYS_SHOWN, type CellRun, type Squares } from '../../core/board/cover.ts';
import { letterOf, NOTHING_LETTER, worseLetter } from '../../core/board/letters.ts';
import { HOUR } from '../../core/time.ts';
import type { MapQuery } from '../contract/overview.ts';
import type { SquaresView } from '../contract/shape.ts';
import { isoOf } from './times.ts';

const DAY = 24 * HOUR;

/** What a map shows; epoch milliseconds. `to` is the end of the step that `now` lies in. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** The window of one view at one moment. */
export function windowOf(view: MapQuery['view'], now: number): Window {
  const [step, count] = view === 'hours' ? [HOUR, HOURS_SHOWN] : [DAY, DAYS_SHOWN];
  const to = Math.floor(now / step) * step + step;
  return { from: to - count * step, to, step };
}

/** One letter an hour of what runs say; the worst that touches an hour wins. */
export function hoursOf(runs: readonly CellRun[], now: number): Squares {
  const { from, to } = windowOf('hours', now);
  const letters = Array.from({ length: HOURS_SHOWN }, () => NOTHING_LETTER);
  for (const run of runs) {
    const first = Math.max(0, Math.floor((run.from - from) / HOUR));
    const last = Math.min(HOURS_SHOWN, Math.ceil((Math.min(run.to, to) - from) / HOUR));
    for (let at = first; at < last; at += 1)
      letters[at] = worseLetter(letters[at] ?? NOTHING_LETTER, letterOf(run.state));
  }
  return { from, letters: letters.join('') };
}

export function squaresView({ from, letters }: Squares): SquaresView {
  return { from: isoOf(from), letters };
}
