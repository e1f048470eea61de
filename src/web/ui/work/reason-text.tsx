/** Why a job failed: its code linked to its sentence, where the reason begins with one. */
import type { ReactNode } from 'react';
import { Code } from '../parts/code.tsx';
import { Hint } from '../parts/problem.tsx';
import { splitReason } from './words.ts';

export function ReasonText({ reason }: { readonly reason: string }): ReactNode {
  const { code, rest } = splitReason(reason);
  return (
    <>
      {code !== null && (
        <>
          <Code code={code} />:{' '}
        </>
      )}
      <Hint text={rest} />
    </>
  );
}
