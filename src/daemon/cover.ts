/**
 * The coverage of an account, computed anew for the pages and stored. It is derived from receipts and sources alone: what
 * was stored before only saves looking at days that a recent look does not go over, and says since when findings are known.
 */
import type { JobContext } from '../adapters/queue-worker.ts';
import type { Queues } from '../adapters/queue.ts';
import type { ChainCover, CoverPart } from '../core/board/cover.ts';
import { mergeChain } from '../core/board/merge-days.ts';
import { acceptedIn, mergeFindings, openOf } from '../core/board/merge-findings.ts';
import type { CoverJob, SweepDepth } from '../core/job.ts';
import { HOUR } from '../core/time.ts';
import type { Clock } from '../ports.ts';
import type { BoardStore } from './board-store.ts';
import type { NewsChannel } from './news.ts';
import type { CoverOutcome, Work } from './work.ts';

/** The days are looked at over their whole length at least this often. */
const FULL_EVERY_MS = 24 * HOUR;
/** What was computed within this time is not computed again because its reader was. */
const YOUNG_MS = HOUR / 2;

export interface CoverParts {
  readonly work: Pick<Work, 'cover'>;
  readonly queues: Pick<Queues, 'cover'>;
  readonly board: BoardStore;
  readonly news: Pick<NewsChannel, 'publish'>;
  readonly clock: Clock;
}

type Summary = Readonly<Record<string, unknown>>;

/** The handler of cover jobs. */
export function createCoverer(parts: CoverParts): (job: CoverJob, context: JobContext) => Promise<Summary> {
  return async (job, { signal, log }) => {
    const { work, board, news, clock } = parts;
    const { reader, account } = job;
    const before = await board.part(job);
    const findings = await board.findings(job);
    // Findings that were counted and are not there: they went with Redis, or cannot be read.
    const lost = before !== null && before.open > 0 && findings === null;
    const depth = lost ? 'full' : depthOf(job, before, clock.now());
    const outcome = await work.cover({ ...job, depth }, before, signal);
    const { part, looked } = outcome;
    // A pair that nobody knows of: the account has left the trail, or the job was never ours.
    if (account !== reader && part.chains === 0 && (looked || before === null)) await board.remove(job);
    else await store(outcome, { full: depth === 'full', began: before !== null }, board);
    if (account === reader) await members(outcome, parts);
    news.publish({ topics: ['overview', 'accounts', 'findings'], accounts: [account] });
    const { state, reason, chains, problem } = part;
    const fields = { account, reader, depth, state, reason, chains };
    log[problem === null ? 'debug' : 'info']({ event: 'covered', ...fields }, `coverage computed: ${state}`);
    return fields;
  };
}

/** Full where the days are not known, or were looked at long ago; a time to come is somebody else's writing. */
function depthOf(job: CoverJob, before: CoverPart | null, now: number): SweepDepth {
  const fullAt = before?.fullAt ?? null;
  const young = fullAt !== null && fullAt <= now && now - fullAt < FULL_EVERY_MS;
  return job.depth === 'full' || !young ? 'full' : 'recent';
}

/**
 * What is merged is read at the last moment: a finding may have been accepted while the look went on. Where all of it was
 * emptied meanwhile, what only full looks know is lost, and the next look is one.
 * @param began something was stored of the pair when the look began
 */
async function store(
  outcome: CoverOutcome,
  { full, began }: { readonly full: boolean; readonly began: boolean },
  board: BoardStore,
): Promise<void> {
  const { part, since, looked, accepted } = outcome;
  const { account, reader, at } = part;
  const [stored, known, findings] = await Promise.all([board.part(part), board.chains(part), board.findings(part)]);
  const emptied = !full && began && stored === null;
  const byId = new Map(known.map((chain) => [chain.id, chain]));
  const chains = outcome.chains.map((chain): ChainCover =>
    mergeChain(byId.get(chain.id) ?? null, chain, { full, since }),
  );
  const look = { account, reader, at, found: outcome.findings, accepted, since, full, looked };
  const merged = mergeFindings(findings, look);
  const fullAt = emptied ? null : part.fullAt;
  const counts = { open: openOf(merged), accepted: acceptedIn(merged.findings) };
  await board.putCover({ part: { ...part, fullAt, ...counts }, chains, findings: merged });
}

/**
 * The other accounts whose events a reader's chains hold: they are computed with it, also where the reader may not be
 * entered and the survey told of no chain. Only a look that saw everything says who is no longer among them.
 */
async function members({ part, others, looked }: CoverOutcome, { board, queues }: CoverParts): Promise<void> {
  const { reader, at } = part;
  if (looked) await board.keepOf(reader, new Set([reader, ...others]));
  const pairs = others.map((account) => ({ account, reader }));
  const missing = await board.notCoveredSince(pairs, at - YOUNG_MS);
  await queues.cover(missing.map((pair): CoverJob => ({ type: 'cover', ...pair, depth: 'recent' })));
}

/** Whether news of a chain that was looked at ought to be shown: something was found, or what is shown grows old. */
export async function coverDue(
  board: Pick<BoardStore, 'part'>,
  pair: { readonly account: string; readonly reader: string },
  { found, now }: { readonly found: boolean; readonly now: number },
): Promise<boolean> {
  if (found) return true;
  const part = await board.part(pair);
  return part === null || part.problem !== null || part.at > now || now - part.at >= YOUNG_MS;
}
