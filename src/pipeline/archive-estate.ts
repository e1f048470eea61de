/** Which chains ought to be in the archive: those of trail records, of receipts, and of proven digests, together. */
import pLimit from 'p-limit';
import type { Finding } from '../core/coverage.ts';
import { parseKey } from '../core/key.ts';
import { parseReceiptKey, parseTrailRecordKey, receiptRoot, type TrailRecordName } from '../core/layout.ts';
import type { Chain } from '../core/source.ts';
import { recordedChains } from '../core/trail-memory.ts';
import { decodeTrailRecord, type TrailRecord } from '../core/trail-record.ts';
import type { ListedObject } from '../ports.ts';
import { conflict, readSmall, type FiledReceipt, type Shelf } from './archive-index.ts';
import { sourceOfDigests, sourceOfReceipts, type TrailAt } from './archive-trail.ts';

export interface ArchivedEstate {
  readonly chains: readonly Chain[];
  /** Records that are not what was recorded. */
  readonly findings: readonly Finding[];
}

/** Only these chains are wanted: what is left out is not even listed. */
export type TakesFolder = (at: { readonly account: string; readonly region: string }) => boolean;

const MAX_RECORD_BYTES = 4 * 1024 * 1024;
const ACCOUNT = /^\d{12}\/$/;
const ORGANIZATION = /^o-[a-z0-9]{10,32}\/$/;
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d\/$/;
const AT_ONCE = 8;

/** Every chain that anything in the archive speaks of. */
export async function archivedEstate(shelf: Shelf, takes: TakesFolder): Promise<ArchivedEstate> {
  const findings: Finding[] = [];
  const chains = new Map<string, Chain>();
  const add = (chain: Chain): void => void (chains.has(idOf(chain)) || chains.set(idOf(chain), chain));
  for (const record of await newestRecords(shelf, findings)) {
    for (const chain of recordedChains(record, record.source)) if (takes(chain)) add(chain);
  }
  const known = (at: TrailAt): boolean => chains.has(atOf(at));
  const limit = pLimit(AT_ONCE);
  const look = async (at: ChainFolder): Promise<readonly Chain[]> => {
    const found = at.from === 'receipts' ? await fromReceipts(at, shelf, known) : await fromDigests(at, shelf, known);
    return found;
  };
  const receipts = (await receiptFolders(shelf)).filter((at) => takes(at));
  for (const found of await Promise.all(receipts.map((at) => limit(() => look(at))))) found.forEach(add);
  const digests = (await digestFolders(shelf)).filter((at) => takes(at));
  for (const found of await Promise.all(digests.map((at) => limit(() => look(at))))) found.forEach(add);
  return { chains: [...chains.values()], findings };
}

function idOf({ account, region, source }: Chain): string {
  return atOf({ account, region, trail: source.trail, homeRegion: source.homeRegion });
}

function atOf({ account, region, trail, homeRegion }: TrailAt): string {
  return [account, region, trail, homeRegion].join('|');
}

/** The newest record of each trail that is what was recorded; one that is not is a finding, and the one before counts. */
async function newestRecords(shelf: Shelf, findings: Finding[]): Promise<readonly TrailRecord[]> {
  const { objects, place } = shelf;
  const names = new Map<string, TrailRecordName[]>();
  const prefix = `${place.prefix}orgtrail/trails/`;
  const stray: string[] = [];
  const keys = new Map<TrailRecordName, string>();
  for await (const { key } of objects.list({ bucket: place.bucket, owner: place.owner, prefix })) {
    const name = parseTrailRecordKey(place.prefix, key);
    if (name === null) {
      stray.push(key);
      continue;
    }
    const trail = `${name.account}|${name.homeRegion}|${name.trail}`;
    names.set(trail, [...(names.get(trail) ?? []), name]);
    keys.set(name, key);
  }
  for (const key of stray) findings.push(damaged(shelf, key, 'it lies among the trail records and is none'));
  const records: TrailRecord[] = [];
  for (const one of names.values()) {
    for (const name of one.toSorted((a, b) => b.seen - a.seen)) {
      const key = keys.get(name) ?? '';
      const object = await readSmall(shelf, key, MAX_RECORD_BYTES);
      const decoded =
        object === null ? { problem: 'it is gone, or too large to be one' } : decodeTrailRecord(object.bytes, name);
      if ('record' in decoded) {
        records.push(decoded.record);
        break;
      }
      findings.push(damaged(shelf, key, `the trail record is not what was recorded: ${decoded.problem}`));
    }
  }
  return records;
}

function damaged(shelf: Shelf, key: string, detail: string): Finding {
  const nobody = { account: '', region: '', source: { trail: '' } };
  return conflict(nobody, { shelf, key }, detail);
}

type ChainFolder =
  | { readonly from: 'receipts'; readonly account: string; readonly region: string; readonly trail: string }
  | { readonly from: 'digests'; readonly account: string; readonly region: string; readonly org: string | null };

async function receiptFolders(shelf: Shelf): Promise<readonly ChainFolder[]> {
  const root = receiptRoot(shelf.place.prefix);
  const found: ChainFolder[] = [];
  for (const account of await below(shelf, root, ACCOUNT)) {
    for (const region of await below(shelf, `${root}${account}/`, REGION)) {
      const trails = await below(shelf, `${root}${account}/${region}/`, /^[A-Za-z0-9._-]{3,128}\/$/);
      found.push(...trails.map((trail) => ({ from: 'receipts', account, region, trail }) as const));
    }
  }
  return found;
}

async function digestFolders(shelf: Shelf): Promise<readonly ChainFolder[]> {
  const root = `${shelf.place.prefix}AWSLogs/`;
  const organizations = await below(shelf, root, ORGANIZATION);
  const found: ChainFolder[] = [];
  for (const org of [null, ...organizations]) {
    const home = org === null ? root : `${root}${org}/`;
    for (const account of await below(shelf, home, ACCOUNT)) {
      const regions = await below(shelf, `${home}${account}/CloudTrail-Digest/`, REGION);
      found.push(...regions.map((region) => ({ from: 'digests', account, region, org }) as const));
    }
  }
  return found;
}

async function below({ objects, place }: Shelf, prefix: string, shape: RegExp): Promise<readonly string[]> {
  const names = await objects.folders({ bucket: place.bucket, owner: place.owner, prefix });
  return names.filter((name) => shape.test(name)).map((name) => name.slice(0, -1));
}

/** The trails that receipts speak of and no record does: two of one name may share the folder. */
async function fromReceipts(
  at: Extract<ChainFolder, { from: 'receipts' }>,
  shelf: Shelf,
  known: (at: TrailAt) => boolean,
): Promise<readonly Chain[]> {
  const { account, region, trail } = at;
  const { bucket, prefix, owner } = shelf.place;
  const folder = `${receiptRoot(prefix)}${account}/${region}/${trail}/`;
  const byHome = new Map<string, FiledReceipt[]>();
  for await (const listed of shelf.objects.list({ bucket, owner, prefix: folder })) {
    const name = parseReceiptKey(prefix, listed.key);
    if (name === null || known({ ...at, homeRegion: name.homeRegion })) continue;
    const receipts = byHome.get(name.homeRegion) ?? [];
    receipts.push({ name, listed });
    byHome.set(name.homeRegion, receipts);
  }
  const chains: Chain[] = [];
  for (const receipts of byHome.values()) {
    const source = await sourceOfReceipts(receipts, shelf);
    if (source !== null) chains.push({ account, region, source });
  }
  return chains;
}

/** The trails that proven digests alone speak of. */
async function fromDigests(
  at: Extract<ChainFolder, { from: 'digests' }>,
  shelf: Shelf,
  known: (at: TrailAt) => boolean,
): Promise<readonly Chain[]> {
  const { account, region, org } = at;
  const { bucket, prefix, owner } = shelf.place;
  const folder = `${prefix}AWSLogs/${org === null ? '' : `${org}/`}${account}/CloudTrail-Digest/${region}/`;
  const byTrail = new Map<string, ListedObject[]>();
  for await (const listed of shelf.objects.list({ bucket, owner, prefix: folder })) {
    const key = parseKey(listed.key);
    if (key?.type !== 'digest' || known({ account, region, trail: key.trail, homeRegion: key.homeRegion })) continue;
    const trail = `${key.trail}|${key.homeRegion}`;
    byTrail.set(trail, [...(byTrail.get(trail) ?? []).slice(-1), listed]);
  }
  const chains: Chain[] = [];
  for (const newest of byTrail.values()) {
    const source = await sourceOfDigests(newest, shelf);
    if (source !== null) chains.push({ account, region, source });
  }
  return chains;
}
