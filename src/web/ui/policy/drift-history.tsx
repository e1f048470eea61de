/** Who changed which document, when, why and how it ended: a page at a time, each with its difference when opened. */
import { Button, Text } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import type { DriftPage } from '../../contract/policy.ts';
import { useApi } from '../api/client.ts';
import { View } from '../frame/view.tsx';
import { Diff } from '../parts/diff.tsx';
import { Id } from '../parts/name.tsx';
import { Pager } from '../parts/pager.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { Time } from '../parts/time.tsx';
import { entryText, kindText } from './words.ts';
import classes from './policy.module.css';

type Entry = DriftPage['entries'][number];

const PAGE = 10;

export function DriftHistory(): ReactNode {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const query = new URLSearchParams({ limit: String(PAGE) });
  const cursor = cursors.at(-1);
  if (cursor !== undefined) query.set('cursor', cursor);
  const page = useApi<DriftPage>(`/api/policy/history?${query}`, { topics: ['policy'] });
  return (
    <View of={page}>
      {(data) => (
        <>
          {data.problems.map((problem) => (
            <ProblemNote key={`${problem.code} ${problem.detail}`} problem={problem} />
          ))}
          <Entries entries={data.entries} partial={data.problems.length > 0} />
          {(data.next !== null || cursors.length > 0) && (
            <Pager next={data.next} cursors={cursors} onMove={setCursors} mt="sm" />
          )}
        </>
      )}
    </View>
  );
}

function Entries({ entries, partial }: { readonly entries: readonly Entry[]; readonly partial: boolean }): ReactNode {
  if (entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {partial ? 'No record could be read.' : 'The archive holds no record of a change.'}
      </Text>
    );
  }
  return (
    <ul className={classes['history']}>
      {entries.map((entry) => (
        <HistoryEntry key={`${entry.at} ${entry.kind} ${entry.target}`} entry={entry} />
      ))}
    </ul>
  );
}

function HistoryEntry({ entry }: { readonly entry: Entry }): ReactNode {
  const [open, setOpen] = useState(false);
  const id = useId();
  const { at, kind, target, who, by, outcome, reasons, diff } = entry;
  return (
    <li className={classes['entry']}>
      <div className={classes['entryHead']}>
        <Time at={at} />
        <strong>{kindText(kind)}</strong>
        <Id value={target} kind="name" />
        <span>{by === 'apply' ? 'applied' : 'put back by the daemon'}</span>
        <Id value={who} kind="name" />
      </div>
      <div className={classes['sentence']}>{entryText(reasons, outcome)}</div>
      {diff !== '' && (
        <Button
          variant="subtle"
          size="compact-sm"
          ml={-8}
          aria-expanded={open}
          aria-controls={id}
          aria-label={`${open ? 'Hide' : 'Show'} the difference of ${kindText(kind).toLowerCase()}, ${at}`}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide the difference' : 'Show the difference'}
        </Button>
      )}
      <div id={id}>{open && <Diff text={diff} name={`${kindText(kind).toLowerCase()} of ${target}`} />}</div>
    </li>
  );
}
