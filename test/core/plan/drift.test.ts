/** When is putting a document back a fight: counts, times, other documents, persons, and records that are not whole. */
import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { ChangeNote, ChangeOutcome, ChangeRecord } from '../../../src/core/plan/change-record.ts';
import type { DocumentRef } from '../../../src/core/plan/document.ts';
import { fightOver, FIGHT_MS } from '../../../src/core/plan/drift.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 4, 1, 12);
const POLICY: DocumentRef = { kind: 'bucket-policy', account: '111111111111', target: 'archive' };

type Told = Partial<Omit<ChangeNote, 'at'>> & { readonly outcome?: ChangeOutcome | null };

/** Somebody wrote 'theirs', and 'ours' was put back so many minutes ago. */
function record(minutes: number, told: Told = {}): ChangeRecord {
  const { outcome = 'written', ...note } = told;
  const at = NOW - minutes * MINUTE;
  return {
    note: {
      ref: POLICY,
      who: 'orgtrail run',
      by: 'reconcile',
      before: 'theirs',
      after: 'ours',
      reasons: [],
      breaks: [],
      ...note,
      at,
    },
    end: outcome === null ? null : { at, outcome },
  };
}

const ask = (records: readonly ChangeRecord[], now = NOW, found: string | null = 'theirs') =>
  fightOver(records, { ref: POLICY, found, now, holds: isDeepStrictEqual });

test('two that were undone within the hour are a fight, one is none', () => {
  expect(ask([])).toBeNull();
  expect(ask([record(10)])).toBeNull();
  const fight = ask([record(10), record(30)]);
  expect(fight).toEqual({
    reversions: [NOW - 30 * MINUTE, NOW - 10 * MINUTE],
    until: NOW + 30 * MINUTE,
  });
  expect(ask([record(30), record(20), record(10)])?.until).toBe(NOW + 40 * MINUTE);
});

test('at 59 minutes it still stands, at 60 and 61 it is over', () => {
  for (const [minutes, fights] of [
    [59, true],
    [60, false],
    [61, false],
  ] as const)
    expect([minutes, ask([record(minutes), record(5)]) !== null]).toEqual([minutes, fights]);
  const records = [record(59), record(5)];
  const until = ask(records)?.until ?? 0;
  expect([ask(records, until - 1) !== null, ask(records, until)]).toEqual([true, null]);
});

test('what stayed as it was put is not undone: the wanted state changed, or nobody wrote since', () => {
  const grown = [
    record(30, { before: 'ours', after: 'ours for 3' }),
    record(20, { before: 'ours for 3', after: 'ours for 4' }),
  ];
  expect(ask(grown, NOW, 'ours for 4')).toBeNull();
  expect(ask(grown)).toBeNull();
  expect(ask([...grown, record(10, { before: 'theirs' })])).not.toBeNull();
});

test('other documents do not count: kind, account and target', () => {
  const others: readonly Partial<DocumentRef>[] = [
    { kind: 'lifecycle' },
    { account: '222222222222' },
    { target: 'archive-2' },
  ];
  for (const other of others) expect(ask([record(30), record(10, { ref: { ...POLICY, ...other } })])).toBeNull();
});

test("a person's apply settles what was before it, and only one that was written", () => {
  const by = 'apply' as const;
  expect(ask([record(30), record(20), record(10, { by })])).toBeNull();
  expect(ask([record(30), record(20, { by }), record(10)])).toBeNull();
  expect(ask([record(30, { by }), record(20), record(10)])).not.toBeNull();
  for (const outcome of ['not-written', 'unknown', 'moved', null] as const)
    expect([outcome, ask([record(30), record(20), record(10, { by, outcome })]) !== null]).toEqual([outcome, true]);
  expect(ask([record(30), record(10, { by, outcome: 'unknown' })])).toBeNull();
});

test('one that was cut off counts, since it may have been written; one that is known not to be does not', () => {
  for (const outcome of [null, 'unknown', 'moved', 'written'] as const)
    expect([outcome, ask([record(30, { outcome }), record(10)]) !== null]).toEqual([outcome, true]);
  expect(ask([record(30, { outcome: 'not-written' }), record(10)])).toBeNull();
});

test('a clock that runs ahead a little counts; a time far ahead neither counts nor settles', () => {
  expect(ask([record(10), record(-2)])).not.toBeNull();
  expect(ask([record(10), record(-61)])).toBeNull();
  expect(ask([record(30), record(20), record(-61, { by: 'apply' })])).not.toBeNull();
});

test('removing a document is a reversion like any other', () => {
  const removed = { before: 'theirs', after: null };
  expect(ask([record(30, removed), record(10, removed)])).not.toBeNull();
  expect(ask([record(30, removed), record(10, removed)], NOW, null)).toBeNull();
});

const anyRecord = fc
  .record({
    minutes: fc.integer({ min: -120, max: 180 }),
    by: fc.constantFrom('apply' as const, 'reconcile' as const),
    outcome: fc.constantFrom('written' as const, 'not-written' as const, 'moved' as const, 'unknown' as const, null),
    before: fc.constantFrom('theirs', 'ours', null),
    target: fc.constantFrom('archive', 'archive-2'),
  })
  .map(({ minutes, target, ...told }) => record(minutes, { ...told, ref: { ...POLICY, target } }));

test('property: the order of the records says nothing, and the next reversion is never more than an hour off', () => {
  const distinct = fc.uniqueArray(anyRecord, { maxLength: 8, selector: ({ note }) => note.at });
  fc.assert(
    fc.property(distinct, fc.nat(), (records, seed) => {
      const mixed = records.toSorted((a, b) => ((a.note.at * 31 + seed) % 97) - ((b.note.at * 31 + seed) % 97));
      const fight = ask(records);
      expect(ask(mixed)).toEqual(fight);
      if (fight === null) return;
      expect(fight.reversions.length).toBeGreaterThanOrEqual(2);
      expect(fight.until).toBeGreaterThan(NOW);
      expect(fight.until).toBeLessThan(NOW + 2 * FIGHT_MS);
      expect(
        ask(
          records.filter(({ note }) => note.at <= NOW),
          fight.until + FIGHT_MS,
        ),
      ).toBeNull();
    }),
  );
});

test('property: however long it goes on, no hour sees a third write', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }), (pauses) => {
      const written: ChangeRecord[] = [];
      let now = NOW;
      for (const pause of pauses) {
        now += pause * MINUTE;
        if (ask(written, now) === null) written.push(record((NOW - now) / MINUTE));
      }
      const times = written.map(({ note }) => note.at);
      for (const [at, time] of times.entries())
        expect((times[at + 2] ?? Infinity) - time).toBeGreaterThanOrEqual(FIGHT_MS);
    }),
  );
});
