/** The judged chains of one account, held against what ought to be there and what is known of calls to their trails. */
import { coverBackfill } from '../core/backfill.ts';
import { coverChain, type Coverage, type DigestView, type Expectation } from '../core/coverage.ts';
import type { ChainResult } from '../core/report.ts';
import type { Chain, ChainKind } from '../core/source.ts';
import { distinctChanges, type TrailChange } from '../core/trail-change.ts';
import { accountedSpans, type Span } from '../core/unlisted.ts';
import type { ChainJudged } from './verify-source.ts';

/** What one chain's digests came to, with the files they name (for the unlisted check over the folder). */
export interface ChainVerified {
  readonly chain: Chain;
  readonly results: readonly ChainResult[];
  readonly named: ReadonlySet<string>;
  /** The time for which the chain's digests say which files there are. */
  readonly spans: readonly Span[];
}

/** What the proven log files of these chains tell of changes, each event once. */
export function toldChanges(judged: readonly ChainJudged[]): readonly TrailChange[] {
  return distinctChanges(judged.flatMap((one) => one.changes));
}

/** @param expected with the changes that are known from all chains of the account, and from elsewhere */
export function coverJudged({ chain, standard, backfill, named }: ChainJudged, expected: Expectation): ChainVerified {
  const coverage = coverChain(chain, standard, expected);
  const results = [resultOf(chain, 'standard', { views: standard, coverage })];
  if (backfill.length > 0)
    results.push(resultOf(chain, 'backfill', { views: backfill, coverage: coverBackfill(chain, backfill, expected) }));
  return { chain, results, named, spans: accountedSpans({ standard, backfill, silent: coverage.silent }) };
}

function resultOf(
  chain: Chain,
  kind: ChainKind,
  judged: { readonly views: readonly DigestView[]; readonly coverage: Coverage },
): ChainResult {
  const missing = judged.coverage.findings
    .filter((finding) => finding.code === 'digest-missing')
    .map((finding) => finding.code);
  return {
    chain,
    kind,
    coverage: judged.coverage,
    digests: [...judged.views.map((view) => view.verdict), ...missing],
    logs: judged.views.flatMap((view) => view.logs.map((log) => log.verdict)),
  };
}
