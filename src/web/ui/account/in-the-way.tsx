/** What keeps an account from being proven comes first; what is only unknown comes after it. */
import type { ReactNode } from 'react';
import { STATE_EXPLANATIONS } from '../../../core/board/explanations.ts';
import type { AccountPage } from '../../contract/accounts.ts';
import type { ProblemView } from '../../contract/shape.ts';
import { ProblemNote } from '../parts/problem.tsx';
import { StateMark } from '../parts/state.tsx';
import { isNeedy } from '../../../core/board/attention.ts';
import styles from './account.module.css';

/** Nothing where nothing is in the way. */
export function InTheWay({ page }: { readonly page: AccountPage }): ReactNode {
  const { line, problems, unknowns, chains } = page;
  const grave = distinct([line.problem, ...problems, ...chains.map((chain) => chain.problem)]);
  const light = distinct(unknowns).filter((one) => !grave.some((other) => sameProblem(one, other)));
  const unsaid = grave.length === 0 && ['stale', 'unknown', 'late'].includes(line.state);
  if (grave.length === 0 && light.length === 0 && !unsaid) return null;
  return (
    <section className={styles.inTheWay} aria-label="What is in the way">
      {unsaid && (
        <p className={styles.unsaid}>
          <StateMark state={line.state} /> {line.reason}{' '}
          <span className={styles.dim}>{STATE_EXPLANATIONS[line.state]}</span>
        </p>
      )}
      {grave.map((problem) => (
        <ProblemNote key={keyOf(problem)} problem={problem} state={isNeedy(line.state) ? line.state : undefined} />
      ))}
      {light.map((problem) => (
        <ProblemNote key={keyOf(problem)} problem={problem} />
      ))}
    </section>
  );
}

function distinct(problems: readonly (ProblemView | null)[]): readonly ProblemView[] {
  const found = new Map<string, ProblemView>();
  for (const problem of problems) if (problem !== null) found.set(keyOf(problem), problem);
  return [...found.values()];
}

function keyOf({ code, detail }: ProblemView): string {
  return `${code} ${detail}`;
}

function sameProblem(a: ProblemView, b: ProblemView): boolean {
  return keyOf(a) === keyOf(b);
}
