/** Accounts by state: the legend of the map, and its filter. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { CellState } from '../../../core/verdict.ts';
import type { Overview } from '../../contract/overview.ts';
import { Count } from '../parts/number.tsx';
import { STATE_WORDS, StateGlyph } from '../parts/state.tsx';
import { addressOf } from './map-query.ts';
import styles from './overview.module.css';

/** Said even where no account is in them: that there is none is the good news. */
const ALWAYS: ReadonlySet<CellState> = new Set(['failed', 'blocked', 'late', 'verified']);

interface StateListProps {
  readonly overview: Overview;
  /** The state that the map is narrowed to. */
  readonly chosen: CellState | null;
  /** The address's query. */
  readonly query: string;
}

/** Choosing what is chosen shows everything again. */
export function StateList({ overview, chosen, query }: StateListProps): ReactNode {
  const shown = overview.states.filter(({ state, accounts }) => accounts > 0 || ALWAYS.has(state) || state === chosen);
  return (
    <nav className={styles.states} aria-label="Accounts by state">
      {shown.map(({ state, accounts }) => (
        <Link
          key={state}
          href={addressOf(query, { state: state === chosen ? null : state })}
          className={styles.state}
          data-state={state}
          data-none={accounts === 0}
          aria-current={state === chosen ? 'true' : undefined}
        >
          <StateGlyph state={state} />
          <span>{STATE_WORDS[state]}</span>
          <span className={styles.stateCount}>
            <Count n={accounts} />
          </span>
        </Link>
      ))}
      <Link
        href={addressOf(query, { state: null })}
        className={styles.state}
        data-none={chosen === null}
        aria-current={chosen === null ? 'true' : undefined}
      >
        <span className={styles.allGlyph} aria-hidden="true" />
        <span>all</span>
        <span className={styles.stateCount}>
          <Count n={overview.accounts} />
        </span>
      </Link>
    </nav>
  );
}
