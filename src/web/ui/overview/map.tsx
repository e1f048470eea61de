/** The coverage map: account by hour. Only the rows in view exist, and a row is a handful of elements. */
import { useEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { MapHead } from './map-head.tsx';
import { spotOf, useHeld } from './map-held.ts';
import { spotAfter, type Spot } from './map-keys.ts';
import styles from './map.module.css';
import type { MapPages } from './map-pages.ts';
import { PointedSquare, SpokenSquare, usePointer } from './map-pointer.tsx';
import { SPAN_SQUARES, type Span } from './map-query.ts';
import { NAME_COLUMN, Row } from './map-row.tsx';
import { useRows } from './map-rows.ts';
import { columnAt, pointedAt, useMapSizes } from './map-sizes.ts';

interface MapProps {
  readonly pages: MapPages;
  readonly span: Span;
  /** Tells which rows are in view. */
  readonly onRange: (from: number, to: number) => void;
}

/** A grid of which Tab stops at one square; the arrow keys go on from there. The pointer asks for any. */
export function CoverageMap({ pages, span, onRange }: MapProps): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const { count } = SPAN_SQUARES[span];
  const sizes = useMapSizes(list, count);
  const { spot, focused, hold } = useHeld(pages.total, count);
  const pointer = usePointer();
  const rows = useRows({ total: pages.total, sizes, keep: focused ? spot.row : -1, onRange });
  const heldRow = focused && spot.column !== NAME_COLUMN ? pages.row(spot.row) : undefined;
  useEffect(() => {
    pointer.set(heldRow === undefined ? null : { row: heldRow, column: spot.column, ...pointedAt(spot, sizes) });
  }, [heldRow, spot.row, spot.column, pointer, sizes.step, sizes.narrow]);
  const move = (next: Spot): void => {
    rows.show(next.row);
    hold(next, true);
  };
  const point = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse' || list.current === null) return;
    const box = list.current.getBoundingClientRect();
    const under = {
      row: Math.floor((event.clientY - box.top) / sizes.row),
      column: columnAt(event.clientX - box.left, sizes),
    };
    const row = under.column >= 0 && under.column < count ? pages.row(under.row) : undefined;
    pointer.set(row === undefined ? null : { row, column: under.column, ...pointedAt(under, sizes) });
  };
  return (
    <div
      className={styles.map}
      data-narrow={sizes.narrow}
      onPointerMove={point}
      onPointerLeave={() => pointer.set(null)}
    >
      <div
        role="grid"
        aria-label="Coverage by account and time"
        aria-rowcount={pages.total + 1}
        aria-colcount={count + 2}
        onKeyDown={(event) => press(event, { spot, rows: pages.total, columns: count, row: sizes.row, move })}
        onFocus={(event) => hold(spotOf(event) ?? spot, true)}
        onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || hold(spot, false)}
      >
        <MapHead page={pages.result.data} span={span} step={sizes.step} />
        <div ref={list} role="rowgroup" className={styles.list} style={{ height: rows.height }}>
          {rows.items.map(({ index, start, slot }) => (
            <Row
              key={slot}
              {...{ at: index, top: start, height: sizes.row, step: sizes.step, span, now: pages.now }}
              row={pages.row(index)}
              column={index === spot.row ? spot.column : null}
              focus={focused && index === spot.row}
            />
          ))}
        </div>
      </div>
      <PointedSquare pointer={pointer} span={span} step={sizes.step} link={!focused} />
      <SpokenSquare row={heldRow} span={span} column={spot.column} />
    </div>
  );
}

interface Place {
  readonly spot: Spot;
  readonly rows: number;
  readonly columns: number;
  /** Pixels. */
  readonly row: number;
  readonly move: (next: Spot) => void;
}

function press(event: KeyboardEvent, { spot, rows, columns, row, move }: Place): void {
  const screen = Math.max(1, Math.floor(window.innerHeight / row) - 5);
  const next = spotAfter(event, spot, { rows, columns, screen });
  if (next === null) return;
  event.preventDefault();
  move(next);
}
