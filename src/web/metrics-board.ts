/** Setting the gauges of accounts, chains and findings from what Redis says of them. Bounded: the worst are told. */
import { isNeedyState, isOutOfReach } from '../core/board/attention.ts';
import type { FindingsPart } from '../core/board/finding.ts';
import type { AccountStanding } from '../core/board/standing.ts';
import type { ChainView, Snapshot } from '../core/snapshot.ts';
import { CELL_STATES } from '../core/verdict.ts';
import type { Gauges } from './metrics-gauges.ts';
import { isOpen, tellFindings } from './views/findings.ts';
import { CLOCKS_MS } from '../core/time.ts';

/** An account is a label of six gauges, a chain of two. */
const MOST_ACCOUNTS = 10_000;
const MOST_CHAINS = 20_000;
/** Codes are a closed list; whoever writes to Redis may know others. */
const MOST_CODES = 200;
const CODE = /^[a-z0-9-]{1,64}$/;

export type Standing = Pick<
  AccountStanding,
  'account' | 'state' | 'open' | 'organizationState' | 'chains' | 'lastDigest' | 'verifiedUntil'
> &
  Partial<Pick<AccountStanding, 'accepted' | 'fresh' | 'problem'>>;

/** The coverage of accounts, as the pages show it. */
export interface BoardSeen {
  /** `joinParts` of all parts: the worst first. */
  readonly standings: readonly Standing[];
  readonly findings: readonly FindingsPart[];
  /** The coverage is being computed anew. */
  readonly rebuilding: boolean;
  /** Records that were left out. */
  readonly unreadable: number;
}

export function setBoard(gauges: Gauges, board: BoardSeen, { snapshot, now }: Moment): void {
  const { standings, findings } = board;
  gauges.rebuilding.set(board.rebuilding ? 1 : 0);
  for (const state of CELL_STATES) gauges.accounts.set({ state }, 0);
  for (const { state } of standings) gauges.accounts.inc({ state });
  const seen = new Map(snapshot.accounts.map(({ id, seenAt }) => [id, seenAt]));
  for (const standing of standings.slice(0, MOST_ACCOUNTS)) setAccount(gauges, standing, { seen, now });
  for (const [code, count] of openFindings(findings)) gauges.findings.set({ code }, count);
}

interface Moment {
  readonly snapshot: Snapshot;
  readonly now: number;
}

function setAccount(
  gauges: Gauges,
  standing: Standing,
  { seen, now }: { readonly seen: ReadonlyMap<string, number>; readonly now: number },
): void {
  const { account, state, chains, lastDigest, verifiedUntil } = standing;
  gauges.blocked.set({ account }, state === 'blocked' ? 1 : 0);
  if (isNeedyState(standing)) gauges.state.set({ account, state }, 1);
  if (verifiedUntil !== null) gauges.accountUntil.set({ account }, verifiedUntil / 1000);
  const since = lastDigest ?? timeOf(seen.get(account), now);
  if (chains > 0 && since !== null && !isOutOfReach(standing))
    gauges.silence.set({ account }, Math.max(0, now - since) / 1000);
}

/** By code, of all accounts together; each once, as the pages list them: two readers may tell of the same. */
function openFindings(parts: readonly FindingsPart[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (text: string, count: number): void => {
    const known = counts.has(text) || (CODE.test(text) && counts.size < MOST_CODES);
    const code = known ? text : 'other';
    counts.set(code, (counts.get(code) ?? 0) + count);
  };
  for (const { finding } of tellFindings(parts)) if (isOpen(finding)) add(finding.code, 1);
  for (const { more } of parts) if (more > 0) add('not-listed', more);
  return counts;
}

/** Each chain twice: up to where all of it is proven, and the newest digest that is. */
export function setChains(gauges: Gauges, { snapshot, now }: Moment): void {
  const proven = (chain: ChainView): number => chain.verifiedUntil ?? chain.provenUntil ?? 0;
  const { chains } = snapshot;
  const told = chains.length <= MOST_CHAINS ? chains : chains.toSorted((a, b) => proven(a) - proven(b));
  for (const { account, region, trailArn: trail, provenUntil, verifiedUntil } of told.slice(0, MOST_CHAINS)) {
    const [until, newest] = [timeOf(verifiedUntil, now), timeOf(provenUntil, now)];
    if (until !== null) gauges.chainUntil.set({ account, region, trail }, until / 1000);
    if (newest !== null) gauges.newest.set({ account, region, trail }, newest / 1000);
  }
  gauges.leftOut.set({ of: 'chains' }, Math.max(0, chains.length - MOST_CHAINS));
}

/** Who was not looked at without trouble for longest comes first. */
export function setLags(
  gauges: Gauges,
  snapshot: Snapshot,
  { now, board }: { now: number; board: BoardSeen | null },
): void {
  const lags = [...accountLags(snapshot, now)];
  const told = lags.length <= MOST_ACCOUNTS ? lags : lags.toSorted((a, b) => a[1].since - b[1].since);
  for (const [account, { since, problems }] of told.slice(0, MOST_ACCOUNTS)) {
    gauges.lag.set({ account }, Math.max(0, now - since) / 1000);
    gauges.problems.set({ account }, problems);
  }
  const all = Math.max(lags.length, board?.standings.length ?? 0);
  gauges.leftOut.set({ of: 'accounts' }, Math.max(0, all - MOST_ACCOUNTS));
}

/** Redis may hold any number: one that is no time, or dates from the future, is not known. */
function timeOf(time: number | null | undefined, now: number): number | null {
  return typeof time === 'number' && time >= 0 && time <= now + CLOCKS_MS ? time : null;
}

/**
 * By account, since when (epoch ms) not every chain of it was looked at without trouble, and how many problems there
 * are. An account that never was looked at counts from when it was first seen.
 */
export function accountLags(
  { accounts, chains }: Pick<Snapshot, 'accounts' | 'chains'>,
  now: number,
): ReadonlyMap<string, { since: number; problems: number }> {
  const lags = new Map<string, { since: number; problems: number }>();
  const seen = new Map(accounts.map(({ id, seenAt }) => [id, timeOf(seenAt, now)]));
  for (const { account, reader, cleanAt, lookedAt, problem } of chains) {
    const since = timeOf(cleanAt, now) ?? seen.get(account) ?? seen.get(reader) ?? timeOf(lookedAt, now) ?? 0;
    const known = lags.get(account) ?? { since, problems: 0 };
    lags.set(account, {
      since: Math.min(since, known.since),
      problems: known.problems + (problem === null ? 0 : 1),
    });
  }
  for (const { id, problems, seenAt, surveyedAt } of accounts) {
    const since = timeOf(problems.length > 0 ? seenAt : surveyedAt, now) ?? 0;
    const known = lags.get(id) ?? { since, problems: 0 };
    lags.set(id, { since: known.since, problems: known.problems + problems.length });
  }
  return lags;
}
