/** Every metric with its sentence. */
import type { ReactNode } from 'react';
import { Code } from '../parts/code.tsx';
import { Meanings } from './meanings.tsx';
import { METRICS } from './metric-list.ts';

export function MetricTable(): ReactNode {
  return (
    <Meanings
      of={METRICS.map(({ name, sentence }) => ({
        id: `metric-${name}`,
        name: <Code code={name} link={false} />,
        sentence,
      }))}
    />
  );
}
