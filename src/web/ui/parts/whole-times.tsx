/** Text with times in it, none of which is broken across lines: a browser may break a date after each of its strokes. */
import type { ReactNode } from 'react';
import styles from './text.module.css';

const TIME = /((?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)?(?: UTC)?)/;

/** `text` as it is, its times (`2026-11-18 14:05:00 UTC` and parts of that) kept whole. */
export function WholeTimes({ text }: { readonly text: string }): ReactNode {
  return text.split(TIME).map((part, at) =>
    // The parts of one sentence do not change places.
    at % 2 === 0 ? (
      part
    ) : (
      <span key={at} className={styles.figures}>
        {part}
      </span>
    ),
  );
}
