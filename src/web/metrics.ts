/** What Prometheus is told. Labels are few on purpose: accounts, regions and trails, never keys. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { DocumentKind } from '../core/plan/document.ts';
import type { JobCounts, Snapshot } from '../core/snapshot.ts';
import type { AwsCall } from '../ports.ts';

export interface Metrics {
  readonly contentType: string;
  /** For the AWS adapters: one call has ended. */
  onCall(call: AwsCall): void;
  /** One digest was judged; `logs` is how many log files it names. */
  onDigest(outcome: { readonly state: 'verified' | 'unlinked' | 'failed' | 'blocked'; readonly logs: number }): void;
  /** One document of the archive was put back into its wanted state. */
  onReapplied(kind: DocumentKind): void;
  /** Replaces everything that is read from Redis; null when Redis could not be read, which leaves no old value standing. */
  observe(seen: { readonly counts: JobCounts; readonly snapshot: Snapshot; readonly now: number } | null): void;
  /** The exposition text. */
  text(): Promise<string>;
}

/** A registry of its own, so that two daemons in one process (tests) do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const counters = createCounters(registry);
  const gauges = createGauges(registry);
  return {
    contentType: registry.contentType,
    onCall: (call) => countCall(counters, call),
    onDigest: ({ state, logs }) => {
      counters.digests.inc({ state });
      counters.logs.inc(logs);
    },
    onReapplied: (kind) => counters.reapplied.inc({ kind }),
    observe: (seen) => {
      for (const gauge of [gauges.jobs, gauges.lag, gauges.proven, gauges.problems, gauges.archive]) gauge.reset();
      gauges.redis.set(seen === null ? 0 : 1);
      if (seen === null) return;
      setJobs(gauges, seen.counts);
      setAccounts(gauges, seen.snapshot, seen.now);
      for (const { code } of seen.snapshot.archive?.problems ?? []) gauges.archive.inc({ code });
    },
    text: () => registry.metrics(),
  };
}

function createCounters(registry: Registry) {
  const registers = [registry];
  const calls = {
    name: 'orgtrail_s3_calls_total',
    help: 'Calls to AWS by service, operation and HTTP status (none: no answer).',
  };
  return {
    calls: new Counter({ ...calls, labelNames: ['service', 'operation', 'status'], registers }),
    seconds: new Counter({
      name: 'orgtrail_aws_call_seconds_total',
      help: 'Time spent in calls to AWS.',
      labelNames: ['service', 'operation'],
      registers,
    }),
    throttles: new Counter({
      name: 'orgtrail_throttles_total',
      help: 'Attempts that AWS throttled.',
      labelNames: ['account'],
      registers,
    }),
    digests: new Counter({
      name: 'orgtrail_digests_total',
      help: 'Digests judged by this process; one that is judged again counts again.',
      labelNames: ['state'],
      registers,
    }),
    logs: new Counter({
      name: 'orgtrail_logs_total',
      help: 'Log files named by the digests that this process judged.',
      registers,
    }),
    reapplied: new Counter({
      name: 'orgtrail_documents_reapplied_total',
      help: 'Documents of the archive that this process put back into their wanted state.',
      labelNames: ['kind'],
      registers,
    }),
  };
}

function createGauges(registry: Registry) {
  const registers = [registry];
  const lag = 'Seconds since every chain of the account had been looked at without trouble.';
  const proven = 'End of the newest proven digest, in seconds since 1970.';
  const labelNames = ['account', 'region', 'trail'];
  return {
    jobs: new Gauge({
      name: 'orgtrail_jobs',
      help: 'Jobs by queue and state.',
      labelNames: ['queue', 'state'],
      registers,
    }),
    lag: new Gauge({ name: 'orgtrail_account_lag_seconds', help: lag, labelNames: ['account'], registers }),
    proven: new Gauge({ name: 'orgtrail_chain_verified_until_seconds', help: proven, labelNames, registers }),
    problems: new Gauge({
      name: 'orgtrail_account_problems',
      help: 'Problems that the last looks at the account met.',
      labelNames: ['account'],
      registers,
    }),
    archive: new Gauge({
      name: 'orgtrail_archive_problems',
      help: 'Problems that the last look at the archive bucket and its documents met.',
      labelNames: ['code'],
      registers,
    }),
    redis: new Gauge({ name: 'orgtrail_redis_up', help: '1 when Redis answered this scrape.', registers }),
  };
}

type Counters = ReturnType<typeof createCounters>;
type Gauges = ReturnType<typeof createGauges>;

function countCall({ calls, seconds, throttles }: Counters, call: AwsCall): void {
  const { service, operation, account, status } = call;
  calls.inc({ service, operation, status: status === null ? 'none' : String(status) });
  seconds.inc({ service, operation }, call.ms / 1000);
  if (call.throttled > 0) throttles.inc({ account }, call.throttled);
}

function setJobs({ jobs }: Gauges, counts: JobCounts): void {
  for (const [queue, states] of counts) for (const [state, count] of states) jobs.set({ queue, state }, count);
}

function setAccounts({ lag, proven, problems }: Gauges, snapshot: Snapshot, now: number): void {
  for (const [account, state] of accountLags(snapshot)) {
    lag.set({ account }, Math.max(0, now - state.since) / 1000);
    problems.set({ account }, state.problems);
  }
  for (const { account, region, trailArn: trail, provenUntil } of snapshot.chains) {
    if (provenUntil !== null) proven.set({ account, region, trail }, provenUntil / 1000);
  }
}

/**
 * By account, since when (epoch ms) not every chain of it was looked at without trouble, and how many problems there
 * are. An account that never was looked at counts from when it was first seen.
 */
export function accountLags({
  accounts,
  chains,
}: Pick<Snapshot, 'accounts' | 'chains'>): ReadonlyMap<string, { since: number; problems: number }> {
  const lags = new Map<string, { since: number; problems: number }>();
  const seen = new Map(accounts.map((account) => [account.id, account.seenAt]));
  for (const chain of chains) {
    const since = chain.cleanAt ?? seen.get(chain.account) ?? seen.get(chain.reader) ?? chain.lookedAt ?? 0;
    const known = lags.get(chain.account) ?? { since, problems: 0 };
    lags.set(chain.account, {
      since: Math.min(since, known.since),
      problems: known.problems + (chain.problem === null ? 0 : 1),
    });
  }
  for (const { id, problems, seenAt, surveyedAt } of accounts) {
    const known = lags.get(id) ?? { since: problems.length > 0 ? seenAt : surveyedAt, problems: 0 };
    lags.set(id, { since: known.since, problems: known.problems + problems.length });
  }
  return lags;
}
