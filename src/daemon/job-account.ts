/** Whose job one is, by its data: whoever writes to Redis can write jobs, so nothing is believed that no parser takes. */
import {
  parseCollectJob,
  parseCoverJob,
  parseDiscoverJob,
  parseReconcileJob,
  type QueueName,
} from '../adapters/queue-jobs.ts';

type AnyJob = ReturnType<
  typeof parseCollectJob | typeof parseCoverJob | typeof parseDiscoverJob | typeof parseReconcileJob
>;

const PARSERS: Readonly<Record<QueueName, (data: unknown) => AnyJob>> = {
  collect: parseCollectJob,
  cover: parseCoverJob,
  discover: parseDiscoverJob,
  reconcile: parseReconcileJob,
};

/** The job as its queue's worker would take it. Throws `job-refused` for anything else. */
export function parseJob(queue: QueueName, data: unknown): AnyJob {
  return PARSERS[queue](data);
}

/** The account that a job is about; '' for those of no single account. */
export function accountOf(job: AnyJob): string {
  return 'account' in job ? job.account : '';
}
