/**
 * Public keys: every key ever seen is kept in the archive for ever, since how far back AWS serves them is not
 * documented. A key is looked up by fingerprint, in the delivering region, and fetched from nowhere a file names.
 */
import { jsonObject } from '../core/json-object.ts';
import { publicKeyKey } from '../core/layout.ts';
import { parseStrictJson } from '../core/json.ts';
import { isFingerprintOf, type PublicKeyRecord } from '../core/publickey.ts';
import type { Place } from '../core/source.ts';
import { HOUR } from '../core/time.ts';
import type { AccountSession, ArchiveStore, ObjectReader } from '../ports.ts';

/** Where keys are kept; null where nothing may be written (verify of a source): the key service alone is asked then. */
export interface KeyStore {
  readonly archive: ArchiveStore;
  readonly place: Place & { readonly owner: string };
}

export interface KeyQuestion {
  readonly region: string;
  readonly fingerprint: string;
  /** When the digest was signed, epoch ms. */
  readonly at: number;
  readonly session: AccountSession;
  readonly now: number;
}

/** Keys known to this process, by region and fingerprint. A region has about one new key in 20 days. */
export type KnownKeys = Map<string, PublicKeyRecord>;

const MAX_KEY_BYTES = 64 * 1024;
const BASE64 = /^[A-Za-z0-9+/]{4,}={0,2}$/;
/** A digest that ends just before a rotation is signed after it with the new key (cloudtrail.md 2.2). */
const AROUND = 2 * HOUR;

/** The key with this fingerprint, or null when neither the archive nor the region's key service knows it. */
export async function findKey(
  question: KeyQuestion,
  known: KnownKeys,
  store: KeyStore | null,
): Promise<PublicKeyRecord | null> {
  const { region, fingerprint, at, session } = question;
  const id = `${region}/${fingerprint}`;
  const kept = known.get(id) ?? (store === null ? null : await readKept(question, store));
  if (kept !== null && kept !== undefined) {
    known.set(id, kept);
    return kept;
  }
  const listed = await session.publicKeys(region, { from: at - AROUND, to: at + AROUND });
  for (const key of listed) {
    if (store !== null) await keep(key, question.now, store);
    known.set(`${region}/${key.fingerprint}`, key);
  }
  return known.get(id) ?? null;
}

async function keep(key: PublicKeyRecord, now: number, { archive, place }: KeyStore): Promise<void> {
  const record = {
    schema: 'orgtrail.key/1',
    region: key.region,
    fingerprint: key.fingerprint,
    der: base64(key.der),
    validFrom: key.validFrom,
    validTo: key.validTo,
    fetched: now,
  };
  const ref = {
    bucket: place.bucket,
    key: publicKeyKey(place.prefix, key.region, key.fingerprint),
    owner: place.owner,
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(record, null, 1)}\n`);
  await archive.putIfAbsent(ref, jsonObject(bytes));
}

/** A kept key must still have the fingerprint that its name says; anything else is as if it were not there. */
export async function readKept(
  { region, fingerprint }: Pick<KeyQuestion, 'region' | 'fingerprint'>,
  { archive, place }: { readonly archive: Pick<ObjectReader, 'get'>; readonly place: KeyStore['place'] },
): Promise<PublicKeyRecord | null> {
  const ref = { bucket: place.bucket, key: publicKeyKey(place.prefix, region, fingerprint), owner: place.owner };
  const object = await archive.get(ref, { maxBytes: MAX_KEY_BYTES });
  if (object === null) return null;
  const json = parseStrictJson(object.bytes);
  if ('problem' in json || json.value === null || typeof json.value !== 'object') return null;
  const { der, validFrom, validTo } = json.value as { der?: unknown; validFrom?: unknown; validTo?: unknown };
  if (typeof der !== 'string' || typeof validFrom !== 'number' || typeof validTo !== 'number') return null;
  if (!BASE64.test(der) || der.length % 4 !== 0) return null;
  const bytes = Uint8Array.from(atob(der), (character) => character.charCodeAt(0));
  return isFingerprintOf(bytes, fingerprint) ? { region, fingerprint, der: bytes, validFrom, validTo } : null;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
