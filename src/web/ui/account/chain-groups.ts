/** The chains of one account: by trail, worst first, and what they are at one hour. */
import { CELL_STATES, type CellState } from '../../../core/verdict.ts';
import type { AccountPage, ChainLine } from '../../contract/accounts.ts';
import { inUtc } from '../parts/moment.ts';
import { squareAt, STEP_MS, type Square } from '../parts/square-runs.ts';

export interface TrailChains {
  readonly trailArn: string;
  readonly trail: string;
  readonly chains: readonly ChainLine[];
}

const NEEDS: ReadonlySet<CellState> = new Set(['failed', 'blocked', 'late', 'stale', 'unknown', 'unverifiable']);

/** True for states that call for a person. */
export function needsPerson(state: CellState): boolean {
  return NEEDS.has(state);
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

/** Of which chains one may say up to when they are proven, and how many need a person: one true sentence. */
export function accountSentence({ chains, line, open }: Pick<AccountPage, 'chains' | 'line' | 'open'>): string {
  if (chains.length === 0) return 'No chain of it is known yet, so nothing of it is proven.';
  const well = chains.filter((chain) => !needsPerson(chain.state) && chain.verifiedUntil !== null);
  const ill = chains.filter((chain) => needsPerson(chain.state));
  const until = earliest(well);
  const whole = line.verifiedUntil === null ? null : inUtc(Date.parse(line.verifiedUntil));
  const told: string[] = [];
  if (until !== null) told.push(`Proven up to ${inUtc(Date.parse(until))} in ${count(well.length, 'chain')}`);
  else told.push(whole === null ? 'Nothing of it is proven yet' : `Proven up to ${whole} and no further`);
  if (ill.length > 0) told.push(`${ill.length} ${ill.length === 1 ? 'needs' : 'need'} you`);
  if (ill.length === 0 && open > 0) told.push(`${count(open, 'open finding')} ${open === 1 ? 'needs' : 'need'} you`);
  if (ill.length > 0 && until !== null)
    told.push(whole === null ? 'as a whole it is not proven' : `as a whole it is proven up to ${whole}`);
  return `${told.join('; ')}.`;
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
