/**
 * No account holds up another: when half of this worker's places are taken by jobs of one account that run for long,
 * its further jobs step aside for a while. Healthy accounts never notice; the queue itself knows no accounts.
 */
import { Postponed } from '../adapters/queue-worker.ts';

export interface Fairness {
  /** Runs the work of one account, or throws Postponed when the account is clogged. */
  run<Result>(account: string, work: () => Promise<Result>): Promise<Result>;
}

const LONG_MS = 20_000;
const STEP_ASIDE_MS = 10_000;

/** @param elapsed monotonic milliseconds */
export function createFairness(places: number, elapsed: () => number = () => performance.now()): Fairness {
  const running = new Map<string, Set<{ readonly since: number }>>();
  const most = Math.max(1, Math.floor(places / 2));
  return {
    run: async (account, work) => {
      const jobs = running.get(account) ?? new Set();
      const now = elapsed();
      const clogged = [...jobs].filter((job) => now - job.since > LONG_MS).length;
      if (clogged >= most) throw new Postponed(STEP_ASIDE_MS);
      const job = { since: now };
      running.set(account, jobs.add(job));
      try {
        return await work();
      } finally {
        jobs.delete(job);
        if (jobs.size === 0) running.delete(account);
      }
    },
  };
}
