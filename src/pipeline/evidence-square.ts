/** What lies behind one square of an account: its digests by the archive's names, and their files by their receipts. */
import pLimit from 'p-limit';
import type { CellRun, ChainCover } from '../core/board/cover.ts';
import { squareFacts } from '../core/board/square.ts';
import type { Receipt } from '../core/receipt.ts';
import type { Problem } from '../core/source.ts';
import { formatIso } from '../core/time.ts';
import { problemOf, OperatingError } from '../errors.ts';
import { readReceipt } from '../stages/record.ts';
import type { SquarePage } from '../web/contract/square.ts';
import { gapsOf, namesMeeting, type Window } from './evidence-digests.ts';
import type { EvidenceParts, ListedReceipt } from './evidence-names.ts';
import { archivePlace } from './parts.ts';

/** Every region of an account with two trails, and more; a square of a stranger account says what was left out. */
const MOST_CHAINS = 80;
/** An hour of all of them, or a day of a few. Of more, those are opened that are not proven by their names alone. */
const MOST_RECEIPTS = 100;
/** Six thousand files or so: they are parsed while everybody else waits. */
const MOST_BYTES = 4 * 1024 * 1024;
const READ_AT_ONCE = 8;
const MOST_FAULTS = 5;
const MOST_PROBLEMS = 3;

/**
 * @param chains of one account; the same one seen by two readers counts once
 * @returns what was left out for being too much in `unread`, and what could not be read in `problems`
 */
export async function squareOf(
  chains: readonly ChainCover[],
  window: Window,
  parts: EvidenceParts,
): Promise<Omit<SquarePage, 'readAt' | 'from' | 'to'>> {
  const limit = pLimit(READ_AT_ONCE);
  const own = [...new Map(chains.map((chain) => [nameOf(chain), chain])).values()];
  const shown = own.slice(0, MOST_CHAINS);
  const listed = await Promise.all(shown.map((chain) => limit(() => namesMeeting(chain, window, parts))));
  const names = listed.flat();
  const past = { from: window.from, to: Math.min(window.to, parts.clock.now()) };
  const holes = shown.map((chain, at) => ({ chain, gaps: gapsOf(chain, past, listed[at] ?? []) }));
  const chosen = affordable(names);
  const ports = { archive: parts.archive, place: archivePlace(parts.config) };
  const problems: Problem[] = [];
  const read = await Promise.all(
    chosen.map((name) => limit(() => attempted(() => readReceipt(name, ports), problems))),
  );
  const { files, faults } = squareFacts(read.filter((one) => one !== null));
  return {
    chains: own.length,
    digests: names.length,
    proven: names.filter(isProven).length,
    files: { ...files },
    faults: faults.slice(0, MOST_FAULTS).map((fault) => ({ ...fault })),
    moreFaults: Math.max(0, faults.length - MOST_FAULTS),
    ...toldGaps(holes),
    unread: names.length - chosen.length,
    chainsLeftOut: own.length - shown.length,
    problems: problems.slice(0, MOST_PROBLEMS),
  };
}

interface Holes {
  readonly chain: ChainCover;
  readonly gaps: readonly CellRun[];
}

/** What is not due yet leaves the time uncovered, and is nothing to tell of. */
function toldGaps(holes: readonly Holes[]): Pick<SquarePage, 'covered' | 'gaps' | 'moreGaps'> {
  const all = holes.flatMap(({ chain: { region }, gaps }) => gaps.map((gap) => ({ region, ...gap })));
  const told = all.filter(({ state }) => state !== 'pending');
  return {
    covered: all.length === 0,
    gaps: told
      .slice(0, MOST_FAULTS)
      .map(({ from, to, ...gap }) => ({ ...gap, from: formatIso(from), to: formatIso(to) })),
    moreGaps: Math.max(0, told.length - MOST_FAULTS),
  };
}

function nameOf({ account, region, trail, homeRegion }: ChainCover): string {
  return [account, region, trail, homeRegion].join(' ');
}

/** What is not proven, or only from a copy, comes first: it is what somebody asks for. */
function affordable(names: readonly ListedReceipt[]): readonly ListedReceipt[] {
  const [loud, quiet] = [names.filter((name) => !isQuiet(name)), names.filter(isQuiet)];
  const wanted = names.length > MOST_RECEIPTS ? loud.slice(0, MOST_RECEIPTS) : [...loud, ...quiet];
  let left = MOST_BYTES;
  return wanted.filter(({ size }) => {
    if (size > left) return false;
    left -= size;
    return true;
  });
}

function isQuiet({ state }: ListedReceipt): boolean {
  return state === 'linked' || state === 'start';
}

function isProven(name: ListedReceipt): boolean {
  return isQuiet(name) || name.state === 'defended';
}

async function attempted(read: () => Promise<Receipt>, problems: Problem[]): Promise<Receipt | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    problems.push(problemOf(error));
    return null;
  }
}
