/** Where the pages of evidence and their answers are. Whatever goes into an address is encoded here. */
import { dayOf, dayWindow } from '../chain/window.ts';

const part = encodeURIComponent;

/** The page of one account. */
export function accountAddress(account: string, at?: string): string {
  return `/accounts/${part(account)}${at === undefined ? '' : `?at=${part(at)}`}`;
}

/** The page of one chain: at its newest, or on the day (UTC) of `at`, ISO 8601. */
export function chainAddress(account: string, chain: string, at?: string | null): string {
  const path = `${accountAddress(account)}/chains/${part(chain)}`;
  const day = at === undefined || at === null ? null : dayOf(at);
  return day === null ? path : `${path}?${new URLSearchParams(dayWindow(day)).toString()}`;
}

/** The page of one digest. */
export function digestAddress(account: string, chain: string, digest: string): string {
  return `${accountAddress(account)}/chains/${part(chain)}/digests/${part(digest)}`;
}

/** The page of one finding. */
export function findingAddress(finding: string): string {
  return `/findings/${part(finding)}`;
}

/** The list of findings under these filters. */
export function findingsAddress(filters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(filters).toString();
  return query === '' ? '/findings' : `/findings?${query}`;
}

/**
 * What is read from the archive for one who looks is not read again at every news, but at this pace (milliseconds):
 * receipts are written once, and a revision of one can wait.
 */
export const ARCHIVE_REFRESH_MS = 5 * 60_000;

/** An answer of the API: path segments are encoded, parameters without a value left out. */
export function apiPath(
  segments: readonly string[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, value);
  }
  const path = `/api/${segments.map((one) => part(one)).join('/')}`;
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
