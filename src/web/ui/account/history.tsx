/** What happened to an account's trails, read from the archive only when somebody asks. */
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { HistoryPage } from '../../contract/accounts.ts';
import { apiPath } from '../accounts/addresses.ts';
import { useApi } from '../api/client.ts';
import { View } from '../frame/view.tsx';
import { Id } from '../parts/name.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import styles from './account.module.css';

const KINDS: Readonly<Record<HistoryPage['entries'][number]['kind'], string>> = {
  'trail-seen': 'trail seen',
  'trail-changed': 'trail changed',
  'trail-call': 'call recorded',
};

/** Reading it lists a part of the archive, which is not done for everybody who passes by. */
export function History({ account }: { readonly account: string }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title="History"
      sentence="What the archive has on record about the trails of this account."
      side={
        <Button size="xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide history' : 'Show history'}
        </Button>
      }
    >
      {open && <Entries account={account} />}
    </Section>
  );
}

function Entries({ account }: { readonly account: string }): ReactNode {
  const result = useApi<HistoryPage>(apiPath(['accounts', account, 'history']));
  return (
    <View
      of={result}
      empty={({ entries, problems }) =>
        entries.length === 0 && problems.length === 0 ? 'Nothing is on record: no trail of it was ever seen.' : null
      }
    >
      {({ entries, problems, more }) => (
        <>
          {problems.map((problem) => (
            <ProblemNote key={problem.code + problem.detail} problem={problem} />
          ))}
          <ol className={styles.history}>
            {entries.map((entry) => (
              <li key={entry.key + entry.at} className={styles.entry}>
                <p>
                  <Time at={entry.at} /> <span className={styles.dim}>{KINDS[entry.kind]}</span>{' '}
                  <bdi>{entry.trail}</bdi> <span className={styles.dim}>{entry.region}</span>
                </p>
                <p>{entry.title}</p>
                {entry.detail !== '' && <p className={styles.dim}>{entry.detail}</p>}
                <Id value={entry.key} kind="record" />
              </li>
            ))}
          </ol>
          {more && <p className={styles.dim}>Older entries are in the archive and not shown here.</p>}
        </>
      )}
    </View>
  );
}
