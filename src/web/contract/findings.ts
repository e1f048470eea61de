/** `GET /api/findings`, `GET /api/findings/:finding`, its acceptance, and the exports. */
import * as z from 'zod';
import { accountId, chainKey, count, findingKey, next, pageQuery, readAt, time } from './shape.ts';

export const findingsQuery = z.strictObject({
  ...pageQuery,
  /** `settled`: accepted, or gone. */
  status: z.enum(['open', 'settled', 'all']).default('open'),
  code: z.string().max(40).optional(),
  account: accountId.optional(),
  search: z.string().max(128).optional(),
});

export const finding = z.object({
  id: findingKey,
  code: z.string(),
  account: accountId,
  accountName: z.string(),
  chain: chainKey.nullable(),
  region: z.string(),
  trail: z.string(),
  bucket: z.string(),
  key: z.string().nullable(),
  from: time.nullable(),
  to: time.nullable(),
  detail: z.string(),
  hint: z.string(),
  firstSeen: time,
  accepted: z.object({ reason: z.string(), by: z.string(), at: time }).nullable(),
  goneAt: time.nullable(),
  at: time,
});

export const findingsPage = z.object({
  readAt,
  total: count,
  /** By code, of everything that the query takes. */
  groups: z.array(z.object({ code: z.string(), open: count, settled: count, accounts: count })),
  findings: z.array(finding),
  next,
  /** Findings that are known to be there and are not kept for show. */
  more: count,
});

export const quarantineView = z.object({
  verdict: z.string(),
  state: z.enum(['open', 'released', 'accepted']),
  /** Archive keys. */
  bytes: z.string(),
  note: z.string(),
  detail: z.string(),
  expectedSha256: z.string().nullable(),
  contentSha256: z.string().nullable(),
  storedSha256: z.string().nullable(),
  size: count.nullable(),
  since: time,
  acceptance: z.object({ reason: z.string(), by: z.string(), at: time }).nullable(),
  problems: z.array(z.string()),
});

export const findingPage = z.object({
  readAt,
  finding,
  archive: z.string(),
  quarantine: z.array(quarantineView),
  /** Commands to copy: the next step on the command line. */
  commands: z.array(z.string()),
});

export const acceptance = z.strictObject({
  /** Why it may stand: a sentence. */
  reason: z.string().trim().min(8).max(1000),
});

export type FindingsQuery = z.infer<typeof findingsQuery>;
export type FindingView = z.infer<typeof finding>;
export type FindingsPage = z.infer<typeof findingsPage>;
export type FindingPage = z.infer<typeof findingPage>;
export type QuarantineView = z.infer<typeof quarantineView>;
