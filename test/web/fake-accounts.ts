/** Accounts made up for the pages: a healthy one, one with a forged file, one that is blocked. */
import type { AccountFacts, PreflightRecord } from '../../src/core/board/account.ts';
import { DAYS_SHOWN, HOURS_SHOWN, type ChainCover, type CoverPart } from '../../src/core/board/cover.ts';
import type { BoardFinding, FindingsPart } from '../../src/core/board/finding.ts';
import { chainId, findingId } from '../../src/core/board/ids.ts';
import type { PlanRecord } from '../../src/core/board/plan.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { formatIso, HOUR } from '../../src/core/time.ts';

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

/** The state of all these accounts at the last round, without a problem. */
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

/** What is known of one account besides its chains. */
export function factsOf(account: string): AccountFacts {
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

export const PREFLIGHT: PreflightRecord = {
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

/** The parts of the three accounts. */
export function usualParts(): readonly CoverPart[] {
  return [
    partOf(HEALTHY),
    partOf(FORGED, { state: 'failed', reason: 'log-hash-mismatch', open: 1, verifiedUntil: NOW - 5 * HOUR }),
    partOf(BLOCKED, { state: 'blocked', reason: 'blocked-access', problem: DENIED, verifiedUntil: null }),
  ];
}
