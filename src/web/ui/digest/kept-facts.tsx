/** Where an object lies, in the source and in the archive, and how it is stored: the same for digests and log files. */
import type { ReactNode } from 'react';
import type { LogView } from '../../contract/chains.ts';
import { Id } from '../parts/name.tsx';
import { Count } from '../parts/number.tsx';
import styles from './digest.module.css';

type Kept = Pick<LogView, 'origin' | 'place' | 'storedSha256' | 'size'>;

/** Names and values for `Facts`; `archive`: the archive's bucket. What is not known has no line. */
export function keptFacts(kept: Kept, archive: string): readonly (readonly [string, ReactNode])[] {
  const { origin, place, storedSha256, size } = kept;
  return [
    ['In the source', <Id key="origin" value={`s3://${origin.bucket}/${origin.key}`} kind="source object" />],
    [
      'In the archive',
      place === null ? (
        <span key="place" className={styles.dim}>
          nothing was kept
        </span>
      ) : (
        <Id key="place" value={`s3://${archive}/${place}`} kind="archive object" />
      ),
    ],
    ['Hash as stored', storedSha256 === null ? null : <Id key="stored" value={storedSha256} kind="stored hash" />],
    [
      'Size',
      size === null ? null : (
        <span key="size">
          <Count n={size} /> bytes
        </span>
      ),
    ],
  ];
}
