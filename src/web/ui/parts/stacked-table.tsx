/** A plain table that becomes a list of cards on a narrow screen: no page ever scrolls sideways for it. */
import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './stacked-table.module.css';

export interface Column<Row> {
  readonly head: string;
  /** Right-aligned, in tabular figures. */
  readonly numeric?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface StackedTableProps<Row> {
  /** What the table holds, for screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Rows that a person should look at are marked by a bar as well as by what they say. */
  readonly marked?: (row: Row) => boolean;
  /** Few and short columns: it stays a table on narrow screens too. */
  readonly dense?: boolean;
}

/** The roles are said aloud since a browser forgets them where the rows become cards. */
export function StackedTable<Row>({ caption, columns, rows, keyOf, marked, dense }: StackedTableProps<Row>): ReactNode {
  return (
    <table className={classes['table']} role="table" data-dense={dense === true}>
      <caption>
        <VisuallyHidden>{caption}</VisuallyHidden>
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.head} scope="col" role="columnheader" className={column.numeric ? classes['numeric'] : ''}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row" data-marked={marked?.(row) === true ? true : undefined}>
            {columns.map((column) => (
              <td
                key={column.head}
                role="cell"
                data-head={column.head}
                className={column.numeric ? classes['numeric'] : ''}
              >
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
