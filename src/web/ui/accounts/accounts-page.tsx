/** Every account: how far it is proven, how far it lags, and what is in its way. */
import type { ReactNode } from 'react';
import type { AccountsPage as Answer } from '../../contract/accounts.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { AccountsFilters } from './accounts-filters.tsx';
import { accountsPath, filtersOf, sortChange, type AccountFilters } from './accounts-query.ts';
import { AccountsTable } from './accounts-table.tsx';
import { useCursorPages } from './cursor-pages.ts';
import { MoreRows } from './more-rows.tsx';
import { useUrlQuery } from './url-query.ts';

/** `/accounts`. */
export function AccountsPage(): ReactNode {
  const query = useUrlQuery();
  const filters = filtersOf(query);
  const { result, more, busy } = useCursorPages<Answer>(accountsPath(filters), ['accounts']);
  return (
    <Page title="Accounts" readAt={result.data?.at(0)?.readAt ?? null}>
      <AccountsFilters filters={filters} query={query} />
      <View of={result} empty={(pages) => emptiness(pages, filters)}>
        {(pages) => {
          const lines = pages.flatMap((page) => page.accounts);
          return (
            <>
              <AccountsTable lines={lines} filters={filters} onSort={(sort) => query.set(sortChange(filters, sort))} />
              <MoreRows
                shown={lines.length}
                total={pages.at(-1)?.total ?? lines.length}
                what="accounts"
                more={more}
                busy={busy}
              />
            </>
          );
        }}
      </View>
    </Page>
  );
}

/** Nothing found is not the same as nothing known. */
function emptiness(pages: readonly Answer[], { search, state, open }: AccountFilters): string | null {
  if (pages.some((page) => page.accounts.length > 0)) return null;
  if (search !== '' || state !== null) return 'No account is like that. Take a filter away to see the others.';
  if (open) return 'No account needs a person now.';
  return 'No account is known yet. Accounts appear with the first survey: look at the system page if none comes.';
}
