/**
 * Cells and findings of one chain: its time tiled by digest intervals. Every cell starts out not green; it takes a
 * valid digest, a held link, and every named log in place to make it so, and absence of data never does.
 */
import type { Chain } from './source.ts';
import { judgeNewestEnd } from './newest-end.ts';
import { formatIso, HOUR } from './time.ts';
import { hintFor } from './hint.ts';
import { isBrokenLink } from './receipt.ts';
import {
  isBlockedCode,
  worse,
  type CellState,
  type DigestCode,
  type FindingCode,
  type LinkCode,
  type LogCode,
} from './verdict.ts';

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
  readonly logs: readonly LogView[];
}

export interface LogView {
  readonly bucket: string;
  readonly key: string;
  readonly verdict: LogCode;
  readonly detail: string;
}

export interface Cell {
  readonly from: number;
  readonly to: number;
  readonly state: CellState;
}

/** A verdict that a person must see, with its evidence and its next step (design, section 4). */
export interface Finding {
  readonly code: FindingCode;
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly bucket: string;
  readonly key: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly detail: string;
  readonly hint: string;
}

/** The window asked for and the clock. `to` null: up to now. `grace` in milliseconds after which a digest is late. */
export interface Expectation {
  readonly from: number | null;
  readonly to: number | null;
  readonly now: number;
  readonly grace: number;
  /** The source was looked at and holds digests newer than the newest one known here. Absent: nobody looked. */
  readonly waiting?: boolean;
}

export interface Coverage {
  readonly cells: readonly Cell[];
  readonly findings: readonly Finding[];
  readonly state: CellState;
  /** Up to here every cell since the first is verified; null when there is none. */
  readonly verifiedUntil: number | null;
}

type Spot = {
  readonly key?: string | null;
  readonly bucket?: string;
  readonly from?: number | null;
  readonly to?: number | null;
};
/** Makes a finding of this chain. */
export type Say = (code: FindingCode, detail: string, spot: Spot) => Finding;

/** What one part of a chain came to. */
export type Part = { readonly cells: readonly Cell[]; readonly findings: readonly Finding[] };

/** More missing hours than this in one gap are reported as one finding that names the whole span. */
const MAX_GAP_FINDINGS = 24 * 366;

/** Judges one chain by its digests. An empty list is never green. */
export function coverChain(chain: Chain, views: readonly DigestView[], expected: Expectation): Coverage {
  const say = speaker(chain);
  const horizon = expected.now + HOUR;
  const sorted = views.filter((view) => view.end <= horizon).toSorted(inTime);
  const parts = [
    tile(sorted, expected, say),
    judgeNewestEnd(chain, { newest: sorted.at(-1)?.end ?? null, expected }, say),
    judgeFuture(views, horizon, say),
  ];
  const cells = parts.flatMap((part) => part.cells);
  return {
    cells,
    findings: parts.flatMap((part) => part.findings),
    state: stateOf(cells),
    verifiedUntil: verifiedUntil(cells),
  };
}

function tile(sorted: readonly DigestView[], { from }: Expectation, say: Say): Part {
  const proven = sorted.filter((view) => view.verdict === 'valid');
  const cells: Cell[] = [];
  const findings: Finding[] = [];
  let done = 0;
  for (const [index, view] of sorted.entries()) {
    const before = sorted[index - 1] ?? null;
    const gap = before === null ? [] : gapBetween(before, view, say);
    const provenBefore = proven[done - 1] ?? null;
    if (view.verdict === 'valid') done += 1;
    const own = judgeView(view, { before, provenBefore, provenAfter: proven[done] ?? null, from }, say);
    for (const finding of gap) cells.push({ from: timeOf(finding.from), to: timeOf(finding.to), state: 'failed' });
    cells.push({ from: startOf(view, before), to: view.end, state: own.state });
    findings.push(...gap, ...own.findings);
  }
  return { cells, findings };
}

/** What is named for the future tiles nothing: planted, it would hide a missing newest end and fill a year with gaps. */
function judgeFuture(views: readonly DigestView[], horizon: number, say: Say): Part {
  const future = views.filter((view) => view.end > horizon).toSorted(inTime);
  const judged = future.map((view) => ({ view, own: judgeView(view, ALONE, say) }));
  const cells = judged.map(({ view, own }) => ({ from: startOf(view, null), to: view.end, state: own.state }));
  return { cells, findings: judged.flatMap(({ own }) => own.findings) };
}

/** By end; of one end the proven one first, so that a copy of it elsewhere is never taken for what precedes it. */
function inTime(a: DigestView, b: DigestView): number {
  const proven = Number(b.verdict === 'valid') - Number(a.verdict === 'valid');
  return (
    a.end - b.end ||
    proven ||
    (a.start ?? 0) - (b.start ?? 0) ||
    (`${a.bucket}/${a.key}` < `${b.bucket}/${b.key}` ? -1 : 1)
  );
}

/** Where a cell begins. What an unproven digest claims could hide a gap, so it is taken for the usual hour. */
function startOf(view: DigestView, before: DigestView | null): number {
  if (view.verdict === 'valid' && view.start !== null) return view.start;
  const usual = view.end - HOUR;
  return before !== null && before.end > usual && before.end < view.end ? before.end : usual;
}

function stateOf(cells: readonly Cell[]): CellState {
  const [first, ...rest] = cells;
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

function speaker(chain: Chain): Say {
  const { account, region, source } = chain;
  return (code, detail, spot) => ({
    code,
    account,
    region,
    trail: source.trail,
    bucket: spot.bucket ?? source.bucket,
    key: spot.key ?? null,
    from: isoOf(spot.from),
    to: isoOf(spot.to),
    detail,
    hint: hintFor(code),
  });
}

function isoOf(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : formatIso(time);
}

function timeOf(iso: string | null): number {
  return iso === null ? 0 : Date.parse(iso);
}

/** The neighbours in time: of any verdict, and proven ones, which alone can contradict. `from`: the window's start. */
type Surroundings = {
  readonly before: DigestView | null;
  readonly provenBefore: DigestView | null;
  readonly provenAfter: DigestView | null;
  readonly from: number | null;
};
const ALONE: Surroundings = { before: null, provenBefore: null, provenAfter: null, from: null };

function judgeView(
  view: DigestView,
  around: Surroundings,
  say: Say,
): { readonly state: CellState; readonly findings: readonly Finding[] } {
  const spot = { bucket: view.bucket, key: view.key, from: startOf(view, around.before), to: view.end };
  const findings: Finding[] = [];
  if (view.verdict !== 'valid') findings.push(say(view.verdict, view.detail, spot));
  const link = linkCode(view, around);
  if (link !== null) findings.push(say(link.code, link.detail, spot));
  for (const log of view.logs) {
    if (log.verdict !== 'valid')
      findings.push(say(log.verdict, log.detail, { ...spot, bucket: log.bucket, key: log.key }));
  }
  return { state: cellState(view, around, findings), findings };
}

/** Both links of a cell must hold: a missing predecessor leaves it unproven, and a successor may speak against it too. */
function cellState(
  view: DigestView,
  { before, provenAfter: after }: Surroundings,
  findings: readonly Finding[],
): CellState {
  if (findings.some((finding) => !isBlockedCode(finding.code))) return 'failed';
  if (findings.length > 0) return 'blocked';
  if (view.link === 'digest-missing' && before !== null) return 'failed';
  if (after === null) return 'verified';
  const disowned = after.previousKey === view.key && isBrokenLink(after.link);
  return disowned || overlap(after, view) !== null ? 'failed' : 'verified';
}

/** What is wrong with the way a digest joins the chain; null when nothing is. */
function linkCode(
  view: DigestView,
  { before, provenBefore, from }: Surroundings,
): { readonly code: FindingCode; readonly detail: string } | null {
  const { link, linkDetail } = view;
  if (view.verdict !== 'valid' || link === 'linked') return overlap(view, provenBefore);
  if (link === 'chain-start') {
    if (before === null) return null;
    return {
      code: 'chain-restarted',
      detail: `a new chain starts although the digest of ${formatIso(before.end)} precedes it; nothing proves what was delivered between them`,
    };
  }
  if (link !== 'digest-missing') return { code: link, detail: linkDetail };
  if (before !== null && before.end < (view.start ?? view.end)) return null; // told as missing intervals by the gap itself
  const beforeWindow = before === null && from !== null && view.start !== null && view.start <= from;
  return beforeWindow ? null : { code: 'digest-missing', detail: linkDetail };
}

function overlap(
  view: DigestView,
  before: DigestView | null,
): { readonly code: FindingCode; readonly detail: string } | null {
  if (
    before === null ||
    view.start === null ||
    view.start >= before.end ||
    view.verdict !== 'valid' ||
    before.verdict !== 'valid'
  )
    return null;
  if (before.start !== null && before.start >= view.end) return null;
  const fork = view.previousKey !== null && view.previousKey === before.previousKey;
  const detail = `it overlaps the digest of ${formatIso(before.end)}`;
  return fork
    ? { code: 'chain-fork', detail: `${detail}, and both name the same predecessor` }
    : { code: 'time-gap', detail };
}

/** Each missing interval is its own finding: counting ten deleted digests as one hides nine hours. */
function gapBetween(before: DigestView, view: DigestView, say: Say): readonly Finding[] {
  const start = startOf(view, before);
  if (start <= before.end) return [];
  if (view.link === 'chain-start' && view.verdict === 'valid')
    return [
      say('chain-restarted', 'no digest covers this time: logging or validation was off, or the digests were removed', {
        from: before.end,
        to: start,
      }),
    ];
  return intervals(before.end, start).map(([from, to]) =>
    say('digest-missing', 'no digest is there for this interval', { from, to }),
  );
}

function intervals(from: number, to: number): readonly (readonly [number, number])[] {
  const count = Math.max(1, Math.round((to - from) / HOUR));
  if (count > MAX_GAP_FINDINGS) return [[from, to]];
  return Array.from(
    { length: count },
    (_, index) => [from + index * HOUR, index === count - 1 ? to : from + (index + 1) * HOUR] as const,
  );
}
