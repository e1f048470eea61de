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

/** The bar, with what it says below it. */
export function Meter({ value, most, label, text }: MeterProps): ReactNode {
  const share = most === 0 ? 0 : value / most;
  const full = share >= FULL_FROM;
  return (
    <div className={classes['meter']} data-full={full}>
      <MeterBar value={value} most={most} label={label} text={text} />
      <div className={classes['text']}>
        {text}
        {full && <strong> {share > 1 ? 'Too full' : 'Nearly full'}</strong>}
      </div>
    </div>
  );
}

/** The bar alone, where what it says stands beside it. */
export function MeterBar({ value, most, label, text }: MeterProps): ReactNode {
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuenow={Math.min(value, most)}
      aria-valuetext={text}
      className={classes['bar']}
    >
      <div className={classes['fill']} style={{ width: `${most === 0 ? 0 : Math.min(100, (value / most) * 100)}%` }} />
    </div>
  );
}
