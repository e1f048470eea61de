/** Findings of a look joined with those of before: nothing is settled by a look that could not look. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_FINDINGS, type Accepted, type FindingsPart } from '../../../src/core/board/finding.ts';
import { findingId } from '../../../src/core/board/ids.ts';
import {
  mergeFindings,
  MOST_GONE,
  openOf,
  type FindingsLook,
  type FoundFinding,
} from '../../../src/core/board/merge-findings.ts';
import { formatIso, HOUR } from '../../../src/core/time.ts';

const ACCOUNT = '111122223333';
const T0 = Date.UTC(2026, 2, 1);
const SINCE = T0 - 8 * 24 * HOUR;

function finding(index: number, parts: Partial<FoundFinding> = {}): FoundFinding {
  return {
    code: 'digest-missing',
    account: ACCOUNT,
    region: 'us-east-1',
    trail: 'main',
    bucket: 'logs',
    key: `digest-${index}`,
    from: formatIso(T0 - (index + 1) * HOUR),
    to: formatIso(T0 - index * HOUR),
    detail: 'gone',
    hint: 'look',
    chain: '0'.repeat(16),
    ...parts,
  };
}

function look(found: readonly FoundFinding[], parts: Partial<FindingsLook> = {}): FindingsLook {
  const kind = { accepted: new Map<string, Accepted>(), since: SINCE, full: false, looked: true };
  return { account: ACCOUNT, reader: ACCOUNT, at: T0, found, ...kind, ...parts };
}

const first = (found: readonly FoundFinding[]): FindingsPart => mergeFindings(null, look(found, { full: true }));
const keysOf = ({ findings }: FindingsPart, gone: boolean): readonly (string | null)[] =>
  findings
    .filter(({ goneAt }) => (goneAt !== null) === gone)
    .map(({ key }) => key)
    .toSorted((a, b) => String(a).localeCompare(String(b)));

describe('a finding', () => {
  test('keeps when it was first seen and takes its newest words', () => {
    const before = first([finding(0)]);
    const after = mergeFindings(before, look([finding(0, { detail: 'still gone' })], { at: T0 + HOUR }));
    expect(after.findings).toMatchObject([{ firstSeen: T0, detail: 'still gone', goneAt: null, accepted: null }]);
    expect(after).toMatchObject({ at: T0 + HOUR, more: 0 });
  });

  test('that is found no more is gone since that look, keeps that time, and stands again when it is found again', () => {
    const gone = mergeFindings(first([finding(0)]), look([], { at: T0 + HOUR }));
    expect(gone.findings).toMatchObject([{ goneAt: T0 + HOUR, firstSeen: T0 }]);
    expect(openOf(gone)).toBe(0);
    const later = mergeFindings(gone, look([], { at: T0 + 2 * HOUR }));
    expect(later.findings).toMatchObject([{ goneAt: T0 + HOUR }]);
    const again = mergeFindings(later, look([finding(0)], { at: T0 + 3 * HOUR }));
    expect(again.findings).toMatchObject([{ goneAt: null, firstSeen: T0 }]);
    expect(openOf(again)).toBe(1);
  });

  test('stands while nobody could look, whatever was not found (a blocked look settles nothing)', () => {
    for (const full of [true, false]) {
      const kept = mergeFindings(first([finding(0)]), look([], { looked: false, full, at: T0 + HOUR }));
      expect(kept.findings).toMatchObject([{ goneAt: null }]);
    }
  });

  test('that began before what was judged stands; so does one of a chain without a beginning, but none of the account', () => {
    const old = finding(9 * 24);
    const timeless = finding(1, { from: null, key: 'timeless' });
    const blocked = finding(2, { from: null, chain: null, code: 'blocked-access', key: null });
    const before = first([old, timeless, blocked]);
    const after = mergeFindings(before, look([], { at: T0 + HOUR }));
    expect(keysOf(after, true)).toEqual([null]);
    expect(keysOf(after, false)).toEqual([old.key, 'timeless']);
    expect(mergeFindings(before, look([], { full: true, since: SINCE - 30 * 24 * HOUR })).findings).toHaveLength(3);
    expect(keysOf(mergeFindings(before, look([], { full: true, since: SINCE - 30 * 24 * HOUR })), false)).toEqual([]);
  });

  test('older than all that is shown is forgotten by a full look that could look', () => {
    const before = first([finding(9 * 24)]);
    expect(mergeFindings(before, look([], { full: true })).findings).toEqual([]);
    expect(mergeFindings(before, look([], { full: true, looked: false })).findings).toHaveLength(1);
  });

  test('is accepted where the archive says so, and no longer where only Redis did', () => {
    const accepted = { reason: 'known', by: 'ada', at: T0 - 24 * HOUR };
    const id = findingId(finding(0));
    const before = mergeFindings(null, look([finding(0), finding(1)], { accepted: new Map([[id, accepted]]) }));
    expect(openOf(before)).toBe(1);
    expect(before.findings.at(-1)).toMatchObject({ id, accepted });
    expect(openOf(mergeFindings(before, look([finding(0), finding(1)])))).toBe(2);
    const during = {
      ...before,
      findings: before.findings.map((one) => ({ ...one, accepted: { ...accepted, at: T0 + 1 } })),
    };
    expect(openOf(mergeFindings(during, look([finding(0), finding(1)])))).toBe(0);
  });
});

describe('the list', () => {
  test('is bounded: the open ones first, and what is not kept is counted once, however often it is found', () => {
    const many = Array.from({ length: MOST_FINDINGS + 20 }, (_, index) =>
      finding(index, { from: formatIso(T0 - HOUR) }),
    );
    let part = first(many);
    expect([part.findings.length, part.more, openOf(part)]).toEqual([MOST_FINDINGS, 20, MOST_FINDINGS + 20]);
    for (let times = 0; times < 3; times += 1) part = mergeFindings(part, look(many, { at: part.at + HOUR }));
    expect([part.findings.length, part.more]).toEqual([MOST_FINDINGS, 20]);
    const cleared = mergeFindings(part, look([], { full: true, at: part.at + HOUR }));
    expect([openOf(cleared), cleared.more]).toEqual([0, 0]);
  });

  test('keeps the newest of those that are gone', () => {
    const many = Array.from({ length: MOST_GONE + 50 }, (_, index) => finding(index, { from: formatIso(T0 - HOUR) }));
    const half = mergeFindings(first(many), look(many.slice(0, 150), { at: T0 + HOUR }));
    const none = mergeFindings(half, look([], { at: T0 + 2 * HOUR }));
    expect(none.findings).toHaveLength(MOST_GONE);
    expect(none.findings.filter(({ goneAt }) => goneAt === T0 + 2 * HOUR)).toHaveLength(150);
  });

  test('after any looks: what the last one found stands, no id twice, times in order, within its bounds', () => {
    const step = fc.record({
      found: fc.uniqueArray(fc.integer({ min: 0, max: 30 * 24 }), { maxLength: 12 }),
      full: fc.boolean(),
      looked: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let part: FindingsPart | null = null;
        for (const [index, { found, full, looked }] of steps.entries()) {
          const at = T0 + index * HOUR;
          const before: FindingsPart | null = part;
          const own = found.map((one) => finding(one));
          part = mergeFindings(before, look(own, { full, looked, at, since: at - (full ? 90 : 8) * 24 * HOUR }));
          const ids = part.findings.map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          const stands = new Set(part.findings.filter(({ goneAt }) => goneAt === null).map(({ id }) => id));
          for (const one of own) expect(stands).toContain(findingId(one));
          for (const one of part.findings) {
            expect(one.firstSeen).toBeLessThanOrEqual(one.goneAt ?? at);
            const earlier = before?.findings.find(({ id }) => id === one.id);
            if (earlier !== undefined) expect(one.firstSeen).toBe(earlier.firstSeen);
            if (!looked && earlier?.goneAt === null) expect(one.goneAt).toBeNull();
          }
          if (!looked) for (const one of before?.findings ?? []) expect(ids).toContain(one.id);
        }
      }),
    );
  });
});
