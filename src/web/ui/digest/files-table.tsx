/** Every log file that a digest names: a few hundred rows at a time, those that need a look first. */
import { Button, Group, NativeSelect } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { DigestPage, LogView } from '../../contract/chains.ts';
import { oneOf, useUrlQuery } from '../accounts/url-query.ts';
import { Code } from '../parts/code.tsx';
import { Id } from '../parts/name.tsx';
import { Count } from '../parts/number.tsx';
import { Section } from '../parts/section.tsx';
import { StackedTable, type Column } from '../parts/stacked-table.tsx';
import { fileName } from './file-name.ts';
import { isWorthALook } from './verdict-sentence.ts';
import { Verdict } from './verdict.tsx';
import { viaWords } from './via.ts';
import styles from './digest.module.css';

const STEP = 200;

const COLUMNS: readonly Column<LogView>[] = [
  {
    head: 'Verdict',
    cell: (log) => (
      <span className={styles.stack}>
        <Verdict code={log.verdict} />
        {log.source !== null && (
          <span className={styles.dim}>
            source: <Code code={log.source.verdict} />
          </span>
        )}
      </span>
    ),
  },
  { head: 'Log file', cell: (log) => <Id value={fileName(log.origin.key)} kind="name of the file" /> },
  { head: 'Judged from', cell: (log) => viaWords(log.via) },
  { head: 'Bytes', numeric: true, cell: (log) => <Count n={log.size} /> },
  { head: 'Content hash', cell: (log) => <HashCell log={log} /> },
];

/** The filter is in the address as `files`. */
export function FilesTable({ page }: { readonly page: DigestPage }): ReactNode {
  const query = useUrlQuery();
  const [most, setMost] = useState(STEP);
  const filter = oneOf(query.get('files'), ['all', 'not-valid', 'look']) ?? 'all';
  const logs = page.logs.filter((log) => passes(log, filter)).toSorted((a, b) => rank(a) - rank(b));
  const shown = logs.slice(0, most);
  return (
    <Section
      title="Log files"
      sentence={sentenceOf(page)}
      side={
        page.logs.length > 0 && (
          <NativeSelect
            aria-label="Which log files"
            size="xs"
            value={filter}
            onChange={(event) =>
              query.set({ files: event.currentTarget.value === 'all' ? null : event.currentTarget.value })
            }
            data={choices(page.logs)}
          />
        )
      }
    >
      {logs.length === 0 && page.logs.length > 0 && <p className={styles.dim}>No log file is like that.</p>}
      {shown.length > 0 && (
        <StackedTable
          caption="Log files that this digest names"
          columns={COLUMNS}
          rows={shown}
          keyOf={(log) => `${log.origin.bucket}/${log.origin.key}`}
          marked={(log) => log.verdict !== 'valid'}
        />
      )}
      {shown.length < logs.length && (
        <Group mt="sm">
          <Button variant="default" size="xs" onClick={() => setMost(most + STEP)}>
            Show {Math.min(STEP, logs.length - shown.length)} more of {logs.length}
          </Button>
        </Group>
      )}
    </Section>
  );
}

function HashCell({ log }: { readonly log: LogView }): ReactNode {
  const { contentSha256: found, expectedSha256: expected } = log;
  if (found === null) return <span className={styles.differ}>≠ none</span>;
  return (
    <span className={styles.hashCell}>
      <span aria-label={found === expected ? 'as expected' : 'not as expected'} role="img">
        {found === expected ? '=' : '≠'}
      </span>
      <Id value={found} kind="content hash" />
    </span>
  );
}

type Filter = 'all' | 'not-valid' | 'look';

function passes(log: LogView, filter: Filter): boolean {
  if (filter === 'all') return true;
  return filter === 'look' ? isWorthALook(log) : log.verdict !== 'valid';
}

function choices(logs: readonly LogView[]): { readonly value: Filter; readonly label: string }[] {
  const count = (filter: Filter): number => logs.filter((log) => passes(log, filter)).length;
  return [
    { value: 'all', label: `All (${count('all')})` },
    { value: 'not-valid', label: `Not valid (${count('not-valid')})` },
    { value: 'look', label: `Worth a look (${count('look')})` },
  ];
}

function rank(log: LogView): number {
  if (log.verdict !== 'valid') return 0;
  return isWorthALook(log) ? 1 : 2;
}

function sentenceOf({ counts, logs, moreLogs }: DigestPage): string {
  if (counts.named === 0 && logs.length === 0) return 'It names none: nothing was delivered in this time.';
  const told = `${counts.named.toLocaleString('en')} named, ${counts.valid.toLocaleString('en')} of them valid.`;
  return moreLogs === 0 ? told : `${told} ${moreLogs.toLocaleString('en')} more are in the receipt and not shown here.`;
}
