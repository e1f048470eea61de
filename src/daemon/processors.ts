/** From a job to the pipeline's call, and from its outcome to the queue, the state and the metrics. */
import type { JobContext } from '../adapters/queue-worker.ts';
import type { ChainRef, DigestJob, SweepJob } from '../core/job.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { Metrics } from '../web/metrics.ts';
import { coverDue } from './cover.ts';
import type { RoundParts } from './rounds.ts';

export type ProcessorParts = RoundParts & { readonly metrics: Metrics };

type Summary = Readonly<Record<string, unknown>>;

/** The handler of the collect queue. */
export function createCollector(parts: ProcessorParts): (job: DigestJob, context: JobContext) => Promise<Summary> {
  return (job, context) => judge(parts, job, ofChain(job, context));
}

/** The handler of sweeps, on the discover queue. */
export function createSweeper(parts: ProcessorParts): (job: SweepJob, context: JobContext) => Promise<Summary> {
  return (job, context) => sweep(parts, job, ofChain(job, context));
}

function ofChain(job: ChainRef, context: JobContext): JobContext {
  return { ...context, log: context.log.child({ account: job.account, region: job.region, trail: job.trailArn }) };
}

/** The depth is settled here and not where the job was made: a recent sweep may have displaced a full one that waited. */
async function sweep(parts: ProcessorParts, job: SweepJob, { signal, log, progress }: JobContext): Promise<Summary> {
  const { work, queues, state, clock } = parts;
  const depth = job.depth === 'full' || (await state.fullDue(job, clock.now())) ? 'full' : 'recent';
  const started = clock.now();
  const outcome = await work.sweep({ ...job, depth }, signal, progress).catch(async (error: unknown) => {
    if (error instanceof OperatingError && !signal.aborted) await state.sweepFailed(job, problemOf(error), started);
    throw error;
  });
  const { added, held } = await queues.digests(outcome.digests);
  // The time before the look: what arrived while it ran may not have been seen.
  await state.swept({ chain: job, outcome, depth, held }, started);
  const { captured, pendingLogs, problem } = outcome;
  await coverLater(parts, job, problem !== null || outcome.digests.length > 0);
  const code = problem?.code ?? null;
  log[problem === null ? 'info' : 'warn'](
    { event: 'swept', depth, digests: added, held, captured, problem: code },
    problemText(problem),
  );
  return { depth, digests: added, held, captured, pendingLogs, problem: code };
}

/** @param found something that changes what is shown; else only what has grown old is computed anew */
async function coverLater(
  { board, queues, news, clock }: ProcessorParts,
  job: ChainRef,
  found: boolean,
): Promise<void> {
  const { reader, account } = job;
  if (!(await coverDue(board, job, { found, now: clock.now() }))) return;
  await queues.cover({ type: 'cover', reader, account, depth: 'recent' });
  news.publish({ topics: ['jobs'], accounts: [account] });
}

function problemText(problem: Problem | null): string {
  return problem === null ? 'swept' : `${problem.detail} (${problem.hint})`;
}

async function judge(parts: ProcessorParts, job: DigestJob, { signal, log }: JobContext): Promise<Summary> {
  const outcome = await parts.work.digest(job, signal);
  parts.metrics.onDigest(outcome);
  if (outcome.state === 'verified') await parts.state.proven(job, outcome.end);
  await parts.board.judged(job.account, outcome.logs, parts.clock.now());
  await coverLater(parts, job, true);
  const level = outcome.state === 'verified' ? 'info' : 'warn';
  log[level]({ event: 'digest', bucket: job.bucket, key: job.key, ...outcome }, `digest ${outcome.state}`);
  return { ...outcome };
}
