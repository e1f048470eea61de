/** `orgtrail status`: what the archive proves for every account, what is late, failed or blocked, and the next step. */
import pLimit from 'p-limit';
import type { Finding } from '../core/coverage.ts';
import { exitOf, verifyReport, type AccountProblem, type ChainResult, type Verdict } from '../core/report.ts';
import type { Account, Problem } from '../core/source.ts';
import { formatIso, HOUR, MINUTE } from '../core/time.ts';
import { worse, type CellState } from '../core/verdict.ts';
import { openEstate } from '../pipeline/estate.ts';
import type { PipelineParts } from '../pipeline/parts.ts';
import { accountStatus, type AccountStatus, type ChainStatus } from '../pipeline/status.ts';
import { openParts } from './open.ts';
import { takesChain, takesSurvey, type Answer, type Request } from './request.ts';
import { findingsText, table } from './text.ts';

const DEFAULT_DAYS = 7;
const STATUS_SCHEMA = 'orgtrail.status/1';

export interface StatusReport {
  readonly schema: typeof STATUS_SCHEMA;
  readonly at: string;
  readonly from: string;
  readonly verdict: Verdict;
  readonly accounts: readonly AccountLine[];
  readonly findings: readonly Finding[];
}

export interface AccountLine {
  readonly account: string;
  readonly name: string;
  /** As Organizations says; UNKNOWN for accounts of the configuration alone or of the past. */
  readonly organizationState: string;
  /** The account's worst cell. */
  readonly state: CellState;
  readonly reason: string | null;
  readonly chains: readonly {
    readonly region: string;
    readonly trail: string;
    readonly state: CellState;
    readonly verifiedUntil: string | null;
    readonly receipts: number;
  }[];
}

/** Reads the receipts of the last seven days (or `--from`) and asks every account for its trails. */
export async function status(request: Request): Promise<Answer> {
  const open = openParts(request.config, request.clock);
  try {
    const report = await statusReport(request, open.parts);
    return {
      exitCode: exitOf(report.verdict),
      stdout: request.json ? `${JSON.stringify(report)}\n` : statusText(report),
    };
  } finally {
    await open.close();
  }
}

/** The report itself; `collect` ends with it too. */
export async function statusReport(request: Request, parts: PipelineParts): Promise<StatusReport> {
  const { accounts } = request;
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
    .map((one) => ({ ...one, chains: one.chains.filter(({ chain }) => takesChain(request, chain)) }));
  const problems: AccountProblem[] = listed.problems.map((problem) => ({ account: '', problem }));
  problems.push(
    ...statuses.flatMap((one) => one.problems.map((problem) => ({ account: one.survey.account.id, problem }))),
  );
  const { verdict, findings } = verifyReport(
    { from, to: request.to },
    statuses.flatMap((one) => one.chains.map((chain) => asResult(chain))),
    problems,
  );
  return {
    schema: STATUS_SCHEMA,
    at: formatIso(now),
    from: formatIso(from),
    verdict,
    accounts: accountLines(statuses).filter((line) => accounts.length === 0 || accounts.includes(line.account)),
    findings,
  };
}

function asResult({ chain, coverage }: ChainStatus): ChainResult {
  const proven = coverage.cells.filter((cell) => cell.state === 'verified').map(() => 'valid');
  return { chain, kind: 'standard', coverage, digests: proven, logs: [] };
}

/** One line an account: an organization trail's chains are shown under the account whose events they hold. */
function accountLines(statuses: readonly AccountStatus[]): readonly AccountLine[] {
  const chains = statuses.flatMap((one) => one.chains);
  const listed = new Set(statuses.map((one) => one.survey.account.id));
  const others = new Set(chains.map((one) => one.chain.account).filter((id) => !listed.has(id)));
  const of = (id: string): readonly ChainStatus[] => chains.filter((one) => one.chain.account === id);
  return [
    ...statuses.map(({ survey, problems }) => accountLine(survey.account, of(survey.account.id), problems)),
    ...[...others].map((id) => accountLine({ id, name: id, state: 'UNKNOWN' }, of(id), [])),
  ];
}

function accountLine(
  account: Pick<Account, 'id' | 'name' | 'state'>,
  chains: readonly ChainStatus[],
  problems: readonly Problem[],
): AccountLine {
  const [problem] = problems;
  const [first, ...rest] = chains.map((one) => one.coverage.state);
  const cells = first === undefined ? 'unknown' : rest.reduce(worse, first);
  const finding = chains.flatMap((one) => one.coverage.findings)[0];
  return {
    account: account.id,
    name: account.name,
    organizationState: account.state,
    state: problem === undefined ? cells : worse(cells, 'blocked'),
    reason: problem?.code ?? finding?.code ?? null,
    chains: chains.map(chainLine),
  };
}

function chainLine({ chain, coverage, receipts }: ChainStatus): AccountLine['chains'][number] {
  return {
    region: chain.region,
    trail: chain.source.trail,
    state: coverage.state,
    verifiedUntil: coverage.verifiedUntil === null ? null : formatIso(coverage.verifiedUntil),
    receipts,
  };
}

/** The report for people: one line a chain, accounts without chains too. */
export function statusText(report: StatusReport): string {
  const rows = report.accounts.flatMap((line) => {
    const chains = line.chains.map((one) => [
      one.state,
      line.account,
      line.name,
      one.region,
      one.trail,
      one.verifiedUntil ?? '-',
      String(one.receipts),
      line.reason ?? '',
    ]);
    return chains.length > 0 ? chains : [[line.state, line.account, line.name, '-', '-', '-', '0', line.reason ?? '']];
  });
  const head = ['STATE', 'ACCOUNT', 'NAME', 'REGION', 'TRAIL', 'VERIFIED UNTIL', 'RECEIPTS', 'REASON'];
  const proven = report.accounts.filter((line) => line.state === 'verified').length;
  return `${table([head, ...rows])}${findingsText(report.findings)}${proven} of ${report.accounts.length} accounts proven since ${report.from}; looked at ${report.at}\n`;
}
