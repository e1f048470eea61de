/** What is told of one square under the pointer or the focus. */
import type { ReactNode } from 'react';
import type { Square } from './square-runs.ts';
import { intervalText } from './square-runs.ts';
import { StateMark } from './state.tsx';
import styles from './squares.module.css';

interface NoteProps {
  readonly square: Square;
  readonly reason: string | null;
  /** What lies behind it, line by line. */
  readonly files: readonly string[];
  /** Whose square it is, where that may be overlooked. */
  readonly name?: string;
  /** Where in the row it is, from 0 to 1: the note leans away from the nearer end. */
  readonly lean: number;
}

/** Interval, state, what made it so, and the files behind it. */
export function CellNote({ square, reason, files, name, lean }: NoteProps): ReactNode {
  return (
    <div className={styles.note} style={{ transform: `translateX(${-lean * 100}%)` }} aria-hidden="true">
      {name !== undefined && <span className={styles.noteName}>{name}</span>}
      <span className={styles.noteWhen}>{intervalText(square)}</span>
      {square.state === null ? <span>nothing was due</span> : <StateMark state={square.state} link={false} />}
      {reason !== null && <span className={styles.noteWhy}>{reason}</span>}
      {files.map((line, at) => (
        <span key={line} className={at === 0 ? styles.noteFiles : styles.noteFault}>
          {line}
        </span>
      ))}
    </div>
  );
}
