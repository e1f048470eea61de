/** What another verifier would have said, where it is not what we say. */
import type { ReactNode } from 'react';
import type { PeerView } from '../../contract/chains.ts';
import styles from './digest.module.css';

/** A block of its own: an auditor may hold both answers against each other. */
export function PeerNote({ peer }: { readonly peer: PeerView }): ReactNode {
  return (
    <aside className={styles.peer} aria-label="What the AWS CLI would have said">
      <p className={styles.peerTitle}>
        What <code>aws cloudtrail validate-logs</code> would have said
      </p>
      <p className={styles.peerSays}>{peer.says}</p>
      <p className={styles.dim}>{peer.why}</p>
    </aside>
  );
}
