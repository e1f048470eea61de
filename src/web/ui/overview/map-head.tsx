/** The line above the squares: days or hours, aligned with them. */
import { useMemo, type ReactNode } from 'react';
import type { MapPage } from '../../contract/overview.ts';
import { STEP_MS } from '../parts/square-runs.ts';
import { inUtc } from '../parts/moment.ts';
import { marksOf } from './map-marks.ts';
import { SPAN_SQUARES, type Span } from './map-query.ts';
import styles from './map.module.css';

interface HeadProps {
  readonly page: MapPage | undefined;
  readonly span: Span;
  readonly step: number;
}

/** Stays on top while one scrolls. */
export function MapHead({ page, span, step }: HeadProps): ReactNode {
  const { count, view } = SPAN_SQUARES[span];
  const to = page === undefined ? 0 : Date.parse(page.to);
  const from = to - count * STEP_MS[view];
  const marks = useMemo(() => marksOf(span, { from, count, step }), [span, from, count, step]);
  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        <span role="columnheader" aria-colindex={1} className={styles.headName}>
          account
        </span>
        <span role="columnheader" aria-colindex={2} className={styles.headSquares} style={{ width: count * step }}>
          <span className="visually-hidden">
            {view === 'hours' ? 'Hours' : 'Days'} from {inUtc(from)} to {inUtc(to)}
          </span>
          {page !== undefined &&
            marks.map(({ at, text }) => (
              <span key={at} className={styles.mark} style={{ left: at * step }} aria-hidden="true">
                {text}
              </span>
            ))}
        </span>
        <span role="columnheader" aria-colindex={count + 2} className={styles.headEnd}>
          verified until
        </span>
      </div>
    </div>
  );
}
