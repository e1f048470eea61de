/** A list of names with their sentences, each with an anchor: what links from everywhere lead to. */
import type { ReactNode } from 'react';
import { Hint } from '../parts/problem.tsx';
import classes from './reading.module.css';

export interface Meaning {
  /** The anchor. */
  readonly id: string;
  readonly name: ReactNode;
  readonly sentence: string;
}

export function Meanings({ of }: { readonly of: readonly Meaning[] }): ReactNode {
  return (
    <dl className={classes['meanings']}>
      {of.map(({ id, name, sentence }) => (
        <div key={id} id={id} tabIndex={-1} className={classes['meaning']}>
          <dt>{name}</dt>
          <dd>
            <Hint text={sentence} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
