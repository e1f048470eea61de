/** The findings of one account as the pages list them: those of its chains, and what is in the way of looking. */
import type { FoundFinding } from '../core/board/merge-findings.ts';
import { chainId } from '../core/board/ids.ts';
import { chainRef, type CoverJob } from '../core/job.ts';
import { problemFinding } from '../core/report.ts';
import type { Problem } from '../core/source.ts';
import type { AccountRow } from './account-rows.ts';
import type { AccountStatus } from './status.ts';

export interface FindingsWindow {
  readonly job: CoverJob;
  readonly since: number;
  readonly full: boolean;
}

/** The account's row, and its acceptances that could not be read. */
export interface FindingsGround {
  readonly row: AccountRow;
  readonly unread: readonly Problem[];
}

/**
 * What begins with the window began before it, as far as anybody can tell, and would be another finding an hour later:
 * a recent look leaves it to the full one, which says it without a beginning.
 * @param ground of this account; its problems become findings, unless they are the reader's and told there
 */
export function coverFindings(
  status: AccountStatus,
  { row, unread }: FindingsGround,
  window: FindingsWindow,
): readonly FoundFinding[] {
  const { job } = window;
  const chains = status.chains.filter(({ chain }) => chain.account === job.account);
  const own = chains.flatMap(({ chain, coverage }) => {
    const id = chainId(chainRef(chain));
    return coverage.findings.map((finding): FoundFinding => ({ ...finding, chain: id }));
  });
  const told = own.flatMap((finding) => withinWindow(finding, window));
  return [...told, ...[...problemsOf(status, row, job), ...unread].map((problem) => asFinding(problem, job))];
}

function withinWindow(finding: FoundFinding, { since, full }: FindingsWindow): readonly FoundFinding[] {
  const begins = finding.from === null ? null : Date.parse(finding.from);
  if (begins !== null && begins > since) return [finding];
  if (!full) return [];
  return [begins === since ? { ...finding, from: null } : finding];
}

/** Each once. What keeps a whole reader from being looked at is told of the reader, not of each of its members again. */
function problemsOf({ general }: AccountStatus, { problems }: AccountRow, job: CoverJob): readonly Problem[] {
  const elsewhere = job.account === job.reader ? [] : general;
  return problems.filter(
    (one, index) =>
      problems.findIndex((other) => isSame(other, one)) === index && !elsewhere.some((other) => isSame(other, one)),
  );
}

function isSame(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.detail === b.detail;
}

function asFinding(problem: Problem, { account }: CoverJob): FoundFinding {
  return { ...problemFinding({ account, problem }), chain: null };
}
