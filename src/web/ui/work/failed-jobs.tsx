/** The failed jobs of one account, one by one and a page at a time, each with its reason and a retry of its own. */
import { Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { FailedPage } from '../../contract/jobs.ts';
import { useApi } from '../api/client.ts';
import { useRight } from '../api/session.ts';
import { View } from '../frame/view.tsx';
import { Id } from '../parts/name.tsx';
import { Pager } from '../parts/pager.tsx';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { Time } from '../parts/time.tsx';
import { ReasonText } from './reason-text.tsx';
import { RetryButton } from './retry-button.tsx';
import { figure } from '../parts/figures.ts';
import classes from './work.module.css';

type FailedJob = FailedPage['jobs'][number];

const PAGE = 25;

interface FailedJobsProps {
  /** Empty: jobs of no single account. */
  readonly account: string;
  readonly name: string;
  readonly onResult: (text: string) => void;
}

export function FailedJobs({ account, name, onResult }: FailedJobsProps): ReactNode {
  // The cursors of the pages gone through: the last is the one in view, so that "newer" finds its way back.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const query = new URLSearchParams({ account, limit: String(PAGE) });
  const cursor = cursors.at(-1);
  if (cursor !== undefined) query.set('cursor', cursor);
  const page = useApi<FailedPage>(`/api/jobs/failed?${query}`, { topics: ['jobs'] });
  const mayRetry = useRight('operate');
  return (
    <div className={classes['jobs']}>
      <View of={page}>
        {(data) =>
          data.jobs.length === 0 ? (
            <Text size="sm" c="dimmed">
              None of them is failed any more.
            </Text>
          ) : (
            <>
              <StackedTable
                caption={`Failed jobs of ${name}, newest first`}
                columns={mayRetry ? [...COLUMNS, retryColumn(onResult)] : COLUMNS}
                rows={data.jobs}
                keyOf={({ queue, id }) => `${queue} ${id}`}
              />
              <Foot data={data} cursors={cursors} onMove={setCursors} />
            </>
          )
        }
      </View>
    </div>
  );
}

interface FootProps {
  readonly data: FailedPage;
  readonly cursors: readonly string[];
  readonly onMove: (cursors: readonly string[]) => void;
}

/** Nothing where one page holds all. */
function Foot({ data, cursors, onMove }: FootProps): ReactNode {
  const { next, total, jobs } = data;
  if (next === null && cursors.length === 0) return null;
  return (
    <Pager next={next} cursors={cursors} onMove={onMove} mt="xs">
      <Text size="sm" c="dimmed">
        {figure(jobs.length)} of {figure(total)} in view
      </Text>
    </Pager>
  );
}

const COLUMNS: readonly Column<FailedJob>[] = [
  { head: 'Failed', cell: ({ failedAt }) => <Time at={failedAt} /> },
  { head: 'Job', cell: whatOf },
  { head: 'Tried', numeric: true, cell: ({ attempts }) => `${figure(attempts)}×` },
  { head: 'Reason', cell: ({ reason }) => <ReasonText reason={reason} /> },
];

function retryColumn(onResult: (text: string) => void): Column<FailedJob> {
  return {
    head: 'Retry',
    cell: ({ queue, id, what }) => (
      <RetryButton which={{ queue, id }} label="Retry" of={`${what} ${id}`} onResult={onResult} />
    ),
  };
}

function whatOf({ what, region, trail, object }: FailedJob): ReactNode {
  const where = [region, trail].filter(Boolean).join(', ');
  return (
    <>
      {what}
      {where === '' ? '' : ` of ${where}`}
      {object !== null && (
        <div className={classes['object']}>
          <Id value={object} kind="key" />
        </div>
      )}
    </>
  );
}
