/** One account: its trails as they are now and the chains that they make, each as its receipts and its source show it. */
import { chainName, chainRef } from '../core/job.ts';
import { bySource, type Account, type Chain, type Problem, type Survey } from '../core/source.ts';
import { isBlocked, OperatingError, problemOf } from '../errors.ts';
import {
  chainStatus,
  NOT_LOOKED,
  NOTHING_LEFT,
  type ChainGiven,
  type ChainStatus,
  type ChainWork,
} from './chain-status.ts';
import { rememberedChains } from './recorded-chains.ts';
import type { SourceStatus } from './source-status.ts';

export interface AccountStatus {
  readonly survey: Survey;
  readonly chains: readonly ChainStatus[];
  /** What could not be looked at just now: access, key service, listing, and all that single chains say of it. */
  readonly problems: readonly Problem[];
  /** Those of them that are no single chain's. */
  readonly general: readonly Problem[];
  /** Chains that are known and could not be judged at all. */
  readonly lost: readonly LostChain[];
  /** False when a source's chains could not be listed: there may be more than are shown. */
  readonly complete: boolean;
  /** Why the chains of an organization trail could not be listed: any member may have more than are shown. */
  readonly unlisted: readonly Problem[];
  /** Every account whose events its chains hold, those that were not asked for included. */
  readonly accounts: ReadonlySet<string>;
}

export interface LostChain {
  readonly chain: Chain;
  readonly problem: Problem;
}

export interface StatusWork extends ChainWork {
  /** Only the chains that hold this account's events are judged. Absent: all. */
  readonly only?: string;
}

/** The status of one account: asks the account for its trails now, and the archive for the receipts. */
export async function accountStatus(survey: Survey, work: StatusWork): Promise<AccountStatus> {
  const seen: Seen = {
    general: [...survey.problems],
    chains: [],
    lost: [],
    unlisted: [],
    accounts: new Set(),
    complete: true,
  };
  const told = new Set<string>();
  const add = (chain: Chain, source: SourceStatus | null): Promise<void> => judge(chain, { seen, work, source, told });
  for (const one of bySource(survey))
    await guarded(
      seen,
      async () => {
        for (const chain of await work.estate.chains(one))
          await add(chain, work.estate.reachable(chain) ? null : NOTHING_LEFT);
      },
      one,
    );
  const [problem = null] = problemsOf(seen);
  if (seen.chains.length === 0 && !hasOthers(seen, work) && (problem !== null || isDormant(survey.account)))
    await guarded(seen, async () => {
      const remembered = await rememberedChains(survey.account, work.parts);
      seen.complete = remembered.complete;
      for (const chain of remembered.chains) await add(chain, { ...NOT_LOOKED, problem });
      settle(seen);
    });
  const { general, chains, lost, unlisted, accounts, complete } = seen;
  return { survey, chains, problems: problemsOf(seen), general, lost, complete, unlisted, accounts };
}

/** What is remembered of a chain that could not be judged takes its place; why it could not be is still told. */
function settle(seen: Seen): void {
  const judged = new Set(seen.chains.map(({ chain }) => chainName(chainRef(chain))));
  for (const one of seen.lost) if (judged.has(chainName(chainRef(one.chain)))) note(seen.general, one.problem);
  seen.lost = seen.lost.filter(({ chain }) => !judged.has(chainName(chainRef(chain))));
}

interface Seen {
  readonly general: Problem[];
  readonly chains: ChainStatus[];
  lost: LostChain[];
  readonly unlisted: Problem[];
  readonly accounts: Set<string>;
  complete: boolean;
}

/** Each once, those of the account as a whole first. */
function problemsOf({ general, chains, lost }: Seen): readonly Problem[] {
  const problems: Problem[] = [];
  for (const one of general) note(problems, one);
  for (const { problem } of [...chains, ...lost]) if (problem !== null) note(problems, problem);
  return problems;
}

/** Chains of other accounts were listed and not judged, so that the list itself is not in question. */
function hasOthers({ accounts }: Seen, { only }: StatusWork): boolean {
  return only !== undefined && [...accounts].some((account) => account !== only);
}

async function guarded(
  seen: Seen,
  attempt: () => Promise<void>,
  { sources }: Pick<Survey, 'sources'> = { sources: [] },
): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (!isTold(error)) throw error;
    note(seen.general, problemOf(error));
    if (sources.some(({ org }) => org !== null)) note(seen.unlisted, problemOf(error));
    seen.complete = false;
  }
}

type Judging = ChainGiven & { readonly seen: Seen; readonly work: StatusWork };

async function judge(chain: Chain, { seen, work, ...given }: Judging): Promise<void> {
  seen.accounts.add(chain.account);
  if (work.only !== undefined && work.only !== chain.account) return;
  try {
    seen.chains.push(await chainStatus(chain, work, given));
  } catch (error) {
    if (!isTold(error)) throw error;
    seen.lost.push({ chain, problem: problemOf(error) });
  }
}

/** An account that is not entered any more: what was proven of it stands, and nobody looks at its buckets. */
export function isDormant({ origin, state }: Pick<Account, 'origin' | 'state'>): boolean {
  return origin === 'history' || state === 'SUSPENDED' || state === 'CLOSED';
}

/** What is told of one account, chain by chain: denied, away, or evidence in the archive that is not what was recorded. */
function isTold(error: unknown): error is OperatingError {
  return isBlocked(error) || (error instanceof OperatingError && TOLD.has(error.code));
}

const TOLD: ReadonlySet<string> = new Set(['identity-mismatch', 'archive-changed']);

function note(problems: Problem[], { code, detail, hint }: Problem): void {
  const known = problems.some((problem) => problem.code === code && problem.detail === detail);
  if (!known) problems.push({ code, detail, hint });
}
