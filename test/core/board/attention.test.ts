/** Whom an account needs, and the sentence over all of them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNeedyState, needsYou, setAside } from '../../../src/core/board/attention.ts';
import type { CoverPart } from '../../../src/core/board/cover.ts';
import { sentenceOf } from '../../../src/core/board/sentence.ts';
import { joinParts, provenOf } from '../../../src/core/board/standing.ts';
import { HOUR } from '../../../src/core/time.ts';
import { CELL_STATES } from '../../../src/core/verdict.ts';
import { partOf } from '../../daemon/fake.ts';

const NOW = Date.UTC(2026, 2, 10, 14, 20);
const MOMENT = { now: NOW, maxAgeMs: 3 * HOUR };
const MEMBER = '222222222222';
const part = (parts: Partial<CoverPart> = {}): CoverPart =>
  partOf({ account: MEMBER, reader: MEMBER }, { at: NOW, ...parts });

test('somebody is needed for open findings, and for what does not mend by itself', () => {
  const needy = CELL_STATES.filter((state) => needsYou({ state, open: 0 }));
  expect(needy).toEqual(['unverifiable', 'unknown', 'stale', 'late', 'blocked', 'failed']);
  expect(needsYou({ state: 'verified', open: 1 })).toBe(true);
});

test('an account whose findings are all accepted needs nobody: it was counted for as long as its failed hour was shown', () => {
  const [account] = joinParts([part({ state: 'failed', open: 0, accepted: 2 })], MOMENT);
  expect([account?.state, account?.accepted]).toEqual(['failed', 2]);
  expect(account !== undefined && needsYou(account)).toBe(false);
  expect(needsYou({ state: 'failed', open: 1, accepted: 2 })).toBe(true);
  // What an acceptance does not speak of goes on needing somebody, and so does a failure that no finding tells of.
  expect(needsYou({ state: 'blocked', open: 0, accepted: 1 })).toBe(true);
  expect(needsYou({ state: 'failed', open: 0, accepted: 0 })).toBe(true);
});

describe('a suspended account', () => {
  const quiet = { state: 'unknown', open: 0, organizationState: 'SUSPENDED', fresh: true, problem: null } as const;

  test("is told apart and nobody's task: thirty of them, for 90 days, hid the two that needed somebody", () => {
    expect([setAside(quiet), needsYou(quiet), isNeedyState(quiet)]).toEqual(['suspended', false, false]);
    const closed = { ...quiet, organizationState: 'CLOSED' };
    expect([setAside(closed), needsYou(closed)]).toEqual(['closed', false]);
    const [joined] = joinParts([part({ state: 'unknown', organizationState: 'SUSPENDED' })], MOMENT);
    expect([joined?.state, joined !== undefined && setAside(joined)]).toEqual(['unknown', 'suspended']);
    expect(provenOf(joined === undefined ? [] : [joined])).toEqual({ proven: 0, provenUntil: null });
  });

  test('needs somebody as before where anything else is known of it: suspending it must hide nothing', () => {
    const problem = { code: 'archive-changed', detail: 'an acceptance', hint: 'look' };
    const cases = [
      { ...quiet, open: 1 },
      { ...quiet, state: 'failed' as const },
      { ...quiet, state: 'failed' as const, open: 1, accepted: 1 },
      { ...quiet, state: 'blocked' as const },
      { ...quiet, state: 'late' as const },
      { ...quiet, state: 'stale' as const },
      { ...quiet, fresh: false },
      { ...quiet, problem },
      ...['PENDING_CLOSURE', 'PENDING_ACTIVATION', 'ACTIVE', 'UNKNOWN', '', 'suspended', 'constructor'].map(
        (organizationState) => ({ ...quiet, organizationState }),
      ),
    ];
    expect(cases.map((one) => [setAside(one), needsYou(one)])).toEqual(cases.map(() => [null, true]));
    // What one does not know of an account speaks for nobody's absence.
    expect(needsYou({ state: 'unknown', open: 0, organizationState: 'SUSPENDED' })).toBe(true);
    const [old] = joinParts([part({ state: 'unknown', organizationState: 'SUSPENDED', at: NOW - 4 * HOUR })], MOMENT);
    expect(old !== undefined && needsYou(old)).toBe(true);
  });
});

test('a state is named to alerts as long as its account needs somebody for it, and no longer', () => {
  expect(isNeedyState({ state: 'failed', open: 0, accepted: 1 })).toBe(false);
  expect(isNeedyState({ state: 'failed', open: 1, accepted: 1 })).toBe(true);
  expect(isNeedyState({ state: 'verified', open: 1 })).toBe(false);
});

describe('the sentence', () => {
  const UNTIL = Date.UTC(2026, 2, 10, 14, 5);
  const base = { accounts: 214, proven: 214, provenUntil: UNTIL, needYou: 0, rebuilding: null, now: NOW };

  test('says what is so', () => {
    expect(sentenceOf(base)).toBe('All 214 accounts proven up to 14:05 UTC.');
    expect(sentenceOf({ ...base, needYou: 2 })).toBe('All 214 accounts proven up to 14:05 UTC.  2 need you.');
    expect(sentenceOf({ ...base, proven: 213, needYou: 1 })).toBe(
      '213 of 214 accounts proven up to 14:05 UTC.  1 needs you.',
    );
    expect(sentenceOf({ ...base, provenUntil: UNTIL - 24 * HOUR })).toBe(
      'All 214 accounts proven up to 2026-03-09 14:05 UTC.',
    );
    expect(sentenceOf({ ...base, proven: 0, provenUntil: null })).toBe('None of 214 accounts is proven.');
    expect(sentenceOf({ ...base, accounts: 1, proven: 1 })).toBe('1 account proven up to 14:05 UTC.');
    expect(sentenceOf({ ...base, accounts: 1, proven: 0, provenUntil: null })).toBe('The only account is not proven.');
    expect(sentenceOf({ ...base, accounts: 0, proven: 0, provenUntil: null })).toBe(
      'Nothing is known of any account yet.',
    );
    expect(sentenceOf({ ...base, unreadable: 1 })).toBe(
      '214 accounts proven up to 14:05 UTC.  1 record could not be read.',
    );
    expect(sentenceOf({ ...base, rebuilding: { known: 12, of: 214 }, accounts: 12, proven: 12 })).toBe(
      'Being rebuilt from receipts: 12 of 214 accounts are there again.  12 accounts proven up to 14:05 UTC.',
    );
    expect(sentenceOf({ ...base, rebuilding: { known: 0, of: 0 }, accounts: 0, proven: 0, provenUntil: null })).toBe(
      'Being rebuilt from receipts: no account is there again yet.',
    );
  });

  test('tells accounts that are suspended or closed apart, and never counts them as proven', () => {
    const some = { ...base, accounts: 217, suspended: 3 };
    expect(sentenceOf(some)).toBe('214 of 217 accounts proven up to 14:05 UTC.  3 are suspended.');
    expect(sentenceOf({ ...some, needYou: 1, suspended: 1, closed: 1 })).toBe(
      '214 of 217 accounts proven up to 14:05 UTC.  1 needs you.  1 is suspended, 1 is closed.',
    );
    expect(sentenceOf({ ...base, accounts: 1, proven: 0, provenUntil: null, closed: 1 })).toBe(
      'The only account is not proven.  1 is closed.',
    );
  });

  test('never says "All" unless every account is verified and fresh; what is named is the least of those counted', () => {
    const parts = fc.array(
      fc.record({
        state: fc.constantFrom(...CELL_STATES, 'verified' as const, 'verified' as const),
        age: fc.integer({ min: 0, max: 5 }),
        until: fc.option(fc.integer({ min: 1, max: 500 }), { freq: 8 }),
      }),
      { maxLength: 6 },
    );
    const options = {
      rebuilding: fc.option(fc.constant({ known: 3, of: 9 }), { freq: 1 }),
      unreadable: fc.nat({ max: 1 }),
    };
    fc.assert(
      fc.property(parts, fc.record(options), (list, { rebuilding, unreadable }) => {
        const standings = joinParts(
          list.map(({ state, age, until }, index) => {
            const account = String(index + 1).repeat(12);
            const at = NOW - age * HOUR;
            return partOf(
              { account, reader: account },
              { at, state, verifiedUntil: until === null ? null : at - until * 60_000 },
            );
          }),
          MOMENT,
        );
        const told = provenOf(standings);
        const counted = standings.filter(
          ({ state, fresh, verifiedUntil }) => state === 'verified' && fresh && verifiedUntil !== null,
        );
        expect(told.proven).toBe(counted.length);
        const least = Math.min(...counted.map(({ verifiedUntil }) => verifiedUntil ?? 0));
        expect(told.provenUntil).toBe(counted.length === 0 ? null : least);
        const text = sentenceOf({ ...base, accounts: standings.length, ...told, rebuilding, unreadable });
        const every = list.every(({ state, age, until }) => state === 'verified' && age <= 3 && until !== null);
        if (/\ball\b/i.test(text)) expect([every, rebuilding, unreadable]).toEqual([true, null, 0]);
        if (counted.length > 0) expect(text).toContain(new Date(least).toISOString().slice(11, 16));
        expect(text).not.toBe('');
      }),
    );
  });
});
