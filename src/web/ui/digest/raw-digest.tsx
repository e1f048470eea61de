/** The digest's own text, as CloudTrail wrote it, folded away until somebody asks. It is text, whatever it holds. */
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DigestPage } from '../../contract/chains.ts';
import { apiPath } from '../accounts/addresses.ts';
import { useRight } from '../api/session.ts';
import { ProblemNote } from '../parts/problem.tsx';
import type { DigestNames } from './digest-page.tsx';
import styles from './digest.module.css';

/** The bytes themselves are for those who may export evidence. */
export function RawDigest({ page, names }: { readonly page: DigestPage; readonly names: DigestNames }): ReactNode {
  const may = useRight('evidence');
  if (page.raw === null)
    return page.rawProblem === null ? (
      <p className={styles.dim}>It is kept nowhere.</p>
    ) : (
      <ProblemNote problem={page.rawProblem} />
    );
  return (
    <>
      <details className={styles.raw}>
        <summary>Show the text, indented</summary>
        <pre tabIndex={0} aria-label="Raw digest">
          {page.raw}
        </pre>
      </details>
      {may && (
        <p>
          <Anchor href={apiPath(['chains', names.chain, 'digests', names.digest, 'raw'])} download>
            Download the bytes as kept
          </Anchor>
        </p>
      )}
    </>
  );
}
