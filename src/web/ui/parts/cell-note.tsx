/** What is told of one square under the pointer or the focus. */
import type { ReactNode } from 'react';
import type { Square } from './square-runs.ts';
import { intervalText } from './square-runs.ts';
import { StateMark } from './state.tsx';
import styles from './squares.module.css';

interface NoteProps {
  readonly square: Square;
  readonly reason: string | null;
  /** Whose square it is, where that may be overlooked. */
  readonly name?: string;
  /** Where in the row it is, from 0 to 1: the note leans away from the nearer end. */
  readonly lean: number;
}

/** Interval, state, and what made it so. */
export function CellNote({ square, reason, name, lean }: NoteProps): ReactNode {
  return (
    <div className={styles.note} style={{ transform: `translateX(${-lean * 100}%)` }} aria-hidden="true">
      {name !== undefined && <span className={styles.noteName}>{name}</span>}
      <span className={styles.noteWhen}>{intervalText(square)}</span>
      {square.state === null ? <span>nothing was due</span> : <StateMark state={square.state} link={false} />}
      {reason !== null && <span className={styles.noteWhy}>{reason}</span>}
    </div>
  );
}
