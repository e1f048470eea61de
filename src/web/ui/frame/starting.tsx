/** Before the session is known: nothing yet, or why not. */
import type { ReactNode } from 'react';
import type { ApiResult } from '../api/client.ts';
import type { SessionView } from '../../contract/session.ts';
import { Failed } from './view.tsx';
import styles from './frame.module.css';

/** Calm for the moment that it takes; a designed page where the server does not answer. */
export function Starting({ session }: { readonly session: ApiResult<SessionView> }): ReactNode {
  return (
    <main className={styles.starting}>
      <h1 className={styles.startingName}>orgtrail</h1>
      {session.error === null ? (
        <p role="status">Reading the session.</p>
      ) : (
        <Failed failure={session.error} again={session.reload} />
      )}
    </main>
  );
}
