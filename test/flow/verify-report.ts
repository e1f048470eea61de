/** The object that `verify --json` prints, as the design states it: written out here, so that no change of it goes unseen. */
import { z } from 'zod';

const DIGEST = [
  'valid',
  'digest-missing',
  'digest-malformed',
  'digest-signature-missing',
  'digest-signature-invalid',
  'key-unknown',
  'key-outside-validity',
  'digest-moved',
  'digest-identity',
  'digest-impossible-time',
  'digest-replaced',
] as const;
const LINK = ['link-hash-mismatch', 'link-signature-mismatch', 'time-gap', 'chain-fork', 'chain-restarted'] as const;
const CHAIN = ['chain-truncated', 'chain-empty', 'validation-off', 'logging-stopped', 'selectors-narrowed'] as const;
const LOG = [
  'valid',
  'log-missing',
  'log-hash-mismatch',
  'log-malformed',
  'log-unlisted',
  'log-foreign',
  'archive-conflict',
] as const;
/** The one note that is a finding too. */
const NOTED = ['gzip-header-data'] as const;
const BLOCKED = [
  'blocked-access',
  'blocked-kms',
  'blocked-keys',
  'blocked-archived',
  'blocked-throttled',
  'blocked-unreachable',
] as const;
const STATES = [
  'verified',
  'pending',
  'late',
  'blocked',
  'gap-explained',
  'unverifiable',
  'failed',
  'stale',
  'unknown',
] as const;

const time = z.iso.datetime({ precision: 0 }).nullable();
/** A code that did not occur is left out; one that is there occurred. */
const digests = z.partialRecord(z.enum([...DIGEST, ...BLOCKED]), z.int().positive());
const logs = z.partialRecord(z.enum([...LOG, ...BLOCKED]), z.int().positive());

export const verifyReportSchema = z.strictObject({
  schema: z.literal('orgtrail.verify/1'),
  from: time,
  to: time,
  verdict: z.enum(['verified', 'failed', 'blocked', 'nothing']),
  counts: z.strictObject({ digests, logs }),
  chains: z.array(
    z.strictObject({
      account: z.string().regex(/^\d{12}$/),
      region: z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/),
      trail: z.string().min(3),
      kind: z.enum(['standard', 'backfill']),
      from: time,
      to: time,
      state: z.enum(STATES),
      digests,
      logs,
    }),
  ),
  findings: z.array(
    z.strictObject({
      code: z.enum([...DIGEST, ...LOG, ...LINK, ...CHAIN, ...NOTED, ...BLOCKED]).exclude(['valid']),
      account: z.string().regex(/^(\d{12})?$/),
      region: z.string(),
      trail: z.string(),
      bucket: z.string(),
      key: z.string().min(1).nullable(),
      from: time,
      to: time,
      detail: z.string().min(1),
      hint: z.string().min(1),
    }),
  ),
});
export type VerifyReport = z.output<typeof verifyReportSchema>;

/** The one object on stdout, checked to the last key. */
export function readReport(stdout: string): VerifyReport {
  return verifyReportSchema.parse(JSON.parse(stdout));
}

/** How often each code was found. */
export function tally(report: VerifyReport): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { code } of report.findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries(counts);
}
