/** Calls to AWS by service and operation; errors and throttles stand out. */
import type { ReactNode } from 'react';
import type { SystemPage } from '../../contract/system.ts';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';

type Call = SystemPage['calls'][number];

const COLUMNS: readonly Column<Call>[] = [
  { head: 'Service', cell: ({ service }) => service },
  { head: 'Operation', cell: ({ operation }) => operation },
  { head: 'A minute', numeric: true, cell: ({ perMinute }) => perMinute.toLocaleString('en') },
  { head: 'Errors', numeric: true, cell: ({ errors }) => <Trouble value={errors} /> },
  { head: 'Throttled', numeric: true, cell: ({ throttled }) => <Trouble value={throttled} /> },
];

export function CallsTable({ calls }: { readonly calls: readonly Call[] }): ReactNode {
  return (
    <StackedTable
      caption="Calls to AWS in the last minute, most first"
      columns={COLUMNS}
      rows={calls.toSorted((a, b) => b.perMinute - a.perMinute)}
      keyOf={({ service, operation }) => `${service} ${operation}`}
      marked={({ errors, throttled }) => errors + throttled > 0}
      dense
    />
  );
}

function Trouble({ value }: { readonly value: number }): ReactNode {
  return value === 0 ? '0' : <strong>{value.toLocaleString('en')}</strong>;
}
