/** Is the daemon itself well: readiness, Redis, processes and their versions, calls to AWS, the archive, the configuration. */
import type { ReactNode } from 'react';
import type { SystemPage as System } from '../../contract/system.ts';
import { useApi } from '../api/client.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { Command } from '../parts/command.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { QueuesTable } from '../work/queues-table.tsx';
import { ArchiveLook } from './archive-look.tsx';
import { CallsTable } from './calls-table.tsx';
import { Health } from './health.tsx';
import { Nothing } from './nothing.tsx';
import { ProcessesTable } from './processes-table.tsx';
import { RedisFacts } from './redis-facts.tsx';
import { systemSentence, versionsText } from './words.ts';

/** `/system` */
export function SystemPage(): ReactNode {
  const system = useApi<System>('/api/system', { topics: ['system'], refreshMs: 15_000 });
  return (
    <Page
      title="System"
      sentence={system.data === undefined ? undefined : systemSentence(system.data)}
      readAt={system.data?.readAt}
    >
      <View of={system}>{(data) => <Body data={data} />}</View>
    </Page>
  );
}

function Body({ data }: { readonly data: System }): ReactNode {
  const { redis, processes, calls, queues, archive } = data;
  return (
    <>
      {data.problems.map((problem) => (
        <ProblemNote key={`${problem.code} ${problem.detail}`} problem={problem} />
      ))}
      <Health readiness={data.readiness} />
      <Section title="Redis">
        {redis === null ? (
          <Nothing>Redis says nothing of itself: it does not answer, or refuses INFO, as managed ones may.</Nothing>
        ) : (
          <RedisFacts redis={redis} />
        )}
      </Section>
      <Section title="Processes" sentence={versionsText(processes) ?? `These pages are of version ${data.version}.`}>
        {processes.length === 0 ? (
          <Nothing>No process has been heard of.</Nothing>
        ) : (
          <ProcessesTable processes={processes} version={data.version} />
        )}
      </Section>
      <Section
        title="Calls to AWS"
        sentence="Within the last minute, of all processes together; retries that AWS throttled count apart."
      >
        {calls.length === 0 ? <Nothing>No call was counted in the last minute.</Nothing> : <CallsTable calls={calls} />}
      </Section>
      <Section title="Queues">
        {queues.length === 0 ? <Nothing>No queue could be read.</Nothing> : <QueuesTable queues={queues} />}
      </Section>
      <ArchiveLook archive={archive} />
      <Section title="Configuration in force" sentence="With every default, without secrets.">
        {data.configuration === '' ? (
          <Nothing>The configuration was not told.</Nothing>
        ) : (
          <Command text={data.configuration} what="configuration" />
        )}
      </Section>
    </>
  );
}
