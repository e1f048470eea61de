/**
 * What `aws cloudtrail validate-logs` (1.45.55) says of a file where it is not what we say: measured over the 25
 * published manipulations (reliability.md 1.2) and the recorded scenarios. Where nothing was measured nothing is claimed.
 */
import type { FindingCode } from '../verdict.ts';

/** Whoever holds both reports side by side must learn which of them looked at what. */
export interface PeerAnswer {
  /** What it prints, and its exit status over that alone. */
  readonly says: string;
  readonly why: string;
}

/** What our verdict rests on. */
export interface PeerContext {
  readonly detail?: string;
  readonly notes?: readonly string[];
  /** What the source holds now, where the verdict was reached from the captured or the archived copy. */
  readonly source?: { readonly verdict: string; readonly detail: string } | null;
  /** Of a missing digest: the digests on both sides link to each other past it. */
  readonly skipped?: boolean;
}

const VALID = 'counts it as valid and prints nothing of it; exit status 0';
const NOTHING = 'prints nothing of it; exit status 0';

/** Our verdicts that it does not come to, whatever they rest on. */
const PASSED: ReadonlyMap<string, PeerAnswer> = new Map<FindingCode, PeerAnswer>([
  [
    'chain-truncated',
    {
      says: '"N/N digest files valid" over a shorter "Results found for …"; exit status 0',
      why: 'it walks back from the newest digest that it finds, and does not ask AWS whether there was a newer one',
    },
  ],
  ['chain-empty', { says: '"No digests found"; exit status 0', why: 'no digest at all is no fault to it' }],
  [
    'chain-restarted',
    {
      says: '"No log files were delivered by CloudTrail between …" on stderr; exit status 0',
      why: 'a digest without a predecessor begins anew for it; it asks for no call that stopped and started the trail',
    },
  ],
  ['log-unlisted', { says: NOTHING, why: 'it never lists log files: one that no digest names is not seen' }],
  ['log-foreign', { says: VALID, why: 'it reads whatever place the digest names, of whichever account' }],
  ['link-hash-mismatch', { says: VALID, why: 'it does not compare previousDigestHashValue with the digest before' }],
  [
    'link-signature-mismatch',
    { says: VALID, why: 'it does not compare previousDigestSignature with the digest before' },
  ],
  ['time-gap', { says: VALID, why: 'it does not compare the start of a digest with the end of the one before' }],
  [
    'gzip-header-data',
    { says: VALID, why: 'it hashes the content alone; bytes in the gzip header are covered by no hash' },
  ],
]);

/** Verdicts on digests of which it passes over some, by our detail; of the others nothing is measured, or it refuses them. */
const PASSED_DIGESTS: readonly (readonly [FindingCode, RegExp, string])[] = [
  [
    'digest-malformed',
    /^\d+ bytes after the end of the gzip member$/,
    'it inflates the first gzip member of a digest and passes over the rest',
  ],
  [
    'digest-malformed',
    /^hashAlgorithm is not SHA-256$/,
    'it does not read hashAlgorithm and takes SHA-256 for granted',
  ],
  [
    'digest-malformed',
    /^the name "logFiles" stands twice in one object$/,
    'of two lists of log files its parser keeps the last, and drops the other unseen',
  ],
  ['digest-identity', /^account in the content is /, 'it does not compare the account in a digest with its place'],
  ['digest-identity', /^end time in the key is /, 'it does not compare the end time in a digest with its key'],
  [
    'digest-impossible-time',
    /^it covers more than 25 hours$/,
    'its walk ends where the digest says that it begins: the digests before are never looked at',
  ],
];

/**
 * What it says where that differs from our verdict; null: it agrees, or nobody has measured what it says.
 * @param verdict a verdict or finding code of ours
 */
export function peerOf(verdict: string, context: PeerContext = {}): PeerAnswer | null {
  switch (verdict) {
    case 'valid':
      return ofProven(context);
    case 'log-malformed':
      return ofCutTrailer(context.detail ?? '');
    case 'digest-missing':
      return context.skipped === true ? { says: NOTHING, why: 'it follows links, and this one leads past it' } : null;
    default:
      return PASSED.get(verdict) ?? ofDigest(verdict, context.detail ?? '');
  }
}

/** It knows the source alone: a file that we proved from a copy is to it what the source holds. */
function ofProven({ source = null, notes = [] }: PeerContext): PeerAnswer | null {
  const why = 'it looks at the source alone; we proved the file from the copy that the archive holds';
  if (source?.verdict === 'log-missing') return { says: '"INVALID: not found"; exit status 1', why };
  if (source?.verdict === 'log-hash-mismatch')
    return { says: '"INVALID: hash value doesn\'t match"; exit status 1', why };
  if (source?.verdict === 'log-malformed' && ofCutTrailer(source.detail) === null)
    return { says: 'calls it INVALID; exit status 1', why };
  return notes.includes('gzip-header-data') ? (PASSED.get('gzip-header-data') ?? null) : null;
}

function ofCutTrailer(detail: string): PeerAnswer | null {
  if (!detail.startsWith('gzip trailer cut')) return null;
  return { says: VALID, why: 'it does not ask for the end of the gzip member, where its length and CRC stand' };
}

function ofDigest(verdict: string, detail: string): PeerAnswer | null {
  const why = PASSED_DIGESTS.find(([code, pattern]) => code === verdict && pattern.test(detail))?.[2];
  return why === undefined ? null : { says: VALID, why };
}
