/** The drawn squares of one row. They are for the eye; who asks for one square asks the row around them. */
import { memo, useMemo, type CSSProperties, type ReactNode } from 'react';
import { Glyph } from './glyph.tsx';
import { runsOf, type SquareRun } from './square-runs.ts';
import styles from './squares.module.css';

/** A glyph fits into a run of this width. */
const GLYPH_WIDTH = 10;

/** Narrower squares have no room for an outline. */
const THIN = 7;

interface TrackProps {
  readonly letters: string;
  /** The width of one square with its gap, in pixels. */
  readonly step: number;
}

/** Each run is one element with a background that repeats. */
export const SquareTrack = memo(function SquareTrack({ letters, step }: TrackProps): ReactNode {
  const runs = useMemo(() => runsOf(letters), [letters]);
  return runs.map((run) => <Run key={run.at} run={run} step={step} />);
});

function Run({ run, step }: { readonly run: SquareRun; readonly step: number }): ReactNode {
  const width = run.length * step;
  const loud = run.state === 'failed' || run.state === 'blocked' || run.state === 'late';
  return (
    <span
      className={styles.run}
      data-state={run.state ?? 'none'}
      data-thin={step < THIN}
      style={placeOf(run, step)}
      aria-hidden="true"
    >
      {loud && width > GLYPH_WIDTH && run.state !== null && <Glyph state={run.state} size={10} />}
    </span>
  );
}

/** `--step` tells the style sheet after how many pixels the background repeats. */
function placeOf(run: SquareRun, step: number): CSSProperties {
  const own: Readonly<Record<string, string>> = { '--step': `${step}px` };
  return { ...own, left: run.at * step, width: run.length * step };
}
