/** Findings of all accounts, grouped and paged; one of them; and a chain's own. */
import type { BoardFinding, FindingsPart } from '../../core/board/finding.ts';
import type { FindingsPage, FindingsQuery, FindingView } from '../contract/findings.ts';
import { pageOf, type SortKey } from './paging.ts';
import { isoOf, isoOrNull } from './times.ts';

/** A finding with when its account was looked at, epoch milliseconds. */
export interface Told {
  readonly finding: BoardFinding;
  readonly at: number;
}

export type FindingsFilter = Pick<FindingsQuery, 'status' | 'code' | 'account' | 'search'>;
export type Names = (account: string) => string;

/** Each finding once: two readers may see the same, and then the one that stands, or the newer word, counts. */
export function tellFindings(parts: readonly FindingsPart[]): readonly Told[] {
  const told = new Map<string, Told>();
  for (const { at, findings } of parts) {
    for (const finding of findings) {
      const known = told.get(finding.id);
      if (known === undefined || outweighs({ finding, at }, known)) told.set(finding.id, { finding, at });
    }
  }
  return [...told.values()];
}

function outweighs(one: Told, other: Told): boolean {
  const [stands, stood] = [one.finding.goneAt === null, other.finding.goneAt === null];
  return stands === stood ? one.at > other.at : stands;
}

/** Nobody accepted it and it stands. */
export function isOpen({ accepted, goneAt }: BoardFinding): boolean {
  return accepted === null && goneAt === null;
}

/** Those that the query takes, in the order they are listed: open ones first, the newest first. */
export function selectFindings(told: readonly Told[], filter: FindingsFilter, names: Names): readonly Told[] {
  const { status } = filter;
  return matching(told, filter, names).filter(
    ({ finding }) => status === 'all' || isOpen(finding) === (status === 'open'),
  );
}

/** All but the status is asked: groups tell what is open beside what is settled. */
function matching(told: readonly Told[], { code, account, search }: FindingsFilter, names: Names): readonly Told[] {
  const wanted = (search ?? '').trim().toLowerCase();
  return told.filter(
    ({ finding }) =>
      (code === undefined || finding.code === code) &&
      (account === undefined || finding.account === account) &&
      (wanted === '' || textOf(finding, names).includes(wanted)),
  );
}

function textOf({ account, region, trail, bucket, key, detail, code }: BoardFinding, names: Names): string {
  return [account, names(account), region, trail, bucket, key ?? '', detail, code].join('\n').toLowerCase();
}

export function findingKeyOf({ finding }: Told): SortKey {
  return [isOpen(finding) ? 0 : 1, -finding.firstSeen, finding.id];
}

export interface FindingsRead {
  readonly parts: readonly FindingsPart[];
  readonly at: number;
  readonly names: Names;
}

/** One page of the list. */
export function findingsView({ parts, at, names }: FindingsRead, query: FindingsQuery): FindingsPage {
  const told = tellFindings(parts);
  const rows = selectFindings(told, query, names);
  const { cursor, limit, account } = query;
  const { rows: taken, next } = pageOf(rows, { order: 'findings', keyOf: findingKeyOf, cursor, limit });
  const counted = parts.filter((part) => account === undefined || part.account === account);
  return {
    readAt: isoOf(at),
    total: rows.length,
    groups: groupsOf(matching(told, query, names)),
    findings: taken.map((one) => findingView(one, names)),
    next,
    more: counted.reduce((total, { more }) => total + more, 0),
  };
}

function groupsOf(told: readonly Told[]): FindingsPage['groups'] {
  const groups = Map.groupBy(told, ({ finding }) => finding.code);
  return Array.from(groups, ([code, own]) => {
    const open = own.filter(({ finding }) => isOpen(finding)).length;
    const accounts = new Set(own.map(({ finding }) => finding.account)).size;
    return { code, open, settled: own.length - open, accounts };
  }).toSorted((a, b) => b.open - a.open || (a.code < b.code ? -1 : 1));
}

/** One finding as the API says it. */
export function findingView({ finding, at }: Told, names: Names): FindingView {
  const { id, code, account, chain, region, trail, bucket, key, from, to, detail, hint, accepted, goneAt } = finding;
  return {
    id,
    code,
    account,
    accountName: names(account),
    chain,
    region,
    trail,
    bucket,
    key,
    from,
    to,
    detail,
    hint,
    firstSeen: isoOf(finding.firstSeen),
    accepted: accepted === null ? null : { reason: accepted.reason, by: accepted.by, at: isoOf(accepted.at) },
    goneAt: isoOrNull(goneAt),
    at: isoOf(at),
  };
}
