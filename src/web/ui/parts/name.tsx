/** Ids, keys and names from outside: monospace, copyable, shortened in the middle where there is no room. */
import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import styles from './text.module.css';

/** How much of the end is always shown: what tells one key from its neighbours stands there. */
const TAIL = 22;
const SHORT = 40;

interface IdProps {
  readonly value: string;
  /** What it is, for the button that copies it: "key", "account". */
  readonly kind?: string;
  /** False: without the button. */
  readonly copy?: boolean;
}

/** One id. Where its place is too narrow, the middle goes, never the end; all of it is in the title and is copied. */
export function Id({ value, kind = 'id', copy = true }: IdProps): ReactNode {
  const letters = Array.from(value);
  const tail = letters.length > SHORT ? letters.slice(-TAIL) : [];
  return (
    <span className={styles.id}>
      <span className={styles.idText} title={value}>
        <span className={styles.idHead} style={{ maxWidth: `calc(100% - ${widthOf(tail)}ch + 0.5px)` }}>
          {letters.slice(0, letters.length - tail.length).join('')}
        </span>
        {tail.join('')}
      </span>
      {copy && <CopyButton text={value} what={kind} />}
    </span>
  );
}

/** In figures of the monospace: letters of other scripts, and what stands for them, may be twice as wide. */
function widthOf(letters: readonly string[]): number {
  return letters.reduce((sum, letter) => sum + (letter > '\u10FF' ? 2 : 1), 0);
}

/** A name inside of a text that is no element of its own: it cannot turn the writing of what stands beside it (UAX 9). */
export function isolated(name: string): string {
  return /[^ -~]/.test(name) ? `\u2068${name}\u2069` : name;
}
