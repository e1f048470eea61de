/** Everything the pages' server is given, made up: one healthy account, one with a forged file, one that is blocked. */
import type { AccountFacts, PreflightRecord } from '../../src/core/board/account.ts';
import { DAYS_SHOWN, HOURS_SHOWN, type ChainCover, type CoverPart } from '../../src/core/board/cover.ts';
import type { BoardFinding, FindingsPart } from '../../src/core/board/finding.ts';
import { chainId, findingId } from '../../src/core/board/ids.ts';
import type { PlanRecord } from '../../src/core/board/plan.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import type { Actor, News, PageSources } from '../../src/web/sources.ts';

/** Tuesday noon and a quarter. */
export const NOW = Date.UTC(2026, 4, 5, 12, 15);
export const HEALTHY = '222222222222';
export const FORGED = '333333333333';
export const BLOCKED = '444444444444';
const DAY = 24 * HOUR;

/** One account's part, healthy unless it is said otherwise. */
export function partOf(account: string, over: Partial<CoverPart> = {}): CoverPart {
  const hour = Math.floor(NOW / HOUR) * HOUR;
  return {
    account,
    reader: account,
    name: `account ${account.slice(0, 3)}`,
    organizationState: 'ACTIVE',
    at: NOW - 60_000,
    fullAt: NOW - HOUR,
    state: 'verified',
    reason: null,
    problem: null,
    verifiedUntil: hour,
    lastDigest: hour,
    chains: 1,
    receipts: 190,
    waiting: 0,
    open: 0,
    accepted: 0,
    hours: { from: hour - (HOURS_SHOWN - 1) * HOUR, letters: 'v'.repeat(HOURS_SHOWN) },
    days: { from: Math.floor(NOW / DAY) * DAY - (DAYS_SHOWN - 1) * DAY, letters: 'v'.repeat(DAYS_SHOWN) },
    ...over,
  };
}

/** One chain of an account. */
export function chainOf(account: string, over: Partial<ChainCover> = {}): ChainCover {
  const trailArn = `arn:aws:cloudtrail:us-east-1:${account}:trail/main`;
  const ref = { reader: account, account, region: 'us-east-1', trailArn };
  const { state, reason, problem, verifiedUntil, lastDigest, receipts, waiting, days, at } = partOf(account);
  return {
    ...ref,
    id: chainId(ref),
    trail: 'main',
    homeRegion: 'us-east-1',
    bucket: `trail-${account}`,
    prefix: '',
    at,
    state,
    reason,
    problem,
    verifiedUntil,
    lastDigest,
    receipts,
    waiting,
    runs: [{ from: NOW - 3 * DAY, to: Math.floor(NOW / HOUR) * HOUR, state: 'verified' }],
    days,
    kinds: ['standard'],
    ...over,
  };
}

/** One open finding of a log file. */
export function findingOf(account: string, over: Partial<BoardFinding> = {}): BoardFinding {
  const chain = chainOf(account);
  const finding = {
    code: 'log-hash-mismatch' as const,
    account,
    region: chain.region,
    trail: chain.trail,
    bucket: chain.bucket,
    key: `AWSLogs/${account}/CloudTrail/us-east-1/2026/05/05/file.json.gz`,
    from: formatIso(NOW - 5 * HOUR),
    to: formatIso(NOW - 4 * HOUR),
    detail: 'the file is not what its digest names',
    hint: 'look at the file in quarantine',
    chain: chain.id,
    firstSeen: NOW - 3 * HOUR,
    accepted: null,
    goneAt: null,
    ...over,
  };
  return { ...finding, id: over.id ?? findingId(finding) };
}

/** The findings of one account. */
export function findingsPartOf(account: string, findings: readonly BoardFinding[]): FindingsPart {
  return { account, reader: account, at: NOW - 60_000, findings, more: 0 };
}

const DENIED = {
  code: 'blocked-access',
  detail: 'the role may not s3:GetObject',
  hint: 'allow s3:GetObject to orgtrail-reader',
};

export function snapshotOf(accounts: readonly string[]): Snapshot {
  return {
    accounts: accounts.map((id) => ({
      id,
      name: `account ${id.slice(0, 3)}`,
      state: 'ACTIVE',
      surveyedAt: NOW - HOUR,
      seenAt: NOW - DAY,
      sources: 1,
      problems: [],
    })),
    chains: accounts.map((account) => {
      const { reader, trailArn, region } = chainOf(account);
      const at = NOW - 120_000;
      return { reader, trailArn, account, region, problem: null, lookedAt: at, cleanAt: at, provenUntil: NOW - HOUR };
    }),
    survey: null,
    archive: { at: NOW - HOUR, problems: [] },
    roundAt: NOW - 60_000,
    oldestChain: null,
    unreadable: 0,
  };
}

function factsOf(account: string): AccountFacts {
  const { trailArn, trail, homeRegion, bucket, prefix } = chainOf(account);
  const status = {
    logging: true,
    latestDigestDelivery: NOW - HOUR,
    latestDigestError: null,
    startedLogging: NOW - 90 * DAY,
    stoppedLogging: null,
  };
  const source = {
    reader: account,
    trailArn,
    trail,
    homeRegion,
    bucket,
    prefix,
    bucketOwner: account,
    org: null,
    multiRegion: true,
    regions: ['us-east-1'],
    regionsFrom: 'enabled' as const,
    formerBuckets: [],
    validation: true,
    status,
    selectors: [],
    narrowed: null,
    gone: false,
  };
  return {
    account,
    at: NOW - HOUR,
    role: 'reader',
    origin: 'organization',
    sources: [source],
    problems: [],
    unknowns: [],
  };
}

const PREFLIGHT: PreflightRecord = {
  account: HEALTHY,
  name: 'account 222',
  skipped: null,
  at: NOW - HOUR,
  by: 'ada',
  steps: [{ step: 'assume', state: 'ok', note: '', problems: [] }],
};

export const PLAN: PlanRecord = {
  at: NOW - HOUR,
  configured: true,
  id: '0123456789abcdef',
  accounts: 3,
  documents: [
    {
      kind: 'bucket-policy',
      account: '111111111111',
      target: 'orgtrail-archive',
      state: 'differs',
      diff: '-a\n+b\n',
      reasons: ['delivery of 3 accounts'],
      breaks: [],
      refusals: [],
      findings: [],
      warnings: [],
      budget: { bytes: 900, most: 20_480, form: 'accounts', givesUp: [] },
    },
  ],
  estimate: null,
  interrupted: [],
  problems: [],
};

/** What was asked of the acts, in order. */
export interface Asked {
  readonly act: 'retry' | 'accept' | 'preflight' | 'apply';
  readonly of: unknown;
  readonly actor: Actor;
}

export interface FakeSources extends PageSources {
  readonly asked: Asked[];
  /** How often the parts of all accounts were read. */
  readonly reads: { parts: number };
  tell(news: News): void;
  readonly listeners: Set<(news: News) => void>;
}

export interface FakeWorld {
  readonly parts?: readonly CoverPart[];
  readonly chains?: readonly ChainCover[];
  readonly findings?: readonly FindingsPart[];
  readonly snapshot?: Snapshot;
  readonly over?: Partial<PageSources>;
  readonly board?: Partial<PageSources['board']>;
  readonly evidence?: Partial<PageSources['evidence']>;
}

/** A whole set of sources; what is not given is the small world of three accounts. */
export function fakeSources(world: FakeWorld = {}): FakeSources {
  const parts = world.parts ?? usualParts();
  const chains = world.chains ?? [HEALTHY, FORGED, BLOCKED].map((account) => chainOf(account));
  const findings = world.findings ?? [findingsPartOf(FORGED, [findingOf(FORGED)])];
  const snapshot = world.snapshot ?? snapshotOf([...new Set(parts.map(({ account }) => account))]);
  const asked: Asked[] = [];
  const reads = { parts: 0 };
  const listeners = new Set<(news: News) => void>();
  return {
    asked,
    reads,
    listeners,
    tell: (news) => listeners.forEach((listener) => listener(news)),
    now: () => NOW,
    queues: [],
    redisTrouble: () => null,
    board: {
      parts: async () => {
        reads.parts += 1;
        return { parts, unreadable: 0 };
      },
      partsOf: async (account) => parts.filter((part) => part.account === account),
      chainsOf: async (account) => chains.filter((chain) => chain.account === account),
      chain: async (id) => chains.find((chain) => chain.id === id) ?? null,
      findings: async () => findings,
      findingsOf: async (account) => findings.filter((part) => part.account === account),
      facts: async (account) => factsOf(account),
      preflight: async () => ({ record: PREFLIGHT, pending: false }),
      plan: async () => PLAN,
      applied: async () => ({ pending: false, last: { at: NOW - HOUR, by: 'ada', ok: true, text: 'one document' } }),
      rebuilding: async () => null,
      throughput: async () => Array.from({ length: 60 }, () => ({ digests: 2, files: 20 })),
      snapshot: async () => snapshot,
      ...world.board,
    },
    evidence: { ...fakeEvidence(), ...world.evidence },
    jobs: fakeJobs(),
    acts: {
      retry: async (of, actor) => {
        asked.push({ act: 'retry', of, actor });
        return { retried: 1, left: 0 };
      },
      accept: async (finding, reason, actor) => {
        asked.push({ act: 'accept', of: { id: finding.id, reason }, actor });
        return { reason, by: actor.name, at: NOW };
      },
      preflight: async (of, actor) => void asked.push({ act: 'preflight', of, actor }),
      apply: async (plan, reason, actor) => void asked.push({ act: 'apply', of: { plan, reason }, actor }),
    },
    system: fakeSystem(),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    maxAgeMs: 30 * 60_000,
    applyEnabled: false,
    ...world.over,
  };
}

function usualParts(): readonly CoverPart[] {
  return [
    partOf(HEALTHY),
    partOf(FORGED, { state: 'failed', reason: 'log-hash-mismatch', open: 1, verifiedUntil: NOW - 5 * HOUR }),
    partOf(BLOCKED, { state: 'blocked', reason: 'blocked-access', problem: DENIED, verifiedUntil: null }),
  ];
}

export const DIGEST = `20260505T120000Z-20260505T110000Z-standard-us-east-1-${'a'.repeat(12)}`;

function fakeEvidence(): PageSources['evidence'] {
  const line = {
    id: DIGEST,
    kind: 'standard' as const,
    start: formatIso(NOW - HOUR),
    end: formatIso(NOW),
    state: 'linked' as const,
    revision: 0,
    receipt: 'orgtrail/receipts/x.json.gz',
  };
  return {
    archive: { bucket: 'orgtrail-archive', prefix: '' },
    digests: async (_chain, { from, to }) => ({ from: formatIso(from), to: formatIso(to), digests: [line], gaps: [] }),
    digest: async () => null,
    raw: async (_chain, digest) =>
      digest === DIGEST ? { name: 'a "b"\r\nc.json.gz', bytes: new Uint8Array([1, 2]) } : null,
    history: async () => ({ entries: [], problems: [], more: false }),
    quarantine: async () => [],
    drift: async ({ before }) => ({ entries: [], next: before === null ? 'further' : null, problems: [] }),
  };
}

function fakeJobs(): PageSources['jobs'] {
  const job = {
    queue: 'collect',
    id: 'job-1',
    what: 'digest',
    account: FORGED,
    region: 'us-east-1',
    trail: 'main',
    object: null,
    reason: 'blocked-access: denied',
    attempts: 5,
    failedAt: NOW - HOUR,
  };
  return {
    counts: async () =>
      new Map([
        [
          'collect',
          new Map([
            ['waiting', 3],
            ['prioritized', 2],
            ['failed', 5],
            ['active', 1],
          ]),
        ],
      ]),
    running: async () => [],
    backfills: async () => [{ account: HEALTHY, done: 10, waiting: 5, rate: 2.5, eta: NOW + HOUR }],
    failedByAccount: async () => [{ account: FORGED, jobs: 5, newest: NOW - HOUR, reason: job.reason }],
    failed: async ({ offset, limit }) => ({
      total: 5,
      jobs: Array.from({ length: Math.max(0, Math.min(limit, 5 - offset)) }, (_, at) => ({
        ...job,
        id: `job-${offset + at}`,
      })),
    }),
  };
}

function fakeSystem(): PageSources['system'] {
  return {
    version: '0.0.0-test',
    readiness: async () => ({ ok: true, reasons: [] }),
    processes: async () => [],
    redisInfo: async () =>
      new Map([
        ['redis_version', '7.0.0'],
        ['used_memory', '1000'],
        ['maxmemory', '0'],
      ]),
    configuration: 'archive: {}\n',
    schedules: { discover: '7 * * * *', collect: '*/10 * * * *', reconcile: '23 3 * * *' },
    nextRun: () => NOW + 60_000,
  };
}
