/** What is behind, by account: how far it is, how fast it goes, and when it will be through, if anybody can say. */
import { Anchor, Button, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { JobsPage } from '../../contract/jobs.ts';
import { MeterBar } from '../parts/meter.tsx';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { Time } from '../parts/time.tsx';
import { counted, figure } from '../parts/figures.ts';
import { leftText, percentOf, rateText } from './words.ts';
import classes from './work.module.css';

type Backfill = JobsPage['backfills'][number];

const FIRST = 20;

/** `now`: when the numbers were read, epoch milliseconds. */
export function BackfillsTable({ backfills, now }: { readonly backfills: readonly Backfill[]; readonly now: number }) {
  const [all, setAll] = useState(false);
  const most = backfills.toSorted((a, b) => b.waiting - a.waiting);
  const shown = all ? most : most.slice(0, FIRST);
  return (
    <>
      <StackedTable
        caption="Accounts with digests that wait, most first"
        columns={columnsAt(now)}
        rows={shown}
        keyOf={({ account }) => account}
      />
      {shown.length < backfills.length && (
        <Button variant="subtle" size="compact-sm" mt="xs" onClick={() => setAll(true)}>
          Show all {counted(backfills.length, 'account')}
        </Button>
      )}
    </>
  );
}

function columnsAt(now: number): readonly Column<Backfill>[] {
  return [
    { head: 'Account', cell: accountOf },
    { head: 'Progress', cell: (row) => <Progress row={row} /> },
    { head: 'Judged', numeric: true, cell: ({ done }) => figure(done) },
    { head: 'Waiting', numeric: true, cell: ({ waiting }) => figure(waiting) },
    { head: 'Rate', cell: rateText },
    { head: 'Done', cell: (row) => throughOf(row, now) },
  ];
}

function accountOf({ account, name }: Backfill): ReactNode {
  return (
    <Anchor component={Link} href={`/accounts/${account}`} inherit>
      {name === '' ? account : name}
    </Anchor>
  );
}

function Progress({ row }: { readonly row: Backfill }): ReactNode {
  const percent = percentOf(row);
  if (percent === null) return '–';
  const name = row.name === '' ? row.account : row.name;
  return (
    <div className={classes['meter']}>
      <div className={classes['bar']}>
        <MeterBar value={percent} most={100} label={`Digests of ${name} that are judged`} text={`${percent} %`} />
      </div>
      <span className={classes['percent']}>{percent} %</span>
    </div>
  );
}

function throughOf(row: Backfill, now: number): ReactNode {
  const left = leftText(row, now);
  if (left === null) {
    return (
      <Text span size="sm" c="dimmed">
        nobody can say
      </Text>
    );
  }
  return (
    <>
      {left}, <Time at={row.eta} />
    </>
  );
}
