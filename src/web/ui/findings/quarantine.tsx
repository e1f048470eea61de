/** What lies in quarantine for one finding, with the hashes that were expected and found. */
import type { ReactNode } from 'react';
import type { QuarantineView } from '../../contract/findings.ts';
import { HashPair } from '../digest/hash-pair.tsx';
import { Id } from '../parts/name.tsx';
import { Count } from '../parts/number.tsx';
import { Time } from '../parts/time.tsx';
import { Facts } from './facts.tsx';
import styles from './findings.module.css';

const STATES: Readonly<Record<QuarantineView['state'], string>> = {
  open: 'Kept since, and not accepted',
  released: 'Released: the file was proven later from other bytes',
  accepted: 'Accepted',
};

interface QuarantineProps {
  readonly entries: readonly QuarantineView[];
  /** The archive's bucket. */
  readonly archive: string;
  /** The finding's own detail, which is not told twice. */
  readonly told: string;
}

/** One block an entry. */
export function Quarantine({ entries, archive, told }: QuarantineProps): ReactNode {
  return entries.map((entry) => <Entry key={entry.bytes} entry={entry} archive={archive} told={told} />);
}

interface EntryProps extends Omit<QuarantineProps, 'entries'> {
  readonly entry: QuarantineView;
}

function Entry({ entry, archive, told }: EntryProps): ReactNode {
  const { expectedSha256, contentSha256, storedSha256, acceptance } = entry;
  return (
    <div className={styles.entry}>
      <HashPair what="Content (SHA-256)" expected={expectedSha256} found={contentSha256} />
      <Facts
        facts={[
          ['State', STATES[entry.state]],
          ['Bytes', <Id key="bytes" value={`s3://${archive}/${entry.bytes}`} kind="key of the bytes" />],
          ['Note', <Id key="note" value={`s3://${archive}/${entry.note}`} kind="key of the note" />],
          [
            'Size',
            entry.size === null ? null : (
              <span key="size">
                <Count n={entry.size} /> bytes
              </span>
            ),
          ],
          ['As stored', storedSha256 === null ? null : <Id key="stored" value={storedSha256} kind="hash as stored" />],
          ['Since', <Time key="since" at={entry.since} />],
          ['Detail', entry.detail === '' || entry.detail === told ? null : entry.detail],
          [
            'Accepted',
            acceptance === null ? null : (
              <span key="accepted">
                by <bdi>{acceptance.by}</bdi>, <Time at={acceptance.at} />: {acceptance.reason}
              </span>
            ),
          ],
          ['Trouble', entry.problems.length === 0 ? null : entry.problems.join('; ')],
        ]}
      />
    </div>
  );
}
