/** The chains of one account: by trail, worst first, and what they are at one hour. */
import { isNeedy } from '../../../core/board/attention.ts';
import { CELL_STATES } from '../../../core/verdict.ts';
import type { AccountPage, ChainLine } from '../../contract/accounts.ts';
import { inUtc } from '../parts/moment.ts';
import { squareAt, STEP_MS, type Square } from '../parts/square-runs.ts';

export interface TrailChains {
  readonly trailArn: string;
  readonly trail: string;
  readonly chains: readonly ChainLine[];
}

/** Trails in the order of their worst chain; inside of a trail the worst chain first, then by region. */
export function byTrail(chains: readonly ChainLine[]): readonly TrailChains[] {
  const groups = new Map<string, ChainLine[]>();
  for (const chain of chains.toSorted(compare)) {
    const known = groups.get(chain.trailArn);
    if (known === undefined) groups.set(chain.trailArn, [chain]);
    else known.push(chain);
  }
  return [...groups].map(([trailArn, own]) => ({ trailArn, trail: own[0]?.trail ?? trailArn, chains: own }));
}

function compare(a: ChainLine, b: ChainLine): number {
  return CELL_STATES.indexOf(b.state) - CELL_STATES.indexOf(a.state) || a.region.localeCompare(b.region);
}

/** Up to when the account is proven as a whole, how many chains need a person, and up to when the others are proven. */
export function accountSentence({ chains, line, open }: Pick<AccountPage, 'chains' | 'line' | 'open'>): string {
  if (chains.length === 0) return 'No chain of it is known yet, so nothing of it is proven.';
  const well = chains.filter((chain) => !isNeedy(chain.state) && chain.verifiedUntil !== null);
  const ill = chains.filter((chain) => isNeedy(chain.state)).length;
  const until = earliest(well);
  if (ill > 0) {
    const others = until === null ? '' : ` ${count(well.length, 'other')} ${are(well.length)} proven ${upTo(until)}.`;
    return `${wholeText(line.verifiedUntil, until)}: ${needText(ill, chains.length)}.${others}`;
  }
  const proven =
    until === null ? 'Nothing of it is proven yet' : `Proven ${upTo(until)} in ${count(well.length, 'chain')}`;
  return open === 0 ? `${proven}.` : `${proven}; ${count(open, 'open finding')} ${open === 1 ? 'needs' : 'need'} you.`;
}

function wholeText(whole: string | null, others: string | null): string {
  if (whole !== null) return `Proven ${upTo(whole)} and no further`;
  return others === null ? 'Nothing of it is proven yet' : 'Not proven as a whole';
}

function needText(ill: number, all: number): string {
  if (ill < all) return `${ill} of ${all} chains ${ill === 1 ? 'needs' : 'need'} you`;
  return all === 1 ? 'its one chain needs you' : `all ${all} chains need you`;
}

function upTo(time: string): string {
  return `up to ${inUtc(Date.parse(time))}`;
}

function are(number: number): string {
  return number === 1 ? 'is' : 'are';
}

function earliest(chains: readonly ChainLine[]): string | null {
  return chains.map((chain) => chain.verifiedUntil ?? '').toSorted((a, b) => a.localeCompare(b))[0] ?? null;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

export interface ChainThen {
  readonly chain: ChainLine;
  /** Null: that time lies outside of what is shown of the chain. */
  readonly square: Square | null;
}

/** The chains at one time, worst first: by the hour, and by the day for times that are longer ago. */
export function chainsAt(chains: readonly ChainLine[], at: number): readonly ChainThen[] {
  return chains
    .map((chain) => ({ chain, square: squareOf(chain, at) }))
    .toSorted((a, b) => rank(b) - rank(a) || a.chain.region.localeCompare(b.chain.region));
}

function squareOf(chain: ChainLine, at: number): Square | null {
  for (const view of ['hours', 'days'] as const) {
    const squares = chain[view];
    const index = Math.floor((at - Date.parse(squares.from)) / STEP_MS[view]);
    if (index >= 0 && index < squares.letters.length) return squareAt(squares, index, view);
  }
  return null;
}

function rank({ square }: ChainThen): number {
  return square?.state === undefined || square.state === null ? -1 : CELL_STATES.indexOf(square.state);
}
