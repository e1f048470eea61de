/** Every state with its shape and its sentence. */
import type { ReactNode } from 'react';
import { STATE_EXPLANATIONS } from '../../../core/board/explanations.ts';
import { CELL_STATES } from '../../../core/verdict.ts';
import { StateMark } from '../parts/state.tsx';
import { Meanings } from './meanings.tsx';
import { SHAPE_WORDS } from './shapes.ts';
import classes from './reading.module.css';

export function StateTable(): ReactNode {
  return (
    <Meanings
      of={CELL_STATES.map((state) => ({
        id: `state-${state}`,
        name: (
          <>
            <StateMark state={state} link={false} />
            <span className={classes['shape']}>{SHAPE_WORDS[state]}</span>
          </>
        ),
        sentence: STATE_EXPLANATIONS[state],
      }))}
    />
  );
}
