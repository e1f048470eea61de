/** One account: how it stands, its trails, its chains, and how its last preflight went. */
import type { AccountFacts, PreflightRecord } from '../../core/board/account.ts';
import type { ChainCover } from '../../core/board/cover.ts';
import type { AccountStanding } from '../../core/board/standing.ts';
import { isNeeded } from '../../core/plan/reader-permissions.ts';
import type { Source } from '../../core/source.ts';
import { CELL_STATES, worse, type CellState } from '../../core/verdict.ts';
import type { AccountPage, ChainLine, PreflightView, TrailView } from '../contract/accounts.ts';
import { accountLine, chainLine } from './accounts.ts';
import type { Estate } from './estate.ts';
import { isoOf, isoOrNull } from './times.ts';

export interface AccountParts {
  readonly standing: AccountStanding;
  readonly chains: readonly ChainCover[];
  readonly facts: AccountFacts | null;
  readonly preflight: { readonly record: PreflightRecord | null; readonly pending: boolean };
  readonly maxAgeMs: number;
}

export function accountView(estate: Estate, parts: AccountParts): AccountPage {
  const { standing, facts, preflight, maxAgeMs } = parts;
  const chains = parts.chains.map((chain) => chainLine(chain, estate.at, maxAgeMs)).toSorted(byWorst);
  return {
    readAt: isoOf(estate.at),
    line: accountLine(standing, estate),
    role: facts?.role ?? null,
    origin: facts?.origin ?? null,
    surveyedAt: isoOrNull(facts?.at),
    problems: [...(facts?.problems ?? [])],
    unknowns: [...(facts?.unknowns ?? [])],
    trails: (facts?.sources ?? []).map(trailView),
    chains,
    regions: regionsOf(chains),
    preflight: preflight.record === null ? null : preflightView(preflight.record),
    preflightPending: preflight.pending,
    open: standing.open,
  };
}

function byWorst(a: ChainLine, b: ChainLine): number {
  const worst = CELL_STATES.indexOf(b.state) - CELL_STATES.indexOf(a.state);
  return worst || compare(a.region, b.region) || compare(a.trailArn, b.trailArn) || compare(a.reader, b.reader);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Each region with its worst chain, in the order of their names. */
function regionsOf(chains: readonly ChainLine[]): AccountPage['regions'] {
  const regions = new Map<string, { state: CellState; chains: number }>();
  for (const { region, state } of chains) {
    const known = regions.get(region);
    if (known === undefined) regions.set(region, { state, chains: 1 });
    else regions.set(region, { state: worse(known.state, state), chains: known.chains + 1 });
  }
  return [...regions].map(([region, seen]) => ({ region, ...seen })).toSorted((a, b) => compare(a.region, b.region));
}

function trailView(source: Source): TrailView {
  const { trailArn, trail, homeRegion, bucket, prefix, bucketOwner, multiRegion, regionsFrom, validation, gone } =
    source;
  const { status, narrowed, selectors } = source;
  return {
    trailArn,
    trail,
    homeRegion,
    bucket,
    prefix,
    bucketOwner,
    organization: source.org,
    multiRegion,
    regions: source.regions === null ? null : [...source.regions],
    regionsFrom,
    formerBuckets: source.formerBuckets.map((place) => ({ bucket: place.bucket, prefix: place.prefix })),
    validation,
    logging: status?.logging ?? null,
    latestDigestDelivery: isoOrNull(status?.latestDigestDelivery),
    latestDigestError: status?.latestDigestError ?? null,
    startedLogging: isoOrNull(status?.startedLogging),
    stoppedLogging: isoOrNull(status?.stoppedLogging),
    selectors: selectors === null ? null : JSON.stringify(selectors, null, 2),
    narrowed: narrowed === null ? null : { at: isoOf(narrowed.at), detail: narrowed.detail },
    gone,
  };
}

function preflightView({ at, by, skipped, steps }: PreflightRecord): PreflightView {
  return {
    at: isoOf(at),
    by,
    skipped,
    steps: steps.map(({ step, state, note, problems }) => ({
      step,
      needed: isNeeded(step),
      state,
      note,
      problems: [...problems],
    })),
  };
}
