/** Digests that lie in the source and have no receipt yet: their hours are not missing, the collector has yet to come. */
import { summary, type Cell, type Coverage, type DigestView, type Finding } from './coverage.ts';
import { HOUR, MINUTE } from './time.ts';
import type { CellState } from './verdict.ts';

/** What an unread digest covers: the usual hour up to its end. */
interface Wait {
  readonly from: number;
  readonly to: number;
  readonly state: CellState;
}

/**
 * The coverage with such hours `late` (`pending` while nothing is due) in place of missing. What they say nobody knows
 * yet, so nothing turns green by them.
 * @param ends digestEndTime of the waiting standard digests, epoch milliseconds
 * @param due up to here a digest must have been judged
 */
export function withWaiting(
  coverage: Coverage,
  waiting: { readonly ends: readonly number[]; readonly due: number },
  views: readonly DigestView[],
): Coverage {
  if (waiting.ends.length === 0) return coverage;
  const waits = [...new Set(waiting.ends)]
    .toSorted((a, b) => a - b)
    .map((to): Wait => ({ from: to - HOUR, to, state: to > waiting.due ? 'pending' : 'late' }));
  const unlinked = new Set(
    views.filter((view) => view.verdict === 'valid' && view.link === 'digest-missing').map((view) => view.start),
  );
  const cells = coverage.cells.flatMap((cell) => {
    if (cell.state !== 'failed') return [cell];
    const before = waits.find((wait) => wait.to === cell.from);
    if (before !== undefined && unlinked.has(cell.from)) return [{ ...cell, state: before.state }];
    return split(cell, waits);
  });
  const findings = coverage.findings.filter((finding) => !isWaitedFor(finding, waits));
  return { ...coverage, cells, findings, ...summary(cells) };
}

/** The parts of a hole that digests wait for, and what is left of it. */
function split(cell: Cell, waits: readonly Wait[]): readonly Cell[] {
  const parts: Cell[] = [];
  let from = cell.from;
  for (const wait of waits) {
    const [start, end] = [Math.max(wait.from, from), Math.min(wait.to, cell.to)];
    if (end <= start) continue;
    if (start > from) parts.push({ ...cell, from, to: start });
    parts.push({ from: start, to: end, state: wait.state });
    from = end;
  }
  if (from < cell.to || parts.length === 0) parts.push({ ...cell, from });
  return parts;
}

/** A hole, or the start of a chain behind it, that waiting digests fill whole; what is wrong with a digest itself stays. */
function isWaitedFor({ code, from, to }: Finding, waits: readonly Wait[]): boolean {
  if ((code !== 'digest-missing' && code !== 'chain-restarted') || to === null) return false;
  const end = Date.parse(to);
  const start = from === null ? end - HOUR : Date.parse(from);
  let reached = start;
  for (const wait of waits) if (wait.from <= reached + MINUTE && wait.to > reached) reached = wait.to;
  return reached > start && reached >= end;
}
