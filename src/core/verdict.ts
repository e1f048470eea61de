/**
 * The closed lists of outcomes (design, section 4). These spellings are the contract: receipts, `--json`,
 * metrics and pages carry them, so none is ever renamed; a new one is added at the end of its list.
 */

export const DIGEST_CODES = [
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

export const LINK_CODES = [
  'linked',
  'chain-start',
  'link-hash-mismatch',
  'link-signature-mismatch',
  'time-gap',
  'chain-fork',
  'chain-restarted',
] as const;

export const CHAIN_CODES = [
  'chain-truncated',
  'chain-empty',
  'validation-off',
  'logging-stopped',
  'selectors-narrowed',
] as const;

export const LOG_CODES = [
  'valid',
  'log-missing',
  'log-hash-mismatch',
  'log-malformed',
  'log-unlisted',
  'log-foreign',
  'archive-conflict',
] as const;

export const BLOCKED_CODES = [
  'blocked-access',
  'blocked-kms',
  'blocked-keys',
  'blocked-archived',
  'blocked-throttled',
  'blocked-unreachable',
] as const;

export const NOTE_CODES = ['log-recompressed', 'gzip-header-data', 'log-listed-twice'] as const;

/** Best to worst: an account's state is its worst cell's. */
export const CELL_STATES = [
  'verified',
  'pending',
  'gap-explained',
  'unverifiable',
  'unknown',
  'stale',
  'late',
  'blocked',
  'failed',
] as const;

export type BlockedCode = (typeof BLOCKED_CODES)[number];
export type DigestCode = (typeof DIGEST_CODES)[number] | BlockedCode;
/** `digest-missing` as a link verdict: the predecessor that the digest points at is nowhere. */
export type LinkCode = (typeof LINK_CODES)[number] | 'digest-missing' | BlockedCode;
export type ChainCode = (typeof CHAIN_CODES)[number];
export type LogCode = (typeof LOG_CODES)[number] | BlockedCode;
export type NoteCode = (typeof NOTE_CODES)[number];
export type CellState = (typeof CELL_STATES)[number];
/** Of the notes one is a finding too: the file is proven, and carries bytes beside it that nobody signed (V14). */
export type FindingCode =
  | Exclude<DigestCode | LinkCode | ChainCode | LogCode, 'valid' | 'linked' | 'chain-start'>
  | Extract<NoteCode, 'gzip-header-data'>;

const BLOCKED: ReadonlySet<string> = new Set(BLOCKED_CODES);

/** True for the codes that mean "could not look". */
export function isBlockedCode(code: string): code is BlockedCode {
  return BLOCKED.has(code);
}

/** The worse of two cell states. */
export function worse(a: CellState, b: CellState): CellState {
  return CELL_STATES.indexOf(a) >= CELL_STATES.indexOf(b) ? a : b;
}

/** How one outcome counts in the conservation law: named = valid + invalid + missing + blocked. */
export type Tally = 'valid' | 'invalid' | 'missing' | 'blocked';

/** The class of a log verdict in the conservation law. */
export function tallyOf(code: LogCode): Tally {
  if (code === 'valid') return 'valid';
  if (code === 'log-missing') return 'missing';
  return isBlockedCode(code) ? 'blocked' : 'invalid';
}
