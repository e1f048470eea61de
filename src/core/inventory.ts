/** The inventory of accounts as the archive keeps it: one object a change, never rewritten, the newest stands. */
import { hash } from 'node:crypto';
import { parseStrictJson } from './json.ts';
import type { Account, AccountState } from './source.ts';
import { formatCompact } from './time.ts';

const SCHEMA = 'orgtrail.inventory/1';
const STATES: readonly AccountState[] = [
  'ACTIVE',
  'PENDING_ACTIVATION',
  'SUSPENDED',
  'PENDING_CLOSURE',
  'CLOSED',
  'UNKNOWN',
];

/** An account and the organization (by its configured name) that listed it last. */
export interface InventoryAccount extends Account {
  readonly organization: string | null;
}

/** Its bytes: a fixed order, so that an unchanged list gives the same bytes. Roles stay in the configuration. */
export function encodeInventory(accounts: readonly InventoryAccount[]): Uint8Array {
  const lines = accounts
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, name, state, organization }) => ({ id, name, state, organization }));
  return Buffer.from(`${JSON.stringify({ schema: SCHEMA, accounts: lines }, null, 1)}\n`, 'utf8');
}

/** The accounts in it, reachable by nobody until the configuration says how; null when it is no inventory of ours. */
export function decodeInventory(bytes: Uint8Array): readonly InventoryAccount[] | null {
  const json = parseStrictJson(bytes);
  if ('problem' in json) return null;
  const value = json.value as { schema?: unknown; accounts?: unknown } | null;
  if (value?.schema !== SCHEMA || !Array.isArray(value.accounts)) return null;
  return value.accounts.flatMap((line: unknown) => readAccount(line));
}

function readAccount(line: unknown): readonly InventoryAccount[] {
  if (line === null || typeof line !== 'object') return [];
  const { id, name, state, organization } = line as Record<string, unknown>;
  const known = STATES.find((one) => one === state);
  if (typeof id !== 'string' || !/^\d{12}$/.test(id) || typeof name !== 'string' || known === undefined) return [];
  return [
    {
      id,
      name,
      state: known,
      origin: 'history',
      role: null,
      externalId: null,
      organization: typeof organization === 'string' ? organization : null,
    },
  ];
}

/** The folder of inventories, ending in `/`. */
export function inventoryFolder(prefix: string): string {
  return `${prefix}orgtrail/inventory/`;
}

/** The key of an inventory made at `now`; its end tells the content, so the newest is compared without reading it. */
export function inventoryKey(prefix: string, bytes: Uint8Array, now: number): string {
  return `${inventoryFolder(prefix)}${formatCompact(now)}-${contentMark(bytes)}.json`;
}

const NAME = /^\d{8}T\d{6}Z-[0-9a-f]{12}\.json$/;

/** True for keys that `inventoryKey` makes: an object somebody else puts beside them must not pass for the newest. */
export function isInventoryKey(prefix: string, key: string): boolean {
  const folder = inventoryFolder(prefix);
  return key.startsWith(folder) && NAME.test(key.slice(folder.length));
}

/** True when the key is of an inventory with these bytes. */
export function isInventoryOf(key: string, bytes: Uint8Array): boolean {
  return key.endsWith(`-${contentMark(bytes)}.json`);
}

function contentMark(bytes: Uint8Array): string {
  return hash('sha256', bytes).slice(0, 12);
}
