/** Every code with its sentence, in groups; and a word on one that this version has no sentence of its own for. */
import type { ReactNode } from 'react';
import { explanationOf } from '../../../core/board/explanations.ts';
import { Code } from '../parts/code.tsx';
import { CODE_GROUPS } from './code-groups.ts';
import { Meanings } from './meanings.tsx';
import classes from './reading.module.css';

export function CodeTables(): ReactNode {
  return CODE_GROUPS.map(({ title, codes }) => (
    <section key={title} aria-label={title}>
      <h3 className={classes['group']}>{title}</h3>
      <Meanings
        of={codes.map((code) => ({
          id: `code-${code}`,
          name: <Code code={code} link={false} />,
          sentence: explanationOf(code),
        }))}
      />
    </section>
  ));
}

const KNOWN: ReadonlySet<string> = new Set(CODE_GROUPS.flatMap(({ codes }) => codes));
const STRANGE = /^code-([a-z][a-z0-9-]{1,60})$/;

/** Somebody followed a link from a code that has no entry below: its family is told here. */
export function StrangeCode({ anchor }: { readonly anchor: string }): ReactNode {
  const code = STRANGE.exec(anchor)?.[1];
  if (code === undefined || KNOWN.has(code)) return null;
  return (
    <div className={classes['strange']} id={anchor} tabIndex={-1}>
      <Code code={code} link={false} />
      <p>{explanationOf(code)}</p>
    </div>
  );
}
