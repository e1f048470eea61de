/** The inventory of accounts: the same list is the same object, and only what is one is read as one. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeInventory,
  encodeInventory,
  inventoryFolder,
  inventoryKey,
  isInventoryOf,
  type InventoryAccount,
} from '../../src/core/inventory.ts';

const ACCOUNT: fc.Arbitrary<InventoryAccount> = fc.record({
  id: fc.stringMatching(/^\d{12}$/),
  name: fc.string({ maxLength: 20 }),
  state: fc.constantFrom(
    'ACTIVE' as const,
    'SUSPENDED' as const,
    'PENDING_CLOSURE' as const,
    'CLOSED' as const,
    'PENDING_ACTIVATION' as const,
    'UNKNOWN' as const,
  ),
  origin: fc.constantFrom('organization' as const, 'configuration' as const, 'history' as const),
  role: fc.option(fc.string()),
  externalId: fc.option(fc.string()),
  organization: fc.option(fc.string({ maxLength: 10 })),
});
const LIST = fc.uniqueArray(ACCOUNT, { selector: ({ id }) => id, maxLength: 12 });
const NOW = Date.parse('2026-05-01T01:13:52Z');

test('an inventory is read back, without roles, and reachable by nobody', () => {
  fc.assert(
    fc.property(LIST, (accounts) => {
      const known = accounts
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map((account) => ({ ...account, origin: 'history', role: null, externalId: null }));
      expect(decodeInventory(encodeInventory(accounts))).toEqual(known);
    }),
  );
});

test('the order of a listing, roles and origins do not change its bytes or its mark; any other change does', () => {
  fc.assert(
    fc.property(LIST, ACCOUNT, (accounts, other) => {
      const bytes = encodeInventory(accounts);
      const key = inventoryKey('archive/', bytes, NOW);
      const same = accounts
        .toReversed()
        .map((account): InventoryAccount => ({ ...account, role: 'x', externalId: 'y', origin: 'configuration' }));
      expect(encodeInventory(same)).toEqual(bytes);
      expect(isInventoryOf(key, encodeInventory(same))).toBe(true);
      expect(key.startsWith(`${inventoryFolder('archive/')}20260501T011352Z-`)).toBe(true);
      const more = [...accounts.filter(({ id }) => id !== other.id), { ...other, name: `${other.name}!` }];
      expect(isInventoryOf(key, encodeInventory(more))).toBe(false);
    }),
  );
});

test('what is no inventory is none, whatever the bytes', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '{}',
    '{"schema":"orgtrail.inventory/2","accounts":[]}',
    '{"schema":"orgtrail.inventory/1"}',
    '{"schema":"orgtrail.inventory/1","accounts":{}}',
  ])
    expect(decodeInventory(Buffer.from(text)), `read: ${text}`).toBeNull();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((json) => Buffer.from(json)),
      ),
      (bytes) => {
        expect(decodeInventory(bytes)).toBeNull();
      },
    ),
  );
});
