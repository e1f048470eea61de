/** A unified diff: what is there against what is wanted, readable without colour, by keyboard and by screen reader. */
import { Button, CopyButton, Group, Text, VisuallyHidden } from '@mantine/core';
import { Fragment, useMemo, useState, type ReactNode } from 'react';
import { diffCounts, folded, headOf, readDiff, type DiffLine, type Hunk, type Stretch } from './diff-lines.ts';
import classes from './diff.module.css';

/** Beyond so many lines nobody reads on unasked, and a browser would take long to lay them out. */
const MOST_LINES = 400;

/** @param name what differs, for the caption and the names of its buttons */
export function Diff({ text, name = 'document' }: { readonly text: string; readonly name?: string }): ReactNode {
  const hunks = useMemo(() => readDiff(text), [text]);
  const [whole, setWhole] = useState(false);
  const total = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  if (total === 0) return <Text c="dimmed">No line differs.</Text>;
  const shown = whole ? hunks : headOf(hunks, MOST_LINES);
  return (
    <div className={classes['frame']}>
      <Head hunks={hunks} text={text} name={name} />
      <table className={classes['table']}>
        <caption>
          <VisuallyHidden>Lines of {name} that differ: line now, line as wanted, mark, text</VisuallyHidden>
        </caption>
        <colgroup>
          <col className={classes['numberColumn']} />
          <col className={classes['numberColumn']} />
          <col className={classes['markColumn']} />
          <col />
        </colgroup>
        <thead className={classes['heads']}>
          <tr>
            <th scope="col">Line now</th>
            <th scope="col">Line wanted</th>
            <th scope="col">Mark</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        {shown.map((hunk, index) => (
          <HunkRows key={index} hunk={hunk} />
        ))}
      </table>
      {total > MOST_LINES && !whole && (
        <Button variant="subtle" fullWidth radius={0} onClick={() => setWhole(true)}>
          Show all {total.toLocaleString('en')} lines
        </Button>
      )}
    </div>
  );
}

function Head({
  hunks,
  text,
  name,
}: {
  readonly hunks: readonly Hunk[];
  readonly text: string;
  readonly name: string;
}) {
  const { added, removed } = useMemo(() => diffCounts(hunks), [hunks]);
  return (
    <Group justify="space-between" className={classes['head']} wrap="nowrap">
      <Text size="sm" component="div">
        <span className={classes['plus']}>+{added}</span> <span className={classes['minus']}>−{removed}</span>
        <VisuallyHidden>
          {' '}
          {added} lines are added, {removed} removed
        </VisuallyHidden>
      </Text>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            variant="default"
            onClick={copy}
            aria-label={`${copied ? 'Copied' : 'Copy diff'}: ${name}`}
          >
            {copied ? 'Copied' : 'Copy diff'}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

function HunkRows({ hunk }: { readonly hunk: Hunk }): ReactNode {
  const stretches = useMemo(() => folded(hunk.lines), [hunk.lines]);
  return (
    <tbody>
      {hunk.skipped > 0 && (
        <tr className={classes['skipped']}>
          <td colSpan={4}>{lineCount(hunk.skipped)} not shown, the same in both</td>
        </tr>
      )}
      {stretches.map((stretch, index) => (
        <StretchRows key={index} stretch={stretch} />
      ))}
    </tbody>
  );
}

function StretchRows({ stretch }: { readonly stretch: Stretch }): ReactNode {
  const [open, setOpen] = useState(stretch.kind === 'lines');
  if (open) {
    return stretch.lines.map((line, index) => (
      <Fragment key={index}>
        <Line line={line} />
      </Fragment>
    ));
  }
  return (
    <tr className={classes['skipped']}>
      <td colSpan={4}>
        <Button size="compact-xs" variant="subtle" onClick={() => setOpen(true)}>
          Show {lineCount(stretch.lines.length)} that stay
        </Button>
      </td>
    </tr>
  );
}

const MARKS = { same: ' ', added: '+', removed: '−' } as const;
const SPOKEN = { same: '', added: 'added: ', removed: 'removed: ' } as const;

function Line({ line }: { readonly line: DiffLine }): ReactNode {
  const text = line.text === '' ? '\u00a0' : line.text;
  return (
    <tr className={classes[line.kind]} data-kind={line.kind}>
      <td className={classes['number']}>{line.old}</td>
      <td className={classes['number']}>{line.wanted}</td>
      <td className={classes['mark']} aria-hidden="true">
        {MARKS[line.kind]}
      </td>
      <td className={classes['text']}>
        <VisuallyHidden>{SPOKEN[line.kind]}</VisuallyHidden>
        {line.kind === 'added' ? <ins>{text}</ins> : line.kind === 'removed' ? <del>{text}</del> : text}
      </td>
    </tr>
  );
}

function lineCount(lines: number): string {
  return lines === 1 ? '1 line' : `${lines.toLocaleString('en')} lines`;
}
