/** Whether news arrive by themselves. */
import type { ReactNode } from 'react';
import { useLive, type LiveState } from '../api/live.ts';
import styles from './frame.module.css';

const SAID: Readonly<Record<LiveState, { readonly glyph: string; readonly means: string }>> = {
  live: { glyph: '◐', means: 'What changes is shown as it happens.' },
  connecting: { glyph: '○', means: 'The connection for news is being made.' },
  lost: { glyph: '✕', means: 'News do not arrive: everything is read again every 15 seconds instead.' },
};

/** Glyph and word; told to a screen reader when it changes. */
export function LiveMark(): ReactNode {
  const live = useLive();
  const { glyph, means } = SAID[live];
  return (
    <span className={styles.live} data-live={live} role="status" title={means}>
      <span aria-hidden="true">{glyph}</span> {live}
    </span>
  );
}
