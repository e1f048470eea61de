/**
 * Composition root of the running daemon: builds connections, queues, workers, schedules and the HTTP surface, and stops
 * them in reverse order. Signals and exit codes belong to main.ts.
 */
import pLimit from 'p-limit';
import { parseCollectJob, parseCoverJob, parseDiscoverJob, parseReconcileJob } from './adapters/queue-jobs.ts';
import { startWorker, type RunningWorker } from './adapters/queue-worker.ts';
import { startSchedules } from './adapters/schedule.ts';
import type { Readiness } from './core/snapshot.ts';
import { startBeats } from './daemon/beats.ts';
import { createBoardReader } from './daemon/board-read.ts';
import { createCoverer } from './daemon/cover.ts';
import { createFairness } from './daemon/fairness.ts';
import { createPageSources } from './daemon/page-sources.ts';
import { createPreflighter } from './daemon/preflighter.ts';
import { createCollector, createSweeper } from './daemon/processors.ts';
import { createReconciler } from './daemon/reconciler.ts';
import { createRounds } from './daemon/rounds.ts';
import { createScrape } from './daemon/scrape.ts';
import { createSecurityParts } from './daemon/security-parts.ts';
import { openStage, type DaemonOptions, type Role, type Stage } from './daemon/stage.ts';
import { closeOnce, stopAll, type Stop } from './daemon/stopping.ts';
import { readVersion } from './daemon/system-reader.ts';
import { startWatchdog } from './daemon/watchdog.ts';
import { startServer, type RunningServer, type WebParts } from './web/server.ts';

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
  const stops: Stop[] = [
    (graceMs) => stage.connections.close(graceMs),
    () => stage.queues.close(),
    async () => stage.news.close(),
  ];
  const has = (...roles: readonly Role[]) => roles.includes(options.role);
  const version = readVersion();
  try {
    const { clock, role, calls } = options;
    const beats = startBeats({
      redis: stage.connections.command(),
      role,
      version,
      clock,
      calls,
      everyMs: stage.timing.beatMs,
    });
    stops.push(() => beats.stop());
    if (has('all', 'worker')) stops.push(startWorkers(options, stage));
    if (has('all', 'scheduler')) stops.push(startClockwork(options, stage));
    const server = options.config.http.enabled ? await serve(options, stage, version) : null;
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
  const coverPlaces = Math.max(2, Math.floor(accountConcurrency / 2));
  const fairCovers = createFairness(coverPlaces);
  const cover = createCoverer(stage);
  const preflight = createPreflighter(stage);
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
      queue: 'cover',
      concurrency: coverPlaces,
      parse: parseCoverJob,
      handle: (job, context) =>
        job.type === 'cover'
          ? fairCovers.run(job.reader, () => cover(job, context))
          : fairCovers.run(job.account, () => preflight(job, context)),
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
  const { queues, state, board, timing } = stage;
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
  const watchdog = startWatchdog({ queues, state, board, clock, log, everyMs: timing.watchdogMs, ...ages });
  return async () => {
    watchdog.stop();
    await running.stop();
  };
}

async function serve(options: DaemonOptions, stage: Stage, version: string): Promise<RunningServer> {
  const { config, clock, log, role, tls = null } = options;
  const { host, port, trustedProxies } = config.http;
  const { http, oidc = null } = options.passwords;
  const { readiness, redis } = stage;
  const passwords = { http, oidc };
  const security = await createSecurityParts({ http: config.http, passwords, redis, clock, log, version });
  return startServer({
    host,
    port,
    tls,
    trustedProxies,
    log,
    security,
    readiness,
    metrics: scrapeOf(options, stage),
    pages: role === 'all' || role === 'web' ? createPageSources(options, stage, version) : null,
  });
}

function scrapeOf(
  { config, clock }: DaemonOptions,
  { queues, state, redis, metrics, timing }: Stage,
): WebParts['metrics'] {
  const board = createBoardReader(redis, state, () => clock.now());
  const maxAgeMs = config.limits.sweepMaxAgeMinutes * 60_000;
  return createScrape({ queues, state, board, metrics, clock, timeoutMs: timing.probeMs, maxAgeMs });
}
