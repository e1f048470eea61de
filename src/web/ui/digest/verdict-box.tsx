/** The verdict on top of a digest's page: a sentence, the codes behind it, and the next step. */
import type { ReactNode } from 'react';
import type { DigestPage } from '../../contract/chains.ts';
import { Code } from '../parts/code.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Hint } from '../parts/problem.tsx';
import { ReceiptMark } from './receipt-mark.tsx';
import { verdictSentence } from './verdict-sentence.ts';
import styles from './digest.module.css';

/** What failed says why and what to do, of the digest and of its link. */
export function VerdictBox({ page }: { readonly page: DigestPage }): ReactNode {
  const { line, verdict, detail, hint, link } = page;
  return (
    <div className={styles.verdict} data-state={line.state}>
      <p className={styles.sentence}>
        <ReceiptMark state={line.state} />
        <span>{verdictSentence(page)}</span>
      </p>
      <Reason what="Digest" code={verdict} detail={detail} hint={hint} />
      <Reason what="Link" code={link.verdict} detail={link.detail} hint={link.hint} />
    </div>
  );
}

interface ReasonProps {
  readonly what: string;
  readonly code: string;
  readonly detail: string;
  readonly hint: string | null;
}

function Reason({ what, code, detail, hint }: ReasonProps): ReactNode {
  return (
    <div className={styles.reason}>
      <p>
        {what}: <Code code={code} /> {detail}
      </p>
      {hint !== null && hint !== '' && (
        <p className={styles.dim}>
          Next: <Hint text={hint} /> <CopyButton text={hint} what="next step" />
        </p>
      )}
    </div>
  );
}
