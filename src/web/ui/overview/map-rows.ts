/** Which rows exist at all: those in view, a few around them, and the one that holds the focus. */
import { useCallback, useEffect } from 'react';
import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual';
import { HEAD, type MapSizes } from './map-sizes.ts';

const AROUND = 6;
/** More rows than one screen ever shows. */
const LEAST_SLOTS = 64;
/** The header and the line of days stay on top. */
const COVERED = 48 + HEAD;

interface RowsParts {
  readonly total: number;
  readonly sizes: MapSizes;
  /** It stays, since with it the focus would go. */
  readonly keep: number;
  /** Tells which rows are in view. */
  readonly onRange: (from: number, to: number) => void;
}

export interface Rows {
  /** Pixels of all rows together. */
  readonly height: number;
  /** `slot`: a row that comes into view takes over the elements of one that left. */
  readonly items: readonly { readonly index: number; readonly start: number; readonly slot: string }[];
  show(index: number): void;
}

/** Scrolls with the page; rows are all of one height. */
export function useRows({ total, sizes, keep, onRange }: RowsParts): Rows {
  const extract = useCallback(
    (range: Range) => {
      const near = defaultRangeExtractor(range);
      if (keep < 0 || keep >= total || near.includes(keep)) return near;
      return [...near, keep].toSorted((a, b) => a - b);
    },
    [keep, total],
  );
  const { row, offset } = sizes;
  const rows = useWindowVirtualizer({
    count: total,
    estimateSize: () => row,
    overscan: AROUND,
    scrollMargin: offset,
    scrollPaddingStart: COVERED,
    scrollPaddingEnd: row,
    rangeExtractor: extract,
  });
  useEffect(() => rows.measure(), [rows, row]);
  const { startIndex: from = 0, endIndex: to = 0 } = rows.range ?? {};
  useEffect(() => onRange(from, to), [onRange, from, to]);
  const shown = rows.getVirtualItems();
  const slots = Math.max(LEAST_SLOTS, shown.length);
  return {
    height: total * row,
    items: shown.map(({ index }) => {
      // The one that is kept out of view has a place of its own, or it would meet another one's.
      const near = index >= from - AROUND && index <= to + AROUND;
      const slot = near ? String(index % slots) : 'held';
      return { index, start: index * row, slot };
    }),
    show: (index) => rows.scrollToIndex(index, { align: 'auto' }),
  };
}
