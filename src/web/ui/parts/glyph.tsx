/** The shape of each state, drawn, since not every machine has a font with such signs. It reads without colour. */
import type { ReactNode } from 'react';
import type { CellState } from '../../../core/verdict.ts';

/** Inside of 12 × 12, in the colour of the text around it. */
const SHAPES: Readonly<Record<CellState, ReactNode>> = {
  verified: <rect x="3" y="3" width="6" height="6" fill="currentColor" />,
  pending: <rect x="3" y="3" width="6" height="6" fill="none" stroke="currentColor" />,
  'gap-explained': <path d="M1.5 8.5h3.2M7.3 8.5h3.2" stroke="currentColor" strokeWidth="1.6" />,
  unverifiable: <path d="M3 3h6v6h-6zM3 9l6-6" fill="none" stroke="currentColor" />,
  unknown: (
    <path d="M3.9 4.2a2.1 2.1 0 1 1 2.9 2q-.8.3-.8 1.2M6 9.3v1" fill="none" stroke="currentColor" strokeWidth="1.3" />
  ),
  stale: <path d="M10.5 6a4.5 4.5 0 1 1-9 0a4.5 4.5 0 0 1 9 0M6 3.2V6l2 1.4" fill="none" stroke="currentColor" />,
  late: <path d="M2 2h8v8h-8zM6 4v4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  blocked: (
    <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="2.2 1.57" />
  ),
  failed: <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" stroke="currentColor" strokeWidth="2" />,
};

/** For the eye alone: the word stands beside it, or is said in its place. */
export function Glyph({ state, size = 12 }: { readonly state: CellState; readonly size?: number }): ReactNode {
  return (
    <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden="true" focusable="false">
      {SHAPES[state]}
    </svg>
  );
}
