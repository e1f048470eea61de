/** Every process that has said something of itself; silent ones first, other versions than ours pointed out. */
import type { ReactNode } from 'react';
import type { SystemPage } from '../../contract/system.ts';
import { memoryText } from '../parts/size.ts';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { Time } from '../parts/time.tsx';

type Process = SystemPage['processes'][number];

interface ProcessesTableProps {
  readonly processes: readonly Process[];
  /** Of the process that answers. */
  readonly version: string;
}

export function ProcessesTable({ processes, version }: ProcessesTableProps): ReactNode {
  return (
    <StackedTable
      caption="Processes of orgtrail, silent ones first"
      columns={columnsFor(version)}
      rows={processes.toSorted((a, b) => Number(b.silent) - Number(a.silent) || a.host.localeCompare(b.host))}
      keyOf={({ id }) => id}
      marked={({ silent }) => silent}
    />
  );
}

function columnsFor(ours: string): readonly Column<Process>[] {
  return [
    { head: 'Host', cell: ({ host, pid }) => `${host}, pid ${pid}` },
    { head: 'Role', cell: ({ role }) => role },
    { head: 'Heard of', cell: heardOf },
    { head: 'Version', cell: ({ version }) => (version === ours ? version : <strong>≠ {version}</strong>) },
    { head: 'Node', cell: ({ node }) => node },
    { head: 'Memory', numeric: true, cell: ({ memory }) => memoryText(memory) },
    { head: 'Started', cell: ({ startedAt }) => <Time at={startedAt} /> },
  ];
}

function heardOf({ silent, at }: Process): ReactNode {
  if (!silent) return <Time at={at} relative />;
  return (
    <strong>
      <span aria-hidden="true">◷</span> silent since <Time at={at} />
    </strong>
  );
}
