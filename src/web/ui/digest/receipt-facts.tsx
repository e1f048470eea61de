/** Where a digest's receipt lies, its revisions, the numbers it adds up to, and what went into quarantine. */
import type { ReactNode } from 'react';
import type { DigestPage } from '../../contract/chains.ts';
import { Facts } from '../findings/facts.tsx';
import { Id } from '../parts/name.tsx';
import { RECEIPT_WORDS } from './receipt-mark.tsx';
import styles from './digest.module.css';

/** `named = valid + invalid + missing + blocked`, written out. */
export function ReceiptFacts({ page }: { readonly page: DigestPage }): ReactNode {
  const { archive, counts, line, revisions, quarantine } = page;
  return (
    <Facts
      facts={[
        ['Receipt', <Id key="receipt" value={`s3://${archive}/${line.receipt}`} kind="receipt" />],
        [
          'Log files',
          `${counts.named} named = ${counts.valid} valid + ${counts.invalid} invalid + ${counts.missing} missing + ${counts.blocked} blocked`,
        ],
        [
          'Revisions',
          <ol key="revisions" className={styles.plain} start={0}>
            {revisions.map((one) => (
              <li key={one.revision}>
                <span className={styles.inline}>
                  <span>
                    {one.revision === 0 ? 'first' : `revision ${one.revision}`}: {RECEIPT_WORDS[one.state].word}
                  </span>
                  <Id value={`s3://${archive}/${one.receipt}`} kind={`receipt, revision ${one.revision}`} />
                </span>
              </li>
            ))}
          </ol>,
        ],
        [
          'Quarantine',
          quarantine.length === 0 ? null : (
            <ul key="quarantine" className={styles.plain}>
              {quarantine.map((key) => (
                <li key={key}>
                  <Id value={`s3://${archive}/${key}`} kind="quarantine key" />
                </li>
              ))}
            </ul>
          ),
        ],
      ]}
    />
  );
}
