/** Who an account is: its state, id, role, and where it is known from. */
import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AccountPage } from '../../contract/accounts.ts';
import { Id } from '../parts/name.tsx';
import { StateMark } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import styles from './account.module.css';

const ORIGINS: Readonly<Record<NonNullable<AccountPage['origin']>, string>> = {
  organization: 'found in the organization',
  configuration: 'named in the configuration',
  history: 'known from earlier times only',
};

/** One or two lines below the heading. */
export function AccountHead({ page }: { readonly page: AccountPage }): ReactNode {
  const { line, role, origin, surveyedAt } = page;
  return (
    <div className={styles.head}>
      <Group gap="0.2rem 1.5rem">
        <StateMark state={line.state} />
        <Id value={line.account} kind="account id" />
        {line.organizationState !== 'UNKNOWN' && (
          <span className={styles.dim}>{line.organizationState.toLowerCase().replaceAll('_', ' ')}</span>
        )}
        {origin !== null && <span className={styles.dim}>{ORIGINS[origin]}</span>}
        <span className={styles.dim}>
          {surveyedAt === null ? (
            'never surveyed'
          ) : (
            <>
              surveyed <Time at={surveyedAt} relative />
            </>
          )}
        </span>
        {line.waiting > 0 && (
          <span>
            {line.waiting === 1 ? 'One digest waits' : `${line.waiting.toLocaleString('en')} digests wait`} to be judged
          </span>
        )}
      </Group>
      {role !== null && (
        <div className={styles.role}>
          <span className={styles.dim}>entered by</span> <Id value={role} kind="role" />
        </div>
      )}
    </div>
  );
}
