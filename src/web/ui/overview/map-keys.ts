/** Where keys lead within the map: the pattern of a grid, of which Tab stops at one place. */
import { NAME_COLUMN } from './map-row.tsx';

export interface Spot {
  readonly row: number;
  /** `NAME_COLUMN`, or a square. */
  readonly column: number;
}

interface Extent {
  readonly rows: number;
  readonly columns: number;
  /** Rows that one screen holds. */
  readonly screen: number;
}

type Press = { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean };

/** The spot after a key; null: it is no key of the map's. */
export function spotAfter({ key, ctrlKey, metaKey }: Press, spot: Spot, extent: Extent): Spot | null {
  const all = ctrlKey || metaKey;
  const { row, column } = spot;
  const last = extent.columns - 1;
  const targets = new Map<string, Spot>([
    ['ArrowUp', { row: row - 1, column }],
    ['ArrowDown', { row: row + 1, column }],
    ['ArrowLeft', { row, column: column - 1 }],
    ['ArrowRight', { row, column: column + 1 }],
    ['Home', { row: all ? 0 : row, column: NAME_COLUMN }],
    ['End', { row: all ? extent.rows - 1 : row, column: last }],
    ['PageUp', { row: row - extent.screen, column }],
    ['PageDown', { row: row + extent.screen, column }],
  ]);
  const target = targets.get(key);
  if (target === undefined) return null;
  return { row: within(target.row, 0, extent.rows - 1), column: within(target.column, NAME_COLUMN, last) };
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
