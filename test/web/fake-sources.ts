/** Everything the pages' server is given, made up: what is not said otherwise is the small world of three accounts. */
import type { ChainCover, CoverPart } from '../../src/core/board/cover.ts';
import type { FindingsPart } from '../../src/core/board/finding.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';
import type { Actor, News, PageSources } from '../../src/web/sources.ts';
import {
  BLOCKED,
  chainOf,
  factsOf,
  findingOf,
  findingsPartOf,
  FORGED,
  HEALTHY,
  NOW,
  PLAN,
  PREFLIGHT,
  snapshotOf,
  usualParts,
} from './fake-accounts.ts';

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
    square: async (chains) => ({
      chains: chains.length,
      digests: 1,
      proven: 0,
      files: { named: 2, valid: 1, invalid: 1, missing: 0, blocked: 0 },
      faults: [{ code: 'log-hash-mismatch', proven: false, region: 'us-east-1', key: 'a/file.json.gz' }],
      moreFaults: 0,
      covered: true,
      gaps: [],
      moreGaps: 0,
      unread: 0,
      chainsLeftOut: 0,
      problems: [],
    }),
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
