/** The shape of each state in words, for whoever reads them without seeing them. */
import type { CellState } from '../../../core/verdict.ts';

export const SHAPE_WORDS: Readonly<Record<CellState, string>> = {
  verified: 'small filled square',
  pending: 'small open square',
  'gap-explained': 'two short strokes',
  unverifiable: 'square with a stroke through it',
  unknown: 'question mark',
  stale: 'clock',
  late: 'open box with an upright stroke',
  blocked: 'dashed circle',
  failed: 'cross',
};
