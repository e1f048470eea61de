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
  const cut = value.length > SHORT ? value.length - TAIL : value.length;
  return (
    <span className={styles.id}>
      <span className={styles.idText} title={value}>
        <span className={styles.idHead}>{value.slice(0, cut)}</span>
        {cut < value.length && <span className={styles.idTail}>{value.slice(cut)}</span>}
      </span>
      {copy && <CopyButton text={value} what={kind} />}
    </span>
  );
}
