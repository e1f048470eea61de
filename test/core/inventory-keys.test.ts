/** Which objects are inventories, and which of their lines are accounts: what somebody puts beside them is neither. */
import { describe, expect, test } from 'vitest';
import {
  decodeInventory,
  encodeInventory,
  inventoryFolder,
  inventoryKey,
  isInventoryKey,
  isInventoryOf,
} from '../../src/core/inventory.ts';

const LINE = { id: '111122223333', name: 'one', state: 'ACTIVE', organization: null };
const read = (...accounts: readonly unknown[]): ReturnType<typeof decodeInventory> =>
  decodeInventory(Buffer.from(JSON.stringify({ schema: 'orgtrail.inventory/1', accounts })));

describe('a key', () => {
  const bytes = encodeInventory([]);
  const key = inventoryKey('archive/', bytes, Date.UTC(2026, 4, 1, 1, 13, 52));
  test('says when it was made and what it holds', () => {
    expect(inventoryFolder('archive/')).toBe('archive/orgtrail/inventory/');
    expect(key).toMatch(/^archive\/orgtrail\/inventory\/20260501T011352Z-[0-9a-f]{12}\.json$/);
    expect(isInventoryKey('archive/', key)).toBe(true);
    expect(isInventoryOf(key, bytes)).toBe(true);
    expect(isInventoryOf(key.replace('.json', '.txt'), bytes)).toBe(false);
    expect(isInventoryOf(key, Buffer.from('other'))).toBe(false);
  });
  test('of any other form is none', () => {
    const others = [
      key.slice(1),
      key.replace('archive/', ''),
      key.replace('archive/', 'other/'),
      key.replace('inventory/', 'inventory/x'),
      `${key}x`,
      `${key}\n`,
      key.replace('.json', 'xjson'),
      key.replace('T0113', 'T011'),
      key.replace('Z-', 'Z-0'),
      key.replace('Z-', 'z-'),
      key.replace(/[0-9a-f]{12}\.json$/, 'ABCDEF012345.json'),
      inventoryFolder('archive/'),
    ];
    expect(others.filter((other) => isInventoryKey('archive/', other))).toEqual([]);
  });
});

test('the bytes are in order of the accounts’ ids and end in a line feed', () => {
  const account = {
    name: '',
    state: 'ACTIVE',
    origin: 'history',
    role: null,
    externalId: null,
    organization: 'o',
  } as const;
  const ids = ['300000000000', '100000000000', '200000000000'];
  const text = Buffer.from(encodeInventory(ids.map((id) => ({ ...account, id })))).toString('utf8');
  expect(text).toMatch(/\}\n$/);
  expect(text.match(/\d{12}/g)).toEqual(ids.toSorted());
});

describe('a line', () => {
  test('that is an account is read', () => {
    const rest = { origin: 'history', role: null, externalId: null };
    expect(read(LINE, { ...LINE, organization: 'main' })).toEqual([
      { ...LINE, ...rest },
      { ...LINE, ...rest, organization: 'main' },
    ]);
    expect(read({ ...LINE, organization: 7 })).toEqual([{ ...LINE, ...rest, organization: null }]);
    for (const state of ['PENDING_ACTIVATION', 'SUSPENDED', 'PENDING_CLOSURE', 'CLOSED', 'UNKNOWN'])
      expect(read({ ...LINE, state })?.[0]?.state).toBe(state);
  });
  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'one'],
    ['without an id', { ...LINE, id: undefined }],
    ['with a number for an id', { ...LINE, id: 111122223333 }],
    ['with an id of 13 digits', { ...LINE, id: '1111222233334' }],
    ['with an id after something', { ...LINE, id: 'x111122223333' }],
    ['with an id before something', { ...LINE, id: '111122223333\n' }],
    ['without a name', { ...LINE, name: null }],
    ['of no state', { ...LINE, state: 'active' }],
    ['without a state', { ...LINE, state: undefined }],
  ])('%s is left out, and takes no other with it', (_what, line) => {
    expect(read(line, LINE)).toHaveLength(1);
  });
});
