/**
 * The taking side of one queue. What fails is put where it belongs: back for another try, into the failed set with
 * its reason, or, at shutdown, back to waiting without costing an attempt.
 */
import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job } from 'bullmq';
import { errorText, OperatingError } from '../errors.ts';
import type { Log } from '../ports.ts';
import type { QueueName } from './queue-jobs.ts';
import { KEY_PREFIX, within, type Connections } from './redis.ts';

/** The clockwork of all workers, in one place: of differing stalled intervals the longest would win silently. */
export interface QueueTiming {
  readonly lockMs: number;
  readonly stalledMs: number;
  /** How often a dead worker's job is taken up again. The library's own 1 fails a job for good after two crashes. */
  readonly maxStalled: number;
  /** First pause before another try; it doubles up to ten minutes. */
  readonly backoffMs: number;
}

export const QUEUE_TIMING: QueueTiming = { lockMs: 60_000, stalledMs: 30_000, maxStalled: 20, backoffMs: 2000 };

const LONGEST_BACKOFF_MS = 600_000;
/** Aborted jobs are looked for this often while a worker stops: one may have been taken in the last instant. */
const ABORT_EVERY_MS = 50;
const PROGRESS_EVERY_MS = 1000;
const SHUTDOWN = 'shutdown';
const LOCK_LOST = 'lock lost';

/** What a sweep has done so far. */
export interface JobProgress {
  readonly listed: number;
  readonly captured: number;
}

export interface JobContext {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Kept in Redis for whoever watches, once a second at most; it may be called as often as one likes. */
  readonly progress: (done: JobProgress) => void;
}

/** Thrown by a handler that wants its job later, at no cost of an attempt. */
export class Postponed extends Error {
  readonly delayMs: number;

  constructor(delayMs: number) {
    super('postponed');
    this.name = 'Postponed';
    this.delayMs = delayMs;
  }
}

export interface WorkerOptions<T> {
  readonly queue: QueueName;
  readonly concurrency: number;
  readonly timing: QueueTiming;
  /** Throws `job-refused` for anything that is no job. */
  readonly parse: (data: unknown) => T;
  /** The result is kept in Redis for show, so it is small. */
  readonly handle: (job: T, context: JobContext) => Promise<Readonly<Record<string, unknown>>>;
  /** Told of throws that are no OperatingError. The job fails for good; whether the process goes on is the caller's choice. */
  readonly onBug: (error: unknown) => void;
  readonly log: Log;
}

export interface RunningWorker {
  /** Takes no more jobs; lets running ones finish for half the time, then hands them back. False when time ran out. */
  stop(graceMs: number): Promise<boolean>;
}

/** Starts taking jobs as soon as Redis can be reached. */
export function startWorker<T>(connections: Connections, options: WorkerOptions<T>): RunningWorker {
  const { timing } = options;
  const worker = new Worker(options.queue, createProcessor(options), {
    connection: connections.worker(),
    prefix: KEY_PREFIX,
    concurrency: options.concurrency,
    lockDuration: timing.lockMs,
    stalledInterval: timing.stalledMs,
    maxStalledCount: timing.maxStalled,
    runRetryDelay: 1000,
    settings: { backoffStrategy: (attempt) => backoff(attempt, timing.backoffMs) },
  });
  listen(worker, connections, options.log.child({ queue: options.queue }));
  return { stop: (graceMs) => stopWorker(worker, graceMs) };
}

/** Exponential with jitter over its upper half. */
function backoff(attempt: number, firstMs: number): number {
  const full = Math.min(LONGEST_BACKOFF_MS, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + Math.random() / 2));
}

/** BullMQ hands over the signal only to a function that declares three parameters. */
function createProcessor<T>(options: WorkerOptions<T>) {
  return async (job: Job, token: string | undefined, signal: AbortSignal | undefined): Promise<unknown> => {
    const log = options.log.child({ queue: options.queue, job: job.id, attempt: job.attemptsMade + 1 });
    const cancelled = signal ?? new AbortController().signal;
    try {
      const data = options.parse(job.data);
      return await untilAborted(options.handle(data, { signal: cancelled, log, progress: teller(job) }), cancelled);
    } catch (error) {
      if (cancelled.aborted && cancelled.reason === SHUTDOWN) throw await handBack(job, token);
      if (error instanceof Postponed) {
        await job.moveToDelayed(Date.now() + error.delayMs, token);
        throw new DelayedError();
      }
      throw failure(error, options, log);
    }
  };
}

/** A progress that is not kept is nobody's trouble. */
function teller(job: Job): JobContext['progress'] {
  let told = Number.NEGATIVE_INFINITY;
  return ({ listed, captured }) => {
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    job.updateProgress({ listed, captured }).catch(() => undefined);
  };
}

/** Work that does not heed its signal is left behind; its late effects are harmless because every write is conditional. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(interrupted(String(signal.reason)));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function interrupted(reason: string): OperatingError {
  const hint = 'nothing to do: another worker takes the job up';
  return new OperatingError({
    code: 'interrupted',
    message: `the job was cut short: ${reason}`,
    hint,
    retryable: true,
  });
}

/** Back to waiting, with the attempt given back: a retry would use one up. */
async function handBack(job: Job, token: string | undefined): Promise<Error> {
  await job.moveToWait(token);
  return new WaitingError();
}

/** The error as the job keeps it: the sentence and the next step, for whoever opens the job board. */
function failure<T>(error: unknown, options: WorkerOptions<T>, log: Log): Error {
  if (error instanceof OperatingError) {
    const text = `${error.code}: ${error.message} (${error.hint})`;
    log.warn({ event: 'job-failed', code: error.code, retryable: error.retryable }, text);
    return error.retryable ? new Error(text) : new UnrecoverableError(text);
  }
  log.error({ event: 'bug', err: error }, "a job ended in an error that is nobody else's fault");
  options.onBug(error);
  return new UnrecoverableError(`internal error: ${errorText(error)}`);
}

function listen(worker: Worker, connections: Connections, log: Log): void {
  worker.on('error', (error) => {
    // Connection trouble is logged once by the connection factory; a line for every retry would drown it.
    if (connections.trouble() === null) log.warn({ event: 'queue-trouble', err: error }, 'the queue reports trouble');
  });
  worker.on('stalled', (id) => log.warn({ event: 'job-stalled', job: id }, 'a job lost its worker and waits again'));
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, LOCK_LOST); // another worker may have it by now: stop before the next write
  });
}

async function stopWorker(worker: Worker, graceMs: number): Promise<boolean> {
  const closed = worker.close();
  closed.catch(() => undefined); // told by `ended`, or too late to matter
  const ended = (timeoutMs: number) =>
    within(closed, timeoutMs, 'closing a worker').then(
      () => true,
      () => false,
    );
  if (await ended(graceMs / 2)) return true;
  const aborting = setInterval(() => worker.cancelAllJobs(SHUTDOWN), ABORT_EVERY_MS);
  worker.cancelAllJobs(SHUTDOWN);
  try {
    return await ended(graceMs / 2);
  } finally {
    clearInterval(aborting);
  }
}
