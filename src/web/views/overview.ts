/** The first page: one true sentence and what it stands on, and the map of accounts by hours or days. */
import { needsYou, setAside } from '../../core/board/attention.ts';
import { LETTERS, NOTHING_LETTER } from '../../core/board/letters.ts';
import { sentenceOf } from '../../core/board/sentence.ts';
import { provenOf, type AccountStanding } from '../../core/board/standing.ts';
import type { JobCounts, Readiness } from '../../core/snapshot.ts';
import type { Problem } from '../../core/source.ts';
import { CELL_STATES } from '../../core/verdict.ts';
import type { MapPage, MapQuery, MapRow, Overview } from '../contract/overview.ts';
import type { SystemReader } from '../sources.ts';
import type { Estate } from './estate.ts';
import { matchesSearch, orderKey } from './order.ts';
import { pageOf } from './paging.ts';
import { squaresView, windowOf } from './squares.ts';
import { isoOf, isoOrNull } from './times.ts';

/** What the overview shows beside the accounts. */
export interface Beside {
  readonly rebuilding: { readonly known: number; readonly of: number; readonly since: number } | null;
  readonly throughput: readonly { readonly digests: number; readonly files: number }[];
  readonly counts: JobCounts;
  readonly readiness: Readiness;
  readonly system: Pick<SystemReader, 'schedules' | 'nextRun'>;
}

export function overviewView(estate: Estate, beside: Beside): Overview {
  const { standings, at, snapshot } = estate;
  const { rebuilding, throughput, counts, readiness, system } = beside;
  const needYou = standings.filter(needsYou).length;
  const aside = standings.map((one) => setAside(one));
  const [suspended = 0, closed = 0] = (['suspended', 'closed'] as const).map(
    (word) => aside.filter((one) => one === word).length,
  );
  const { proven, provenUntil } = provenOf(standings);
  const accounts = standings.length;
  const { unreadable } = estate;
  return {
    readAt: isoOf(at),
    sentence: sentenceOf({
      accounts,
      proven,
      provenUntil,
      needYou,
      suspended,
      closed,
      rebuilding,
      unreadable,
      now: at,
    }),
    accounts,
    needYou,
    provenUntil: isoOrNull(provenUntil),
    states: statesOf(standings),
    letters: [...LETTERS.map(({ letter, state }) => ({ letter, state })), { letter: NOTHING_LETTER, state: null }],
    rebuilding: rebuilding === null ? null : { ...rebuilding, since: isoOf(rebuilding.since) },
    throughput: {
      digests: sum(throughput.map(({ digests }) => digests)),
      files: sum(throughput.map(({ files }) => files)),
      minutes: throughput.map(({ digests }) => digests),
    },
    lag: worstLag(estate),
    waiting: sum(standings.map(({ waiting }) => waiting)),
    failedJobs: sum(Array.from(counts.values(), (states) => states.get('failed') ?? 0)),
    nextRuns: (['discover', 'collect', 'reconcile'] as const).map((name) => {
      const cron = system.schedules[name];
      return { name, at: isoOrNull(system.nextRun(cron)), cron };
    }),
    archive:
      snapshot.archive === null ? null : { at: isoOf(snapshot.archive.at), problems: [...snapshot.archive.problems] },
    readiness: { ok: readiness.ok, reasons: [...readiness.reasons] },
    problems: unreadableProblems(unreadable),
  };
}

/** Every state, the worst first. */
function statesOf(standings: readonly AccountStanding[]): Overview['states'] {
  const counts = new Map<string, number>();
  for (const { state } of standings) counts.set(state, (counts.get(state) ?? 0) + 1);
  return CELL_STATES.toReversed().map((state) => ({ state, accounts: counts.get(state) ?? 0 }));
}

function worstLag({ lags, at }: Estate): Overview['lag'] {
  let worst: { readonly account: string; readonly since: number } | null = null;
  for (const [account, { since }] of lags) if (worst === null || since < worst.since) worst = { account, since };
  return worst === null
    ? null
    : { account: worst.account, seconds: Math.max(0, Math.round((at - worst.since) / 1000)) };
}

/** What is left out is said. */
export function unreadableProblems(unreadable: number): Problem[] {
  if (unreadable === 0) return [];
  const hint =
    'is another version, or another program, writing to this Redis? The next sweeps write their records anew';
  return [{ code: 'records-unreadable', detail: `${unreadable} records in Redis are none of this version's`, hint }];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** One page of the map. Every row begins and ends with the page. */
export function mapView(estate: Estate, query: MapQuery): MapPage {
  const { view, state, search, sort, cursor, limit } = query;
  const { from, to } = windowOf(view, estate.at);
  const rows = estate.standings.filter(
    (standing) => (state === undefined || standing.state === state) && matchesSearch(standing, search),
  );
  const keyOf = (standing: AccountStanding) => orderKey(standing, sort, 0);
  const { rows: taken, next } = pageOf(rows, { order: `map/${sort}`, keyOf, cursor, limit });
  return {
    readAt: isoOf(estate.at),
    view,
    from: isoOf(from),
    to: isoOf(to),
    total: rows.length,
    rows: taken.map((standing) => mapRow(standing, view)),
    next,
  };
}

function mapRow(standing: AccountStanding, view: MapQuery['view']): MapRow {
  const { account, name, state, reason, problem } = standing;
  return {
    account,
    name,
    state,
    reason,
    detail: problem?.detail ?? null,
    verifiedUntil: isoOrNull(standing.verifiedUntil),
    open: standing.open,
    at: isoOf(standing.at),
    squares: squaresView(view === 'hours' ? standing.hours : standing.days),
  };
}
