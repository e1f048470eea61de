/** `GET /api/chains/:chain`, `…/digests`, `…/digests/:digest` and its raw bytes: read from the archive when asked. */
import * as z from 'zod';
import { chainLine } from './accounts.ts';
import { cellState, count, problem, readAt, time } from './shape.ts';
import { finding } from './findings.ts';

/** `{end}-{start|unread}-{kind}-{homeRegion}-{mark}` in the receipts' own compact spelling of time. */
export const digestKey = z
  .string()
  .regex(/^\d{8}T\d{6}Z-(\d{8}T\d{6}Z|unread)-(standard|backfill)-[a-z0-9-]{4,32}-[0-9a-f]{12}$/);

export const cellRun = z.object({ from: time, to: time, state: cellState });

export const chainPage = z.object({
  readAt,
  line: chainLine,
  name: z.string(),
  runs: z.array(cellRun),
  findings: z.array(finding),
});

export const digestsQuery = z.strictObject({
  /** The newest day by default; at most eight days at once. */
  from: time.optional(),
  to: time.optional(),
});

export const digestLine = z.object({
  id: digestKey,
  kind: z.enum(['standard', 'backfill']),
  start: time.nullable(),
  end: time,
  /** As the receipt's name says it. */
  state: z.enum(['linked', 'start', 'defended', 'unlinked', 'failed', 'blocked']),
  revision: count,
  /** Archive key of the receipt. */
  receipt: z.string(),
});

export const digestsPage = z.object({
  readAt,
  from: time,
  to: time,
  /** Oldest first: each one's predecessor stands before it. */
  digests: z.array(digestLine),
  /** Stretches of the window for which there is no digest. */
  gaps: z.array(z.object({ from: time, to: time, state: cellState })),
});

export const peerView = z.object({
  /** What `aws cloudtrail validate-logs` would have said, where it is not what we say. */
  says: z.string(),
  why: z.string(),
});

const origin = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().nullable(),
  etag: z.string().nullable(),
});

export const logView = z.object({
  origin,
  verdict: z.string(),
  detail: z.string(),
  hint: z.string().nullable(),
  via: z.enum(['source', 'pending', 'archive']).nullable(),
  place: z.string().nullable(),
  expectedSha256: z.string(),
  contentSha256: z.string().nullable(),
  storedSha256: z.string().nullable(),
  size: count.nullable(),
  notes: z.array(z.string()),
  source: z.object({ verdict: z.string(), detail: z.string() }).nullable(),
  peer: peerView.nullable(),
});

export const digestPage = z.object({
  readAt,
  line: digestLine,
  archive: z.string(),
  verdict: z.string(),
  detail: z.string(),
  hint: z.string().nullable(),
  link: z.object({ verdict: z.string(), detail: z.string(), hint: z.string().nullable() }),
  origin,
  place: z.string().nullable(),
  previous: z.object({ bucket: z.string(), key: z.string(), sha256: z.string(), id: digestKey.nullable() }).nullable(),
  nextId: digestKey.nullable(),
  /** The public key: its fingerprint, where it is kept, and its validity; null: the digest names none. */
  key: z
    .object({ fingerprint: z.string(), kept: z.string().nullable(), from: time.nullable(), to: time.nullable() })
    .nullable(),
  signature: z.string().nullable(),
  contentSha256: z.string().nullable(),
  storedSha256: z.string().nullable(),
  size: count.nullable(),
  notes: z.array(z.string()),
  counts: z.object({ named: count, valid: count, invalid: count, missing: count, blocked: count }),
  logs: z.array(logView),
  /** How many more log files the receipt holds than are shown. */
  moreLogs: count,
  revisions: z.array(z.object({ revision: count, state: digestLine.shape.state, receipt: z.string() })),
  quarantine: z.array(z.string()),
  peer: peerView.nullable(),
  /** The digest's own JSON text, indented; null: it is kept nowhere or cannot be read, and `rawProblem` says why. */
  raw: z.string().nullable(),
  rawProblem: problem.nullable(),
});

export type CellRunView = z.infer<typeof cellRun>;
export type ChainPage = z.infer<typeof chainPage>;
export type DigestsQuery = z.infer<typeof digestsQuery>;
export type DigestLine = z.infer<typeof digestLine>;
export type DigestsPage = z.infer<typeof digestsPage>;
export type LogView = z.infer<typeof logView>;
export type DigestPage = z.infer<typeof digestPage>;
export type PeerView = z.infer<typeof peerView>;
