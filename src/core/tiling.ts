/** A chain's time, digest after digest: each with its neighbours, and the holes between them. */
import type { Cell, DigestView, Expectation, Finding } from './coverage.ts';
import type { Say } from './finding.ts';
import { judgeGap, mayCome, NO_GAP, type Gap } from './gaps.ts';
import { judgeView, startOf } from './links.ts';
import { formatIso } from './time.ts';
import type { TrailChange } from './trail-change.ts';
import type { Interval } from './unlisted.ts';

/** What all digests up to now came to. */
export interface Tiles {
  readonly cells: readonly Cell[];
  readonly findings: readonly Finding[];
  readonly silent: readonly Interval[];
}

interface Known {
  readonly expected: Expectation;
  /** Of this chain alone. */
  readonly changes: readonly TrailChange[];
}

/** @param sorted by `inTime` */
export function tile(sorted: readonly DigestView[], known: Known, say: Say): Tiles {
  const gaps = sorted.map((view, index) => {
    const before = sorted[index - 1] ?? null;
    return before === null ? oldestEnd(view, known.expected, say) : judgeGap({ before, view }, known, say);
  });
  const tiles = { cells: [] as Cell[], findings: [] as Finding[], silent: [] as Interval[] };
  const neighbours = provenNeighbours(sorted);
  for (const [index, view] of sorted.entries()) {
    const gap = gaps[index] ?? NO_GAP;
    const { restart, own: best } = gap;
    const { before: earlier, after } = neighbours[index] ?? { before: null, after: null };
    const before = sorted[index - 1] ?? null;
    const restartAfter = after === null ? null : (gaps[after]?.restart ?? null);
    const proven = { provenBefore: at(sorted, earlier), provenAfter: at(sorted, after) };
    const own = judgeView(view, { before, ...proven, restart, own: best, restartAfter }, say);
    tiles.cells.push(...gap.cells, { from: startOf(view, before), to: view.end, state: own.state });
    tiles.findings.push(...gap.findings, ...own.findings);
    tiles.silent.push(...gap.silent);
  }
  return tiles;
}

function at(sorted: readonly DigestView[], index: number | null): DigestView | null {
  return index === null ? null : (sorted[index] ?? null);
}

/** For each digest where the nearest proven ones before and after it stand. */
function provenNeighbours(
  sorted: readonly DigestView[],
): readonly { readonly before: number | null; readonly after: number | null }[] {
  const proven = sorted.flatMap(({ verdict }, index) => (verdict === 'valid' ? [index] : []));
  let done = 0;
  return sorted.map(({ verdict }) => {
    const before = proven[done - 1] ?? null;
    if (verdict === 'valid') done += 1;
    return { before, after: proven[done] ?? null };
  });
}

/** By end; of one end the proven one first, so that a copy of it elsewhere is never taken for what precedes it. */
export function inTime(a: DigestView, b: DigestView): number {
  const proven = Number(b.verdict === 'valid') - Number(a.verdict === 'valid');
  return (
    a.end - b.end ||
    proven ||
    (a.start ?? 0) - (b.start ?? 0) ||
    (`${a.bucket}/${a.key}` < `${b.bucket}/${b.key}` ? -1 : 1)
  );
}

/**
 * The oldest digest that is left names one before it that is nowhere. Before the window that is nobody's question; else
 * it is one finding, however long the time before may have been: nothing says how far back the chain went.
 */
function oldestEnd(view: DigestView, expected: Expectation, say: Say): Gap {
  const { from } = expected;
  const start = startOf(view, null);
  if (view.verdict !== 'valid' || view.link !== 'digest-missing' || (from !== null && start <= from)) return NO_GAP;
  const waits = mayCome(start, expected);
  const own = waits ? 'pending' : 'failed';
  const cells: readonly Cell[] = from === null ? [] : [{ from, to: start, state: own }];
  if (waits) return { ...NO_GAP, cells, own };
  const detail = `${view.linkDetail}; no older digest is left, so what precedes ${formatIso(start)} is deleted or expired by a lifecycle rule`;
  const finding = say('digest-missing', detail, { bucket: view.bucket, key: view.key, from, to: start });
  return { ...NO_GAP, cells, findings: [finding], own };
}
