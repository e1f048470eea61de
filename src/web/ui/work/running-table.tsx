/** Jobs that a worker holds at this moment: longest first, since what runs long is what one asks about. */
import { Button, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { JobsPage } from '../../contract/jobs.ts';
import { lengthOf } from '../parts/moment.ts';
import { Id } from '../parts/name.tsx';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { Time } from '../parts/time.tsx';
import { counted, figure } from '../parts/figures.ts';

type Running = JobsPage['running'][number];

const FIRST = 12;

/** `now`: when the jobs were read, epoch milliseconds. */
export function RunningTable({ running, now }: { readonly running: readonly Running[]; readonly now: number }) {
  const [all, setAll] = useState(false);
  const longest = running.toSorted((a, b) => (a.since < b.since ? -1 : 1));
  const shown = all ? longest : longest.slice(0, FIRST);
  return (
    <>
      <StackedTable
        caption="Jobs under way, longest first"
        columns={columnsAt(now)}
        rows={shown}
        keyOf={({ queue, id }) => `${queue} ${id}`}
      />
      {shown.length < running.length && (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setAll(true)}>
          Show all {counted(running.length, 'job')}
        </Button>
      )}
    </>
  );
}

function columnsAt(now: number): readonly Column<Running>[] {
  return [
    { head: 'Job', cell: whatOf },
    { head: 'Account', cell: ({ account }) => (account === null ? 'all' : <Id value={account} kind="account" />) },
    { head: 'Region and trail', cell: ({ region, trail }) => [region, trail].filter(Boolean).join(', ') || '–' },
    { head: 'Progress', cell: progressOf },
    { head: 'Since', cell: ({ since }) => <Time at={since} /> },
    { head: 'For', numeric: true, cell: ({ since }) => lengthOf(now - Date.parse(since)) },
  ];
}

function whatOf({ what, depth }: Running): ReactNode {
  if (depth === null) return what;
  return `${what}, ${depth === 'full' ? 'everything the source holds' : 'recent hours'}`;
}

function progressOf({ progress, what }: Running): ReactNode {
  if (progress !== null) return `${figure(progress.listed)} files listed, ${figure(progress.captured)} captured`;
  return (
    <Text span size="sm" c="dimmed">
      {what === 'sweep' ? 'has not said yet' : '–'}
    </Text>
  );
}
