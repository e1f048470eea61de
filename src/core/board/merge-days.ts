/** The days of a look joined with the days that were known before it. Pure; times are epoch milliseconds. */
import { HOUR } from '../time.ts';
import { DAYS_SHOWN, type CellRun, type ChainCover, type Squares } from './cover.ts';
import { letterOf } from './letters.ts';

const DAY = 24 * HOUR;
/** More stretches than this of one chain are not kept: the oldest go first. */
export const MOST_RUNS = 2000;

/** What a look judged: a full one everything that is shown, a recent one only from its own first day on. */
export interface Looked {
  readonly full: boolean;
}

/**
 * A full look replaces all days; a recent one keeps the days before its own first whole one. Days that nobody judged in
 * between are unknown. Never more than DAYS_SHOWN, the newest.
 * @param look from the first day that it judged whole
 */
export function mergeDays(before: Squares | null, look: Squares, { full }: Looked): Squares {
  if (full || before === null || look.letters === '') return newest(look);
  const older = (look.from - before.from) / DAY;
  // Not of our making, or not of the past: then nothing is known of it.
  if (!Number.isSafeInteger(older) || older <= 0 || older > DAYS_SHOWN * 2) return newest(look);
  const kept = before.letters.slice(0, older);
  return newest({ from: before.from, letters: kept.padEnd(older, letterOf('unknown')) + look.letters });
}

function newest({ from, letters }: Squares): Squares {
  const over = Math.max(0, letters.length - DAYS_SHOWN);
  return { from: from + over * DAY, letters: letters.slice(over) };
}

/** One chain after another look at it: days as above, and the stretches that lie before what the look judged. */
export function mergeChain(
  before: ChainCover | null,
  look: ChainCover,
  { full, since }: Looked & { readonly since: number },
): ChainCover {
  if (full || before === null) return { ...look, days: mergeDays(null, look.days, { full }), runs: bounded(look.runs) };
  const oldest = look.days.from + (look.days.letters.length - DAYS_SHOWN) * DAY;
  const older = before.runs.flatMap((run): readonly CellRun[] =>
    run.from >= since || run.to <= oldest ? [] : [{ ...run, to: Math.min(run.to, since) }],
  );
  const runs = joinRuns([...older, ...look.runs.map((run) => ({ ...run, from: Math.max(run.from, since) }))]);
  return { ...look, days: mergeDays(before.days, look.days, { full }), runs: bounded(runs) };
}

function bounded(runs: readonly CellRun[]): readonly CellRun[] {
  return runs.slice(-MOST_RUNS);
}

/** Neighbours of one state as one. @param runs in order of time */
export function joinRuns(runs: readonly CellRun[]): readonly CellRun[] {
  const joined: CellRun[] = [];
  for (const { from, to, state } of runs) {
    const last = joined.at(-1);
    if (last !== undefined && last.state === state && last.to >= from)
      joined[joined.length - 1] = { ...last, to: Math.max(last.to, to) };
    else if (to >= from) joined.push({ from, to, state });
  }
  return joined;
}
