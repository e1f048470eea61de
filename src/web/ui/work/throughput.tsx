/** How many digests were judged in each minute of the last hour. The chart's code comes when it is needed. */
import { Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import type { Overview } from '../../contract/overview.ts';
import { useApi } from '../api/client.ts';
import { View } from '../frame/view.tsx';
import { counted } from '../parts/figures.ts';
import classes from './work.module.css';

const ThroughputChart = lazy(async () => {
  const { ThroughputChart: chart } = await import('./throughput-chart.tsx');
  return { default: chart };
});

export function Throughput(): ReactNode {
  const overview = useApi<Overview>('/api/overview', { topics: ['overview'] });
  return <View of={overview}>{(data) => <Told data={data} />}</View>;
}

function Told({ data }: { readonly data: Overview }): ReactNode {
  const { digests, files, minutes } = data.throughput;
  if (digests === 0) {
    return (
      <Text size="sm" c="dimmed">
        No digest was judged in the last hour.
      </Text>
    );
  }
  const judged = `${counted(digests, 'digest')} with ${counted(files, 'log file')} judged in the last hour`;
  const busiest = `the busiest minute had ${counted(Math.max(...minutes), 'digest')}`;
  return (
    <>
      <Text size="sm" mb="xs">
        {judged}; {busiest}.
      </Text>
      {/* Its sentence above says what it shows; sixty bars read aloud would say less. */}
      <div className={classes['chart']} aria-hidden="true">
        <Suspense fallback={<Skeleton height={180} />}>
          <ThroughputChart minutes={minutes} until={data.readAt} />
        </Suspense>
      </div>
    </>
  );
}
