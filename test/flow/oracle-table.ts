/** What is demanded of each recorded scenario, and what the AWS CLI said of it: the two are compared, never merged. */

export interface Expected {
  readonly verdict: 'verified' | 'failed';
  readonly exit: 0 | 3;
  /** Every finding, by code. */
  readonly findings: Readonly<Record<string, number>>;
  readonly digests: Readonly<Record<string, number>>;
  readonly logs: Readonly<Record<string, number>>;
  /** Exit status of the CLI: 1.45.11, 1.45.55 and Debian's 2.9.19. */
  readonly cli: readonly [number, number, number];
  /** Why ours and the CLI's differ, in exit status or in count; absent: they agree. */
  readonly why?: string;
  readonly formerBuckets?: readonly string[];
}

const clean = { verdict: 'verified', exit: 0, findings: {}, digests: { valid: 6 }, logs: { valid: 18 } } as const;
const failed = { verdict: 'failed', exit: 3 } as const;
const accepted = [0, 0, 0] as const;
const refused = [1, 1, 1] as const;
const HOUR_UNPROVEN =
  'same verdict; the CLI never lists log files, so it does not say that the three of that hour are proven by nothing';

export const EXPECTED: ReadonlyMap<string, Expected> = new Map<string, Expected>([
  ['clean', { ...clean, cli: accepted }],
  ['prefix', { ...clean, cli: accepted }],
  ['org-trail', { ...clean, cli: accepted }],
  ['bucket-changed', { ...clean, cli: accepted, formerBuckets: ['src-bucket'] }],
  ['log-recompressed', { ...clean, cli: accepted }],
  ['empty-digests', { ...clean, logs: {}, cli: accepted }],
  ['key-rotation', { ...clean, digests: { valid: 4 }, logs: { valid: 12 }, cli: accepted }],
  ['subrange', { ...clean, digests: { valid: 2 }, logs: { valid: 6 }, cli: accepted }],
  [
    'backfill',
    {
      ...clean,
      digests: { valid: 7 },
      logs: { valid: 19 },
      cli: accepted,
      why: '2.9.19 does not know backfill digests: it passes over this one and its log file (18 of 19) in silence',
    },
  ],
  [
    'public-key-spki',
    {
      ...clean,
      cli: [1, 1, 0],
      why: 'the 1.x versions read PKCS#1 alone and call six good digests invalid; AWS says that the encoding may change',
    },
  ],
  [
    'digest-missing-middle',
    {
      ...failed,
      findings: { 'digest-missing': 1, 'log-unlisted': 3 },
      digests: { 'digest-missing': 1, valid: 5 },
      logs: { 'log-unlisted': 3, valid: 15 },
      cli: refused,
      why: HOUR_UNPROVEN,
    },
  ],
  [
    'digest-no-signature-metadata',
    {
      ...failed,
      findings: { 'digest-signature-missing': 1, 'link-signature-mismatch': 1, 'log-unlisted': 3 },
      digests: { 'digest-signature-missing': 1, valid: 5 },
      logs: { 'log-unlisted': 3, valid: 15 },
      cli: refused,
      why: `${HOUR_UNPROVEN}; nor does it compare the successor's previousDigestSignature`,
    },
  ],
  [
    'digest-tampered',
    {
      ...failed,
      findings: { 'digest-malformed': 1, 'link-hash-mismatch': 1, 'log-unlisted': 3 },
      digests: { 'digest-malformed': 1, valid: 5 },
      logs: { 'log-unlisted': 3, valid: 15 },
      cli: refused,
      why: `${HOUR_UNPROVEN}; nor does it compare the successor's previousDigestHashValue, or read hash algorithms`,
    },
  ],
  [
    'moved-to-other-bucket',
    {
      ...failed,
      findings: { 'digest-moved': 6, 'log-unlisted': 15 },
      digests: { 'digest-moved': 6 },
      logs: { 'log-unlisted': 15 },
      cli: refused,
      why: 'same verdict; the CLI never lists log files. Three of the 18 lie so near the start that a digest before may name them',
    },
  ],
  [
    'log-missing',
    {
      ...failed,
      findings: { 'log-missing': 1 },
      digests: { valid: 6 },
      logs: { 'log-missing': 1, valid: 17 },
      cli: refused,
    },
  ],
  [
    'log-tampered',
    {
      ...failed,
      findings: { 'log-hash-mismatch': 1 },
      digests: { valid: 6 },
      logs: { 'log-hash-mismatch': 1, valid: 17 },
      cli: refused,
    },
  ],
  [
    'log-extra-unlisted',
    {
      ...failed,
      findings: { 'log-unlisted': 1 },
      digests: { valid: 6 },
      logs: { 'log-unlisted': 1, valid: 18 },
      cli: accepted,
      why: 'the CLI never lists log files: a planted one is read by whoever reads the bucket, and no digest names it',
    },
  ],
  [
    'validation-restarted-gap',
    {
      ...failed,
      findings: { 'chain-restarted': 2 },
      digests: { valid: 4 },
      logs: { valid: 12 },
      cli: accepted,
      why: 'six hours that no digest covers: the CLI says on stderr that no log files were delivered, which nothing proves, and ends with 0. Ours names the interval and the digest that starts anew',
    },
  ],
]);
