import { expect, test } from 'vitest';
import { hintFor } from '../../src/core/hint.ts';
import {
  BLOCKED_CODES,
  CHAIN_CODES,
  DIGEST_CODES,
  LINK_CODES,
  LOG_CODES,
  type FindingCode,
} from '../../src/core/verdict.ts';

const SOUND: ReadonlySet<string> = new Set(['valid', 'linked', 'chain-start']);

test('every finding has a next step', () => {
  const verdicts = [...DIGEST_CODES, ...LINK_CODES, ...CHAIN_CODES, ...LOG_CODES, ...BLOCKED_CODES];
  const codes = [
    ...verdicts.filter((code): code is Exclude<FindingCode, 'gzip-header-data'> => !SOUND.has(code)),
    'gzip-header-data' as const,
  ];
  expect(codes.length).toBeGreaterThan(25);
  for (const code of codes) {
    const hint = hintFor(code);
    expect(hint.length, `of ${code}`).toBeGreaterThan(30);
    expect(hint, `of ${code}`).not.toMatch(/\n|undefined|\.$/);
  }
});
