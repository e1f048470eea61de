/** `GET /api/accounts`, `GET /api/accounts/:account`, its history, and `POST …/preflight`. */
import * as z from 'zod';
import { accountId, cellState, chainKey, count, next, pageQuery, problem, readAt, squares, time } from './shape.ts';

export const accountsQuery = z.strictObject({
  ...pageQuery,
  state: cellState.optional(),
  search: z.string().max(128).optional(),
  /** Only accounts that need a person. */
  open: z.stringbool().optional(),
  sort: z.enum(['worst', 'account', 'name', 'lag', 'verifiedUntil', 'lastDigest', 'open']).default('worst'),
  order: z.enum(['asc', 'desc']).default('asc'),
});

export const accountLine = z.object({
  account: accountId,
  name: z.string(),
  organizationState: z.string(),
  state: cellState,
  reason: z.string().nullable(),
  /** The last error with its next step. */
  problem: problem.nullable(),
  verifiedUntil: time.nullable(),
  lastDigest: time.nullable(),
  /** Seconds since every chain of it was looked at without trouble. */
  lagSeconds: count.nullable(),
  chains: count,
  open: count,
  waiting: count,
  at: time,
});

export const accountsPage = z.object({ readAt, total: count, accounts: z.array(accountLine), next });

export const chainLine = z.object({
  id: chainKey,
  reader: accountId,
  account: accountId,
  region: z.string(),
  trail: z.string(),
  trailArn: z.string(),
  homeRegion: z.string(),
  bucket: z.string(),
  state: cellState,
  reason: z.string().nullable(),
  problem: problem.nullable(),
  verifiedUntil: time.nullable(),
  lastDigest: time.nullable(),
  receipts: count,
  waiting: count,
  hours: squares,
  days: squares,
  at: time,
});

export const trailView = z.object({
  trailArn: z.string(),
  trail: z.string(),
  homeRegion: z.string(),
  bucket: z.string(),
  prefix: z.string(),
  bucketOwner: z.string(),
  organization: z.string().nullable(),
  multiRegion: z.boolean(),
  /** Null: nobody says. */
  regions: z.array(z.string()).nullable(),
  regionsFrom: z.enum(['configured', 'enabled', 'seen']),
  formerBuckets: z.array(z.object({ bucket: z.string(), prefix: z.string() })),
  validation: z.boolean(),
  logging: z.boolean().nullable(),
  latestDigestDelivery: time.nullable(),
  latestDigestError: z.string().nullable(),
  startedLogging: time.nullable(),
  stoppedLogging: time.nullable(),
  /** What the trail records, as indented JSON; null: it may not be read. */
  selectors: z.string().nullable(),
  narrowed: z.object({ at: time, detail: z.string() }).nullable(),
  gone: z.boolean(),
});

export const preflightView = z.object({
  at: time,
  by: z.string(),
  skipped: z.string().nullable(),
  steps: z.array(
    z.object({
      step: z.string(),
      needed: z.boolean(),
      state: z.enum(['ok', 'failed', 'untried']),
      note: z.string(),
      problems: z.array(problem),
    }),
  ),
});

export const accountPage = z.object({
  readAt,
  line: accountLine,
  role: z.string().nullable(),
  origin: z.enum(['organization', 'configuration', 'history']).nullable(),
  surveyedAt: time.nullable(),
  problems: z.array(problem),
  unknowns: z.array(problem),
  trails: z.array(trailView),
  chains: z.array(chainLine),
  regions: z.array(z.object({ region: z.string(), state: cellState, chains: count })),
  preflight: preflightView.nullable(),
  /** A preflight waits or runs. */
  preflightPending: z.boolean(),
  open: count,
});

/** What happened to an account's trails, from the records in the archive, newest first. */
export const historyPage = z.object({
  readAt,
  entries: z.array(
    z.object({
      at: time,
      kind: z.enum(['trail-seen', 'trail-changed', 'trail-call']),
      trail: z.string(),
      region: z.string(),
      title: z.string(),
      detail: z.string(),
      /** Archive key of the record. */
      key: z.string(),
    }),
  ),
  /** What could not be read. */
  problems: z.array(problem),
  more: z.boolean(),
});

export type AccountsQuery = z.infer<typeof accountsQuery>;
export type AccountLine = z.infer<typeof accountLine>;
export type AccountsPage = z.infer<typeof accountsPage>;
export type ChainLine = z.infer<typeof chainLine>;
export type TrailView = z.infer<typeof trailView>;
export type PreflightView = z.infer<typeof preflightView>;
export type AccountPage = z.infer<typeof accountPage>;
export type HistoryPage = z.infer<typeof historyPage>;
