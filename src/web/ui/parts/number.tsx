/** A number: tabular figures, thousands apart. Cells of tables align it to the right (`data-number` does). */
import type { ReactNode } from 'react';
import styles from './text.module.css';

const FORMAT = new Intl.NumberFormat('en-GB');

/** Null: nobody knows. */
export function Count({ n }: { readonly n: number | null }): ReactNode {
  if (n === null) return <span className={styles.faint}>–</span>;
  return <span className={styles.figures}>{FORMAT.format(n)}</span>;
}
