/** Everything that a person must see: open, accepted or gone, grouped by what it is. */
import { Anchor, SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AccountsPage } from '../../contract/accounts.ts';
import type { FindingsPage as Answer } from '../../contract/findings.ts';
import { apiPath } from '../accounts/addresses.ts';
import { useCursorPages } from '../accounts/cursor-pages.ts';
import { MoreRows } from '../accounts/more-rows.tsx';
import { useUrlQuery, type UrlQuery } from '../accounts/url-query.ts';
import { useApi } from '../api/client.ts';
import { useRight } from '../api/session.ts';
import { Page } from '../frame/page.tsx';
import { View } from '../frame/view.tsx';
import { Time } from '../parts/time.tsx';
import { countShown, FindingGroup } from './finding-group.tsx';
import { FindingsFilters } from './findings-filters.tsx';
import { findingFiltersOf, findingsPath, type FindingFilters } from './findings-query.ts';
import { Hint } from '../parts/problem.tsx';
import styles from './findings.module.css';

/** `/findings`. */
export function FindingsPage(): ReactNode {
  const query = useUrlQuery();
  const filters = findingFiltersOf(query);
  const { result, more, busy } = useCursorPages<Answer>(findingsPath(filters), ['findings']);
  return (
    <Page
      title="Findings"
      sentence="What a person must see, with its evidence and its next step. Acceptance is recorded and turns nothing green."
      readAt={result.data?.at(0)?.readAt ?? null}
      actions={<Exports filters={filters} />}
    >
      <StatusChoice filters={filters} query={query} />
      <FindingsFilters filters={filters} query={query} groups={result.data?.at(0)?.groups ?? []} />
      <View
        of={result}
        empty={(pages) => (pages.some((page) => page.total > 0) ? null : <Nothing filters={filters} />)}
      >
        {(pages) => <Groups pages={pages} filters={filters} more={more} busy={busy} />}
      </View>
    </Page>
  );
}

function StatusChoice({ filters, query }: { readonly filters: FindingFilters; readonly query: UrlQuery }): ReactNode {
  return (
    <SegmentedControl
      size="sm"
      mb="sm"
      transitionDuration={0}
      aria-label="Which findings"
      value={filters.status}
      onChange={(status) => query.set({ status: status === 'open' ? null : status })}
      data={[
        { value: 'open', label: 'Open' },
        { value: 'settled', label: 'Settled' },
        { value: 'all', label: 'All' },
      ]}
    />
  );
}

interface GroupsProps {
  readonly pages: readonly Answer[];
  readonly filters: FindingFilters;
  readonly more: (() => void) | null;
  readonly busy: boolean;
}

function Groups({ pages, filters, more, busy }: GroupsProps): ReactNode {
  const findings = pages.flatMap((page) => page.findings);
  const last = pages.at(-1);
  // Of a code that has none of these there is nothing to show.
  const groups = (pages.at(0)?.groups ?? []).filter((group) => countShown(group, filters.status) > 0);
  return (
    <>
      {groups.map((group) => (
        <FindingGroup
          key={group.code}
          group={group}
          status={filters.status}
          findings={findings.filter((one) => one.code === group.code)}
        />
      ))}
      <MoreRows
        shown={findings.length}
        total={last?.total ?? findings.length}
        what="findings"
        more={more}
        busy={busy}
      />
      {last !== undefined && last.more > 0 && (
        <p className={styles.dim}>
          {last.more.toLocaleString('en')} more are known to be there and are not kept for show:{' '}
          <Hint text="`orgtrail verify` prints all of them." />
        </p>
      )}
    </>
  );
}

function Exports({ filters }: { readonly filters: FindingFilters }): ReactNode {
  if (!useRight('evidence')) return null;
  return (
    <span className={styles.exports}>
      Export{' '}
      <Anchor href={findingsPath(filters, 'findings.csv')} inherit download aria-label="CSV export">
        CSV
      </Anchor>{' '}
      <Anchor href={findingsPath(filters, 'findings.jsonl')} inherit download aria-label="JSONL export">
        JSONL
      </Anchor>
    </span>
  );
}

/** An empty list is good news only with the number of accounts that were looked at beside it. */
function Nothing({ filters }: { readonly filters: FindingFilters }): ReactNode {
  const { data } = useApi<AccountsPage>(apiPath(['accounts'], { sort: 'lag', order: 'asc', limit: '1' }), {
    topics: ['accounts'],
  });
  const { code, account, search, status } = filters;
  if (code !== null || account !== null || search !== '')
    return 'No finding is like that. Take a filter away to see the others.';
  if (status !== 'open') return status === 'settled' ? 'Nothing has been settled yet.' : 'Nothing was ever found.';
  const [newest] = data?.accounts ?? [];
  if (data === undefined || newest === undefined)
    return 'Nothing open, and no account is known to have been looked at.';
  return (
    <>
      Nothing open. {data.total.toLocaleString('en')} {data.total === 1 ? 'account was' : 'accounts were'} looked at,
      the last at <Time at={newest.at} />.
    </>
  );
}
