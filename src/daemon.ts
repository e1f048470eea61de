/**
 * Composition root of the running daemon: builds connections, queues, workers, schedules and the HTTP surface, and stops
 * them in reverse order. Signals and exit codes belong to main.ts.
 */
import pLimit from 'p-limit';
import { parseCollectJob, parseDiscoverJob, parseReconcileJob } from './adapters/queue-jobs.ts';
import { startWorker, type RunningWorker } from './adapters/queue-worker.ts';
import { within } from './adapters/redis.ts';
import { startSchedules } from './adapters/schedule.ts';
import type { Readiness } from './core/snapshot.ts';
import { createCollector, createReconciler, createSweeper } from './daemon/processors.ts';
import { createFairness } from './daemon/fairness.ts';
import { createRounds } from './daemon/rounds.ts';
import { openStage, type DaemonOptions, type Role, type Stage } from './daemon/stage.ts';
import { closeOnce, stopAll, type Stop } from './daemon/stopping.ts';
import { startWatchdog } from './daemon/watchdog.ts';
import { OperatingError } from './errors.ts';
import { startServer, type RunningServer } from './web/server.ts';

export interface Daemon {
  /** Where the pages are; null when none are served. */
  readonly url: string | null;
  readiness(): Promise<Readiness>;
  /** Takes no more work, finishes or hands back what runs, and lets go of Redis; returns within the grace, come what may. */
  close(): Promise<void>;
}

/** Resolves when everything is started. Redis may be down: then the daemon waits for it, and is not ready. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const stage = openStage(options);
  const stops: Stop[] = [(graceMs) => stage.connections.close(graceMs), () => stage.queues.close()];
  const has = (...roles: readonly Role[]) => roles.includes(options.role);
  try {
    if (has('all', 'worker')) stops.push(startWorkers(options, stage));
    if (has('all', 'scheduler')) stops.push(startClockwork(options, stage));
    const server = options.config.http.enabled ? await serve(options, stage) : null;
    if (server !== null) stops.push(() => server.close());
    options.log.info({ event: 'started', role: options.role, url: server?.url ?? null }, 'orgtrail runs');
    const stopping = { graceMs: options.config.limits.shutdownGraceSeconds * 1000, log: options.log };
    return { url: server?.url ?? null, readiness: stage.readiness, close: closeOnce(stops, stopping) };
  } catch (error) {
    await stopAll(stops, { graceMs: 1000, log: options.log });
    throw error;
  }
}

function startWorkers(options: DaemonOptions, stage: Stage): Stop {
  const onBug = options.onBug ?? (() => undefined);
  const shared = { timing: stage.timing, log: options.log, onBug };
  const { connections } = stage;
  const { digestConcurrency, accountConcurrency } = options.config.limits;
  const collect = createCollector(stage);
  const sweep = createSweeper(stage);
  const fairDigests = createFairness(digestConcurrency);
  const fairSweeps = createFairness(accountConcurrency);
  // Rounds wait for each other, so a place more: sweeps go on while one runs.
  const oneRound = pLimit(1);
  const round = createRounds(stage);
  const workers: readonly RunningWorker[] = [
    startWorker(connections, {
      ...shared,
      queue: 'discover',
      concurrency: accountConcurrency + 1,
      parse: parseDiscoverJob,
      handle: (job, context) =>
        job.type === 'sweep'
          ? fairSweeps.run(job.reader, () => sweep(job, context))
          : oneRound(() => round(job, context)),
    }),
    startWorker(connections, {
      ...shared,
      queue: 'collect',
      concurrency: digestConcurrency,
      parse: parseCollectJob,
      handle: (job, context) => fairDigests.run(job.reader, () => collect(job, context)),
    }),
    startWorker(connections, {
      ...shared,
      queue: 'reconcile',
      concurrency: 1,
      parse: parseReconcileJob,
      handle: createReconciler(stage),
    }),
  ];
  return (graceMs) => Promise.all(workers.map((worker) => worker.stop(graceMs)));
}

function startClockwork({ config, log, clock }: DaemonOptions, stage: Stage): Stop {
  const { queues, state, timing } = stage;
  const { schedules, limits } = config;
  const cause = 'schedule';
  const running = startSchedules(
    [
      {
        name: 'discover',
        cron: schedules.discover,
        fire: (tick) => queues.discover({ type: 'discover', depth: 'recent', cause }, tick),
      },
      {
        name: 'collect',
        cron: schedules.collect,
        fire: (tick) => queues.discover({ type: 'collect', depth: 'recent', cause }, tick),
      },
      {
        name: 'reconcile',
        cron: schedules.reconcile,
        fire: (tick) => queues.reconcile({ type: 'reconcile', cause }, tick),
      },
    ],
    stage.connections.command(),
    log,
  );
  const ages = { roundMaxAgeMs: limits.sweepMaxAgeMinutes * 60_000, sweepWindowMs: limits.sweepWindowHours * 3600_000 };
  const watchdog = startWatchdog({ queues, state, clock, log, everyMs: timing.watchdogMs, ...ages });
  return async () => {
    watchdog.stop();
    await running.stop();
  };
}

async function serve(options: DaemonOptions, stage: Stage): Promise<RunningServer> {
  const { config, clock, log, role } = options;
  const { user, host, port } = config.http;
  const secret = options.passwords.http;
  if (user !== null && secret === null) {
    throw new OperatingError({
      code: 'config-invalid',
      message: 'http.user has no password',
      hint: 'set http.passwordFile, or the environment variable ORGTRAIL_HTTP_PASSWORD',
    });
  }
  const { readiness, queues, state, connections, timing } = stage;
  const snapshot = () => within(state.read(), timing.probeMs, 'reading the state').catch(() => null);
  const pages = { queues: queues.all, snapshot, redisTrouble: () => connections.trouble(), now: () => clock.now() };
  return startServer({
    host,
    port,
    log,
    readiness,
    signIn: user === null || secret === null ? null : { user, password: secret },
    metrics: () => scrape(stage),
    pages: role === 'all' || role === 'web' ? pages : null,
  });
}

async function scrape({
  queues,
  state,
  metrics,
  clock,
  timing,
}: Stage): Promise<{ text: string; contentType: string }> {
  const read = Promise.all([queues.counts(), state.read()]);
  const seen = await within(read, timing.probeMs, 'a scrape').catch(() => null);
  metrics.observe(seen === null ? null : { counts: seen[0], snapshot: seen[1], now: clock.now() });
  return { text: await metrics.text(), contentType: metrics.contentType };
}
