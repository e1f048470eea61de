/** What the daemon's tests share: a configuration, a pipeline that only counts, a log that is kept, and waiting. */
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../../src/adapters/log.ts';
import { parseConfig, type Config } from '../../src/config.ts';
import type { CoverPart } from '../../src/core/board/cover.ts';
import type { ApplyJob, CoverJob, DigestJob, SweepDepth, SweepJob } from '../../src/core/job.ts';
import type { AccountCheck } from '../../src/core/board/account.ts';
import type { PlanRecord } from '../../src/core/board/plan.ts';
import type { Problem, Survey } from '../../src/core/source.ts';
import type { DaemonTiming } from '../../src/daemon/stage.ts';
import type {
  ApplyOutcome,
  CoverOutcome,
  DigestOutcome,
  Reconciled,
  SweepOutcome,
  Work,
} from '../../src/daemon/work.ts';
import type { Log } from '../../src/ports.ts';

export const systemClock = { now: () => Date.now() };

/** Fast enough for a test; only the clockwork differs from the real one. */
export const FAST: Partial<DaemonTiming> = { watchdogMs: 200, backoffMs: 50, stalledMs: 1000, lockMs: 2000 };

const NEVER = '0 0 1 1 *';

interface Wanted {
  readonly redisUrl: string;
  readonly schedules?: Partial<Config['schedules']>;
  readonly limits?: Partial<Config['limits']>;
  readonly http?: Partial<Config['http']>;
}

/** A whole configuration whose schedules never fire unless asked to. */
export function testConfig({ redisUrl, schedules, limits, http }: Wanted): Config {
  const base = parseConfig(YAML, 'test.yaml', {});
  return {
    ...base,
    redis: { url: redisUrl, passwordFile: null, tls: null },
    schedules: { discover: NEVER, collect: NEVER, reconcile: NEVER, ...schedules },
    limits: { ...base.limits, jobAttempts: 3, shutdownGraceSeconds: 4, ...limits },
    http: { ...base.http, port: 0, ...http },
  };
}

const YAML = `
archive: { bucket: archive-bucket, region: us-east-1, owner: "111111111111" }
accounts: [{ id: "222222222222", name: payments }]
`;

/** A sweep that found nothing. */
export const NOTHING: SweepOutcome = {
  digests: [],
  captured: 0,
  pendingLogs: 0,
  unlisted: 0,
  unrecognised: 0,
  newestDigestEnd: null,
  problem: null,
};

const FIT: Reconciled = { problems: [], reapplied: [], plan: null, passing: null };

/** The pipeline as the tests want it; what is not given does nothing, well. */
export interface FakeWork extends Work {
  readonly calls: {
    discover: number;
    reconcile: number;
    plan: number;
    readonly sweeps: SweepJob[];
    readonly digests: DigestJob[];
    readonly covers: CoverJob[];
    readonly preflights: string[];
    readonly applies: { readonly plan: string; readonly who: string }[];
  };
}

interface FakeParts {
  readonly accounts?: readonly string[];
  readonly problems?: readonly Problem[];
  readonly sweeps?: (survey: Survey) => readonly SweepJob[];
  readonly sweep?: (job: SweepJob, signal: AbortSignal) => Promise<SweepOutcome>;
  readonly digest?: (job: DigestJob, signal: AbortSignal) => Promise<DigestOutcome>;
  readonly reconcile?: () => Promise<Partial<Reconciled>>;
  readonly cover?: (job: CoverJob, before: CoverPart | null) => Promise<Partial<CoverOutcome>>;
  readonly preflight?: (account: string) => Promise<Partial<AccountCheck>>;
  readonly plan?: () => Promise<Partial<PlanRecord>>;
  readonly apply?: (request: Pick<ApplyJob, 'plan'>) => Promise<ApplyOutcome>;
}

export function fakeWork(parts: FakeParts = {}): FakeWork {
  const calls: FakeWork['calls'] = {
    discover: 0,
    reconcile: 0,
    plan: 0,
    sweeps: [],
    digests: [],
    covers: [],
    preflights: [],
    applies: [],
  };
  const listed = parts.accounts ?? ['222222222222'];
  const surveysNow = (): readonly Survey[] => listed.map(surveyOf);
  return {
    calls,
    discover: async (onSurvey) => {
      calls.discover += 1;
      const surveys = surveysNow();
      for (const survey of surveys) await onSurvey(survey);
      return { surveys, problems: parts.problems ?? [] };
    },
    sweeps: async (survey, depth) => parts.sweeps?.(survey) ?? [sweepOf(survey.account.id, depth)],
    sweep: async (job, signal) => {
      calls.sweeps.push(job);
      return (await parts.sweep?.(job, signal)) ?? NOTHING;
    },
    digest: async (job, signal) => {
      calls.digests.push(job);
      return (
        (await parts.digest?.(job, signal)) ?? {
          state: 'verified',
          written: true,
          logs: 2,
          bytes: 10,
          end: 1_700_000_000_000,
        }
      );
    },
    reconcile: async () => {
      calls.reconcile += 1;
      return { ...FIT, ...(await parts.reconcile?.()) };
    },
    cover: async (job, before) => {
      calls.covers.push(job);
      return { ...covered(partOf(job)), ...(await parts.cover?.(job, before)) };
    },
    preflight: async (account) => {
      calls.preflights.push(account);
      return { account, name: `account ${account}`, skipped: null, steps: [], ...(await parts.preflight?.(account)) };
    },
    plan: async () => {
      calls.plan += 1;
      return { ...NO_PLAN, ...(await parts.plan?.()) };
    },
    apply: async (request) => {
      calls.applies.push(request);
      return (await parts.apply?.(request)) ?? { ok: true, text: 'nothing to change' };
    },
  };
}

const NO_PLAN: PlanRecord = {
  at: 1_700_000_000_000,
  configured: false,
  id: '0'.repeat(16),
  accounts: 0,
  documents: [],
  estimate: null,
  interrupted: [],
  problems: [],
};

/** A part of an account that is all proven; `at` is now unless it is given. */
export function partOf(
  { account, reader }: { readonly account: string; readonly reader: string },
  parts: Partial<CoverPart> = {},
): CoverPart {
  const at = parts.at ?? Date.now();
  const [hour, day] = [3_600_000, 86_400_000];
  return {
    account,
    reader,
    name: `account ${account}`,
    organizationState: 'ACTIVE',
    at,
    fullAt: at,
    state: 'verified',
    reason: null,
    problem: null,
    verifiedUntil: Math.floor(at / hour) * hour,
    lastDigest: Math.floor(at / hour) * hour,
    chains: 1,
    receipts: 192,
    waiting: 0,
    open: 0,
    accepted: 0,
    hours: { from: Math.floor(at / hour) * hour - 191 * hour, letters: `${'v'.repeat(191)}p` },
    days: { from: Math.floor(at / day) * day - 89 * day, letters: 'v'.repeat(90) },
    ...parts,
  };
}

/** A look that found this and nothing else. */
function covered(part: CoverPart, parts: Partial<CoverOutcome> = {}): CoverOutcome {
  const nothing = { chains: [], findings: [], accepted: new Map(), looked: true, others: [] };
  return { part, ...nothing, since: part.days.from, ...parts };
}

/** A sweep that found these digests. */
export function found(digests: readonly DigestJob[]): SweepOutcome {
  return { ...NOTHING, digests };
}

function surveyOf(id: string): Survey {
  return {
    account: { id, name: `account ${id}`, state: 'ACTIVE', origin: 'configuration', role: null, externalId: null },
    sources: [],
    problems: [],
    unknowns: [],
  };
}

export function sweepOf(account: string, depth: SweepDepth = 'recent'): SweepJob {
  return {
    type: 'sweep',
    depth,
    reader: account,
    account,
    region: 'us-east-1',
    trailArn: `arn:aws:cloudtrail:us-east-1:${account}:trail/main`,
  };
}

export function digestOf(account: string, key: string): DigestJob {
  const { reader, region, trailArn } = sweepOf(account);
  return { type: 'digest', reader, account, region, trailArn, bucket: 'member-bucket', key };
}

/** A log whose lines are kept as text. */
export function keptLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLogger('trace', { write: (line: string) => void lines.push(line) }) };
}

/** Waits until the condition holds, and says what did not happen when it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 8000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`did not happen in ${timeoutMs} ms: ${what}`);
    await pause(20);
  }
}

/** A door that work waits at until the test opens it. */
export function door(): { readonly wait: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { wait: promise, open: () => resolve() };
}
