/** What is in the way: its code, what was seen, and the next step, which can be copied. */
import type { ReactNode } from 'react';
import type { ProblemView } from '../../contract/shape.ts';
import { Code } from './code.tsx';
import { Command } from './command.tsx';
import styles from './text.module.css';

/** `grave`: it keeps something from being proven. Commands inside of the hint (between backticks) become copyable. */
export function ProblemNote({
  problem,
  grave = false,
}: {
  readonly problem: ProblemView;
  readonly grave?: boolean;
}): ReactNode {
  const commands = commandsIn(problem.hint);
  return (
    <div className={styles.problem} data-grave={grave}>
      <Code code={problem.code} />
      <p>{problem.detail}</p>
      {problem.hint !== '' && (
        <p className={styles.hint}>
          Next: <Hint text={problem.hint} />
        </p>
      )}
      {commands.map((command) => (
        <p key={command}>
          <Command text={command} />
        </p>
      ))}
    </div>
  );
}

/** A sentence with its backticked words in monospace. */
export function Hint({ text }: { readonly text: string }): ReactNode {
  const parts = text.split('`');
  return parts.map((part, at) =>
    // The parts of one sentence do not change places.
    at % 2 === 1 ? (
      <code key={at} className={styles.code}>
        {part}
      </code>
    ) : (
      <span key={at}>{part}</span>
    ),
  );
}

/** The commands among the backticked words: what begins with a program of ours or AWS's and has more than one word. */
export function commandsIn(hint: string): readonly string[] {
  return hint.split('`').filter((part, at) => at % 2 === 1 && /^(aws|orgtrail|docker|npm|curl)\s/.test(part));
}
