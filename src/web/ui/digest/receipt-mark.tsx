/** The state of one digest's receipt as a shape and, where there is room, as a word. */
import type { ReactNode } from 'react';
import type { CellState } from '../../../core/verdict.ts';
import type { DigestLine } from '../../contract/chains.ts';
import { StateGlyph } from '../parts/state.tsx';

type ReceiptState = DigestLine['state'];

/** The word, and the state of a cell whose shape it shares. */
export const RECEIPT_WORDS: Readonly<Record<ReceiptState, { readonly word: string; readonly as: CellState }>> = {
  linked: { word: 'proven', as: 'verified' },
  start: { word: 'proven, begins a chain', as: 'verified' },
  defended: { word: 'proven by the archive’s copy', as: 'verified' },
  unlinked: { word: 'waits for its predecessor', as: 'pending' },
  failed: { word: 'failed', as: 'failed' },
  blocked: { word: 'blocked', as: 'blocked' },
};

/** For the eye: the sentence or word beside it says the same. */
export function ReceiptMark({ state }: { readonly state: ReceiptState }): ReactNode {
  return <StateGlyph state={RECEIPT_WORDS[state].as} />;
}
