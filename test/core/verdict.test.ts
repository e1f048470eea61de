/** The closed lists: their spellings are the contract, their order is the order of badness, and every code counts once. */
import { expect, test } from 'vitest';
import {
  BLOCKED_CODES,
  CELL_STATES,
  CHAIN_CODES,
  DIGEST_CODES,
  isBlockedCode,
  LINK_CODES,
  LOG_CODES,
  NOTE_CODES,
  tallyOf,
  worse,
} from '../../src/core/verdict.ts';

/** Receipts and metrics carry these: a list may grow at its end, and never change. */
const SPELLINGS: readonly (readonly [string, readonly string[], string])[] = [
  [
    'digest',
    DIGEST_CODES,
    'valid digest-missing digest-malformed digest-signature-missing digest-signature-invalid key-unknown ' +
      'key-outside-validity digest-moved digest-identity digest-impossible-time digest-replaced',
  ],
  [
    'link',
    LINK_CODES,
    'linked chain-start link-hash-mismatch link-signature-mismatch time-gap chain-fork chain-restarted',
  ],
  ['chain', CHAIN_CODES, 'chain-truncated chain-empty validation-off logging-stopped selectors-narrowed'],
  ['log', LOG_CODES, 'valid log-missing log-hash-mismatch log-malformed log-unlisted log-foreign archive-conflict'],
  [
    'blocked',
    BLOCKED_CODES,
    'blocked-access blocked-kms blocked-keys blocked-archived blocked-throttled blocked-unreachable',
  ],
  ['note', NOTE_CODES, 'log-recompressed gzip-header-data log-listed-twice'],
];
const STATES = 'verified pending gap-explained unverifiable unknown stale late blocked failed';

test.each(SPELLINGS)('the %s codes begin as they always did', (_what, codes, spellings) => {
  const wanted = spellings.split(' ');
  expect(codes.slice(0, wanted.length)).toEqual(wanted);
});

test('the worse state of two is the later one, whichever comes first', () => {
  expect(CELL_STATES).toEqual(STATES.split(' '));
  for (const [at, state] of CELL_STATES.entries()) {
    for (const better of CELL_STATES.slice(0, at + 1)) {
      expect(worse(state, better)).toBe(state);
      expect(worse(better, state)).toBe(state);
    }
  }
});

test('blocked are the codes that mean that nobody could look, and no others', () => {
  expect(BLOCKED_CODES.every((code) => isBlockedCode(code))).toBe(true);
  for (const code of [...LOG_CODES, ...NOTE_CODES, 'blocked', '', 'blocked-']) expect(isBlockedCode(code)).toBe(false);
});

test('every log verdict counts as one of four', () => {
  const tally = [...LOG_CODES, ...BLOCKED_CODES].map((code) => [code, tallyOf(code)]);
  expect(Object.fromEntries(tally)).toEqual({
    valid: 'valid',
    'log-missing': 'missing',
    ...Object.fromEntries(LOG_CODES.slice(2).map((code) => [code, 'invalid'])),
    ...Object.fromEntries(BLOCKED_CODES.map((code) => [code, 'blocked'])),
  });
});
