/** What is in the way: its code, what was seen, and the next step, which can be copied. */
import type { ReactNode } from 'react';
import type { CellState } from '../../../core/verdict.ts';
import type { ProblemView } from '../../contract/shape.ts';
import { Code } from './code.tsx';
import { Command } from './command.tsx';
import { CopyButton } from './copy-button.tsx';
import styles from './text.module.css';

/**
 * `state`: what it makes of what it is about, whose colour it then has; absent: it keeps nothing from being proven.
 * The whole of the next step can be copied, also where it is no command; commands inside of it (between backticks) alone
 * as well.
 */
export function ProblemNote({
  problem,
  state,
}: {
  readonly problem: ProblemView;
  readonly state?: CellState | undefined;
}): ReactNode {
  const commands = commandsIn(problem.hint);
  return (
    <div className={styles.problem} data-state={state}>
      <Code code={problem.code} />
      <p>{problem.detail}</p>
      {problem.hint !== '' && (
        <p className={styles.hint}>
          Next: <Hint text={problem.hint} />
        </p>
      )}
      {problem.hint !== '' && (
        <span className={styles.commandCopy}>
          <CopyButton text={problem.hint.replaceAll('`', '')} what="next step" />
        </span>
      )}
      {commands.map((command) => (
        <div key={command} className={styles.problemCommand}>
          <Command text={command} />
        </div>
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
