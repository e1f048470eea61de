/** Search, state, "needs a person", and on narrow screens the order: everything that is in the address of the list. */
import { Checkbox, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { CELL_STATES } from '../../../core/verdict.ts';
import { STATE_WORDS } from '../parts/state.tsx';
import { FIRST_ORDER, SORT_WORDS, type AccountFilters, type Sort } from './accounts-query.ts';
import styles from './accounts.module.css';
import { SearchField } from './search-field.tsx';
import type { UrlQuery } from './url-query.ts';

const STATES = [
  { value: '', label: 'Any state' },
  ...CELL_STATES.toReversed().map((value) => ({ value, label: STATE_WORDS[value] })),
];
const SORTS = (Object.keys(FIRST_ORDER) as Sort[]).map((value) => ({ value, label: SORT_WORDS[value] }));

interface AccountsFiltersProps {
  readonly filters: AccountFilters;
  readonly query: UrlQuery;
}

/** The form above the table. */
export function AccountsFilters({ filters, query }: AccountsFiltersProps): ReactNode {
  return (
    <form className={styles.filters} role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField
        label="Search"
        placeholder="Name or account id"
        value={filters.search}
        onSearch={(search) => query.set({ search }, { replace: true })}
      />
      <NativeSelect
        label="State"
        data={STATES}
        value={filters.state ?? ''}
        onChange={(event) => query.set({ state: event.currentTarget.value })}
      />
      <div className={styles.narrowOnly}>
        <NativeSelect
          label="Sorted by"
          data={SORTS}
          value={filters.sort}
          onChange={(event) => query.set({ sort: event.currentTarget.value, order: null })}
        />
      </div>
      <Checkbox
        className={styles.check}
        label="Needs a person"
        checked={filters.open}
        onChange={(event) => query.set({ open: event.currentTarget.checked ? 'true' : null })}
      />
    </form>
  );
}
