/** The handler of preflights that people ask for on the pages. */
import type { JobContext } from '../adapters/queue-worker.ts';
import type { PreflightJob } from '../core/job.ts';
import { isNeeded } from '../core/plan/reader-permissions.ts';
import type { Clock } from '../ports.ts';
import type { BoardStore } from './board-store.ts';
import type { NewsChannel } from './news.ts';
import type { Work } from './work.ts';

export interface PreflighterParts {
  readonly work: Pick<Work, 'preflight'>;
  readonly board: Pick<BoardStore, 'putPreflight' | 'preflightPending'>;
  readonly news: Pick<NewsChannel, 'publish'>;
  readonly clock: Clock;
}

type Summary = Readonly<Record<string, unknown>>;

/** What is missing in the account is a result. What kept it from being tried is thrown: the job says it. */
export function createPreflighter(
  parts: PreflighterParts,
): (job: PreflightJob, context: Pick<JobContext, 'signal' | 'log'>) => Promise<Summary> {
  const { work, board, news, clock } = parts;
  return async ({ account, by }, { signal, log }) => {
    try {
      const check = await work.preflight(account, signal);
      await board.putPreflight({ ...check, at: clock.now(), by });
      const failed = check.steps.filter(({ state }) => state === 'failed').map(({ step }) => step);
      log.info({ event: 'preflight', account, by, failed }, `preflight of ${account} as asked on the pages`);
      return { account, failed: failed.length, needed: failed.filter(isNeeded).length };
    } catch (error) {
      // Handed back by a worker that stops, it is still to come.
      if (!signal.aborted) await board.preflightPending(account, false);
      throw error;
    } finally {
      news.publish({ topics: ['accounts'], accounts: [account] });
    }
  };
}
