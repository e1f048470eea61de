/** The answer of `verify`: one object whose names are a contract (design, section 5). */
import type { Coverage, Finding } from './coverage.ts';
import type { Chain, ChainKind, Problem } from './source.ts';
import { formatIso } from './time.ts';
import { isBlockedCode, type CellState } from './verdict.ts';

export const VERIFY_SCHEMA = 'orgtrail.verify/1';

export type Verdict = 'verified' | 'failed' | 'blocked' | 'nothing';
export type CodeCounts = Readonly<Record<string, number>>;

/** What was found out about one chain. */
export interface ChainResult {
  readonly chain: Chain;
  readonly kind: ChainKind;
  readonly coverage: Coverage;
  /** The verdict of every digest and of every log file, one entry each. */
  readonly digests: readonly string[];
  readonly logs: readonly string[];
}

export interface ChainReport {
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly kind: ChainKind;
  readonly from: string | null;
  readonly to: string | null;
  readonly state: CellState;
  readonly digests: CodeCounts;
  readonly logs: CodeCounts;
}

export interface VerifyReport {
  readonly schema: typeof VERIFY_SCHEMA;
  readonly from: string | null;
  readonly to: string | null;
  readonly verdict: Verdict;
  readonly counts: { readonly digests: CodeCounts; readonly logs: CodeCounts };
  readonly chains: readonly ChainReport[];
  readonly findings: readonly Finding[];
}

/** Findings about accounts or organizations as a whole: there is no chain to hang them on. */
export interface AccountProblem {
  readonly account: string;
  readonly problem: Problem;
}

/**
 * Puts the chains together. Nothing verified is never success: no chain and no finding is `nothing`.
 * @param problems what could not be looked at; each becomes a blocked finding of its account
 */
export function verifyReport(
  window: { readonly from: number | null; readonly to: number | null },
  judged: readonly ChainResult[],
  problems: readonly AccountProblem[],
): VerifyReport {
  // In an order that does not tell where the chains were found: source and archive say the same in the same words.
  const results = judged.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const chains = results.map((result) => chainReport(result));
  const findings = [
    ...results.flatMap((result) => result.coverage.findings),
    ...problems.map((one) => problemFinding(one)),
  ];
  return {
    schema: VERIFY_SCHEMA,
    from: window.from === null ? null : formatIso(window.from),
    to: window.to === null ? null : formatIso(window.to),
    verdict: verdictOf(results, findings),
    counts: {
      digests: countCodes(results.flatMap((one) => one.digests)),
      logs: countCodes(results.flatMap((one) => one.logs)),
    },
    chains,
    findings,
  };
}

function placeOf({ chain: { account, region, source }, kind }: ChainResult): string {
  return [account, region, source.trail, source.homeRegion, kind === 'standard' ? 0 : 1].join('|');
}

/** The exit status of a verdict (design, section 5). */
export function exitOf(verdict: Verdict): 0 | 3 | 4 | 5 {
  switch (verdict) {
    case 'verified':
      return 0;
    case 'failed':
      return 3;
    case 'nothing':
      return 4;
    case 'blocked':
      return 5;
  }
}

function verdictOf(results: readonly ChainResult[], findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => !isBlockedCode(finding.code))) return 'failed';
  // A chain whose newest digests wait to be judged has not been looked at up to its end: that is no proof.
  if (findings.length > 0 || results.some((result) => OPEN.has(result.coverage.state))) return 'blocked';
  return results.some((result) => result.digests.includes('valid')) ? 'verified' : 'nothing';
}

/** No chain in one of these states is ever part of a proof, whether a finding says why or not. */
const OPEN: ReadonlySet<CellState> = new Set(['late', 'blocked', 'failed']);

function chainReport({ chain, kind, coverage, digests, logs }: ChainResult): ChainReport {
  // What is not due yet is no part of what was judged.
  const cells = coverage.cells.filter(({ state }) => state !== 'pending');
  const first = cells.reduce<number | null>(
    (from, cell) => (from === null || cell.from < from ? cell.from : from),
    null,
  );
  const last = cells.reduce<number | null>((to, cell) => (to === null || cell.to > to ? cell.to : to), null);
  return {
    account: chain.account,
    region: chain.region,
    trail: chain.source.trail,
    kind,
    from: first === null ? null : formatIso(first),
    to: last === null ? null : formatIso(last),
    state: coverage.state,
    digests: countCodes(digests),
    logs: countCodes(logs),
  };
}

function countCodes(codes: readonly string[]): CodeCounts {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What could not be looked at as a finding of the account: `blocked-access` where its code is no blocked one. */
export function problemFinding({ account, problem }: AccountProblem): Finding {
  const code = isBlockedCode(problem.code) ? problem.code : 'blocked-access';
  return {
    code,
    account,
    region: '',
    trail: '',
    bucket: '',
    key: null,
    from: null,
    to: null,
    detail: problem.detail,
    hint: problem.hint,
  };
}
