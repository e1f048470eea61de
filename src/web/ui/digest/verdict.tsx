/** The verdict on a file: a shape, and the code linked to what it means. */
import type { ReactNode } from 'react';
import { StateGlyph } from '../parts/state.tsx';
import { Code } from '../parts/code.tsx';
import styles from './digest.module.css';

/** `valid` is quiet, "could not look" is not a failure, and everything else is. */
export function Verdict({ code }: { readonly code: string }): ReactNode {
  if (code === 'valid')
    return (
      <span className={styles.inline}>
        <StateGlyph state="verified" />
        valid
      </span>
    );
  return (
    <strong className={styles.inline}>
      <StateGlyph state={code.startsWith('blocked-') ? 'blocked' : 'failed'} />
      <Code code={code} />
    </strong>
  );
}
