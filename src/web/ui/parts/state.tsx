/** A state as glyph and word. The glyph alone tells it without colour. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { CellState } from '../../../core/verdict.ts';
import { Glyph } from './glyph.tsx';
import styles from './state.module.css';

/** The state as people read it. */
export const STATE_WORDS: Readonly<Record<CellState, string>> = {
  verified: 'verified',
  pending: 'pending',
  'gap-explained': 'gap explained',
  unverifiable: 'unverifiable',
  unknown: 'unknown',
  stale: 'stale',
  late: 'late',
  blocked: 'blocked',
  failed: 'failed',
};

/** The glyph alone, for places that say the word beside it; a screen reader skips it. */
export function StateGlyph({ state }: { readonly state: CellState }): ReactNode {
  return (
    <span className={styles.glyph} data-state={state}>
      <Glyph state={state} />
    </span>
  );
}

/** Glyph and word, linked to the sentence that explains the state. `link` false where it stands inside of a link. */
export function StateMark({ state, link = true }: { readonly state: CellState; readonly link?: boolean }): ReactNode {
  const word = STATE_WORDS[state];
  const inside = (
    <>
      <StateGlyph state={state} />
      <span>{word}</span>
    </>
  );
  if (!link) {
    return (
      <span className={styles.mark} data-state={state}>
        {inside}
      </span>
    );
  }
  return (
    <Link href={`/reading#state-${state}`} className={styles.mark} data-state={state} title={`What "${word}" means`}>
      {inside}
    </Link>
  );
}
