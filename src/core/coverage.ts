/**
 * Cells and findings of one chain: its time tiled by digest intervals. Every cell starts out not green; it takes a
 * valid digest, a held link, and every named log in place to make it so, and absence of data never does.
 */
import { changesOfChain } from './explain.ts';
import { speaker, type Finding, type Say } from './finding.ts';
import { ALONE, judgeView, startOf } from './links.ts';
import { judgeNewestEnd } from './newest-end.ts';
import type { Chain } from './source.ts';
import { inTime, tile } from './tiling.ts';
import { HOUR } from './time.ts';
import { statusChanges, type TrailChange } from './trail-change.ts';
import type { Interval } from './unlisted.ts';
import { worse, type CellState, type DigestCode, type LinkCode, type LogCode, type NoteCode } from './verdict.ts';

export type { Finding } from './finding.ts';

/** What is known of one standard digest. `start` null: it could not be read. Times in epoch milliseconds. */
export interface DigestView {
  readonly bucket: string;
  readonly key: string;
  readonly end: number;
  readonly start: number | null;
  readonly verdict: DigestCode;
  readonly detail: string;
  readonly link: LinkCode;
  readonly linkDetail: string;
  /** The predecessor it points at; null when it points at none or that is not known. */
  readonly previousKey: string | null;
  readonly notes?: readonly NoteCode[];
  readonly logs: readonly LogView[];
}

export interface LogView {
  readonly bucket: string;
  readonly key: string;
  readonly verdict: LogCode;
  readonly detail: string;
  /** What the source holds now, where the verdict was reached from the captured or the archived copy. */
  readonly source?: { readonly code: LogCode; readonly detail: string } | null;
  readonly notes?: readonly NoteCode[];
}

export interface Cell {
  readonly from: number;
  readonly to: number;
  readonly state: CellState;
}

/** The window asked for and the clock. `to` null: up to now. `grace` in milliseconds after which a digest is late. */
export interface Expectation {
  readonly from: number | null;
  readonly to: number | null;
  readonly now: number;
  readonly grace: number;
  /** The source was looked at and holds digests newer than the newest one known here. Absent: nobody looked. */
  readonly waiting?: boolean;
  /** What is known of calls that changed trails, of any trail. Absent: restarts are held against GetTrailStatus alone. */
  readonly changes?: readonly TrailChange[];
  /** Why the event history could not be asked about restarts, to be told beside them. */
  readonly unasked?: string | null;
}

export interface Coverage {
  /** In order of time, none over another. */
  readonly cells: readonly Cell[];
  readonly findings: readonly Finding[];
  /** The worst of the cells; what is only not due yet (`pending`) counts where there is nothing else. */
  readonly state: CellState;
  /** Up to here every cell since the first is verified; null when there is none. */
  readonly verifiedUntil: number | null;
  /** The explained gaps in which CloudTrail delivered nothing: a file of that time was put there by somebody else. */
  readonly silent: readonly Interval[];
}

/** What one part of a chain came to. */
export type Part = { readonly cells: readonly Cell[]; readonly findings: readonly Finding[] };

/** Judges one chain by its digests. An empty list is never green. */
export function coverChain(chain: Chain, views: readonly DigestView[], expected: Expectation): Coverage {
  const say = speaker(chain);
  const horizon = expected.now + HOUR;
  const sorted = views.filter((view) => view.end <= horizon).toSorted(inTime);
  const changes = changesOfChain(chain, [...(expected.changes ?? []), ...statusChanges(chain.source)]);
  const tiled = tile(sorted, { expected, changes }, say);
  const end = judgeNewestEnd(chain, { newest: sorted.at(-1) ?? null, expected, changes }, say);
  const parts = [tiled, end, judgeFuture(views, horizon, say)];
  const cells = apart(parts.flatMap((part) => part.cells));
  return {
    cells,
    findings: parts.flatMap((part) => part.findings),
    ...summary(cells),
    silent: [...tiled.silent, ...(end.silent ?? [])],
  };
}

/** What is named for the future tiles nothing: planted, it would hide a missing newest end and fill a year with gaps. */
function judgeFuture(views: readonly DigestView[], horizon: number, say: Say): Part {
  const future = views.filter((view) => view.end > horizon).toSorted(inTime);
  const judged = future.map((view) => ({ view, own: judgeView(view, ALONE, say) }));
  const cells = judged.map(({ view, own }) => ({ from: startOf(view, null), to: view.end, state: own.state }));
  return { cells, findings: judged.flatMap(({ own }) => own.findings) };
}

/** Digests that overlap are findings; their time is counted once, by the one that ends first, and each keeps a cell. */
function apart(cells: readonly Cell[]): readonly Cell[] {
  let done = Number.NEGATIVE_INFINITY;
  return cells
    .map((cell) => {
      if (cell.from === cell.to) return cell; // a moment, such as that of a StopLogging, takes no time
      const from = Math.max(cell.from, done);
      done = Math.max(done, cell.to);
      return { ...cell, from, to: Math.max(cell.to, from) };
    })
    .toSorted((a, b) => a.from - b.from);
}

/** What the cells come to, in order of time. */
export function summary(cells: readonly Cell[]): Pick<Coverage, 'state' | 'verifiedUntil'> {
  return { state: stateOf(cells), verifiedUntil: verifiedUntil(cells) };
}

function stateOf(cells: readonly Cell[]): CellState {
  const due = cells.filter((cell) => cell.state !== 'pending');
  const [first, ...rest] = due.length > 0 ? due : cells;
  return first === undefined ? 'unknown' : rest.reduce((state, cell) => worse(state, cell.state), first.state);
}

function verifiedUntil(cells: readonly Cell[]): number | null {
  let until: number | null = null;
  for (const cell of cells) {
    if (cell.state !== 'verified') break;
    until = cell.to;
  }
  return until;
}
