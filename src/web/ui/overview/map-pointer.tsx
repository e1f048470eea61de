/** The square under the pointer: framed, told of, and a link, without drawing any row anew. */
import { useState, useSyncExternalStore, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { CellState } from '../../../core/verdict.ts';
import type { MapRow } from '../../contract/overview.ts';
import { CellNote } from '../parts/cell-note.tsx';
import { SpokenFiles } from '../parts/spoken-files.tsx';
import { useSquareFiles } from '../parts/square-files.ts';
import { squareAt, squareText, type Square } from '../parts/square-runs.ts';
import styles from './map.module.css';
import { SPAN_SQUARES, type Span } from './map-query.ts';
import { cellAddress, spanSquares } from './map-row.tsx';

/** A square by its place: `left` and `top` in pixels from the corner of the map. */
export interface Pointed {
  readonly row: MapRow;
  readonly column: number;
  readonly left: number;
  readonly top: number;
  readonly height: number;
  /** There is no room below. */
  readonly above: boolean;
}

export interface Pointer {
  readonly get: () => Pointed | null;
  readonly set: (next: Pointed | null) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** A place for what is pointed at; who sets it draws nothing but the note. */
export function usePointer(): Pointer {
  return useState(createPointer)[0];
}

function createPointer(): Pointer {
  let pointed: Pointed | null = null;
  const listeners = new Set<() => void>();
  return {
    get: () => pointed,
    set(next) {
      if (next?.row === pointed?.row && next?.column === pointed?.column && next?.top === pointed?.top) return;
      pointed = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface PointedProps {
  readonly pointer: Pointer;
  readonly span: Span;
  readonly step: number;
  /** False: the focus is what is told of, and its square is a link of its own. */
  readonly link: boolean;
}

/** Draws what is pointed at. */
export function PointedSquare({ pointer, span, step, link }: PointedProps): ReactNode {
  const pointed = useSyncExternalStore(pointer.subscribe, pointer.get);
  const square = pointed === null ? null : squareOf(pointed.row, span, pointed.column);
  const files = useSquareFiles(pointed === null ? null : { account: pointed.row.account }, square);
  if (pointed === null || square === null) return null;
  const { row, column, left, top, height, above } = pointed;
  const { count } = SPAN_SQUARES[span];
  return (
    <>
      {link && (
        <Link
          href={cellAddress(row.account, square.from)}
          className={styles.pointed}
          style={{ left, top, width: step, height }}
          tabIndex={-1}
          aria-hidden="true"
        />
      )}
      <div
        className={styles.noteAt}
        data-above={above}
        style={{ left: left + step / 2, top: above ? top : top + height }}
      >
        <CellNote
          square={square}
          name={row.name}
          reason={whyOf(row, square.state)}
          files={files}
          lean={(column + 0.5) / count}
        />
      </div>
    </>
  );
}

function squareOf(row: MapRow, span: Span, column: number): Square {
  return squareAt(spanSquares(row, span), column, SPAN_SQUARES[span].view);
}

/** What made the row so is told with the squares that are so. */
function whyOf(row: MapRow, state: CellState | null): string | null {
  if (state !== row.state || row.reason === null) return null;
  return row.detail === null ? row.reason : `${row.reason}: ${row.detail}`;
}

interface SpokenProps {
  /** Undefined: no square holds the focus. */
  readonly row: MapRow | undefined;
  readonly span: Span;
  readonly column: number;
}

/** The square under the focus, for a screen reader: moving within one element would not be told otherwise. */
export function SpokenSquare({ row, span, column }: SpokenProps): ReactNode {
  const square = row === undefined ? null : squareOf(row, span, column);
  const files = useSquareFiles(row === undefined ? null : { account: row.account }, square);
  return (
    <>
      <div className="visually-hidden" aria-live="polite">
        {row !== undefined && square !== null && `${row.name}, ${squareText(square, whyOf(row, square.state))}`}
      </div>
      <SpokenFiles lines={files} />
    </>
  );
}
