/** What Prometheus is told. Labels are few on purpose: accounts, regions and trails, never keys. */
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import type { DocumentKind } from '../core/plan/document.ts';
import type { JobCounts, Snapshot } from '../core/snapshot.ts';
import type { AwsCall } from '../ports.ts';
import { setBoard, setChains, setLags, type BoardSeen } from './metrics-board.ts';
import { clearGauges, createGauges, type Gauges } from './metrics-gauges.ts';

/** What one scrape read of Redis. */
export interface Seen {
  readonly counts: JobCounts;
  readonly snapshot: Snapshot;
  readonly now: number;
  /** Absent or null: it could not be read, and nothing is said of coverage. */
  readonly board?: BoardSeen | null;
}

const DIGEST_STATES = ['verified', 'unlinked', 'failed', 'blocked'] as const;

export interface Metrics {
  readonly contentType: string;
  /** For the AWS adapters: one call has ended. */
  onCall(call: AwsCall): void;
  /** One digest was judged; `logs` is how many log files it names. */
  onDigest(outcome: { readonly state: (typeof DIGEST_STATES)[number]; readonly logs: number }): void;
  /** One document of the archive was put back into its wanted state. */
  onReapplied(kind: DocumentKind): void;
  /** Replaces everything that is read from Redis; null when Redis could not be read, which leaves no old value standing. */
  observe(seen: Seen | null): void;
  /** The exposition text. */
  text(): Promise<string>;
}

/** A registry of its own, so that two daemons in one process (tests) do not meet. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const counters = createCounters(registry);
  const gauges = createGauges(registry);
  // From 0 on: to Prometheus a counter that begins with its first failure has not grown by it.
  for (const state of DIGEST_STATES) counters.digests.inc({ state }, 0);
  return {
    contentType: registry.contentType,
    onCall: (call) => countCall(counters, call),
    onDigest: ({ state, logs }) => {
      counters.digests.inc({ state });
      counters.logs.inc(logs);
    },
    onReapplied: (kind) => counters.reapplied.inc({ kind }),
    observe: (seen) => observe(gauges, seen),
    text: () => registry.metrics(),
  };
}

function observe(gauges: Gauges, seen: Seen | null): void {
  clearGauges(gauges);
  gauges.redis.set(seen === null ? 0 : 1);
  const board = seen?.board ?? null;
  gauges.board.set(board === null ? 0 : 1);
  if (seen === null) return;
  const { counts, snapshot, now } = seen;
  for (const [queue, states] of counts) for (const [state, count] of states) gauges.jobs.set({ queue, state }, count);
  if (snapshot.roundAt !== null) gauges.round.set(snapshot.roundAt / 1000);
  if (snapshot.archive !== null) gauges.looked.set(snapshot.archive.at / 1000);
  for (const { code } of snapshot.archive?.problems ?? []) gauges.archive.inc({ code });
  gauges.unreadable.set(snapshot.unreadable + (board?.unreadable ?? 0));
  setLags(gauges, snapshot, { now, board });
  setChains(gauges, seen);
  if (board !== null) setBoard(gauges, board, seen);
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

type Counters = ReturnType<typeof createCounters>;

function countCall({ calls, seconds, throttles }: Counters, call: AwsCall): void {
  const { service, operation, account, status } = call;
  calls.inc({ service, operation, status: status === null ? 'none' : String(status) });
  seconds.inc({ service, operation }, call.ms / 1000);
  if (call.throttled > 0) throttles.inc({ account }, call.throttled);
}
