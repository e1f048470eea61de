/** `GET /api/overview` and `GET /api/map`. */
import * as z from 'zod';
import { accountId, cellState, count, next, pageQuery, problem, readAt, rebuilding, squares, time } from './shape.ts';

export const overview = z.object({
  readAt,
  /** One sentence that is true, such as "All 214 accounts proven up to 14:05 UTC.  2 need you." */
  sentence: z.string(),
  accounts: count,
  /** Accounts with an open finding, or in a state that needs a person; not those that are suspended and no more than that. */
  needYou: count,
  /** Every account that counts as proven is proven up to here. */
  provenUntil: time.nullable(),
  /** Accounts by state, every state named, worst first. */
  states: z.array(z.object({ state: cellState, accounts: count })),
  /** Which letter of the map means which state; `.` means that nothing was due. */
  letters: z.array(z.object({ letter: z.string().length(1), state: cellState.nullable() })),
  rebuilding,
  /** Within the last hour. `files` are log files named by digests judged. */
  throughput: z.object({
    digests: count,
    files: count,
    /** Digests judged in each of the last 60 minutes, oldest first. */
    minutes: z.array(count),
  }),
  /** Seconds since the account that lags most was looked at without trouble; null: no account is known. */
  lag: z.object({ account: accountId, seconds: count }).nullable(),
  waiting: count,
  failedJobs: count,
  /** When each schedule runs next. */
  nextRuns: z.array(
    z.object({ name: z.enum(['discover', 'collect', 'reconcile']), at: time.nullable(), cron: z.string() }),
  ),
  archive: z.object({ at: time, problems: z.array(problem) }).nullable(),
  readiness: z.object({ ok: z.boolean(), reasons: z.array(z.object({ code: z.string(), detail: z.string() })) }),
  /** What could not be read just now; its numbers are not in this answer. */
  problems: z.array(problem),
});

export const mapQuery = z.strictObject({
  ...pageQuery,
  /** Squares are hours, or days of 24 hours. */
  view: z.enum(['hours', 'days']).default('hours'),
  state: cellState.optional(),
  search: z.string().max(128).optional(),
  sort: z.enum(['worst', 'name']).default('worst'),
});

export const mapRow = z.object({
  account: accountId,
  name: z.string(),
  state: cellState,
  reason: z.string().nullable(),
  /** What is in the way, such as the missing permission. */
  detail: z.string().nullable(),
  verifiedUntil: time.nullable(),
  /** Findings that nobody accepted; also an account that is proven by the archive's copies may have them. */
  open: count,
  at: time,
  squares,
});

export const mapPage = z.object({
  readAt,
  view: z.enum(['hours', 'days']),
  /** The squares of every row begin here and end at `to`: rows of other ages are padded. */
  from: time,
  to: time,
  total: count,
  rows: z.array(mapRow),
  next,
});

export type Overview = z.infer<typeof overview>;
export type MapQuery = z.infer<typeof mapQuery>;
export type MapRow = z.infer<typeof mapRow>;
export type MapPage = z.infer<typeof mapPage>;
