/** A chain's digests in a window of time, and the stretches of it that no digest covers. */
import { HOURS_SHOWN, type CellRun, type ChainCover } from '../core/board/cover.ts';
import { NOTHING_LETTER } from '../core/board/letters.ts';
import { receiptKey, type ReceiptState } from '../core/layout.ts';
import { formatIso, HOUR } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { DigestLine, DigestsPage } from '../web/contract/chains.ts';
import {
  digestId,
  LONGEST_DIGEST,
  namesWithin,
  type ChainNames,
  type EvidenceParts,
  type ListedReceipt,
} from './evidence-names.ts';
import { archivePlace } from './parts.ts';

/** Epoch milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const DAY = 24 * HOUR;
const LONGEST_WINDOW = 8 * DAY;
/** So long after the last look a digest may still come: nobody has had time to say that it is late. */
const NOT_DUE = 2 * HOUR;
const BELIEVED: ReadonlySet<ReceiptState> = new Set(['linked', 'start', 'defended', 'unlinked']);

/** The digests whose time meets the window, oldest first. Throws `usage` for a window that is too wide. */
export async function digestsIn(
  chain: ChainCover,
  window: Window,
  parts: EvidenceParts,
): Promise<Omit<DigestsPage, 'readAt'>> {
  const { from, to } = window;
  if (!(to > from) || to - from > LONGEST_WINDOW)
    throw new OperatingError({
      code: 'usage',
      message: 'a window of time begins before it ends, and is no wider than eight days',
      hint: 'ask for less at a time',
    });
  const within = await namesMeeting(chain, window, parts);
  const { prefix } = archivePlace(parts.config);
  const gaps = gapsOf(chain, { from, to: Math.min(to, parts.clock.now()) }, within);
  return {
    from: formatIso(from),
    to: formatIso(to),
    digests: within.map((name) => lineOf(name, prefix)),
    gaps: gaps.map((gap) => ({ from: formatIso(gap.from), to: formatIso(gap.to), state: gap.state })),
  };
}

/** The newest receipts of the digests whose time meets the window, oldest first. */
export async function namesMeeting(
  chain: ChainNames,
  { from, to }: Window,
  parts: EvidenceParts,
): Promise<readonly ListedReceipt[]> {
  const names = await namesWithin(chain, { from, until: to + LONGEST_DIGEST }, parts);
  return names.filter((name) => beginOf(name) < to);
}

/** The stretches of the window for which none of its digests stands, with what the chain's coverage says of them. */
export function gapsOf(chain: ChainCover, window: Window, within: readonly ListedReceipt[]): readonly CellRun[] {
  const spans = within.flatMap((name) => (name.kind === 'standard' ? { from: beginOf(name), to: name.end } : []));
  return uncovered(window, spans).flatMap((gap) => stateful(gap, chain));
}

/** One digest as its receipt's name tells of it. */
export function lineOf(name: ListedReceipt, prefix: string): DigestLine {
  const { kind, start, end, state, revision } = name;
  return {
    id: digestId(name),
    kind,
    start: start === null ? null : formatIso(start),
    end: formatIso(end),
    state,
    revision,
    receipt: receiptKey(prefix, name),
  };
}

/** What a digest claims that proves nothing could hide a gap, so it is taken for the usual hour. */
function beginOf({ start, end, state }: ListedReceipt): number {
  const usual = end - HOUR;
  if (start === null) return usual;
  return BELIEVED.has(state) ? start : Math.max(start, usual);
}

/** The parts of the window that none of the spans covers; the spans are in the order of their ends. */
function uncovered({ from, to }: Window, spans: readonly Window[]): readonly Window[] {
  const gaps: Window[] = [];
  let done = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    if (span.from > done) gaps.push({ from: done, to: Math.min(span.from, to) });
    done = Math.max(done, span.to);
  }
  if (done < to) gaps.push({ from: done, to });
  return gaps.filter((gap) => gap.to > gap.from);
}

/** A gap cut along what the chain's coverage said of it. */
function stateful(gap: Window, chain: ChainCover): readonly CellRun[] {
  const pieces: CellRun[] = [];
  let done = gap.from;
  for (const run of chain.runs) {
    const [from, to] = [Math.max(run.from, done), Math.min(run.to, gap.to)];
    if (to <= from) continue;
    if (from > done) pieces.push(...unjudged({ from: done, to: from }, chain));
    // The coverage is older than the listing: what it calls verified has no receipt now, so nobody knows.
    pieces.push({ from, to, state: run.state === 'verified' ? 'unknown' : run.state });
    done = to;
  }
  return done < gap.to ? [...pieces, ...unjudged({ from: done, to: gap.to }, chain)] : pieces;
}

/** What no run speaks of: before a chain that began within the time shown nothing was due; at its end it may still come. */
function unjudged(piece: Window, chain: ChainCover): readonly CellRun[] {
  if (nothingDue(piece, chain)) return [];
  const [first, last] = [chain.runs[0], chain.runs.at(-1)];
  if (first === undefined || last === undefined) return [{ ...piece, state: 'unknown' }];
  const shownFrom = chain.at - HOURS_SHOWN * HOUR;
  if (piece.to <= first.from && first.from > shownFrom + NOT_DUE && piece.from >= shownFrom - NOT_DUE) return [];
  if (piece.from < last.to) return [{ ...piece, state: 'unknown' }];
  if (last.state !== 'verified') return [{ ...piece, state: last.state }];
  return [{ ...piece, state: piece.to - last.to <= NOT_DUE ? 'pending' : 'unknown' }];
}

/** True when the days that were computed say of the whole piece that nothing was due. */
function nothingDue({ from, to }: Window, { days }: ChainCover): boolean {
  const [first, last] = [from, to - 1].map((time) => Math.floor((time - days.from) / DAY));
  if (first === undefined || last === undefined || first < 0 || last >= days.letters.length) return false;
  return days.letters.slice(first, last + 1) === NOTHING_LETTER.repeat(last + 1 - first);
}
