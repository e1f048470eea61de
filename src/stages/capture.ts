/**
 * Capture: list one chain, find the digests that have no settled receipt, and copy new log files to pending/ at once.
 * Who empties the member bucket within the hour before the digest is too late (reliability.md 0.3).
 */
import { folderOf, LOG_KINDS, parseKey, placesOf, rootOf, type Folder, type LogKind } from '../core/key.ts';
import { newestReceipts, parseReceiptKey, pendingKey, receiptFolder, type ReceiptName } from '../core/layout.ts';
import { aboutToBeProven, digestsToJudge, missingFrom, withoutReceipt, type ListedDigest } from '../core/plan.ts';
import type { Chain, Place, Problem } from '../core/source.ts';
import { formatDay, HOUR } from '../core/time.ts';
import { OperatingError } from '../errors.ts';
import type { ArchiveStore, ListedObject, ListRequest, ObjectReader } from '../ports.ts';

/** Where the archive is. */
export interface ArchivePlace extends Place {
  readonly owner: string;
}

export interface CapturePorts {
  readonly objects: ObjectReader;
  readonly archive: ArchiveStore;
  readonly place: ArchivePlace;
  /** Runs one transfer when there is room: bounds sockets and memory over all jobs of the process. */
  readonly slot: <Value>(transfer: () => Promise<Value>) => Promise<Value>;
  readonly maxBytes: number;
  /** Objects that one sweep may list. */
  readonly maxListed: number;
  readonly signal: AbortSignal;
  readonly now: number;
}

/** What one look at a chain found. */
export interface Sweep {
  readonly digests: readonly ListedDigest[];
  readonly captured: number;
  /** Log files that lie in pending/ or were captured now: seen, not yet proven. */
  readonly pendingLogs: number;
  /** Keys in the chain's folders that are no CloudTrail keys: counted and left alone. */
  readonly unrecognised: number;
  readonly newestDigestEnd: number | null;
  /** Why some log file could not be captured; null when all could. */
  readonly problem: Problem | null;
}

/** A digest lies there about an hour and a half after the first log file that it names. */
const FRESH = 3 * HOUR;

/** Copies in flight of one sweep; the slots bound the transfers themselves. */
const COPIES = 64;

/**
 * One sweep of one chain.
 * @param since epoch ms: look at the folders of that day and later; null for everything the source holds. Key time is
 *   not delivery order (cloudtrail.md 5.2), so the window trails by days and nothing depends on a last-seen key
 */
export async function sweepChain(chain: Chain, since: number | null, ports: CapturePorts): Promise<Sweep> {
  const counter = { unrecognised: 0, listed: 0 };
  const listed = await listDigests(chain, since, { ports, counter });
  const receipts = await listReceipts(chain, since, ports);
  const digests = digestsToJudge(listed, receipts, since === null);
  const fresh = new Set(withoutReceipt(listed, receipts));
  const standard = listed
    .filter((one) => one.key.kind === 'standard')
    .map((one) => ({ end: one.key.end, open: fresh.has(one) }));
  const { captured, pendingLogs, problem } = await captureLogs(
    chain,
    { since, covered: settledBy(standard, ports.now), counter },
    ports,
  );
  const newest = listed.reduce<number | null>(
    (end, one) => (end === null || one.key.end > end ? one.key.end : end),
    null,
  );
  return { digests, captured, pendingLogs, unrecognised: counter.unrecognised, newestDigestEnd: newest, problem };
}

type Counter = { unrecognised: number; listed: number };
type Listing = { readonly ports: CapturePorts; readonly counter: Counter };

/** Counts every object that a source lists: whoever fills a member bucket with keys must not keep a sweep busy for ever. */
function count(counter: Counter, { maxListed }: CapturePorts, key: string): void {
  counter.listed += 1;
  if (counter.listed <= maxListed) return;
  throw new OperatingError({
    code: 'blocked-access',
    message: `one sweep listed more than ${maxListed} objects, the last one ${JSON.stringify(key.slice(0, 200))}`,
    hint: 'Look who writes to the bucket besides CloudTrail; raise limits.maxListedObjects if all of it is genuine.',
  });
}

/** The chain's digests in every configured place; digests of other trails lie in the same folder and are not its own. */
async function listDigests(chain: Chain, since: number | null, { ports, counter }: Listing): Promise<ListedDigest[]> {
  const { account, region, source } = chain;
  const listed: ListedDigest[] = [];
  for (const place of placesOf(source)) {
    const folder = folderOf({ ...place, org: source.org }, { account, folder: 'CloudTrail-Digest', region });
    for await (const { key: rawKey } of ports.objects.list(
      below(place.bucket, source.bucketOwner, { folder, since }),
    )) {
      ports.signal.throwIfAborted();
      count(counter, ports, rawKey);
      const key = parseKey(rawKey);
      if (key?.type !== 'digest') counter.unrecognised += 1;
      else if (key.trail === source.trail && key.homeRegion === source.homeRegion)
        listed.push({ bucket: place.bucket, rawKey, key });
    }
  }
  return listed;
}

function below(
  bucket: string,
  owner: string,
  where: { readonly folder: string; readonly since: number | null },
): ListRequest {
  const prefix = where.folder;
  return where.since === null
    ? { bucket, owner, prefix }
    : { bucket, owner, prefix, startAfter: `${prefix}${formatDay(where.since)}/` };
}

/** The newest receipt of every digest in the window, standard and backfill. */
export async function listReceipts(
  chain: Chain,
  since: number | null,
  ports: Pick<CapturePorts, 'archive' | 'place'>,
): Promise<readonly ReceiptName[]> {
  const { archive, place } = ports;
  const names: ReceiptName[] = [];
  for (const kind of ['standard', 'backfill'] as const) {
    const folder = receiptFolder(place.prefix, {
      account: chain.account,
      region: chain.region,
      trail: chain.source.trail,
      kind,
    });
    for await (const { key } of archive.list(below(place.bucket, place.owner, { folder, since }))) {
      const name = parseReceiptKey(place.prefix, key);
      if (name?.homeRegion === chain.source.homeRegion) names.push(name);
    }
  }
  return [
    ...newestReceipts(names.filter((name) => name.kind === 'standard')),
    ...newestReceipts(names.filter((name) => name.kind === 'backfill')),
  ];
}

type LogQuestion = {
  readonly since: number | null;
  readonly covered: (time: number) => boolean;
  readonly counter: Counter;
};

/**
 * Files of the last hours are captured whatever lies there: whoever could put a junk digest before each sweep would
 * otherwise keep them from being captured, and delete them before their real digest comes.
 */
function settledBy(digests: Parameters<typeof aboutToBeProven>[0], now: number): (time: number) => boolean {
  const covered = aboutToBeProven(digests);
  return (time) => time < now - FRESH && covered(time);
}

async function captureLogs(
  chain: Chain,
  question: LogQuestion,
  ports: CapturePorts,
): Promise<{ captured: number; pendingLogs: number; problem: Problem | null }> {
  const total = { captured: 0, pendingLogs: 0 };
  const refusals: OperatingError[] = [];
  for (const source of placesOf(chain.source)) {
    for (const kind of await kindsAt(chain, source, ports)) {
      const folder = folderOf(
        { ...source, org: chain.source.org },
        { account: chain.account, folder: kind, region: chain.region },
      );
      const copies = new Set<Promise<void>>();
      for await (const { log, pending } of unproven({ chain, source, folder }, question, ports)) {
        ports.signal.throwIfAborted();
        total.pendingLogs += 1;
        if (pending) continue;
        if (copies.size >= COPIES) await Promise.race(copies);
        const copy = ports
          .slot(() => captureOne(chain, { bucket: source.bucket, log }, ports))
          .then(
            (done) => void (total.captured += done ? 1 : 0),
            (error: unknown) => void refusals.push(refusal(error)),
          )
          .finally(() => copies.delete(copy));
        copies.add(copy);
      }
      await Promise.all(copies);
    }
  }
  return { ...total, problem: problemOf(refusals) };
}

/** One file that may not be read, or is too large to be one, must not keep the others from being captured. */
function refusal(error: unknown): OperatingError {
  if (error instanceof OperatingError) return error;
  throw error;
}

/** What may heal by itself is thrown, so that the sweep is tried again; what does not is told beside what was found. */
function problemOf(refusals: readonly OperatingError[]): Problem | null {
  const passing = refusals.find((error) => error.retryable);
  if (passing !== undefined) throw passing;
  const [first] = refusals;
  return first === undefined ? null : { code: first.code, detail: first.message, hint: first.hint };
}

/** The kinds of log files that are really there: one listing instead of one a kind. */
async function kindsAt(chain: Chain, place: Place, ports: CapturePorts): Promise<readonly LogKind[]> {
  const prefix = `${rootOf({ ...place, org: chain.source.org })}${chain.account}/`;
  const folders = new Set(
    await ports.objects.folders({ bucket: place.bucket, owner: chain.source.bucketOwner, prefix }),
  );
  return LOG_KINDS.filter((kind) => folders.has(`${kind satisfies Folder}/`));
}

type Where = { readonly chain: Chain; readonly source: Place; readonly folder: string };

/** Log files in the source that are neither archived nor about to be; `pending` tells those that are captured already. */
async function* unproven(
  where: Where,
  question: LogQuestion,
  ports: CapturePorts,
): AsyncGenerator<{ log: ListedObject; pending: boolean }> {
  const { chain, source, folder } = where;
  const { archive, place } = ports;
  const listed = recognised(
    ports.objects.list(below(source.bucket, chain.source.bucketOwner, { folder, since: question.since })),
    question,
    ports,
  );
  const proven = `${place.prefix}${folder.slice(source.prefix.length)}`;
  const held = pendingKey(place.prefix, source.bucket, folder);
  const inArchive = relative(
    archive.list(below(place.bucket, place.owner, { folder: proven, since: question.since })),
    proven,
  );
  const inPending = relative(
    archive.list(below(place.bucket, place.owner, { folder: held, since: question.since })),
    held,
  );
  const keyOf = (log: ListedObject): string => log.key.slice(folder.length);
  const captured = new Set<string>();
  const notArchived = missingFrom(listed, [inArchive], keyOf);
  for await (const log of missingFrom(tee(notArchived, captured, keyOf), [inPending], keyOf)) {
    captured.delete(keyOf(log));
    yield { log, pending: false };
  }
  for (const key of captured)
    yield { log: { key: `${folder}${key}`, size: 0, etag: '', lastModified: 0 }, pending: true };
}

/** Remembers what passed: what is not yielded again behind the next merge is captured already. Pending files are few. */
async function* tee(
  logs: AsyncIterable<ListedObject>,
  passed: Set<string>,
  keyOf: (log: ListedObject) => string,
): AsyncGenerator<ListedObject> {
  for await (const log of logs) {
    passed.add(keyOf(log));
    yield log;
  }
}

async function* recognised(
  objects: AsyncIterable<ListedObject>,
  { covered, counter }: LogQuestion,
  ports: CapturePorts,
): AsyncGenerator<ListedObject> {
  for await (const object of objects) {
    count(counter, ports, object.key);
    const key = parseKey(object.key);
    if (key?.type !== 'log') counter.unrecognised += 1;
    else if (!covered(key.time)) yield object;
  }
}

async function* relative(objects: AsyncIterable<ListedObject>, folder: string): AsyncGenerator<string> {
  for await (const { key } of objects) yield key.slice(folder.length);
}

/** False when the file is gone between listing and reading: a digest that names it will say so. */
async function captureOne(
  chain: Chain,
  file: { readonly bucket: string; readonly log: ListedObject },
  ports: CapturePorts,
): Promise<boolean> {
  const { objects, archive, place, maxBytes } = ports;
  const object = await objects.get(
    { bucket: file.bucket, key: file.log.key, owner: chain.source.bucketOwner },
    { maxBytes },
  );
  if (object === null) return false;
  const ref = { bucket: place.bucket, key: pendingKey(place.prefix, file.bucket, file.log.key), owner: place.owner };
  return (await archive.putIfAbsent(ref, object)) === 'created';
}
