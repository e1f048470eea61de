/** How large things are in the map, from the room that there is. */
import { useLayoutEffect, useState, type RefObject } from 'react';

export interface MapSizes {
  /** Rows are stacked: name above squares. */
  readonly narrow: boolean;
  /** Pixels a square, its gap included: whole ones, or edges would blur. */
  readonly step: number;
  /** Height of a row. */
  readonly row: number;
  /** Where the squares begin. */
  readonly left: number;
  /** Where the squares lie within the height of a row. */
  readonly inset: number;
  readonly height: number;
  /** Where the list begins on the page. */
  readonly offset: number;
}

/** Of the style sheet: the column of names with its gap, and what the right end needs at least. */
const NAMES = 240;
const END = 190;
const NARROW = 640;
/** The line of days. */
export const HEAD = 30;
const NOTE_ROOM = 130;
const WIDEST = 24;
const NARROWEST = 2;

/** Measured anew when the page changes its size, or something above the list does. */
export function useMapSizes(list: RefObject<HTMLElement | null>, count: number): MapSizes {
  const [room, setRoom] = useState({ width: 0, offset: 0 });
  useLayoutEffect(() => {
    const measure = (): void => {
      const box = list.current?.getBoundingClientRect();
      if (box === undefined) return;
      const next = { width: box.width, offset: Math.round(box.top + window.scrollY) };
      setRoom((was) => (was.width === next.width && was.offset === next.offset ? was : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    if (list.current !== null) observer.observe(list.current);
    return () => observer.disconnect();
  }, [list]);
  return sizesFor(room, count);
}

/** Pure: from the width of the list and the number of squares in a row. */
function sizesFor(room: { readonly width: number; readonly offset: number }, count: number): MapSizes {
  const narrow = room.width < NARROW;
  const free = narrow ? room.width : room.width - NAMES - END;
  const step = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(free / count)));
  const at = narrow ? { row: 64, left: 0, inset: 23 } : { row: 26, left: NAMES, inset: 3 };
  return { narrow, step, height: 20, offset: room.offset, ...at };
}

/** The column that lies `x` pixels from the left edge of the list; negative, or beyond the last: none does. */
export function columnAt(x: number, { left, step }: MapSizes): number {
  return Math.floor((x - left) / step);
}

/** Where a square lies, from the corner of the map; above it is told of it where the window ends soon below. */
export function pointedAt(
  { row, column }: { readonly row: number; readonly column: number },
  sizes: MapSizes,
): { readonly left: number; readonly top: number; readonly height: number; readonly above: boolean } {
  const top = HEAD + row * sizes.row + sizes.inset;
  const below = sizes.offset - HEAD + top + sizes.height - window.scrollY;
  return {
    left: sizes.left + column * sizes.step,
    top,
    height: sizes.height,
    above: below > window.innerHeight - NOTE_ROOM,
  };
}
