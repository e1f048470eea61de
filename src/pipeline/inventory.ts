/** The accounts of all organizations and of the configuration, with the inventory that keeps whoever was known before. */
import { jsonObject } from '../core/json-object.ts';
import { formerPlace } from '../config/place.ts';
import {
  decodeInventory,
  encodeInventory,
  inventoryFolder,
  inventoryKey,
  isInventoryKey,
  isInventoryOf,
  type InventoryAccount,
} from '../core/inventory.ts';
import { partitionOf } from '../core/partition.ts';
import type { Problem } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import { listAccounts, type Estate, type KnownAccount } from '../stages/discover.ts';
import { archivePlace, type PipelineParts } from './parts.ts';

const MAX_INVENTORY_BYTES = 64 * 1024 * 1024;

/** Who there is, and why some list may be short. */
export interface AccountList {
  readonly accounts: readonly KnownAccount[];
  readonly problems: readonly Problem[];
}

/** Lists every account anew. `write`: keeps the inventory when it changed. */
export async function listEstate(parts: PipelineParts, write: boolean): Promise<AccountList> {
  const { config } = parts;
  const kept = await readInventory(parts);
  const estate: Estate = {
    organizations: config.organizations,
    accounts: config.accounts.map((account) => ({
      ...account,
      trails:
        account.trails?.map((trail) => ({
          ...trail,
          formerBuckets: trail.formerBuckets.map((place) => formerPlace(place)),
        })) ?? null,
    })),
    known: kept.accounts,
    partition: partitionOf(config.aws.region),
  };
  const listed = await listAccounts(estate, parts.organizations);
  if (write) await keepInventory(listed.accounts, kept.key, parts);
  return listed;
}

async function readInventory(
  parts: PipelineParts,
): Promise<{ readonly key: string | null; readonly accounts: readonly InventoryAccount[] }> {
  const { archive, config } = parts;
  const place = archivePlace(config);
  let newest: string | null = null;
  for await (const { key } of archive.list({
    bucket: place.bucket,
    owner: place.owner,
    prefix: inventoryFolder(place.prefix),
  }))
    if (isInventoryKey(place.prefix, key)) newest = key;
  if (newest === null) return { key: null, accounts: [] };
  const ref = { bucket: place.bucket, key: newest, owner: place.owner };
  const object = await archive.get(ref, { maxBytes: MAX_INVENTORY_BYTES });
  const intact = object !== null && isInventoryOf(newest, object.bytes);
  const accounts = intact ? decodeInventory(object.bytes) : null;
  if (accounts !== null) return { key: newest, accounts };
  // Taken as empty it would drop every account that only the inventory knows.
  throw new OperatingError({
    code: 'archive-changed',
    message: `the inventory s3://${place.bucket}/${newest} is not what was recorded`,
    hint: "look at the object's versions for who changed it; inventories are never rewritten by orgtrail",
    retryable: true,
  });
}

async function keepInventory(
  accounts: readonly InventoryAccount[],
  newest: string | null,
  parts: PipelineParts,
): Promise<void> {
  const bytes = encodeInventory(accounts);
  if (newest !== null && isInventoryOf(newest, bytes)) return;
  const place = archivePlace(parts.config);
  const ref = { bucket: place.bucket, key: inventoryKey(place.prefix, bytes, parts.clock.now()), owner: place.owner };
  await parts.archive.putIfAbsent(ref, jsonObject(bytes));
}
