/** Where in the map Tab stops, and whether the focus is there. */
import { useState, type FocusEvent } from 'react';
import type { Spot } from './map-keys.ts';
import { NAME_COLUMN } from './map-row.tsx';

export interface Held {
  readonly spot: Spot;
  readonly focused: boolean;
  readonly hold: (spot: Spot, focused: boolean) => void;
}

/** The newest square of the first row at first. What is beyond a list that grew shorter is its last row. */
export function useHeld(rows: number, columns: number): Held {
  const [held, setHeld] = useState({ spot: { row: 0, column: columns - 1 }, focused: false });
  const row = Math.max(0, Math.min(held.spot.row, rows - 1));
  const column = Math.min(held.spot.column, columns - 1);
  return {
    spot: { row, column },
    focused: held.focused,
    hold: (spot, focused) =>
      setHeld((was) =>
        was.focused === focused && was.spot.row === spot.row && was.spot.column === spot.column
          ? was
          : { spot, focused },
      ),
  };
}

/** The spot of the element that a focus came to; null: it is of no row, or of one that is on its way. */
export function spotOf(event: FocusEvent): Spot | null {
  const row = event.target.closest('[role="row"]')?.getAttribute('aria-rowindex');
  if (row === null || row === undefined || event.target.hasAttribute('data-coming')) return null;
  const square = event.target.getAttribute('data-square');
  // The first row of all is the line of days.
  return { row: Number(row) - 2, column: square === null ? NAME_COLUMN : Number(square) };
}
