/** Failed jobs by account, most first: why, a retry of all of them, and each of them when opened. */
import { Anchor, Button, Collapse, Group, Text } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { JobsPage } from '../../contract/jobs.ts';
import { useRight } from '../api/session.ts';
import { Id } from '../parts/name.tsx';
import { Time } from '../parts/time.tsx';
import { FailedJobs } from './failed-jobs.tsx';
import { ReasonText } from './reason-text.tsx';
import { RetryButton } from './retry-button.tsx';
import { counted } from '../parts/figures.ts';
import classes from './work.module.css';

type FailedAccount = JobsPage['failed'][number];

/** So many accounts are shown at once; more are asked for. */
const FIRST = 20;

export function FailedAccounts({ failed }: { readonly failed: readonly FailedAccount[] }): ReactNode {
  const [all, setAll] = useState(false);
  const [result, setResult] = useState('');
  const shown = all ? failed : failed.slice(0, FIRST);
  return (
    <>
      <Text role="status" mb={result === '' ? 0 : 'xs'}>
        {result}
      </Text>
      {failed.length === 0 && (
        <Text size="sm" c="dimmed">
          No job has failed for good.
        </Text>
      )}
      {shown.map((one) => (
        <AccountCard key={one.account} one={one} onResult={(text) => setResult(`${nameOf(one)}: ${text}`)} />
      ))}
      {shown.length < failed.length && (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)}>
          Show all {counted(failed.length, 'account')}
        </Button>
      )}
    </>
  );
}

interface AccountCardProps {
  readonly one: FailedAccount;
  readonly onResult: (text: string) => void;
}

function AccountCard({ one, onResult }: AccountCardProps): ReactNode {
  const [open, setOpen] = useState(false);
  const id = useId();
  const mayRetry = useRight('operate');
  const name = nameOf(one);
  return (
    <article className={classes['failed']} aria-labelledby={`${id}-name`}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Text fw={600} id={`${id}-name`} component="h3" size="md">
            {one.account === '' ? name : <AccountLink account={one.account} name={name} />}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            {counted(one.jobs, 'job')}
            {one.newest !== null && (
              <>
                , the newest <Time at={one.newest} />
              </>
            )}
            {one.account !== '' && (
              <>
                {' · '}
                <Id value={one.account} kind="account" />
              </>
            )}
          </Text>
        </div>
        {mayRetry && (
          <RetryButton
            which={{ account: one.account }}
            label="Retry all"
            of={`all failed jobs of ${name}`}
            onResult={onResult}
          />
        )}
      </Group>
      <Text size="sm" mt={6} className={classes['reason']}>
        <ReasonText reason={one.reason} />
      </Text>
      <Button
        variant="subtle"
        size="compact-sm"
        mt={6}
        ml={-8}
        aria-expanded={open}
        aria-controls={`${id}-jobs`}
        onClick={() => setOpen(!open)}
      >
        {open ? 'Hide the jobs' : `Show ${counted(one.jobs, 'job')}`}
      </Button>
      <Collapse expanded={open} id={`${id}-jobs`}>
        {open && <FailedJobs account={one.account} name={name} onResult={onResult} />}
      </Collapse>
    </article>
  );
}

function AccountLink({ account, name }: { readonly account: string; readonly name: string }): ReactNode {
  return (
    <Anchor component={Link} href={`/accounts/${account}`} inherit>
      {name}
    </Anchor>
  );
}

function nameOf({ account, name }: FailedAccount): string {
  if (account === '') return 'Jobs of no single account';
  return name === '' ? account : name;
}
