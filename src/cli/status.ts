/** `orgtrail status`: what the archive proves for every account, what is late, failed or blocked, and the next step. */
import pLimit from 'p-limit';
import type { Finding } from '../core/coverage.ts';
import type { DayCell } from '../core/days.ts';
import { exitOf, verifyReport, type AccountProblem, type ChainResult, type Verdict } from '../core/report.ts';
import { formatIso, HOUR, MINUTE } from '../core/time.ts';
import { accountRows, isWithoutTrail, type AccountRow } from '../pipeline/account-rows.ts';
import { openEstate } from '../pipeline/estate.ts';
import type { PipelineParts } from '../pipeline/parts.ts';
import type { ChainStatus } from '../pipeline/chain-status.ts';
import { accountStatus } from '../pipeline/status.ts';
import { openParts } from './open.ts';
import { takesChain, takesSurvey, type Answer, type Request } from './request.ts';
import { accountLines, type AccountLine } from './status-lines.ts';
import { statusText } from './status-text.ts';

const DEFAULT_DAYS = 7;
const STATUS_SCHEMA = 'orgtrail.status/1';

export interface StatusReport {
  readonly schema: typeof STATUS_SCHEMA;
  readonly at: string;
  readonly from: string;
  /** Null: up to now. */
  readonly to: string | null;
  readonly verdict: Verdict;
  readonly accounts: readonly AccountLine[];
  /** Every account with every day of the window, UTC. */
  readonly days: readonly DayCell[];
  readonly findings: readonly Finding[];
}

/** Reads the receipts of the last seven days (or `--from`), lists their sources and asks every account for its trails. */
export async function status(request: Request, options: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const open = openParts(request.config, request.clock);
  try {
    const report = await statusReport(request, open.parts);
    return {
      exitCode: exitOf(report.verdict),
      stdout: request.json
        ? `${JSON.stringify(report)}\n`
        : statusText(report, { withChains: options['chains'] === true }),
    };
  } finally {
    await open.close();
  }
}

/** The report itself; `collect` ends with it too. */
export async function statusReport(request: Request, parts: PipelineParts): Promise<StatusReport> {
  const now = request.clock.now();
  const from = request.from ?? now - DEFAULT_DAYS * 24 * HOUR;
  const expected = { from, to: request.to, now, grace: request.config.limits.digestGraceMinutes * MINUTE };
  const estate = openEstate(parts, false);
  const listed = await estate.accounts();
  const limit = pLimit(request.config.limits.accountConcurrency);
  const all = await Promise.all(
    listed.accounts.map((account) =>
      limit(async () => accountStatus(await estate.survey(account), { parts, estate, expected })),
    ),
  );
  const statuses = all
    .filter((one) => takesSurvey(request, one.survey))
    .map((one) => ({
      ...one,
      chains: one.chains.filter(({ chain }) => takesChain(request, chain)),
      lost: one.lost.filter(({ chain }) => takesChain(request, chain)),
    }));
  const problems: AccountProblem[] = listed.problems.map((problem) => ({ account: '', problem }));
  problems.push(
    ...statuses.flatMap((one) => one.problems.map((problem) => ({ account: one.survey.account.id, problem }))),
  );
  const { verdict, findings } = verifyReport(
    { from, to: request.to },
    statuses.flatMap((one) => one.chains.map((chain) => asResult(chain))),
    problems,
  );
  const rows = accountRows(statuses).filter(({ id }) => request.accounts.length === 0 || request.accounts.includes(id));
  const window = { from, to: Math.min(request.to ?? now, now), due: now - expected.grace - 2 * HOUR };
  const { accounts, days } = accountLines(rows, window);
  return {
    schema: STATUS_SCHEMA,
    at: formatIso(now),
    from: formatIso(from),
    to: request.to === null ? null : formatIso(request.to),
    verdict: verdict === 'verified' && isPartly(rows, request) ? 'nothing' : verdict,
    accounts,
    days,
    findings,
  };
}

/** An account without a trail has nothing to verify. Who asks for a trail or a region asks for no such account. */
function isPartly(rows: readonly AccountRow[], { trails, regions }: Request): boolean {
  return trails.length === 0 && regions.length === 0 && rows.some(isWithoutTrail);
}

function asResult({ chain, coverage }: ChainStatus): ChainResult {
  const proven = coverage.cells.filter((cell) => cell.state === 'verified').map(() => 'valid');
  return { chain, kind: 'standard', coverage, digests: proven, logs: [] };
}
