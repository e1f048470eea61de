/** What the list of findings is asked for, read from the page's address. */
import type { FindingsQuery } from '../../contract/findings.ts';
import { apiPath } from '../accounts/addresses.ts';
import { oneOf, type UrlQuery } from '../accounts/url-query.ts';

export interface FindingFilters {
  readonly status: FindingsQuery['status'];
  readonly code: string | null;
  /** Twelve digits. */
  readonly account: string | null;
  readonly search: string;
}

/** What the address does not say, or says wrongly, is as if it were not there. */
export function findingFiltersOf(query: UrlQuery): FindingFilters {
  const [code, account] = [query.get('code'), query.get('account')];
  return {
    status: oneOf(query.get('status'), ['open', 'settled', 'all']) ?? 'open',
    code: code !== null && /^[a-z-]{1,40}$/.test(code) ? code : null,
    account: isAccountId(account) ? account : null,
    search: (query.get('search') ?? '').slice(0, 128),
  };
}

/** True for twelve digits. */
export function isAccountId(text: string | null): text is string {
  return text !== null && /^\d{12}$/.test(text);
}

/** The list, or one of its exports, for these filters. */
export function findingsPath(filters: FindingFilters, file: 'findings' | ExportName = 'findings'): string {
  return apiPath([file], { ...filters });
}

export type ExportName = 'findings.csv' | 'findings.jsonl';
