/** One row of squares that stands for itself: pointer and arrow keys ask for a square, Enter or a click opens it. */
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { useElementSize } from '@mantine/hooks';
import { Link } from 'wouter';
import type { CellState } from '../../../core/verdict.ts';
import type { SquaresView } from '../../contract/shape.ts';
import { CellNote } from './cell-note.tsx';
import { SpokenFiles } from './spoken-files.tsx';
import { useSquareFiles, type SquareOwner } from './square-files.ts';
import { squareAt, squareText, type SquareView } from './square-runs.ts';
import { SquareTrack } from './square-track.tsx';
import styles from './squares.module.css';

const WIDEST = 28;
const NARROWEST = 2;

interface SquareRowProps {
  /** What the row is of, as a screen reader says it. */
  readonly label: string;
  readonly squares: SquaresView;
  readonly view: SquareView;
  /** Why the row is in its state; told with the squares that are in it too. */
  readonly state: CellState;
  readonly reason: string | null;
  readonly of: SquareOwner;
  /** Where a square opens to; epoch milliseconds. */
  readonly href: (from: number, to: number) => string;
  /** Pixels a square; by default as wide as the row's place allows. */
  readonly step?: number;
}

/** The whole pixels that each of `count` squares gets of `width`. */
export function stepFor(width: number, count: number): number {
  return Math.max(NARROWEST, Math.min(WIDEST, Math.floor(width / Math.max(1, count))));
}

/** A row of squares by itself, as on an account's or a chain's page. */
export function SquareRow(props: SquareRowProps): ReactNode {
  const { label, squares, view, state, reason } = props;
  const count = squares.letters.length;
  const { ref, width } = useElementSize();
  const step = props.step ?? stepFor(width, count);
  const [at, setAt] = useState<number | null>(null);
  const link = useRef<HTMLAnchorElement>(null);
  const square = squareAt(squares, at ?? count - 1, view);
  const why = square.state === state ? reason : null;
  const files = useSquareFiles(props.of, at === null ? null : square);
  const point = (event: PointerEvent<HTMLDivElement>): void => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setAt(Math.max(0, Math.min(count - 1, Math.floor(x / step))));
  };
  const press = (event: KeyboardEvent): void => {
    const next = moved(event.key, at ?? count - 1, count);
    if (next === null) return;
    event.preventDefault();
    setAt(next);
  };
  if (count === 0) return null;
  return (
    <div ref={ref} className={styles.row} role="group" aria-label={label}>
      <div
        className={styles.track}
        style={{ width: count * step }}
        onPointerMove={point}
        onPointerLeave={() => setAt(null)}
        onKeyDown={press}
      >
        <SquareTrack letters={squares.letters} step={step} />
        <Link
          ref={link}
          href={props.href(square.from, square.to)}
          className={styles.cursor}
          data-shown={at !== null}
          style={{ left: (at ?? count - 1) * step, width: step }}
          aria-label={squareText(square, why)}
          onFocus={() => setAt(at ?? count - 1)}
          onBlur={() => setAt(null)}
        />
        {at !== null && (
          <div className={styles.noteAt} style={{ left: (at + 0.5) * step }}>
            <CellNote square={square} reason={why} files={files} lean={(at + 0.5) / count} />
          </div>
        )}
      </div>
      <span className="visually-hidden" aria-live="polite">
        {at === null ? '' : squareText(square, why)}
      </span>
      <SpokenFiles lines={files} />
    </div>
  );
}

/** Where a key leads from a square; null: it is no key of ours. */
function moved(key: string, at: number, count: number): number | null {
  const targets = new Map([
    ['ArrowLeft', at - 1],
    ['ArrowRight', at + 1],
    ['Home', 0],
    ['End', count - 1],
  ]);
  const target = targets.get(key);
  return target === undefined ? null : Math.max(0, Math.min(count - 1, target));
}
