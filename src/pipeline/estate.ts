/** The estate: accounts, their surveys and chains, looked up anew by every process and kept for minutes. */
import { partitionOf } from '../core/partition.ts';
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
import type { ChainRef } from '../core/job.ts';
import { placesOf, rootOf } from '../core/key.ts';
import type { Chain, Problem, Source, Survey } from '../core/source.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession, ObjectReader } from '../ports.ts';
import { listAccounts, surveyAccount, type Estate, type KnownAccount } from '../stages/discover.ts';
import { archivePlace, type PipelineParts } from './parts.ts';

const KEPT_MS = 10 * 60_000;
const TROUBLE_KEPT_MS = 60_000;
const MAX_INVENTORY_BYTES = 64 * 1024 * 1024;
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/;

export interface EstateBook {
  /** Lists every account anew and keeps the inventory when it changed. */
  accounts(): Promise<{ readonly accounts: readonly KnownAccount[]; readonly problems: readonly Problem[] }>;
  survey(account: KnownAccount): Promise<Survey>;
  /** The chain a job speaks of, looked up again. Throws `job-refused` when configuration and discovery do not know it. */
  resolve(ref: ChainRef): Promise<{ readonly chain: Chain; readonly session: AccountSession }>;
  /** The chains that the survey's sources ought to have: accounts and regions from configuration, else from what is there. */
  chains(survey: Survey): Promise<readonly Chain[]>;
}

type Kept<Value> = { readonly at: number; readonly value: Value };

/** The estate of one process. `write` false: nothing is written to the archive (verify, status). */
export function openEstate(parts: PipelineParts, write: boolean): EstateBook {
  const surveys = new Map<string, Kept<Promise<Survey>>>();
  const { config, clock } = parts;
  let listing: Kept<Promise<{ accounts: readonly KnownAccount[]; problems: readonly Problem[] }>> | null = null;
  const fresh = <Value>(kept: Kept<Value> | null | undefined): kept is Kept<Value> =>
    kept !== null && kept !== undefined && Math.abs(clock.now() - kept.at) < KEPT_MS;

  const accounts: EstateBook['accounts'] = async () => {
    const value = listAll(parts, write);
    listing = { at: clock.now(), value };
    value.catch(() => (listing = null));
    return value;
  };
  const survey = (account: KnownAccount): Promise<Survey> => {
    const value = surveyAccount(account, parts.sessions, config.aws.region);
    const at = clock.now();
    surveys.set(account.id, { at, value });
    value.then(
      // Trouble is asked about again soon, but not once a job: control calls are few a second.
      (done) => done.problems.length > 0 && surveys.set(account.id, { at: at - KEPT_MS + TROUBLE_KEPT_MS, value }),
      () => surveys.delete(account.id),
    );
    return value;
  };
  const surveyOf = async (id: string): Promise<{ survey: Survey; account: KnownAccount }> => {
    const listed = fresh(listing) ? await listing.value : await accounts();
    const account = listed.accounts.find((one) => one.id === id);
    if (account === undefined) throw refused(`no account ${id} is configured or listed`);
    const kept = surveys.get(id);
    return { account, survey: await (fresh(kept) ? kept.value : survey(account)) };
  };
  const resolve: EstateBook['resolve'] = async (ref) => {
    const found = await surveyOf(ref.reader);
    const session = await parts.sessions.open(found.account);
    const source = found.survey.sources.find((one) => one.trailArn === ref.trailArn);
    if (source === undefined) throw refused(`account ${ref.reader} has no trail ${ref.trailArn}`);
    return { chain: chainOf(source, ref), session };
  };
  const chains: EstateBook['chains'] = async (one) => {
    if (one.sources.length === 0) return [];
    const known = (fresh(listing) ? await listing.value : await accounts()).accounts.find(
      (account) => account.id === one.account.id,
    );
    const session = await parts.sessions.open(known ?? one.account);
    const lists = await Promise.all(one.sources.map((source) => chainsOf(source, session.objects)));
    return lists.flat();
  };
  return { accounts, survey, resolve, chains };
}

async function listAll(
  parts: PipelineParts,
  write: boolean,
): Promise<{ accounts: readonly KnownAccount[]; problems: readonly Problem[] }> {
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
  await parts.archive.putIfAbsent(ref, {
    bytes,
    contentType: 'application/json',
    contentEncoding: null,
    metadata: new Map(),
  });
}

function chainOf(source: Source, ref: ChainRef): Chain {
  const { account, region } = ref;
  if (source.org === null && account !== source.reader)
    throw refused(`trail ${source.trailArn} holds no events of account ${account}`);
  if (!/^\d{12}$/.test(account) || !REGION.test(region)) throw refused('account or region is not well-formed');
  if (source.regions !== null && !source.regions.includes(region))
    throw refused(`trail ${source.trailArn} does not deliver from ${region}`);
  return { account, region, source };
}

async function chainsOf(source: Source, objects: ObjectReader): Promise<readonly Chain[]> {
  const accounts =
    source.org === null
      ? [source.reader]
      : await foldersAt(source, '', objects).then((names) => names.filter((name) => /^\d{12}$/.test(name)));
  const lists = await Promise.all(
    accounts.map(async (account) =>
      (await regionsOf(source, account, objects)).map((region) => ({ account, region, source })),
    ),
  );
  return lists.flat();
}

/** A multi-region trail's regions: configured, else those that have folders, and always the home region. */
async function regionsOf(source: Source, account: string, objects: ObjectReader): Promise<readonly string[]> {
  if (source.regions !== null) return source.regions;
  const seen = await Promise.all(
    [`${account}/CloudTrail-Digest/`, `${account}/CloudTrail/`].map((below) => foldersAt(source, below, objects)),
  );
  return [...new Set([source.homeRegion, ...seen.flat().filter((name) => REGION.test(name))])].toSorted();
}

async function foldersAt(source: Source, below: string, objects: ObjectReader): Promise<readonly string[]> {
  const lists = await Promise.all(
    placesOf(source).map((place) =>
      objects.folders({
        bucket: place.bucket,
        owner: source.bucketOwner,
        prefix: `${rootOf({ ...place, org: source.org })}${below}`,
      }),
    ),
  );
  return [...new Set(lists.flat().map((name) => name.replace(/\/$/, '')))];
}

function refused(why: string): OperatingError {
  return new OperatingError({
    code: 'job-refused',
    message: why,
    hint: 'jobs are made by orgtrail alone: if this one was not, somebody writes to its Redis',
  });
}
