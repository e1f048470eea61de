/** Log files that are not what they should be, or are proven in spite of the source: with all that was found. */
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { LogView } from '../../contract/chains.ts';
import { findingsAddress } from '../accounts/addresses.ts';
import { Facts } from '../findings/facts.tsx';
import { Code } from '../parts/code.tsx';
import { Id } from '../parts/name.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Hint } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { fileName } from './file-name.ts';
import { HashPair } from './hash-pair.tsx';
import { keptFacts } from './kept-facts.tsx';
import { PeerNote } from './peer-note.tsx';
import { isWorthALook } from './verdict-sentence.ts';
import { Verdict } from './verdict.tsx';
import { viaWords } from './via.ts';
import styles from './digest.module.css';

const FIRST = 10;

interface FilesToLookAtProps {
  readonly logs: readonly LogView[];
  /** The archive's bucket. */
  readonly archive: string;
  readonly account: string;
}

/** Failed ones first; nothing where every file is as it should be. */
export function FilesToLookAt({ logs, archive, account }: FilesToLookAtProps): ReactNode {
  const [all, setAll] = useState(false);
  const worth = logs.filter((log) => isWorthALook(log)).toSorted((a, b) => rank(a) - rank(b));
  if (worth.length === 0) return null;
  const shown = all ? worth : worth.slice(0, FIRST);
  return (
    <Section title={worth.length === 1 ? 'One log file to look at' : `${worth.length} log files to look at`}>
      {shown.map((log) => (
        <LogEvidence key={`${log.origin.bucket}/${log.origin.key}`} log={log} archive={archive} account={account} />
      ))}
      {shown.length < worth.length && (
        <Button variant="default" size="xs" onClick={() => setAll(true)}>
          Show the other {worth.length - shown.length}
        </Button>
      )}
    </Section>
  );
}

function rank(log: LogView): number {
  if (log.verdict !== 'valid') return 0;
  return log.source === null ? 2 : 1;
}

interface LogEvidenceProps extends Omit<FilesToLookAtProps, 'logs'> {
  readonly log: LogView;
}

function LogEvidence({ log, archive, account }: LogEvidenceProps): ReactNode {
  const { verdict, detail, hint, source, notes, peer } = log;
  const finding = verdict === 'valid' ? (source?.verdict ?? null) : verdict;
  return (
    <div className={styles.evidence} data-valid={verdict === 'valid'}>
      <p className={styles.evidenceHead}>
        <Verdict code={verdict} />
        <Id value={log.origin.key} kind="key" />
        {finding !== null && (
          <Link href={findingsAddress({ status: 'all', account, code: finding, search: fileName(log.origin.key) })}>
            its finding
          </Link>
        )}
      </p>
      {detail !== '' && <p className={styles.wrap}>{detail}</p>}
      {source !== null && (
        <p className={styles.wrap}>
          In the source: <Code code={source.verdict} /> {source.detail}. It is proven from {viaWords(log.via)}.
        </p>
      )}
      {hint !== null && hint !== '' && (
        <p className={styles.dim}>
          Next: <Hint text={hint} /> <CopyButton text={hint} what="next step" />
        </p>
      )}
      <HashPair what="Content (SHA-256)" expected={log.expectedSha256} found={log.contentSha256} />
      <Facts
        facts={[
          ...keptFacts(log, archive),
          ['Judged from', log.via === null ? 'nothing: there were no bytes' : viaWords(log.via)],
        ]}
      />
      {notes.length > 0 && (
        <p>
          Noted:{' '}
          {notes.map((code) => (
            <Code key={code} code={code} />
          ))}
        </p>
      )}
      {peer !== null && <PeerNote peer={peer} />}
    </div>
  );
}
