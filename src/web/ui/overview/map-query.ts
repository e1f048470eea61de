/** What the map shows, as the address says it: so that a link opens it again, and back goes back. */
import { CELL_STATES, type CellState } from '../../../core/verdict.ts';
import type { SquareView } from '../parts/square-runs.ts';

export const SPANS = ['24h', '7d', '90d'] as const;
export type Span = (typeof SPANS)[number];

export interface MapChoice {
  readonly span: Span;
  /** Accounts in this state only. */
  readonly state: CellState | null;
  readonly search: string;
}

/** How many squares a span has, and of what length each is. */
export const SPAN_SQUARES: Readonly<Record<Span, { readonly view: SquareView; readonly count: number }>> = {
  '24h': { view: 'hours', count: 24 },
  '7d': { view: 'hours', count: 168 },
  '90d': { view: 'days', count: 90 },
};

/** What the address does not say, or says in words that are none, is the usual. */
export function choiceOf(query: string, usual: Span): MapChoice {
  const given = new URLSearchParams(query);
  return {
    span: SPANS.find((span) => span === given.get('span')) ?? usual,
    state: CELL_STATES.find((state) => state === given.get('state')) ?? null,
    search: (given.get('search') ?? '').slice(0, 128),
  };
}

/** The overview's address for a choice, after a change of `changed`; what is usual is left out. */
export function addressOf(query: string, changed: Partial<MapChoice>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changed)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** Few at first, so that they are soon there; then as many as the API gives, since each page names the next. */
const FIRST_PAGE = 150;
const LATER_PAGE = 500;

/** On which page a row is, and where on it. */
export function pageOf(row: number): { readonly page: number; readonly within: number } {
  if (row < FIRST_PAGE) return { page: 0, within: row };
  const later = row - FIRST_PAGE;
  return { page: 1 + Math.floor(later / LATER_PAGE), within: later % LATER_PAGE };
}

/** The path of the API that answers a choice; its pages are told by their cursor. */
export function mapPath({ span, state, search }: MapChoice, cursor: string): string {
  const limit = String(cursor === '' ? FIRST_PAGE : LATER_PAGE);
  const query = new URLSearchParams({ view: SPAN_SQUARES[span].view, limit });
  if (state !== null) query.set('state', state);
  if (search !== '') query.set('search', search);
  if (cursor !== '') query.set('cursor', cursor);
  return `/api/map?${query.toString()}`;
}
