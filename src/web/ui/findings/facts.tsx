/** Names and values, one below the other; on a narrow screen each value below its name. */
import type { ReactNode } from 'react';
import styles from './findings.module.css';

/** A value of `null` takes its name away with it. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }): ReactNode {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className={styles.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
