/** A command or a policy statement to copy: the next step in the reader's hands. */
import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import styles from './text.module.css';

/** `what` names it to a screen reader. */
export function Command({ text, what = 'command' }: { readonly text: string; readonly what?: string }): ReactNode {
  return (
    <div className={styles.command}>
      <pre className={styles.commandText} tabIndex={0} aria-label={what}>
        {text}
      </pre>
      <span className={styles.commandCopy}>
        <CopyButton text={text} what={what} />
      </span>
    </div>
  );
}
