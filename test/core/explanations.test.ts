/** Every code that people meet has a sentence of its own; the compiler holds the verdicts, this the rest. */
import { describe, expect, test } from 'vitest';
import { CODE_EXPLANATIONS, explanationOf, STATE_EXPLANATIONS } from '../../src/core/board/explanations.ts';
import { PREFLIGHT_STEPS } from '../../src/core/plan/reader-permissions.ts';
import { DOCUMENT_KINDS } from '../../src/core/plan/document.ts';
import {
  BLOCKED_CODES,
  CELL_STATES,
  CHAIN_CODES,
  DIGEST_CODES,
  LINK_CODES,
  LOG_CODES,
  NOTE_CODES,
} from '../../src/core/verdict.ts';
import { DRIFT_CODES } from '../../src/pipeline/drift-problems.ts';

const FALLBACK = explanationOf('no-such-code');
const VERDICTS = [...DIGEST_CODES, ...LINK_CODES, ...CHAIN_CODES, ...LOG_CODES, ...BLOCKED_CODES, ...NOTE_CODES];

describe('explanations', () => {
  test('of states and verdicts are sentences, and no two codes share one', () => {
    const codes = [...new Set(VERDICTS)];
    const sentences = codes.map((code) => explanationOf(code));
    for (const sentence of [...sentences, ...CELL_STATES.map((state) => STATE_EXPLANATIONS[state])]) {
      expect(sentence).toMatch(/^(orgtrail|[A-Z]).*\.$/);
      expect(sentence.length).toBeGreaterThan(30);
    }
    expect(new Set(sentences).size).toBe(codes.length);
    expect(Object.keys(CODE_EXPLANATIONS).toSorted()).toEqual(codes.toSorted());
  });

  test('there is one for what preflight and reconciling say, document by document', () => {
    const codes = [
      ...PREFLIGHT_STEPS.map((step) => `preflight-${step}`),
      ...DOCUMENT_KINDS.map((kind) => `drift-${kind}`),
      ...DRIFT_CODES,
    ];
    const sentences = codes.map((code) => explanationOf(code));
    expect(new Set(sentences).size).toBe(codes.length);
    expect(sentences).not.toContain(FALLBACK);
  });

  test.each(['policy-public', 'posture-mfa-delete', 'lifecycle-withheld', 'key-public', 'blocked-something-new'])(
    '%s is at least told by its family',
    (code) => expect(explanationOf(code)).not.toBe(FALLBACK),
  );

  test('a code of a name that objects have by themselves is no code', () => {
    expect(explanationOf('constructor')).toBe(FALLBACK);
    expect(explanationOf('__proto__')).toBe(FALLBACK);
  });
});
