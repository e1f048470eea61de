/** The queues with their counts; what has failed stands out, zeros stay quiet. */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { QueueLine } from '../../contract/jobs.ts';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { figure } from '../parts/figures.ts';

const COLUMNS: readonly Column<QueueLine>[] = [
  { head: 'Queue', cell: ({ name }) => name },
  { head: 'Active', numeric: true, cell: ({ active }) => <Quiet value={active} /> },
  { head: 'Waiting', numeric: true, cell: ({ waiting }) => <Quiet value={waiting} /> },
  { head: 'Delayed', numeric: true, cell: ({ delayed }) => <Quiet value={delayed} /> },
  { head: 'Failed', numeric: true, cell: ({ failed }) => <Quiet value={failed} strong /> },
  { head: 'Completed', numeric: true, cell: ({ completed }) => <Quiet value={completed} /> },
];

export function QueuesTable({ queues }: { readonly queues: readonly QueueLine[] }): ReactNode {
  return (
    <StackedTable
      caption="Queues by name with their jobs by state"
      columns={COLUMNS}
      rows={queues}
      keyOf={({ name }) => name}
      marked={({ failed }) => failed > 0}
      dense
    />
  );
}

function Quiet({ value, strong = false }: { readonly value: number; readonly strong?: boolean }): ReactNode {
  if (value === 0) {
    return (
      <Text span size="sm" c="dimmed">
        0
      </Text>
    );
  }
  return strong ? <strong>{figure(value)}</strong> : figure(value);
}
