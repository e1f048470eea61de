/** Where CloudTrail's output lies: accounts, trails as seen in one account, and the chains they make. */
import type { EventSelectors } from './selectors.ts';

/** A bucket and the trail prefix inside it: empty, or ending in `/`. */
export interface Place {
  readonly bucket: string;
  readonly prefix: string;
}

/** What GetTrailStatus says of one trail in its home region. Times are epoch milliseconds. */
export interface TrailStatus {
  readonly logging: boolean;
  readonly latestDigestDelivery: number | null;
  readonly latestDigestError: string | null;
  readonly startedLogging: number | null;
  readonly stoppedLogging: number | null;
}

/** A source: one trail's output as seen in one account. */
export interface Source extends Place {
  /** The account whose role reads the bucket: the trail's owner, for organization trails the management account. */
  readonly reader: string;
  readonly trailArn: string;
  readonly trail: string;
  readonly homeRegion: string;
  /** Sent as the expected bucket owner on every call (bucket sniping: cloudtrail.md 5.2). */
  readonly bucketOwner: string;
  /** `o-…` for organization trails, whose keys lie under `AWSLogs/o-…/`. */
  readonly org: string | null;
  readonly multiRegion: boolean;
  /**
   * `configured`: exactly these. `enabled`: these at least, in each account, and those that were ever seen.
   * Null: those that were ever seen.
   */
  readonly regions: readonly string[] | null;
  /** Who says which regions ought to deliver: configuration (or a trail of one region), ListRegions, or nobody. */
  readonly regionsFrom: 'configured' | 'enabled' | 'seen';
  /** Buckets the trail delivered to before, configured or recorded: chains are followed into these and nowhere else. */
  readonly formerBuckets: readonly Place[];
  readonly validation: boolean;
  /** Null when it could not be read, and for trails that are gone. */
  readonly status: TrailStatus | null;
  /** What the trail records; null when it may not be read. */
  readonly selectors: EventSelectors | null;
  /** The newest change after which less was recorded than at some time before; `at` in epoch milliseconds. */
  readonly narrowed: { readonly at: number; readonly detail: string } | null;
  /** Known from trail records or receipts, and no longer described: its chains ought to exist all the same. */
  readonly gone: boolean;
}

export type ChainKind = 'standard' | 'backfill';

/** The digests of one (account, delivering region, trail). Standard and backfill digests are chains of their own. */
export interface Chain {
  readonly account: string;
  readonly region: string;
  readonly source: Source;
  /** When the region was seen to be switched on for the account (epoch ms): nothing was due before. Absent: always on. */
  readonly since?: number;
  /** The last time the region was seen switched on before it was switched off: nothing is due after. Absent: it is on. */
  readonly until?: number;
}

export type AccountState = 'ACTIVE' | 'PENDING_ACTIVATION' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED' | 'UNKNOWN';

/** One account and how it is reached. `role` null: the daemon's own credentials. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly state: AccountState;
  readonly origin: 'organization' | 'configuration' | 'history';
  readonly role: string | null;
  readonly externalId: string | null;
}

/** Why an account, trail or chain could not be looked at, and what to do. */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

/** What discovery knows of one account: its sources, or why there are none. */
export interface Survey {
  readonly account: Account;
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
  /** What may not be asked and keeps nothing from being judged: regions or selectors of a role of before. */
  readonly unknowns: readonly Problem[];
}

/** The survey source by source: a bucket that may not be listed must not keep the account's other trails from being looked at. */
export function bySource(survey: Survey): readonly Survey[] {
  return survey.sources.length < 2 ? [survey] : survey.sources.map((source) => ({ ...survey, sources: [source] }));
}
