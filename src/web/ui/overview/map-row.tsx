/** One account in the map: its name, its squares, until when it is proven and, if not now, why. */
import { memo, useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { Link } from 'wouter';
import type { MapRow } from '../../contract/overview.ts';
import { Code } from '../parts/code.tsx';
import { shortUtc } from '../parts/moment.ts';
import { squareAt, squareText } from '../parts/square-runs.ts';
import { SquareTrack } from '../parts/square-track.tsx';
import { StateGlyph } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import styles from './map.module.css';
import { SPAN_SQUARES, type Span } from './map-query.ts';
import { rowWords, whyOf } from './row-words.ts';

/** The column of the row's name; its squares count from 0. */
export const NAME_COLUMN = -1;

interface RowProps {
  readonly row: MapRow | undefined;
  /** Its place in the whole list, from 0. */
  readonly at: number;
  readonly top: number;
  readonly height: number;
  readonly span: Span;
  readonly step: number;
  /** The server's time when the map was read, epoch milliseconds. */
  readonly now: number;
  /** Where in this row Tab stops; null: elsewhere. */
  readonly column: number | null;
  /** The keys have brought the focus here. */
  readonly focus: boolean;
}

/** Squares of a row as a span shows them: the last ones. */
export function spanSquares(row: MapRow, span: Span): { readonly from: string; readonly letters: string } {
  const { count, view } = SPAN_SQUARES[span];
  const cut = Math.max(0, row.squares.letters.length - count);
  const step = view === 'hours' ? 3_600_000 : 86_400_000;
  return {
    from: new Date(Date.parse(row.squares.from) + cut * step).toISOString(),
    letters: row.squares.letters.slice(cut),
  };
}

/** Where a square leads: the account at that time. */
export function cellAddress(account: string, from: number): string {
  return `/accounts/${account}?at=${encodeURIComponent(new Date(from).toISOString())}`;
}

/** Drawn again only when something of it changes: thousands of rows come by. */
export const Row = memo(function Row(props: RowProps): ReactNode {
  const { row, at, top, height, column, focus } = props;
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      className={styles.row}
      data-state={row?.state}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      {row === undefined ? <Coming stop={column !== null} focus={focus} /> : <Known {...props} row={row} />}
    </div>
  );
});

interface ComingProps {
  readonly stop: boolean;
  readonly focus: boolean;
}

/** A row whose page is on its way. It holds the focus for what comes, which would be lost otherwise. */
function Coming({ stop, focus }: ComingProps): ReactNode {
  const place = useFocus<HTMLSpanElement>(stop && focus);
  return (
    <span role="rowheader" ref={place} data-coming tabIndex={stop ? 0 : -1} className={styles.coming}>
      <span className="visually-hidden">Loading</span>
    </span>
  );
}

function Known({ row, span, step, now, column, focus }: RowProps & { readonly row: MapRow }): ReactNode {
  const { view, count } = SPAN_SQUARES[span];
  const squares = spanSquares(row, span);
  const why = whyOf(row);
  return (
    <>
      <div role="rowheader" aria-colindex={1} className={styles.name}>
        <NameLink row={row} words={rowWords(row, view, now)} stop={column === NAME_COLUMN} focus={focus} />
      </div>
      <div
        role="gridcell"
        aria-colindex={column === null || column < 0 ? 2 : column + 2}
        className={styles.squares}
        style={{ width: count * step }}
      >
        <SquareTrack letters={squares.letters} step={step} />
        {column !== null && column !== NAME_COLUMN && (
          <SquareLink row={row} span={span} step={step} column={column} focus={focus} />
        )}
      </div>
      <div role="gridcell" aria-colindex={count + 2} className={styles.end}>
        <span className={styles.until}>
          <Time at={row.verifiedUntil} text={(time) => shortUtc(time, now)} none="not yet" />
        </span>
        {why !== null && (
          <span className={styles.why} title={row.detail ?? undefined}>
            <Code code={why} link={false} />
            {row.detail !== null && `: ${row.detail}`}
          </span>
        )}
      </div>
    </>
  );
}

interface NameProps {
  readonly row: MapRow;
  readonly words: string;
  readonly stop: boolean;
  readonly focus: boolean;
}

function NameLink({ row, words, stop, focus }: NameProps): ReactNode {
  const link = useFocus<HTMLAnchorElement>(stop && focus);
  return (
    <Link
      ref={link}
      href={`/accounts/${row.account}`}
      tabIndex={stop ? 0 : -1}
      className={styles.nameLink}
      title={`${row.name} ${row.account}`}
    >
      <StateGlyph state={row.state} />
      <span className={styles.nameText}>{row.name}</span>
      <span className={styles.nameId}>{row.account}</span>
      <span className="visually-hidden">: {words}</span>
    </Link>
  );
}

interface SquareProps {
  readonly row: MapRow;
  readonly span: Span;
  readonly step: number;
  readonly column: number;
  readonly focus: boolean;
}

/** The one square that Tab stops at. */
function SquareLink({ row, span, step, column, focus }: SquareProps): ReactNode {
  const link = useFocus<HTMLAnchorElement>(focus, column);
  const square = squareAt(spanSquares(row, span), column, SPAN_SQUARES[span].view);
  return (
    <Link
      ref={link}
      href={cellAddress(row.account, square.from)}
      className={styles.square}
      data-square={column}
      style={{ left: column * step, width: step }}
      aria-label={`${row.name}, ${squareText(square, square.state === row.state ? row.reason : null)}`}
    />
  );
}

/** Takes the focus when the keys have brought it here; `again`: to another place within the same element. */
function useFocus<Place extends HTMLElement>(focus: boolean, again = 0): RefObject<Place | null> {
  const link = useRef<Place>(null);
  useEffect(() => {
    if (focus) link.current?.focus({ preventScroll: true });
  }, [focus, again]);
  return link;
}
