/** What preflight tries with a trail that was found: its bucket, its files, the key service, the event history. */
import { folderOf, parseKey, placesOf, rootOf } from '../core/key.ts';
import type { Place, Source } from '../core/source.ts';
import { formatDay, HOUR } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { AccountSession, ListedObject, ListRequest, ObjectRef } from '../ports.ts';
import { noteFailure, type Notes } from './preflight-notes.ts';

export interface ProbeWork {
  readonly session: AccountSession;
  readonly notes: Notes;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly maxBytes: number;
}

const DAY = 24 * HOUR;
/** One page of a listing. */
const MOST_LISTED = 1_000;
/**
 * One file of each: digests are encrypted by S3 even where the trail's log files are by KMS (CloudTrail guide,
 * "encrypting log files"), so a digest that can be read proves nothing about the key.
 */
const FOLDERS = ['CloudTrail', 'CloudTrail-Digest'] as const;

/** Tries everything for the trails of one account; how it ended is in the notes. */
export async function probe(sources: readonly Source[], work: ProbeWork): Promise<void> {
  const { session, now } = work;
  for (const source of sources) for (const place of placesOf(source)) await probePlace(source, place, work);
  const homes = [...new Set(sources.map(({ homeRegion }) => homeRegion))];
  for (const region of homes) await quietly(() => session.publicKeys(region, { from: now - DAY, to: now }));
  // Two requests a second are allowed: one is enough to know.
  const [home] = homes;
  if (home !== undefined)
    await quietly(() => session.lookupEvents(home, { name: 'StopLogging', from: now - HOUR, to: now }));
}

/** What fails here is noted where it was called. */
async function quietly(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
  }
}

async function probePlace(source: Source, place: Place, work: ProbeWork): Promise<void> {
  const { notes } = work;
  const owner = source.bucketOwner;
  const files = await filesAt(source, place, work).catch((error: unknown) => failed(error, 'list', { notes, owner }));
  if (files === null) return;
  notes.done.add('list');
  const where = { bucket: place.bucket, owner };
  let readable = files.length > 0;
  for (const file of files) readable = (await read(file, where, work)) && readable;
  if (readable) await missing({ ...where, key: `${rootOf({ ...place, org: source.org })}${NOT_THERE}` }, work);
}

/** A name that CloudTrail gives to no file. */
const NOT_THERE = 'orgtrail-preflight';

/**
 * A key that is not there has to be told as such: to who may not list the bucket at large S3 answers 403, and a deleted
 * log file would look like one that may not be read (S3 API, GetObject).
 */
async function missing(ref: ObjectRef, { session, notes, maxBytes }: ProbeWork): Promise<void> {
  const { owner } = ref;
  try {
    await session.objects.get(ref, { maxBytes });
  } catch (error) {
    const denied = error instanceof OperatingError && error.code === 'blocked-access';
    failed(denied ? untold(error, ref) : error, 'list', { notes, owner });
  }
}

function untold(error: OperatingError, { bucket, key }: ObjectRef): OperatingError {
  return new OperatingError({
    code: error.code,
    message: `${error.message}; nothing lies at s3://${bucket}/${key}, and S3 does not say so`,
    hint: `Add s3:ListBucket on the bucket ${bucket} in a way that holds for requests without a prefix too (StringLikeIfExists on s3:prefix): a deleted log file is told from a refused one by that alone.`,
    cause: error,
  });
}

/** A log file and a digest of the home region; where it has none, whatever lies there. */
async function filesAt(source: Source, place: Place, work: ProbeWork): Promise<readonly ListedObject[]> {
  const { bucket } = place;
  const [owner, root] = [source.bucketOwner, { ...place, org: source.org }];
  const found: ListedObject[] = [];
  for (const folder of FOLDERS) {
    const prefix = folderOf(root, { account: source.reader, folder, region: source.homeRegion });
    const since = { bucket, owner, prefix, startAfter: `${prefix}${formatDay(work.now - DAY)}/` };
    const file = (await smallest(since, work)) ?? (await smallest({ bucket, owner, prefix }, work));
    if (file !== null) found.push(file);
  }
  if (found.length > 0) return found;
  const any = await smallest({ bucket, owner, prefix: rootOf(root) }, work);
  return any === null ? [] : [any];
}

/** The smallest file of CloudTrail on the first page. */
async function smallest(request: ListRequest, { session }: ProbeWork): Promise<ListedObject | null> {
  let [best, listed]: [ListedObject | null, number] = [null, 0];
  for await (const object of session.objects.list(request)) {
    if (parseKey(object.key) !== null && (best === null || object.size < best.size)) best = object;
    listed += 1;
    if (listed >= MOST_LISTED) break;
  }
  return best;
}

type Where = { readonly bucket: string; readonly owner: string };

/** False when it may not be read. */
async function read({ key }: ListedObject, { bucket, owner }: Where, work: ProbeWork): Promise<boolean> {
  const { session, notes, maxBytes } = work;
  try {
    const object = await session.objects.get({ bucket, key, owner }, { maxBytes });
    // Gone since it was listed: nothing was tried.
    if (object === null) return true;
    notes.done.add('get');
    if (parseKey(key)?.type === 'log') notes.done.add('decrypt');
    return true;
  } catch (error) {
    const ofKey = error instanceof OperatingError && error.code === 'blocked-kms';
    // S3 asks for the key when the object itself is granted.
    if (ofKey) notes.done.add('get');
    failed(error, ofKey ? 'decrypt' : 'get', { notes, owner });
    return false;
  }
}

function failed(
  error: unknown,
  step: 'list' | 'get' | 'decrypt',
  { notes, owner }: { readonly notes: Notes; readonly owner: string },
): null {
  if (!(error instanceof OperatingError)) throw error;
  noteFailure(notes, step, { error, owner });
  return null;
}
