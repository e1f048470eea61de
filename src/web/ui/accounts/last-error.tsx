/** What is in an account's way, short: its code, the beginning of what was seen, and the next step. */
import type { ReactNode } from 'react';
import type { AccountLine } from '../../contract/accounts.ts';
import { Code } from '../parts/code.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Time } from '../parts/time.tsx';
import styles from './accounts.module.css';

const CODE = /^[a-z]+(-[a-z]+)+$/;

/** Empty where nothing is in the way: a healthy row is a quiet one. */
export function LastError({
  line,
}: {
  readonly line: Pick<AccountLine, 'problem' | 'reason' | 'state' | 'at' | 'open'>;
}): ReactNode {
  const { problem, reason, state, at, open } = line;
  if (problem !== null)
    return (
      <>
        <Code code={problem.code} />
        <p className={styles.clamped} title={problem.detail}>
          {problem.detail}
        </p>
        {problem.hint !== '' && (
          <p className={styles.next}>
            <span className={styles.clamped} title={problem.hint}>
              Next: {problem.hint.replaceAll('`', '')}
            </span>
            <CopyButton text={problem.hint.replaceAll('`', '')} what="next step" />
          </p>
        )}
      </>
    );
  if (state === 'stale')
    return (
      <span className={styles.dim}>
        not computed since <Time at={at} />
      </span>
    );
  if (reason === null || (state === 'verified' && open === 0)) return null;
  return CODE.test(reason) ? <Code code={reason} /> : <span className={styles.dim}>{reason}</span>;
}
