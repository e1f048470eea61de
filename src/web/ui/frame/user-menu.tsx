/** Who is signed in, and out again. */
import { useId, type ReactNode } from 'react';
import { IconUser } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useSend } from '../api/client.ts';
import { renewSession, useSession } from '../api/session.ts';
import styles from './frame.module.css';

const VIA = {
  password: 'by password',
  oidc: 'by single sign-on',
  token: 'by token',
  loopback: 'on this machine, without sign-in',
} as const;

/** A popover of the browser's own. There is nothing to sign out of where nobody had to sign in. */
export function UserMenu(): ReactNode {
  const { user, version } = useSession();
  const id = useId();
  if (user === null) return null;
  return (
    <>
      <button type="button" className={styles.user} popoverTarget={id} aria-label={`Signed in: ${user.name}`}>
        <IconUser size={16} stroke={1.6} aria-hidden="true" />
        <span className={styles.userName}>{user.name}</span>
      </button>
      <div id={id} popover="auto" className={styles.userPanel}>
        <p className={styles.userFacts}>
          <strong>{user.name}</strong>
          <br />
          {user.role ?? 'metrics only'}, {VIA[user.via]}
          <br />
          orgtrail {version}
        </p>
        <Link href="/reading" className={styles.userItem} onClick={() => document.getElementById(id)?.hidePopover()}>
          How to read these pages
        </Link>
        <a href="/api/docs" className={styles.userItem}>
          API
        </a>
        <a href="/jobs" className={styles.userItem}>
          Job board
        </a>
        {user.via !== 'loopback' && <SignOut />}
      </div>
    </>
  );
}

function SignOut(): ReactNode {
  const { send, busy, failure } = useSend<undefined, null>('DELETE', '/api/session');
  const leave = (): void => {
    // Whether it went well or not, the session that the server knows now is what is shown.
    void send(undefined).then(renewSession, renewSession);
  };
  return (
    <button type="button" className={styles.userItem} onClick={leave} disabled={busy}>
      {failure === null ? 'Sign out' : `Sign out (${failure.detail})`}
    </button>
  );
}
