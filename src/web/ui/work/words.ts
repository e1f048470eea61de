/** What the page of jobs says in words: nothing is claimed that the numbers do not hold. */
import type { JobsPage } from '../../contract/jobs.ts';
import { counted, figure } from '../parts/figures.ts';
import { lengthOf } from '../parts/moment.ts';

type Backfill = JobsPage['backfills'][number];

/** The rate of a backfill, and where there is none, why not. */
export function rateText({ ratePerMinute, waiting }: Backfill): string {
  if (ratePerMinute !== null && ratePerMinute > 0) {
    const rate = ratePerMinute < 10 ? ratePerMinute.toFixed(1) : figure(Math.round(ratePerMinute));
    return `${rate} digests a minute`;
  }
  return waiting === 0 ? 'nothing waits' : 'no digest was judged in the last ten minutes';
}

/** When a backfill is through at its present rate; null where nobody can say. `now` in epoch milliseconds. */
export function leftText({ eta }: Backfill, now: number): string | null {
  if (eta === null) return null;
  const left = Date.parse(eta) - now;
  return left <= 0 ? 'any moment' : `in about ${lengthOf(left)}`;
}

/** Done of all that are known, 0 to 100; null where nothing is known. */
export function percentOf({ done, waiting }: Backfill): number | null {
  const all = done + waiting;
  // Never 100 while something waits.
  return all === 0 ? null : Math.floor((done / all) * 100);
}

/** One sentence over the whole page: what runs, what waits, what has failed. */
export function workSentence({ queues, backfills, failed, problems }: JobsPage): string {
  if (queues.length === 0 && problems.length > 0) return 'The queues cannot be read: what runs is not known.';
  const sum = (of: 'active' | 'waiting' | 'delayed'): number => queues.reduce((total, queue) => total + queue[of], 0);
  const [active, waiting] = [sum('active'), sum('waiting')];
  const flow =
    active + waiting === 0
      ? idleText(backfills)
      : `${counted(active, 'job')} ${active === 1 ? 'runs' : 'run'}, ${figure(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`;
  return `${flow}; ${failedText(failed)}.`;
}

/** Without a job, digests may still wait for the next look to make theirs. */
function idleText(backfills: JobsPage['backfills']): string {
  const behind = backfills.reduce((total, one) => total + one.waiting, 0);
  if (behind === 0) return 'Nothing runs and nothing waits';
  return `No job runs; ${counted(behind, 'digest')} ${behind === 1 ? 'waits' : 'wait'} to be judged`;
}

function failedText(failed: JobsPage['failed']): string {
  const sum = (of: JobsPage['failed']): number => of.reduce((total, one) => total + one.jobs, 0);
  const jobs = sum(failed);
  if (jobs === 0) return 'no job has failed for good';
  const inAccounts = failed.filter((one) => one.account !== '');
  const outside = sum(failed.filter((one) => one.account === ''));
  const where = inAccounts.length === 0 ? '' : ` in ${counted(inAccounts.length, 'account')}`;
  const rest = outside === 0 || where === '' ? '' : ` and ${figure(outside)} of no single account`;
  const counting = where === '' ? jobs : jobs - outside;
  return `${counted(counting, 'job')} ${counting === 1 ? 'has' : 'have'} failed for good${where}${rest}`;
}

/** What a retry came to: `12 retried, 0 left`. */
export function retriedText({ retried, left }: { readonly retried: number; readonly left: number }): string {
  return `${figure(retried)} retried, ${figure(left)} left`;
}

const CODED = /^([a-z]{2,30}(?:-[a-z]{2,30}){1,4}): (.+)$/s;

/** `blocked-access: s3:GetObject is denied` in its code and the rest; code null: it begins with none. */
export function splitReason(reason: string): { readonly code: string | null; readonly rest: string } {
  const [, code = null, rest = reason] = CODED.exec(reason) ?? [];
  return { code, rest };
}
