/** What the daemon runs with and what all its parts stand on: connections, queues, state, health. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { QUEUE_TIMING, type QueueTiming } from '../adapters/queue-worker.ts';
import { openQueues, type Queues } from '../adapters/queue.ts';
import { createConnections, type Connections } from '../adapters/redis.ts';
import type { Config } from '../config.ts';
import type { Readiness } from '../core/snapshot.ts';
import { OperatingError } from '../errors.ts';
import type { PipelineParts } from '../pipeline/parts.ts';
import type { Clock, Log } from '../ports.ts';
import { createMetrics, type Metrics } from '../web/metrics.ts';
import { createBoardStore } from './board-store.ts';
import type { CallRates } from './call-rates.ts';
import { createHealth } from './health.ts';
import { createNews } from './news.ts';
import type { ProcessorParts } from './processors.ts';
import { createStateStore, type StateStore } from './state.ts';
import type { Work } from './work.ts';

/** `all` is one process for everything; the others split it over containers, in any number. */
export type Role = 'all' | 'worker' | 'scheduler' | 'web';

export interface DaemonTiming extends QueueTiming {
  readonly watchdogMs: number;
  /** No probe of /readyz takes longer. */
  readonly probeMs: number;
  /** How often a process says that it is there. */
  readonly beatMs: number;
}

const DAEMON_TIMING: DaemonTiming = { ...QUEUE_TIMING, watchdogMs: 30_000, probeMs: 2000, beatMs: 5000 };

export interface DaemonOptions {
  readonly config: Config;
  readonly work: Work;
  readonly clock: Clock;
  readonly log: Log;
  readonly role: Role;
  /** The one whose `onCall` the AWS adapters report to. */
  readonly metrics?: Metrics;
  /** As config/secrets.ts reads them; null where there is none. */
  readonly passwords: { readonly redis: string | null; readonly http: string | null; readonly oidc?: string | null };
  /** Certificate and key to serve https with, as PEM; null and absent serve http. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  /** What the pages read evidence from and record acts with; null and absent: they say that it is not available. */
  readonly parts?: PipelineParts | null;
  /** The one whose `onCall` the AWS adapters report to, for the rates that this process tells of. */
  readonly calls?: CallRates;
  /** Told of errors that are no OperatingError; the caller decides whether the process ends. The job fails either way. */
  readonly onBug?: (error: unknown) => void;
  readonly timing?: Partial<DaemonTiming>;
}

export interface Stage extends ProcessorParts {
  readonly connections: Connections;
  readonly queues: Queues;
  readonly state: StateStore;
  /** For what the pages read: a long answer to them holds up no probe. */
  readonly redis: Redis;
  readonly readiness: () => Promise<Readiness>;
  readonly timing: DaemonTiming;
}

/** Opens everything without waiting for Redis, which may be down. */
export function openStage(options: DaemonOptions): Stage {
  const { config, work, clock, log, passwords } = options;
  const timing = { ...DAEMON_TIMING, ...options.timing };
  const connections = createConnections(
    { url: config.redis.url, password: passwords.redis, tls: readTls(config.redis.tls) },
    log,
  );
  const { jobAttempts, coverDelaySeconds } = config.limits;
  const queues = openQueues(connections, { attempts: jobAttempts, coverDelayMs: coverDelaySeconds * 1000 });
  const probe = connections.command();
  const state = createStateStore(probe);
  const redis = connections.command();
  const roundMaxAgeMs = config.limits.sweepMaxAgeMinutes * 60_000;
  const readiness = createHealth({ probe, connections, state, clock, roundMaxAgeMs, timeoutMs: timing.probeMs });
  const metrics = options.metrics ?? createMetrics();
  return {
    work,
    clock,
    connections,
    queues,
    state,
    board: createBoardStore(redis, () => clock.now()),
    news: createNews(redis, connections),
    redis,
    readiness,
    metrics,
    timing,
    accountConcurrency: config.limits.accountConcurrency,
  };
}

function readTls(tls: Config['redis']['tls']): { readonly ca: string | null } | null {
  if (tls === null || tls.caFile === null) return tls === null ? null : { ca: null };
  try {
    return { ca: readFileSync(tls.caFile, 'utf8') };
  } catch (cause) {
    const hint = "let the daemon's user read the file that redis.tls.caFile names";
    throw new OperatingError({
      code: 'config-invalid',
      message: `redis.tls.caFile cannot be read: ${tls.caFile}`,
      hint,
      cause,
    });
  }
}
