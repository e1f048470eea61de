/** What runs, what waits, what has failed for good, and how fast it goes: is anything stuck, and what frees it? */
import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { JobsPage } from '../../contract/jobs.ts';
import { useApi } from '../api/client.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { BackfillsTable } from './backfills-table.tsx';
import { FailedAccounts } from './failed-accounts.tsx';
import { QueuesTable } from './queues-table.tsx';
import { RunningTable } from './running-table.tsx';
import { Throughput } from './throughput.tsx';
import { workSentence } from './words.ts';

/** `/work` */
export function WorkPage(): ReactNode {
  const jobs = useApi<JobsPage>('/api/jobs', { topics: ['jobs'], refreshMs: 10_000 });
  const board = (
    <Anchor href="/jobs" size="sm" target="_self">
      Job board
    </Anchor>
  );
  return (
    <Page
      title="Work"
      sentence={jobs.data === undefined ? undefined : workSentence(jobs.data)}
      readAt={jobs.data?.readAt}
      actions={board}
    >
      <View of={jobs}>{(data) => <Work data={data} />}</View>
    </Page>
  );
}

function Work({ data }: { readonly data: JobsPage }): ReactNode {
  const now = Date.parse(data.readAt);
  return (
    <>
      {data.problems.map((problem) => (
        <ProblemNote key={`${problem.code} ${problem.detail}`} problem={problem} />
      ))}
      <Section
        title="Failed for good"
        sentence="Each was tried as often as limits.jobAttempts says. Mend what the reason names, then retry: a retry judges again and repeats nothing that is done."
      >
        <FailedAccounts failed={data.failed} />
      </Section>
      <Section title="Backfills" sentence="Digests that lie in a source and wait to be judged, by account.">
        {data.backfills.length === 0 ? (
          <Quiet>No digest waits to be judged.</Quiet>
        ) : (
          <BackfillsTable backfills={data.backfills} now={now} />
        )}
      </Section>
      <Section title="Running now">
        {data.running.length === 0 ? (
          <Quiet>No worker holds a job at this moment.</Quiet>
        ) : (
          <RunningTable running={data.running} now={now} />
        )}
      </Section>
      <Section title="Throughput" sentence="Digests judged in each minute of the last hour, in UTC.">
        <Throughput />
      </Section>
      <Section title="Queues" sentence="Delayed jobs wait for their time. Completed counts what Redis still keeps.">
        {data.queues.length === 0 ? <Quiet>No queue could be read.</Quiet> : <QueuesTable queues={data.queues} />}
      </Section>
    </>
  );
}

function Quiet({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}
