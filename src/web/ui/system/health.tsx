/** Whether the daemon is ready, and every reason that speaks against it: the answer of its own probe. */
import type { ReactNode } from 'react';
import type { SystemPage } from '../../contract/system.ts';
import { Code } from '../parts/code.tsx';
import { Section } from '../parts/section.tsx';
import { Nothing } from './nothing.tsx';
import classes from './system.module.css';

export function Health({ readiness }: { readonly readiness: SystemPage['readiness'] }): ReactNode {
  const { ok, reasons } = readiness;
  return (
    <Section title="Health">
      {ok ? (
        <Nothing>▪ Ready: nothing speaks against it, by the same look that answers /readyz.</Nothing>
      ) : (
        <ul className={classes['reasons']}>
          {reasons.map(({ code, detail }) => (
            <li key={`${code} ${detail}`}>
              <span aria-hidden="true">✕</span> <Code code={code} />
              <p>{detail}</p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
