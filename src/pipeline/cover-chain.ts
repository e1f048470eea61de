/** One judged chain as the pages are told of it. */
import type { CellRun, ChainCover } from '../core/board/cover.ts';
import { chainId } from '../core/board/ids.ts';
import { joinRuns } from '../core/board/merge-days.ts';
import { squaresOf } from '../core/board/squares.ts';
import { chainSteps, NOTHING_DUE, type StepWindow } from '../core/days.ts';
import { chainRef } from '../core/job.ts';
import { HOUR } from '../core/time.ts';
import { chainDaysOf, isOver } from './account-rows.ts';
import type { ChainStatus } from './chain-status.ts';

/** The steps that a look goes by. `recentDays`: the whole days within the hours. Epoch milliseconds. */
export interface CoverWindows {
  readonly now: number;
  readonly grace: number;
  readonly hours: StepWindow;
  readonly days: StepWindow;
  readonly recentDays: StepWindow;
}

/** @param whole the same chain judged over all days; null: it was not */
export function chainCover(one: ChainStatus, whole: ChainStatus | null, windows: CoverWindows): ChainCover {
  const { chain, coverage, receipts, waiting, problem } = one;
  const { source } = chain;
  const ref = chainRef(chain);
  const days =
    whole === null ? chainSteps(chainDaysOf(one), windows.recentDays) : chainSteps(chainDaysOf(whole), windows.days);
  const older = whole === null ? [] : before(runsOf(whole, { ...windows.days, step: HOUR }), windows.hours.from);
  return {
    ...ref,
    id: chainId(ref),
    trail: source.trail,
    homeRegion: source.homeRegion,
    bucket: source.bucket,
    prefix: source.prefix,
    at: windows.now,
    state: coverage.state,
    reason: problem?.code ?? coverage.findings[0]?.code ?? (isOver(one) ? NOTHING_DUE : null),
    problem,
    verifiedUntil: coverage.verifiedUntil,
    lastDigest: one.lastDigest ?? whole?.lastDigest ?? null,
    receipts,
    waiting,
    runs: joinRuns([...older, ...runsOf(one, windows.hours)]),
    days: squaresOf(days),
    kinds: one.kinds.length === 0 ? ['standard'] : one.kinds,
  };
}

function before(runs: readonly CellRun[], time: number): readonly CellRun[] {
  return runs.flatMap((run) => (run.from < time ? [{ ...run, to: Math.min(run.to, time) }] : []));
}

/** The cells within the window, and the hours for which there is none although something is known to be due. */
function runsOf(one: ChainStatus, window: StepWindow): readonly CellRun[] {
  const sorted = one.coverage.cells.toSorted((a, b) => a.from - b.from || a.to - b.to);
  const clipped = sorted.flatMap(({ from, to, state }): readonly CellRun[] =>
    to < window.from || from > window.to
      ? []
      : [{ from: Math.max(from, window.from), to: Math.min(to, window.to - 1), state }],
  );
  const within = joinRuns(clipped);
  const bare = chainSteps({ ...chainDaysOf(one), coverage: { cells: [], findings: one.coverage.findings } }, window);
  const holes = bare.filter(({ start, reason }) => reason !== NOTHING_DUE && !isTouched(within, start));
  const filled = holes.map(({ start, state }): CellRun => ({ from: start, to: start + HOUR, state }));
  return joinRuns([...within, ...filled].toSorted((a, b) => a.from - b.from || a.to - b.to));
}

function isTouched(runs: readonly CellRun[], start: number): boolean {
  return runs.some(({ from, to }) => from < start + HOUR && Math.max(to, from + 1) > start);
}
