/** The archive in place of an account: what it keeps of public keys is all that signatures are held against. */
import { publicKeyKey } from '../core/layout.ts';
import type { PublicKeyRecord } from '../core/publickey.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession, ListedObject, ObjectReader } from '../ports.ts';
import { readKept } from '../stages/keys.ts';
import { readSmall, type Shelf } from './archive-index.ts';

/** The kept keys of each region, read once. */
export interface KeptKeys {
  /** Throws `blocked-keys` when none is kept for the region. */
  of(region: string): Promise<readonly PublicKeyRecord[]>;
  /** The key's object as the listing shows it; null when it is not there. */
  objectOf(region: string, fingerprint: string): Promise<ListedObject | null>;
}

type Kept = { readonly records: readonly PublicKeyRecord[]; readonly objects: ReadonlyMap<string, ListedObject> };

/** Reads `orgtrail/keys/` region by region, as they are asked for. */
export function openKeptKeys(shelf: Shelf): KeptKeys {
  const regions = new Map<string, Promise<Kept>>();
  const kept = (region: string): Promise<Kept> => {
    const known = regions.get(region) ?? readRegion(region, shelf);
    regions.set(region, known);
    return known;
  };
  return {
    of: async (region) => {
      const { records } = await kept(region);
      if (records.length > 0) return records;
      throw new OperatingError({
        code: 'blocked-keys',
        message: `the archive keeps no public key of ${region}`,
        hint: 'every key that proved a digest is kept below orgtrail/keys: look for who deleted them; `orgtrail collect` keeps them again',
      });
    },
    objectOf: async (region, fingerprint) =>
      (await kept(region)).objects.get(publicKeyKey(shelf.place.prefix, region, fingerprint)) ?? null,
  };
}

async function readRegion(region: string, { objects, place }: Shelf): Promise<Kept> {
  const folder = `${place.prefix}orgtrail/keys/${region}/`;
  const records: PublicKeyRecord[] = [];
  const listed = new Map<string, ListedObject>();
  for await (const one of objects.list({ bucket: place.bucket, owner: place.owner, prefix: folder })) {
    const fingerprint = /^([0-9a-f]{32})\.json$/.exec(one.key.slice(folder.length))?.[1];
    if (fingerprint === undefined) continue;
    const record = await readKept(
      { region, fingerprint },
      { archive: { get: ({ key }, { maxBytes }) => readSmall({ objects, place }, key, maxBytes) }, place },
    );
    if (record === null) continue;
    records.push(record);
    listed.set(one.key, one);
  }
  return { records, objects: listed };
}

/** A session that reads one digest's evidence and the kept keys, and has no account to ask anything else. */
export function sessionOver(objects: ObjectReader, keys: KeptKeys): AccountSession {
  const none = (): never => {
    throw new Error('judging the archive asks no account');
  };
  return {
    account: '',
    objects,
    trailRegions: none,
    describeTrails: none,
    trailStatus: none,
    eventSelectors: none,
    lookupEvents: none,
    enabledRegions: none,
    publicKeys: (region) => keys.of(region),
    organizationId: none,
  };
}
