/** Wanted against actual: does the archive hold the policies and settings that the configuration asks for, and if not, why? */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PolicyPage as Policy } from '../../contract/policy.ts';
import { useApi } from '../api/client.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Section } from '../parts/section.tsx';
import { Time } from '../parts/time.tsx';
import { ApplyPanel } from './apply-panel.tsx';
import { DocumentCard } from './document-card.tsx';
import { DriftHistory } from './drift-history.tsx';
import { EstimateTable } from './estimate-table.tsx';
import { Interrupted } from './interrupted.tsx';
import { NotConfigured, NotPlanned } from './not-configured.tsx';
import { QuietDocuments } from './quiet-documents.tsx';
import { byUrgency, isQuiet, policySentence } from './words.ts';

/** While an apply is under way its end is looked for more often. */
const APPLYING_MS = 3000;
const USUAL_MS = 60_000;

/** `/policy` */
export function PolicyPage(): ReactNode {
  const policy = useApi<Policy>('/api/policy', { topics: ['policy'], refreshMs: USUAL_MS });
  // The same answer, asked for more often: both share one memory.
  useApi<Policy>(policy.data?.applying === true ? '/api/policy' : null, { topics: ['policy'], refreshMs: APPLYING_MS });
  return (
    <Page
      title="Policy and lifecycle"
      sentence={policy.data === undefined ? undefined : policySentence(policy.data)}
      readAt={policy.data?.readAt}
    >
      <View of={policy}>{(data) => <Body data={data} />}</View>
    </Page>
  );
}

function Body({ data }: { readonly data: Policy }): ReactNode {
  const { configured, at } = data;
  return (
    <>
      {data.problems.map((problem) => (
        <ProblemNote key={`${problem.code} ${problem.detail}`} problem={problem} />
      ))}
      {at === null ? <NotPlanned /> : configured ? <Planned data={data} at={at} /> : <NotConfigured />}
    </>
  );
}

function Planned({ data, at }: { readonly data: Policy; readonly at: string }): ReactNode {
  const documents = byUrgency(data.documents);
  const loud = documents.filter((one) => !isQuiet(one));
  const quiet = documents.filter(isQuiet);
  return (
    <>
      <Text size="sm" c="dimmed" component="p" mt={0}>
        The plan was made <Time at={at} relative /> (<Time at={at} />) over {data.accounts.toLocaleString('en')}{' '}
        accounts.
      </Text>
      <Interrupted changes={data.interrupted} />
      {loud.length > 0 && (
        <Section title="Asks for a person">
          {loud.map((one) => (
            <DocumentCard key={`${one.kind} ${one.account} ${one.target}`} document={one} />
          ))}
        </Section>
      )}
      <ApplyPanel page={data} />
      {quiet.length > 0 && (
        <Section title="As wanted">
          <QuietDocuments documents={quiet} />
        </Section>
      )}
      {data.estimate !== null && <EstimateTable estimate={data.estimate} />}
      <Section
        title="History"
        sentence="Every change that orgtrail made, from its records in the archive, newest first."
      >
        <DriftHistory />
      </Section>
    </>
  );
}
