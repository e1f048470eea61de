/**
 * What the pages are given: readers of what the daemon knows, and the few acts that people may ask for. The daemon makes
 * them; the pages' server runs no stage and speaks to no vendor. Whatever can go wrong outside throws OperatingError.
 */
import type { Queue } from 'bullmq';
import type { AccountFacts, PreflightRecord } from '../core/board/account.ts';
import type { ChainCover, CoverPart } from '../core/board/cover.ts';
import type { Accepted, BoardFinding, FindingsPart } from '../core/board/finding.ts';
import type { DriftEntry, PlanRecord } from '../core/board/plan.ts';
import type { Backfill, FailedJob, ProcessBeat, RunningJob } from '../core/board/work.ts';
import type { JobCounts, Readiness, Snapshot } from '../core/snapshot.ts';
import type { Problem } from '../core/source.ts';
import type { DigestPage, DigestsPage } from './contract/chains.ts';
import type { HistoryPage } from './contract/accounts.ts';
import type { QuarantineView } from './contract/findings.ts';
import type { SquarePage } from './contract/square.ts';

/** Who asks. `name` is what is recorded. */
export interface Actor {
  readonly name: string;
  readonly role: string;
  readonly via: 'password' | 'oidc' | 'token' | 'loopback';
  /** Where the request came from. */
  readonly address: string;
}

/** Everything the daemon keeps in Redis for show. One round trip each; a record that is not ours is left out and counted. */
export interface BoardReader {
  /** Every part of every account. */
  parts(): Promise<{ readonly parts: readonly CoverPart[]; readonly unreadable: number }>;
  partsOf(account: string): Promise<readonly CoverPart[]>;
  chainsOf(account: string): Promise<readonly ChainCover[]>;
  /** By `chainId`; null: not known (any more). */
  chain(id: string): Promise<ChainCover | null>;
  findings(): Promise<readonly FindingsPart[]>;
  findingsOf(account: string): Promise<readonly FindingsPart[]>;
  facts(account: string): Promise<AccountFacts | null>;
  preflight(account: string): Promise<{ readonly record: PreflightRecord | null; readonly pending: boolean }>;
  plan(): Promise<PlanRecord | null>;
  applied(): Promise<{
    readonly pending: boolean;
    readonly last: { readonly at: number; readonly by: string; readonly ok: boolean; readonly text: string } | null;
  }>;
  /** The state is being rebuilt since then (epoch ms), as after a flush; null: it is not. */
  rebuilding(): Promise<{ readonly known: number; readonly of: number; readonly since: number } | null>;
  /** Digests and log files judged in each of the last 60 minutes, oldest first. */
  throughput(): Promise<readonly { readonly digests: number; readonly files: number }[]>;
  snapshot(): Promise<Snapshot>;
}

/** What is read from the archive when somebody opens it. Nothing here trusts a place that the client named. */
export interface EvidenceReader {
  /** `from`, `to`: epoch milliseconds. */
  digests(
    chain: ChainCover,
    window: { readonly from: number; readonly to: number },
  ): Promise<Omit<DigestsPage, 'readAt'>>;
  /** What lies behind one square of an account, whose chains are given. Epoch milliseconds. */
  square(
    chains: readonly ChainCover[],
    window: { readonly from: number; readonly to: number },
  ): Promise<Omit<SquarePage, 'readAt' | 'from' | 'to'>>;
  /** Null: the archive holds no such receipt. */
  digest(chain: ChainCover, digest: string): Promise<Omit<DigestPage, 'readAt'> | null>;
  /** The digest's bytes as kept; null: kept nowhere. */
  raw(chain: ChainCover, digest: string): Promise<{ readonly name: string; readonly bytes: Uint8Array } | null>;
  history(account: string): Promise<Omit<HistoryPage, 'readAt'>>;
  quarantine(finding: BoardFinding): Promise<readonly QuarantineView[]>;
  drift(page: { readonly before: string | null; readonly limit: number }): Promise<{
    readonly entries: readonly DriftEntry[];
    readonly next: string | null;
    readonly problems: readonly Problem[];
  }>;
  /** The archive's bucket and prefix, for commands to copy. */
  readonly archive: { readonly bucket: string; readonly prefix: string };
}

/** The queues, read and retried. */
export interface JobsReader {
  counts(): Promise<JobCounts>;
  running(): Promise<readonly RunningJob[]>;
  backfills(): Promise<readonly Backfill[]>;
  /** Failed jobs by account, most first; '' for those of no single account. */
  failedByAccount(): Promise<
    readonly {
      readonly account: string;
      readonly jobs: number;
      readonly newest: number | null;
      readonly reason: string;
    }[]
  >;
  /** Newest first. `account` null: of every account. */
  failed(query: {
    readonly account: string | null;
    readonly offset: number;
    readonly limit: number;
  }): Promise<{ readonly total: number; readonly jobs: readonly FailedJob[] }>;
}

/** What people may ask for. Each is recorded in the archive before it is done, with who asked (`orgtrail/audit/…`). */
export interface Acts {
  /** At most 1,000 jobs at a time; `left`: how many failed ones of that kind remain. */
  retry(
    which: { readonly queue: string; readonly id: string } | { readonly account: string },
    actor: Actor,
  ): Promise<{ readonly retried: number; readonly left: number }>;
  /** Records the acceptance, of its quarantine entries too. Null: somebody had accepted it before. */
  accept(finding: BoardFinding, reason: string, actor: Actor): Promise<Accepted | null>;
  preflight(account: string, actor: Actor): Promise<void>;
  /** Queues it; the plan made then must have this id. Only called where `http.apply` says so. */
  apply(plan: string, reason: string, actor: Actor): Promise<void>;
}

/** The daemon as a whole. */
export interface SystemReader {
  readonly version: string;
  readiness(): Promise<Readiness>;
  processes(): Promise<readonly ProcessBeat[]>;
  /** INFO of Redis as name and value; null: it refuses. */
  redisInfo(): Promise<ReadonlyMap<string, string> | null>;
  /** The configuration in force as YAML, without secrets. */
  readonly configuration: string;
  readonly schedules: { readonly discover: string; readonly collect: string; readonly reconcile: string };
  /** When a cron expression fires next, epoch milliseconds. */
  nextRun(cron: string): number | null;
}

/** What has changed, told by whichever process changed it. `accounts` empty: any may have. */
export interface News {
  readonly topics: readonly string[];
  readonly accounts: readonly string[];
}

export interface PageSources {
  readonly now: () => number;
  /** For the job board. */
  readonly queues: readonly Queue[];
  readonly redisTrouble: () => string | null;
  readonly board: BoardReader;
  readonly evidence: EvidenceReader;
  readonly jobs: JobsReader;
  readonly acts: Acts;
  readonly system: SystemReader;
  /** Calls back with what changes, until the answer is called. */
  readonly subscribe: (listener: (news: News) => void) => () => void;
  /** A number that is older than this is shown as stale (`limits.sweepMaxAgeMinutes`). */
  readonly maxAgeMs: number;
  /** True: an administrator may apply from the pages. */
  readonly applyEnabled: boolean;
}
