/** How full something is: a labelled meter that stays quiet until it gets full. */
import type { ReactNode } from 'react';
import classes from './meter.module.css';

/** From here on somebody should look. */
const FULL_FROM = 0.8;

interface MeterProps {
  readonly value: number;
  readonly most: number;
  /** What is measured, for screen readers. */
  readonly label: string;
  /** What it says, in sight as well: "3,786 of 20,480 bytes". */
  readonly text: string;
}

export function Meter({ value, most, label, text }: MeterProps): ReactNode {
  const share = most === 0 ? 0 : value / most;
  const full = share >= FULL_FROM;
  return (
    <div className={classes['meter']} data-full={full}>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={most}
        aria-valuenow={Math.min(value, most)}
        aria-valuetext={text}
        className={classes['bar']}
      >
        <div className={classes['fill']} style={{ width: `${Math.min(100, share * 100)}%` }} />
      </div>
      <div className={classes['text']}>
        {text}
        {full && <strong> {share > 1 ? 'Too full' : 'Nearly full'}</strong>}
      </div>
    </div>
  );
}
