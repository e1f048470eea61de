/** Paging of accounts and findings: everything is on exactly one page, whatever the order. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CoverPart } from '../../src/core/board/cover.ts';
import { CELL_STATES } from '../../src/core/verdict.ts';
import { accountsQuery } from '../../src/web/contract/accounts.ts';
import { mapQuery } from '../../src/web/contract/overview.ts';
import { findingsQuery } from '../../src/web/contract/findings.ts';
import { accountsView } from '../../src/web/views/accounts.ts';
import { buildEstate } from '../../src/web/views/estate.ts';
import { findingsView } from '../../src/web/views/findings.ts';
import { mapView } from '../../src/web/views/overview.ts';
import { findingOf, findingsPartOf, NOW, partOf, snapshotOf } from './fake-accounts.ts';

const SORTS = accountsQuery.shape.sort.unwrap().options;

const part = fc
  .record({
    account: fc.integer({ min: 100_000_000_000, max: 100_000_000_040 }).map(String),
    state: fc.constantFrom(...CELL_STATES),
    // The longest that records may have: cursors of them were refused as too long, and the list ended there.
    name: fc.constantFrom('', 'a', 'A', 'é', 'zz', 'ж'.repeat(256), '\u0001'.repeat(256)),
    open: fc.integer({ min: 0, max: 2 }),
    verifiedUntil: fc.option(fc.constantFrom(NOW - 1, NOW - 2)),
  })
  .map(({ account, ...over }): CoverPart => partOf(account, over));
const estateParts = fc.uniqueArray(part, { selector: ({ account }) => account, maxLength: 30 });

function estateOf(parts: readonly CoverPart[]) {
  return buildEstate(
    { parts, snapshot: snapshotOf(parts.map(({ account }) => account)), unreadable: 0 },
    NOW,
    3_600_000,
  );
}

type Get = (cursor: string | undefined) => { readonly ids: readonly string[]; readonly next: string | null };

/** All pages, one after the other; `between` happens after each. */
function walk(get: Get, between: () => void = () => undefined): readonly string[] {
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 100; pages += 1) {
    const { ids, next } = get(cursor);
    seen.push(...ids);
    if (next === null) return seen;
    cursor = next;
    between();
  }
  throw new Error('the pages never end');
}

test('every account is on exactly one page, in the order of the whole, whatever the limit, sort and order', () => {
  fc.assert(
    fc.property(
      estateParts,
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(...SORTS),
      fc.constantFrom('asc' as const, 'desc' as const),
      (parts, limit, sort, order) => {
        const estate = estateOf(parts);
        const page = (cursor: string | undefined, most: number) => {
          const query = accountsQuery.parse({ limit: most, sort, order, ...(cursor === undefined ? {} : { cursor }) });
          const { accounts, next } = accountsView(estate, query);
          return { ids: accounts.map(({ account }) => account), next };
        };
        const whole = page(undefined, 500).ids;
        expect(walk((cursor) => page(cursor, limit))).toEqual(whole);
        expect(whole.toSorted()).toEqual(parts.map(({ account }) => account).toSorted());
      },
    ),
  );
});

test('accounts that do not change while others do are all shown once, on the map too', () => {
  fc.assert(
    fc.property(estateParts, estateParts, fc.integer({ min: 1, max: 5 }), (before, after, limit) => {
      const changed = new Set(after.map(({ account }) => account));
      const still = before.filter(({ account }) => !changed.has(account));
      let estate = estateOf(before);
      const seen = walk(
        (cursor) => {
          const query = mapQuery.parse({ limit, ...(cursor === undefined ? {} : { cursor }) });
          const { rows, next } = mapView(estate, query);
          return { ids: rows.map(({ account }) => account), next };
        },
        () => (estate = estateOf([...still, ...after])),
      );
      for (const { account } of still) expect(seen.filter((one) => one === account)).toHaveLength(1);
    }),
  );
});

test('every finding is on exactly one page, open ones first', () => {
  const finding = fc.record({
    account: fc.constantFrom('111111111111', '222222222222'),
    key: fc.integer({ min: 0, max: 40 }).map((n) => `key-${n}`),
    firstSeen: fc.constantFrom(NOW, NOW - 1, NOW - 2),
    goneAt: fc.option(fc.constant(NOW)),
  });
  fc.assert(
    fc.property(fc.array(finding, { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (made, limit) => {
      const findings = made.map(({ account, ...over }) => findingOf(account, over));
      const byAccount = Map.groupBy(findings, ({ account }) => account);
      const parts = Array.from(byAccount, ([account, own]) => findingsPartOf(account, own));
      const seen = walk((cursor) => {
        const query = findingsQuery.parse({ status: 'all', limit, ...(cursor === undefined ? {} : { cursor }) });
        const page = findingsView({ parts, at: NOW, names: () => '' }, query);
        return { ids: page.findings.map(({ id, goneAt }) => `${goneAt === null ? 0 : 1} ${id}`), next: page.next };
      });
      expect(new Set(seen).size).toBe(seen.length);
      expect(new Set(seen.map((one) => one.slice(2)))).toEqual(new Set(findings.map(({ id }) => id)));
      expect(seen.map((one) => one[0])).toEqual(seen.map((one) => one[0]).toSorted((a, b) => Number(a) - Number(b)));
    }),
  );
});
