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
      findings: { 'digest-missing': 1 },
      digests: { 'digest-missing': 1, valid: 5 },
      logs: { valid: 15 },
      cli: refused,
    },
  ],
  [
    'digest-no-signature-metadata',
    {
      ...failed,
      findings: { 'digest-signature-missing': 1, 'link-signature-mismatch': 1 },
      digests: { 'digest-signature-missing': 1, valid: 5 },
      logs: { valid: 15 },
      cli: refused,
    },
  ],
  [
    'digest-tampered',
    {
      ...failed,
      findings: { 'digest-malformed': 1, 'link-hash-mismatch': 1 },
      digests: { 'digest-malformed': 1, valid: 5 },
      logs: { valid: 15 },
      cli: refused,
    },
  ],
  [
    'moved-to-other-bucket',
    {
      ...failed,
      findings: { 'digest-moved': 6 },
      digests: { 'digest-moved': 6 },
      logs: {},
      cli: refused,
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
      findings: { 'chain-restarted': 1 },
      digests: { valid: 4 },
      logs: { valid: 12 },
      cli: accepted,
      why: 'six hours that no digest covers: the CLI says on stderr that no log files were delivered, which nothing proves, and ends with 0. Ours names the interval, and both digests at its ends',
    },
  ],
]);
