/** Which finding a person should look at first. */
import type { Finding } from './coverage.ts';
import { BLOCKED_CODES, DIGEST_CODES, LINK_CODES, LOG_CODES } from './verdict.ts';

/** What goes on being lost while nobody acts comes first, then whole chains, digests and their links, log files, blocks. */
const ORDER: readonly string[] = [
  'logging-stopped',
  'validation-off',
  'selectors-narrowed',
  'chain-empty',
  'chain-truncated',
  'digest-replaced',
  ...DIGEST_CODES,
  ...LINK_CODES,
  ...LOG_CODES.filter((code) => code !== 'log-unlisted'),
  'log-unlisted',
  ...BLOCKED_CODES,
];

/** Findings of one kind on one chain: ten missing hours are one thing to look at. */
export interface FindingGroup {
  readonly first: Finding;
  readonly count: number;
  /** From the earliest to the latest; null where the findings name no time. */
  readonly from: string | null;
  readonly to: string | null;
}

/** The findings grouped, the most urgent first; within one kind by account, region and trail. */
export function byUrgency(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = Map.groupBy(findings, (one) => JSON.stringify([one.code, one.account, one.region, one.trail]));
  const named = [...groups].toSorted(([a, [first]], [b, [second]]) => rank(first) - rank(second) || (a < b ? -1 : 1));
  return named.flatMap(([, members]) => {
    const [first] = members;
    if (first === undefined) return [];
    const froms = members.flatMap(({ from }) => from ?? []).toSorted();
    const tos = members.flatMap(({ to }) => to ?? []).toSorted();
    return [{ first, count: members.length, from: froms[0] ?? null, to: tos.at(-1) ?? null }];
  });
}

function rank(finding: Finding | undefined): number {
  const at = ORDER.indexOf(finding?.code ?? '');
  return at === -1 ? ORDER.length : at;
}
