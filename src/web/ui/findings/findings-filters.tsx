/** Text, code and account: what is in the address of the list of findings. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import type { FindingsPage } from '../../contract/findings.ts';
import { SearchField } from '../accounts/search-field.tsx';
import type { UrlQuery } from '../accounts/url-query.ts';
import { isAccountId, type FindingFilters } from './findings-query.ts';
import styles from './findings.module.css';

interface FindingsFiltersProps {
  readonly filters: FindingFilters;
  readonly query: UrlQuery;
  readonly groups: FindingsPage['groups'];
}

/** The form above the groups. */
export function FindingsFilters({ filters, query, groups }: FindingsFiltersProps): ReactNode {
  const codes = [...new Set([...(filters.code === null ? [] : [filters.code]), ...groups.map(({ code }) => code)])];
  return (
    <form className={styles.filters} role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField
        label="Search"
        placeholder="Account name, bucket, key or detail"
        value={filters.search}
        onSearch={(search) => query.set({ search }, { replace: true })}
      />
      <NativeSelect
        label="Code"
        data={[{ value: '', label: 'Any code' }, ...codes]}
        value={filters.code ?? ''}
        onChange={(event) => query.set({ code: event.currentTarget.value })}
      />
      <AccountField account={filters.account} onAccount={(account) => query.set({ account })} />
    </form>
  );
}

interface AccountFieldProps {
  readonly account: string | null;
  readonly onAccount: (account: string | null) => void;
}

/** Takes effect once it is an id, or empty. */
function AccountField({ account, onAccount }: AccountFieldProps): ReactNode {
  const [text, setText] = useState(account ?? '');
  useEffect(() => setText(account ?? ''), [account]);
  const change = (next: string): void => {
    const digits = next.replaceAll(/\D/g, '').slice(0, 12);
    setText(digits);
    if (digits === '' || isAccountId(digits)) onAccount(digits === '' ? null : digits);
  };
  const missing = 12 - text.length;
  return (
    <TextInput
      label="Account id"
      placeholder="12 digits"
      inputMode="numeric"
      value={text}
      error={missing > 0 && missing < 12 && `${missing} digits to go`}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
