/** Accounts as a table that sorts by its headings; on a narrow screen each account becomes a card. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AccountLine } from '../../contract/accounts.ts';
import { Id } from '../parts/name.tsx';
import { lengthOf } from '../parts/moment.ts';
import { Count } from '../parts/number.tsx';
import { StateMark } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { accountAddress, findingsAddress } from './addresses.ts';
import { SORT_WORDS, type AccountFilters, type Sort } from './accounts-query.ts';
import styles from './accounts.module.css';
import { LastError } from './last-error.tsx';

interface AccountsTableProps {
  readonly lines: readonly AccountLine[];
  readonly filters: AccountFilters;
  readonly onSort: (sort: Sort) => void;
}

interface Column {
  readonly head: string;
  readonly sort: Sort | null;
  readonly numeric?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'State', sort: 'worst' },
  { head: 'Name', sort: 'name' },
  { head: 'Account', sort: 'account' },
  { head: 'Proven until', sort: 'verifiedUntil' },
  { head: 'Lag', sort: 'lag', numeric: true },
  { head: 'Last digest', sort: 'lastDigest' },
  { head: 'Open', sort: 'open', numeric: true },
  { head: 'In the way', sort: null },
];

/** Roles are said aloud since a browser forgets them where rows become cards. */
export function AccountsTable({ lines, filters, onSort }: AccountsTableProps): ReactNode {
  return (
    <>
      <p className="visually-hidden" role="status">
        Sorted by {SORT_WORDS[filters.sort]}, {filters.order === 'asc' ? 'ascending' : 'descending'}
      </p>
      <table className={styles.table} role="table" aria-label="Accounts">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((column) => (
              <Heading key={column.head} column={column} filters={filters} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {lines.map((line) => (
            <Row key={line.account} line={line} />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface HeadingProps extends Omit<AccountsTableProps, 'lines'> {
  readonly column: Column;
}

function Heading({ column, filters, onSort }: HeadingProps): ReactNode {
  const { head, sort, numeric = false } = column;
  const sorted = sort === filters.sort ? (filters.order === 'asc' ? 'ascending' : 'descending') : 'none';
  return (
    <th
      scope="col"
      role="columnheader"
      className={numeric ? styles.numeric : undefined}
      aria-sort={sort === null ? undefined : sorted}
    >
      {sort === null ? (
        head
      ) : (
        <button type="button" className={styles.sort} onClick={() => onSort(sort)}>
          {head}
          <span aria-hidden="true" className={styles.arrow}>
            {sorted === 'none' ? '' : sorted === 'ascending' ? '↑' : '↓'}
          </span>
        </button>
      )}
    </th>
  );
}

function Row({ line }: { readonly line: AccountLine }): ReactNode {
  return (
    <tr role="row" data-state={line.state}>
      <td role="cell" className={styles.stateCell}>
        <StateMark state={line.state} />
      </td>
      <th scope="row" role="rowheader" className={styles.nameCell}>
        <Link href={accountAddress(line.account)} className={styles.name}>
          <bdi>{line.name === '' ? line.account : line.name}</bdi>
        </Link>
        {line.organizationState !== 'ACTIVE' && line.organizationState !== 'UNKNOWN' && (
          <span className={styles.tag}>{line.organizationState.toLowerCase().replaceAll('_', ' ')}</span>
        )}
      </th>
      <td role="cell">
        <Id value={line.account} kind="account id" />
      </td>
      <td role="cell" data-head="Proven until">
        <Time at={line.verifiedUntil} none="not yet" />
      </td>
      <td role="cell" data-head="Lag" className={styles.numeric}>
        {line.lagSeconds === null ? <Count n={null} /> : lengthOf(line.lagSeconds * 1000)}
      </td>
      <td role="cell" data-head="Last digest" className={styles.quietWhenNarrow}>
        <Time at={line.lastDigest} none="none" />
      </td>
      <td
        role="cell"
        data-head="Open findings"
        className={`${styles.numeric} ${line.open === 0 ? styles.quietWhenNarrow : ''}`}
      >
        {line.open === 0 ? (
          <span className={styles.faint}>0</span>
        ) : (
          <Link href={findingsAddress({ account: line.account })} aria-label={`${line.open} open findings`}>
            <Count n={line.open} />
          </Link>
        )}
      </td>
      <td role="cell" className={styles.errorCell}>
        <LastError line={line} />
      </td>
    </tr>
  );
}
