/**
 * The handler of the reconcile queue: looks at the archive and its documents, and the plans that people ask to be applied.
 * What either finds is kept for readiness, the pages and the metrics.
 */
import type { JobContext } from '../adapters/queue-worker.ts';
import type { ReconcileJob } from '../adapters/queue-jobs.ts';
import type { Queues } from '../adapters/queue.ts';
import type { PlanRecord } from '../core/board/plan.ts';
import type { ApplyJob } from '../core/job.ts';
import { HOUR } from '../core/time.ts';
import { OperatingError, problemOf } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import type { Metrics } from '../web/metrics.ts';
import type { BoardStore } from './board-store.ts';
import type { NewsChannel } from './news.ts';
import type { StateStore } from './state.ts';
import type { Reconciled, Work } from './work.ts';

export interface ReconcilerParts {
  readonly work: Pick<Work, 'reconcile' | 'plan' | 'apply'>;
  readonly queues: Pick<Queues, 'reconcile'>;
  readonly state: Pick<StateStore, 'archive'>;
  readonly board: Pick<BoardStore, 'plan' | 'putPlan' | 'applyPending' | 'applied'>;
  readonly news: Pick<NewsChannel, 'publish'>;
  readonly metrics: Pick<Metrics, 'onReapplied'>;
  readonly clock: Clock;
}

type Summary = Readonly<Record<string, unknown>>;
type Context = Pick<JobContext, 'signal' | 'log'>;

/** Receipts are read to estimate what lifecycle rules will touch: so often, and no oftener. */
const ESTIMATED_EVERY_MS = 24 * HOUR;

/** The handler of both kinds of jobs. */
export function createReconciler(
  parts: ReconcilerParts,
): (job: ReconcileJob | ApplyJob, context: Context) => Promise<Summary> {
  const estimates: Estimates = { triedAt: null };
  return (job, context) => (job.type === 'apply' ? apply(parts, job, context) : look({ ...parts, estimates }, context));
}

/** When this process tried last to make a whole plan, epoch milliseconds: one that fails is not tried at every look. */
interface Estimates {
  triedAt: number | null;
}

/** A look that failed is a result too: readiness must not live on the last good one. */
async function look(
  parts: ReconcilerParts & { readonly estimates: Estimates },
  { signal, log }: Context,
): Promise<Summary> {
  const { work, state, clock, metrics } = parts;
  const { problems, reapplied, plan, passing } = await work.reconcile(signal).catch(async (error: unknown) => {
    if (error instanceof OperatingError && !signal.aborted) await state.archive([problemOf(error)], clock.now());
    throw error;
  });
  tell({ problems, reapplied }, metrics, log);
  await state.archive(problems, clock.now());
  if (plan !== null) await keepPlan(plan, parts, { signal, log });
  parts.news.publish({ topics: ['policy', 'overview'], accounts: [] });
  if (passing !== null) throw passing; // it is in the state already: the error is for the queue, which tries again
  return { problems: problems.length, reapplied: reapplied.length };
}

function tell(
  { problems, reapplied }: Pick<Reconciled, 'problems' | 'reapplied'>,
  metrics: ReconcilerParts['metrics'],
  log: Log,
): void {
  for (const problem of problems)
    log.warn({ event: 'archive-problem', code: problem.code }, `${problem.detail} (${problem.hint})`);
  for (const { kind, account, target } of reapplied) {
    metrics.onReapplied(kind);
    log.warn({ event: 'document-reapplied', kind, account, target }, `put back: the ${kind} of ${target}`);
  }
}

/** The plan at once, with the estimate of before; then, where that one is a day old, another plan with one of its own. */
async function keepPlan(
  plan: PlanRecord,
  parts: ReconcilerParts & { readonly estimates: Estimates },
  { signal, log }: Context,
): Promise<void> {
  const { board, work, clock, estimates } = parts;
  const before = (await board.plan())?.estimate ?? null;
  const held = plan.documents.some(({ kind }) => kind === 'lifecycle');
  await board.putPlan({ ...plan, estimate: held ? before : null });
  const now = clock.now();
  const isDue = (at: number | null): boolean => at === null || at > now || now - at >= ESTIMATED_EVERY_MS;
  if (!held || !isDue(before?.at ?? null) || !isDue(estimates.triedAt)) return;
  estimates.triedAt = now;
  try {
    await board.putPlan(await work.plan(signal));
  } catch (error) {
    if (!(error instanceof OperatingError) || signal.aborted) throw error;
    log.warn({ event: 'estimate-failed', err: error }, 'what lifecycle rules will touch is not estimated');
  }
}

/** Never tried again unasked: whatever became of it is told, and another look shows how the documents are now. */
async function apply(parts: ReconcilerParts, job: ApplyJob, { signal, log }: Context): Promise<Summary> {
  const { work, board, clock, news, queues } = parts;
  log.info({ event: 'apply', plan: job.plan, by: job.by }, 'a plan is applied as asked on the pages');
  try {
    const { ok, text } = await work.apply({ plan: job.plan, who: job.by }, signal);
    log[ok ? 'info' : 'warn']({ event: 'applied', plan: job.plan, by: job.by, ok }, text);
    await board.applied({ at: clock.now(), by: job.by, ok, text });
    await queues.reconcile({ type: 'reconcile', cause: 'asked' });
    return { ok, text };
  } catch (error) {
    // Cut short: it goes back to the queue, and what it has written by then makes the plan another one.
    if (!signal.aborted) await board.applyPending(false);
    throw error;
  } finally {
    news.publish({ topics: ['policy', 'overview'], accounts: [] });
  }
}
