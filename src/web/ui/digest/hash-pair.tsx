/** What was expected above what was found, place by place; groups that differ are underlined, heavy and coloured. */
import type { ReactNode } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { hashGroups } from './hash-groups.ts';
import styles from './digest.module.css';

interface HashPairProps {
  /** What is hashed. */
  readonly what: string;
  /** Null: nobody said. */
  readonly expected: string | null;
  /** Null: there was nothing to hash. */
  readonly found: string | null;
}

/** Says in words whether they are the same, and shows both. */
export function HashPair({ what, expected, found }: HashPairProps): ReactNode {
  const same = expected !== null && expected === found;
  return (
    <div className={styles.pair} role="group" aria-label={what}>
      <p className={styles.pairHead}>
        {what} <Judgement expected={expected} found={found} />
      </p>
      {expected !== null && <Hash name="expected" hash={expected} other={found} />}
      {found !== null && !same && <Hash name="found" hash={found} other={expected} />}
    </div>
  );
}

function Judgement({ expected, found }: Omit<HashPairProps, 'what'>): ReactNode {
  if (expected === null) return <span className={styles.dim}>nothing to compare it with</span>;
  if (found === null) return <span className={styles.differ}>≠ nothing was found</span>;
  if (expected === found) return <span className={styles.same}>= found as expected</span>;
  return <span className={styles.differ}>≠ differs</span>;
}

interface HashProps {
  readonly name: 'expected' | 'found';
  readonly hash: string;
  readonly other: string | null;
}

function Hash({ name, hash, other }: HashProps): ReactNode {
  return (
    <div className={styles.hash}>
      <span className={styles.hashName}>{name}</span>
      <span className={styles.groups}>
        {hashGroups(hash, other).map((group, index) =>
          // The places of a hash do not move.
          group.differs ? (
            <mark key={index} className={styles.differs}>
              {group.text}
            </mark>
          ) : (
            <span key={index}>{group.text}</span>
          ),
        )}
      </span>
      <CopyButton text={hash} what={`${name} hash`} />
    </div>
  );
}
